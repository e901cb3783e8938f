using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>
/// Least inputs of one or two legs whose fees are on either side, against every input from one on; and the number of
/// quotes that counts, against the search that makes each of them.
/// </summary>
public sealed class SplitPathTests
{
    private const int QuotesMax = 1 << 20;

    /// <summary>
    /// Outputs worth many inputs each, so that halving over them is what the known start of a whole unit before the fee
    /// replaces.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryLeast_FeeOnEitherSide_IsTheLeastInputThatGivesTheOutput(bool isFeeOnOutput)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ulong units = (ulong)random.Next(1, 400);
            MarketGraph graph = Graph(random, isFeeOnOutput, units, legs: 1 + (seed % 2));
            SplitQuotes quotes = new(graph);
            quotes.Begin(QuotesMax);
            SplitPath path = new(graph, quotes);
            path.Add(0);
            if (seed % 2 == 1) path.Add(2);
            ulong from = (units * 50) + (ulong)random.Next(1000);
            ulong target = path.Out(from) + (ulong)random.Next(0, 4);
            if (target == 0) continue;
            bool isFound = path.TryLeast(target, 0, from, out ulong input, out ulong output);
            Assert.True(isFound, $"seed {seed}");
            ulong least = 1;
            while (Out(graph, seed % 2, least) < target) least++;
            Assert.True(least == input, $"seed {seed}: {input}, least {least}");
            Assert.Equal(Out(graph, seed % 2, least), output);
        }
    }

    /// <summary>Plans depend on the quotes that are left, so what is not quoted still counts.</summary>
    [Fact]
    public void TryLeast_FeeOnOutput_CountsTheQuotesOfTheWholeSearch()
    {
        int fewer = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ulong units = (ulong)random.Next(1, 400);
            MarketGraph graph = Graph(random, isFeeOnOutput: true, units, legs: 1);
            ulong from = (units * 50) + (ulong)random.Next(1000);

            // A path that was not quoted knows nothing of the fee: it searches by quotes only.
            SplitQuotes all = new(graph);
            all.Begin(QuotesMax);
            SplitPath blind = new(graph, all);
            blind.Add(0);
            SplitQuotes known = new(graph);
            known.Begin(QuotesMax);
            SplitPath path = new(graph, known);
            path.Add(0);
            ulong target = path.Out(from) + 2;
            int before = known.Left;
            Assert.True(blind.TryLeast(target, 0, from, out ulong input, out ulong output), $"seed {seed}");
            Assert.True(path.TryLeast(target, 0, from, out ulong other, out ulong given), $"seed {seed}");
            Assert.Equal((input, output), (other, given));
            Assert.Equal(QuotesMax - all.Left, before - known.Left);
            if (QuotesMax - all.Left > 4) fewer++;
        }

        Assert.True(fewer > 50, $"{fewer}");
    }

    private static MarketGraph Graph(Random random, bool isFeeOnOutput, ulong units, int legs)
    {
        MarketGraph graph = new(4, 4, 1);
        for (int leg = 0; leg < legs; leg++)
        {
            ulong depth = (ulong)random.Next(20_000, 60_000);
            TestPool pool = TestPool.Of(leg, leg, leg + 1, leg == 0 ? depth * units : depth, depth);
            pool.IsFeeOnOutput = isFeeOnOutput;
            pool.FeePpm = (uint)random.Next(1, 30_000);
            CycleFinderTests.AddCoherent(graph, pool);
        }

        return graph;
    }

    private static ulong Out(MarketGraph graph, int last, ulong amount)
    {
        for (int pool = 0; pool <= last && amount != 0; pool++)
        {
            SwapRequest request = new() { Direction = SwapDirection.AToB, AmountRaw = amount };
            amount = graph.Pool(pool).Quote(in request, out SwapQuote quote) == QuoteStatus.Ok ? quote.AmountOutRaw : 0;
        }

        return amount;
    }
}
