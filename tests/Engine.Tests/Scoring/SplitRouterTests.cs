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
    /// <summary>
    /// What a split that the continuous optimum does not ask for can gain by rounding, and what a plan with few quotes
    /// can leave: two units (fee and output) of each of three quotes, each worth up to 1.4 of the base mint's; 4 more
    /// for the two more quotes of paths of two legs.
    /// </summary>
    private const long RoundingRaw = 8;

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
    [Theory]
    [InlineData(1 << 20, 0)]
    [InlineData(256, RoundingRaw)]
    public void Plan_SmallParallelPools_EqualsTheBestOfAllSplits(int quotes, long missed)
    {
        int plans = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = new(4, 4, 1);
            ulong depth = 600;
            Add(graph, 0, 1, 10 * depth, 10 * depth);
            Add(graph, 1, 0, Vary(random, depth), Vary(random, depth) * 13 / 10);
            Add(graph, 1, 0, Vary(random, depth), Vary(random, depth) * 13 / 10);
            Opportunity one = Sized(graph, [0, 2]);
            if (one.LegCount == 0) continue;
            new SplitRouter(graph).Plan(ref one, ulong.MaxValue, quotes);
            long best = BestSplit(graph, 2 * depth);
            plans += Compare(graph, in one, best, Single(graph, [0, 4]), missed, seed);
        }

        Assert.True(plans > 20, $"{plans} plans");
    }

    /// <summary>Two paths A -> X -> B and A -> Y -> B that share no pool, then B -> A.</summary>
    [Theory]
    [InlineData(1 << 20, 0)]
    [InlineData(256, RoundingRaw + 4)]
    public void Plan_SmallParallelSubPaths_EqualsTheBestOfAllSplits(int quotes, long missed)
    {
        int plans = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            (MarketGraph graph, int[] edges) = SubPaths(random, 700);
            Opportunity one = Sized(graph, edges);
            if (one.LegCount == 0) continue;
            new SplitRouter(graph).Plan(ref one, ulong.MaxValue, quotes);
            if (one.Split.Count != 0) Assert.Equal(2, one.Split.LegCount);
            plans += Compare(graph, in one, BestOfPaths(graph, 900), Single(graph, [6, 8, 4]), missed, seed);
        }

        Assert.True(plans > 20, $"{plans} plans");
    }

    /// <summary>The same depth twice, side by side: nearly twice the profit of the best single path.</summary>
    [Fact]
    public void Plan_LargeParallelSubPaths_GainsNearlyTheProfitOfTheSecond()
    {
        int plans = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            (MarketGraph graph, int[] edges) = SubPaths(new Random(seed), 1_000_000_000_000, 1);
            Opportunity one = Sized(graph, edges);
            Opportunity other = Sized(graph, [6, 8, 4]);
            if (one.LegCount == 0 || other.LegCount == 0) continue;
            new SplitRouter(graph).Plan(ref one, ulong.MaxValue, 256);
            Assert.Equal(2, one.Split.Count);
            Assert.Equal(one.GrossProfitRaw + one.Split.GainRaw, Profit(graph, in one));
            double single = Math.Max(one.GrossProfitRaw, other.GrossProfitRaw);
            double both = (double)one.GrossProfitRaw + other.GrossProfitRaw;

            // Branches share one gap in price: their profits add up but for what moves the last leg's pool.
            double found = one.GrossProfitRaw + one.Split.GainRaw;
            Assert.InRange(found / both, 0.85, 1.0);
            Assert.True(found > single, $"seed {seed}: {found}, best single path {single}");
            plans++;
        }

        Assert.True(plans > 10, $"{plans} plans");
    }

    /// <summary>Composed curves are one curve after the other; two such branches fill to the optimum.</summary>
    [Fact]
    public void Compose_RandomPieces_IsOneCurveAfterTheOtherAndFillsToTheOptimum()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            CurveSegment[][][] paths = new CurveSegment[2][][];
            CurveSegment[][] composed = new CurveSegment[2][];
            double room = 0;
            for (int i = 0; i < 2; i++)
            {
                paths[i] = [RandomCurve(random, seed % 3), RandomCurve(random, (seed + 1) % 3)];
                CurveSegment[] pieces = new CurveSegment[64];
                composed[i] = pieces[..SplitPath.Compose(paths[i][0], paths[i][1], pieces)];
                double end = 0;
                foreach (CurveSegment piece in composed[i]) end += Math.Min(piece.AmountInMax, 1e7);
                room += end;
                for (int k = 1; k <= 50; k++)
                {
                    double x = end * k / 50.5;
                    double expected = Out(paths[i][1], Out(paths[i][0], x));
                    Assert.True(Math.Abs(Out(composed[i], x) - expected) <= 1e-9 * expected, $"seed {seed} at {x}");
                }
            }

            double total = room * (0.01 + (0.9 * random.NextDouble()));
            WaterFilling water = new();
            double[] shares = new double[SplitParts.MaxCount];
            foreach (CurveSegment[] path in composed) water.Add(path, total);
            Assert.True(water.TryAllocate(total, shares), $"seed {seed}");
            double output = Out(composed[0], shares[0]) + Out(composed[1], shares[1]);
            double best = BestOfTwo(paths, total);
            Assert.True(Math.Abs(output - best) <= 1e-9 * best, $"seed {seed}: {output}, best {best}");
        }
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

    /// <summary>
    /// Beside the first leg a deeper pool gives more for everything, which is another route; beside the last one a pool
    /// of the same depth takes its half.
    /// </summary>
    [Fact]
    public void Plan_BestSectionIsAnotherRoute_SpreadsTheNextBest()
    {
        MarketGraph graph = new(4, 4, 1);
        Add(graph, 0, 1, 1_000_000_000, 1_000_000_000);
        Add(graph, 1, 0, 100_000_000, 110_000_000);
        Add(graph, 0, 1, 100_000_000_000, 130_000_000_000);
        Add(graph, 1, 0, 100_000_000, 110_000_000);
        Opportunity one = Sized(graph, [0, 2]);
        new SplitRouter(graph).Plan(ref one, ulong.MaxValue, 256);
        Assert.Equal((2, 1, 1), (one.Split.Count, one.Split.Leg, one.Split.LegCount));
        Assert.True(one.Split.GainRaw > 0);
        Assert.Equal(one.GrossProfitRaw + one.Split.GainRaw, Profit(graph, in one));
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

    private static ulong Vary(Random random, ulong depth, int percent = 20) =>
        depth * (ulong)random.Next(100 - percent, 100 + percent) / 100;

    internal static void Add(MarketGraph graph, int from, int to, ulong reserveIn, ulong reserveOut) =>
        CycleFinderTests.AddCoherent(graph, TestPool.Of(graph.PoolCount, from, to, reserveIn, reserveOut));

    internal static Opportunity Sized(MarketGraph graph, int[] edges)
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
            for (ulong part = 1; part < middle; part++)
            {
                (ulong first, ulong second) = (Out(graph, 2, part), Out(graph, 4, middle - part));
                if (first != 0 && second != 0) most = Math.Max(most, first + second);
            }

            best = Math.Max(best, (long)most - (long)input);
        }

        return best;
    }

    private static long Single(MarketGraph graph, int[] edges) => Sized(graph, edges).GrossProfitRaw;

    /// <summary>
    /// 1 if there is a plan; it must reach the oracle's best but for what may be missed. Without one, the best is one
    /// of the two branches alone, give or take what rounding gains by a sliver for the other.
    /// </summary>
    private static int Compare(MarketGraph graph, in Opportunity one, long best, long other, long missed, int seed)
    {
        Assert.True(one.Split.GainRaw >= 0);
        if (one.Split.Count == 0)
        {
            long single = Math.Max(one.GrossProfitRaw, other);
            Assert.True(best <= single + RoundingRaw, $"seed {seed}: no plan, best {best}, single {single}");
            return 0;
        }

        long found = one.GrossProfitRaw + one.Split.GainRaw;
        Assert.Equal(found, Profit(graph, in one));
        Assert.True(found <= best, $"seed {seed}: {found} above everything tried, {best}");
        Assert.True(found >= best - missed, $"seed {seed}: {found}, best {best}");
        return 1;
    }

    /// <summary>Route 0 -> 2 -> 1 -> 0 (edges 0, 2, 4) and beside its first legs the path 0 -> 3 -> 1.</summary>
    private static (MarketGraph Graph, int[] Edges) SubPaths(Random random, ulong depth, int percent = 10)
    {
        MarketGraph graph = new(8, 8, 1);
        Add(graph, 0, 2, Vary(random, depth, percent), Vary(random, depth, percent) * 12 / 10);
        Add(graph, 2, 1, Vary(random, depth, percent), Vary(random, depth, percent) * 12 / 10);
        Add(graph, 1, 0, 20 * depth, 20 * depth);
        Add(graph, 0, 3, Vary(random, depth, percent), Vary(random, depth, percent) * 12 / 10);
        Add(graph, 3, 1, Vary(random, depth, percent), Vary(random, depth, percent) * 12 / 10);
        return (graph, [0, 2, 4]);
    }

    private static long BestOfPaths(MarketGraph graph, int max)
    {
        ulong[] first = new ulong[max + 1];
        ulong[] second = new ulong[max + 1];
        ulong[] back = new ulong[8 * max];
        for (int x = 1; x <= max; x++)
        {
            first[x] = Out(graph, 2, Out(graph, 0, (ulong)x));
            second[x] = Out(graph, 8, Out(graph, 6, (ulong)x));
        }

        for (int x = 1; x < back.Length; x++) back[x] = Out(graph, 4, (ulong)x);
        long best = long.MinValue;
        for (int x = 1; x <= max; x++)
        {
            for (int y = 1; first[x] != 0 && y <= max; y++)
            {
                if (second[y] != 0) best = Math.Max(best, (long)back[first[x] + second[y]] - x - y);
            }
        }

        return best;
    }

    /// <summary>Largest sum over two concave branches, by ternary search on how the total is shared.</summary>
    private static double BestOfTwo(CurveSegment[][][] paths, double total)
    {
        (double low, double high) = (0, total);
        double At(double x) =>
            Out(paths[0][1], Out(paths[0][0], x)) + Out(paths[1][1], Out(paths[1][0], total - x));
        for (int step = 0; step < 300; step++)
        {
            double third = (high - low) / 3;
            if (At(low + third) < At(high - third)) low += third;
            else high -= third;
        }

        return At((low + high) / 2);
    }

    internal static long Profit(MarketGraph graph, in Opportunity one)
    {
        ulong amount = one.Split.AmountInRaw;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (leg != one.Split.Leg)
            {
                amount = Out(graph, (one.Legs[leg].PoolId << 1) | one.Legs[leg].Direction, amount);
                continue;
            }

            leg += one.Split.LegCount - 1;
            ulong output = 0;
            ulong given = 0;
            for (int i = 0; i < one.Split.Count; i++)
            {
                SplitPart part = one.Split.Parts[i];
                given += part.AmountInRaw;
                int edge = EdgeFrom(graph, part.PoolId, graph.EdgeFrom(EdgeOf(in one, one.Split.Leg)));
                ulong through = Out(graph, edge, part.AmountInRaw);
                if (part.SecondPoolId >= 0)
                    through = Out(graph, EdgeFrom(graph, part.SecondPoolId, graph.EdgeTo(edge)), through);
                output += through;
            }

            // What is left of the section's input could buy nothing more.
            Assert.True(given <= amount);
            amount = output;
        }

        return (long)amount - (long)one.Split.AmountInRaw;
    }

    private static int EdgeOf(in Opportunity one, int leg) => (one.Legs[leg].PoolId << 1) | one.Legs[leg].Direction;

    private static int EdgeFrom(MarketGraph graph, int pool, int mint) =>
        graph.EdgeFrom(pool << 1) == mint ? pool << 1 : (pool << 1) | 1;

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
