using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Venues;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>Sizes of the bundled market's Go decisions, taken as in a live run, against exact grids.</summary>
public sealed class SizingTests
{
    private const int GridPoints = 4096;
    private const int Reach = 64;

    [Fact]
    public void GoDecisions_LiveBudget_AreProvenLocallyAndBeatAFineGrid()
    {
        GridCheck? check = null;
        _ = Tool.Replay(pipeline => [check = new GridCheck(pipeline)], "--runner", "inline");
        Assert.True(check!.Checked > 600, $"{check.Checked} decisions");
        Assert.Equal(0, check.NotProven);
        Assert.True(check.Beaten == 0, $"{check.Beaten} of {check.Checked} beaten, first: {check.First}");
    }

    /// <summary>Quotes a grid around every Go of an event, on the pools as they are then.</summary>
    private sealed class GridCheck(MarketPipeline pipeline) : IStage
    {
        public string Name => "grid-check";

        public int Checked { get; private set; }

        public int NotProven { get; private set; }

        public int Beaten { get; private set; }

        public string? First { get; private set; }

        private MarketGraph Graph => pipeline.Graph.Market;

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            foreach (ref MarketEvent e in batch)
            {
                for (int i = 0; i < e.OpportunityCount; i++)
                {
                    Opportunity one = pipeline.Opportunities[e.OpportunityPosition + i];
                    if (one.Reason == DecisionReason.Go) Check(in one);
                }
            }

            return 0;
        }

        public void OnHousekeeping(long nowNs)
        {
        }

        private void Check(in Opportunity one)
        {
            Checked++;
            if (one.SizingProof == SizingProof.None) NotProven++;
            ulong centre = one.AmountInRaw;
            Assert.Equal(one.GrossProfitRaw, Profit(in one, centre));
            long best = long.MinValue;
            ulong at = 0;
            for (ulong away = 1; away <= Reach; away++)
            {
                Look(in one, centre + away, ref best, ref at);
                Look(in one, centre - away, ref best, ref at);
            }

            // From a thousandth of the size to eight times it, and evenly up to twice the size.
            for (int i = 0; i < GridPoints; i++)
            {
                Look(in one, (ulong)(centre * Math.Pow(8000, (double)i / GridPoints) / 1000), ref best, ref at);
                Look(in one, (ulong)(centre * (2.0 * (i + 1) / GridPoints)), ref best, ref at);
            }

            if (best <= one.GrossProfitRaw) return;
            Beaten++;
            First ??= $"event {one.Sequence}.{one.Ordinal}: {at} gains {best}, {centre} gains {one.GrossProfitRaw}";
        }

        private void Look(in Opportunity one, ulong input, ref long best, ref ulong at)
        {
            if (input < pipeline.Settings.Search.MinimumInputRaw) return;
            long profit = Profit(in one, input);
            if (profit > best) (best, at) = (profit, input);
        }

        private long Profit(in Opportunity one, ulong input)
        {
            ulong amount = input;
            for (int leg = 0; leg < one.LegCount; leg++)
            {
                int pool = one.Legs[leg].PoolId;
                SwapRequest request = new()
                {
                    Direction = (SwapDirection)one.Legs[leg].Direction,
                    AmountRaw = amount,
                    Clock = Graph.Clock(pool),
                };
                if (Graph.Pool(pool).Quote(in request, out SwapQuote quote) != QuoteStatus.Ok) return long.MinValue;
                amount = quote.AmountOutRaw;
            }

            return (long)amount - (long)input;
        }
    }
}
