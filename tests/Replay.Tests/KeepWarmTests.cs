using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Pipeline;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>Keeping warm between events changes nothing that a decision, a counter or a reader sees.</summary>
public sealed class KeepWarmTests
{
    /// <summary>
    /// Spins after each event, as a feed does while nothing arrives. Within the event's publication the feed must not
    /// claim, so its own slices are taken in housekeeping, which is behind the event.
    /// </summary>
    private sealed class Spinner(MarketPipeline pipeline) : IStage
    {
        private const int FeedSlicesATime = 1_024; // housekeeping comes once in 256 events
        private readonly Prng _random = new(7);

        public string Name => "spinner";

        public long Slices { get; private set; }

        public long FeedSlices { get; private set; }

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            int slices = _random.NextInt32(64);
            IWarmable? feed = pipeline.Publisher.Feed;
            pipeline.Publisher.Feed = null;
            for (int i = 0; i < slices; i++) pipeline.OnFeedSpin();
            pipeline.Publisher.Feed = feed;
            Slices += slices;
            return 0;
        }

        public void OnHousekeeping(long nowNs)
        {
            if (pipeline.Publisher.Feed is null) return;
            for (int i = 0; i < FeedSlicesATime; i++) pipeline.OnFeedSpin();
            FeedSlices += FeedSlicesATime;
        }
    }

    [Theory]
    [InlineData("4")]
    [InlineData("5")]
    public void Replay_WarmedBetweenEvents_DecidesAndCountsTheSame(string maxHops)
    {
        ReplayRun cold = Tool.Replay(null, "--max-hops", maxHops);
        Spinner? spinner = null;
        ReplayRun warm = Tool.Replay(pipeline => [spinner = new Spinner(pipeline)], "--max-hops", maxHops);
        Assert.True(cold.Decisions.Count > 1000);
        Assert.True(spinner!.Slices > 20 * cold.Decisions.Count / 10, $"only {spinner.Slices} slices");
        Assert.True(spinner.FeedSlices > 5_000, $"only {spinner.FeedSlices} slices with the feed's");
        WarmStages rehearsed = warm.Pipeline!.WarmStages!;
        Assert.True(rehearsed.PoolCount >= 4, $"only {rehearsed.PoolCount} venues");
        Assert.True(rehearsed.Events > spinner.Slices / 10, $"only {rehearsed.Events} events of its own");
        Assert.True(rehearsed.Searches > rehearsed.Events / 10, $"only {rehearsed.Searches} searches of its own");
        Assert.Equal(cold.Hash.Value, warm.Hash.Value);
        Assert.Equal(Counters(cold.Pipeline!), Counters(warm.Pipeline!));
        Assert.Equal(Market(cold.Pipeline!), Market(warm.Pipeline!));
    }

    private static List<long> Counters(MarketPipeline of) =>
    [
        of.Dedup.Accepted, of.Dedup.AccountCount, of.Dedup.Rollbacks, of.Graph.SettledPools, of.Graph.Accounts.Count,
        of.Graph.Accounts.BufferAllocations, of.Graph.Market.ChangeCount, of.Cycles.SearchCount, of.Cycles.CycleCount,
        of.Cycles.RejectedCount, of.Cycles.WorkBoundCount, of.Cycles.Audit.AuditedCount,
        of.Cycles.Audit.DisagreementCount, of.Scoring.DecisionCount, of.Scoring.QuoteCount, of.Instructions.Built,
        of.Instructions.Templates.Hits, of.Instructions.Templates.Misses, of.Life.BirthCount,
    ];

    private static List<double> Market(MarketPipeline of)
    {
        List<double> rates = [];
        for (int edge = 0; edge < of.Graph.Market.EdgeCount; edge++) rates.Add(of.Graph.Market.Rate(edge));
        return rates;
    }
}
