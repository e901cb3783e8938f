using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class SplitRouterTests
{
    /// <summary>Fee and output of the three quotes may round by a unit each.</summary>
    private const long RoundingRaw = 6;

    /// <summary>
    /// Dual decomposition as the oracle: for a price lambda each pool takes what maximizes out(x) - lambda x; lambda is
    /// bisected until the pools take the total. By weak duality total lambda + those maxima bound every split.
    /// </summary>
    [Fact]
    public void TryAllocate_RandomPools_ReachesTheConvexOptimum()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            CurveSegment[][] pools = new CurveSegment[2 + random.Next(3)][];
            double room = 0;
            for (int i = 0; i < pools.Length; i++)
            {
                pools[i] = RandomCurve(random, seed % 3);
                foreach (CurveSegment piece in pools[i]) room += Math.Min(piece.AmountInMax, 1e9);
            }

            double total = room * (0.01 + (0.9 * random.NextDouble()));
            WaterFilling water = new();
            double[] shares = new double[SplitParts.MaxCount];
            foreach (CurveSegment[] pool in pools) water.Add(pool, total);
            Assert.True(water.TryAllocate(total, shares), $"seed {seed}");
            double sum = 0;
            double output = 0;
            for (int i = 0; i < pools.Length; i++)
            {
                sum += shares[i];
                output += Out(pools[i], shares[i]);
            }

            Assert.True(Math.Abs(sum - total) <= 1e-9 * total, $"seed {seed}: {sum} of {total}");
            double best = DualBound(pools, total);
            Assert.True(output >= best * (1 - 1e-9), $"seed {seed}: {output} below {best}");
            Assert.True(output <= best * (1 + 1e-9), $"seed {seed}: {output} above the bound {best}");
        }
    }

    [Fact]
    public void TryAllocate_MoreThanThePoolsTake_SaysSo()
    {
        WaterFilling water = new();
        water.Add([new CurveSegment { RateOut = 1, Curvature = 0.001, AmountInMax = 100 }], 500);
        water.Add([new CurveSegment { RateOut = 2, Curvature = 0, AmountInMax = 200 }], 500);
        Assert.False(water.TryAllocate(500, new double[SplitParts.MaxCount]));
    }

    /// <summary>Every input and every way to spread it, on pools small enough to try them all.</summary>
    [Fact]
    public void Plan_SmallParallelPools_IsNearTheBestOfAllSplitsAndNeverWorseThanTheSinglePath()
    {
        int plans = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = new(4, 4, 1);
            ulong depth = 600;
            Add(graph, 0, 1, 10 * depth, 10 * depth);
            Add(graph, 1, 0, Vary(random, depth), Vary(random, depth) * 13 / 10);
            Add(graph, 1, 0, Vary(random, depth), Vary(random, depth) * 13 / 10);
            Opportunity one = Sized(graph, [0, 2]);
            if (one.LegCount == 0) continue;
            SplitRouter router = new(graph);
            router.Plan(ref one, ulong.MaxValue, 4096);
            long best = BestSplit(graph, 2 * depth);
            Assert.True(one.Split.GainRaw >= 0);
            long found = one.GrossProfitRaw + one.Split.GainRaw;
            Assert.True(found <= best, $"seed {seed}: {found} above everything tried, {best}");
            if (one.Split.Count == 0) continue; // one of the pools alone is best: another route
            Assert.True(found >= best - RoundingRaw, $"seed {seed}: {found}, best {best}");
            plans++;
            Assert.Equal(found, Profit(graph, in one));
        }

        Assert.True(plans > 10);
    }

    [Fact]
    public void Plan_NoParallelPool_LeavesTheDecisionAlone()
    {
        MarketGraph graph = new(4, 4, 1);
        Add(graph, 0, 1, 1_000_000, 1_000_000);
        Add(graph, 1, 0, 1_000_000, 1_100_000);
        Opportunity one = Sized(graph, [0, 2]);
        SplitRouter router = new(graph);
        router.Plan(ref one, ulong.MaxValue, 256);
        Assert.Equal(0, one.Split.Count);
        Assert.Equal(0, router.QuotesUsed);
    }

    [Fact]
    public void Plan_QuoteBudget_IsKept()
    {
        MarketGraph graph = new(4, 8, 1);
        Add(graph, 0, 1, 1_000_000_000_000, 1_000_000_000_000);
        for (ulong i = 0; i < 4; i++) Add(graph, 1, 0, 500_000_000_000, 520_000_000_000 + (i * 1_000_000_000));
        Opportunity one = Sized(graph, [0, 8]);
        SplitRouter router = new(graph);
        router.Plan(ref one, one.AmountInRaw, 256);
        Assert.InRange(router.QuotesUsed, 1, 256 + 16);
        Assert.True(one.Split.GainRaw > 0);
        Assert.True(one.Split.AmountInRaw <= one.AmountInRaw);
    }

    private static ulong Vary(Random random, ulong depth) => depth * (ulong)random.Next(80, 120) / 100;

    private static void Add(MarketGraph graph, int from, int to, ulong reserveIn, ulong reserveOut) =>
        CycleFinderTests.AddCoherent(graph, TestPool.Of(graph.PoolCount, from, to, reserveIn, reserveOut));

    private static Opportunity Sized(MarketGraph graph, int[] edges)
    {
        InputSizer sizer = new(graph, 1);
        Opportunity one = default;
        if (sizer.Size(edges, ulong.MaxValue, 4096, 4096) != SizingStatus.Ok) return one;
        one.LegCount = (byte)edges.Length;
        one.AmountInRaw = sizer.Amount(0);
        one.GrossProfitRaw = sizer.Profit;
        for (int i = 0; i < edges.Length; i++)
        {
            one.Legs[i].PoolId = edges[i] >> 1;
            one.Legs[i].Direction = (byte)(edges[i] & 1);
            one.Legs[i].AmountInRaw = sizer.Amount(i);
            one.Legs[i].AmountOutRaw = sizer.Amount(i + 1);
        }

        return one;
    }

    private static long BestSplit(MarketGraph graph, ulong maxInput)
    {
        long best = long.MinValue;
        for (ulong input = 1; input <= maxInput; input++)
        {
            ulong middle = Out(graph, 0, input);
            ulong most = 0;
            for (ulong part = 0; part <= middle; part++)
                most = Math.Max(most, Out(graph, 2, part) + Out(graph, 4, middle - part));
            best = Math.Max(best, (long)most - (long)input);
        }

        return best;
    }

    private static long Profit(MarketGraph graph, in Opportunity one)
    {
        ulong amount = one.Split.AmountInRaw;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            ulong output = 0;
            ulong given = 0;
            for (int i = 0; leg == one.Split.Leg && i < one.Split.Count; i++)
            {
                SplitPart part = one.Split.Parts[i];
                int pair = graph.EdgePair((one.Legs[leg].PoolId << 1) | one.Legs[leg].Direction);
                output += Out(graph, graph.PoolEdge(part.PoolId, pair), part.AmountInRaw);
                given += part.AmountInRaw;
            }

            if (leg == one.Split.Leg) Assert.Equal(amount, given);
            else output = Out(graph, (one.Legs[leg].PoolId << 1) | one.Legs[leg].Direction, amount);
            amount = output;
        }

        return (long)amount - (long)one.Split.AmountInRaw;
    }

    private static ulong Out(MarketGraph graph, int edge, ulong amount)
    {
        SwapRequest request = new() { Direction = MarketGraph.EdgeDirection(edge), AmountRaw = amount };
        return graph.Pool(edge >> 1).Quote(in request, out SwapQuote quote) == QuoteStatus.Ok ? quote.AmountOutRaw : 0;
    }

    private static CurveSegment[] RandomCurve(Random random, int kind)
    {
        CurveSegment[] pieces = new CurveSegment[kind == 0 ? 1 : 1 + random.Next(6)];
        double rate = 0.9 + (0.2 * random.NextDouble());
        for (int i = 0; i < pieces.Length; i++)
        {
            double curvature = kind == 2 ? 0 : Math.Exp((random.NextDouble() * 6) - 16);
            double end = kind == 0 ? double.PositiveInfinity : 1e6 * (0.1 + random.NextDouble());
            pieces[i] = new CurveSegment { RateOut = rate, Curvature = curvature, AmountInMax = end };
            double below = 1 + (double.IsInfinity(end) ? 0 : curvature * end);
            rate = rate / (below * below) * (1 - (0.01 * random.NextDouble()));
        }

        return pieces;
    }

    private static double Out(CurveSegment[] pool, double amount)
    {
        double output = 0;
        foreach (CurveSegment piece in pool)
        {
            double x = Math.Min(amount, piece.AmountInMax);
            output += piece.RateOut * x / (1 + (piece.Curvature * x));
            amount -= x;
        }

        return output;
    }

    private static double DualBound(CurveSegment[][] pools, double total)
    {
        double least = double.PositiveInfinity;
        double low = 0;
        double high = 2;
        for (int step = 0; step < 200; step++)
        {
            double lambda = (low + high) / 2;
            double taken = 0;
            double value = lambda * total;
            foreach (CurveSegment[] pool in pools)
            {
                foreach (CurveSegment piece in pool)
                {
                    double end = Math.Min(piece.AmountInMax, total);
                    double x = piece.Curvature > 0
                        ? Math.Clamp((Math.Sqrt(piece.RateOut / lambda) - 1) / piece.Curvature, 0, end)
                        : piece.RateOut > lambda ? end : 0;
                    taken += x;
                    value += (piece.RateOut * x / (1 + (piece.Curvature * x))) - (lambda * x);
                }
            }

            least = Math.Min(least, value);
            if (taken > total) low = lambda;
            else high = lambda;
        }

        return least;
    }
}
