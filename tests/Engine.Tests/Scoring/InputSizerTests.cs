using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class InputSizerTests
{
    /// <summary>
    /// Every input from 1 to past break-even against the sizer, mints with units of very different worth.
    /// </summary>
    [Theory]
    [InlineData(2, 1.0, 100)]
    [InlineData(3, 1.0, 100)]
    [InlineData(4, 1.0, 60)]
    [InlineData(3, 300.0, 100)]
    [InlineData(4, 40.0, 300)]
    [InlineData(5, 5.0, 60)]
    public void Size_SmallPools_EqualsEveryInputTried(int legs, double spread, int cases)
    {
        int compared = 0;
        for (int seed = 0; seed < cases; seed++)
        {
            (MarketGraph graph, int[] edges) = RandomRing(new Random((legs * 10_007) + seed), legs, spread, 3e5);
            InputSizer sizer = new(graph, 1);
            SizingStatus status = sizer.Size(edges, ulong.MaxValue, 4096, 2048);
            (ulong bestInput, long bestProfit) = TryAll(graph, edges, 40_000);
            if (status != SizingStatus.Ok)
            {
                Assert.True(bestProfit <= 0, $"seed {seed}: {status} but {bestInput} gains {bestProfit}");
                continue;
            }

            compared++;
            Assert.True(
                sizer.Profit >= bestProfit,
                $"seed {seed}: {sizer.Profit} at {sizer.Amount(0)}, best {bestProfit} at {bestInput}");
            Assert.Equal(Chain(graph, edges, sizer.Amount(0)), sizer.Amount(0) + (ulong)sizer.Profit);
        }

        Assert.True(compared > cases / 10);
    }

    /// <summary>
    /// A mint with a transfer fee: both of its pools round that fee on their own, besides the swap's.
    /// </summary>
    [Theory]
    [InlineData(3, 1.0, 15, 100)]
    [InlineData(3, 40.0, 125, 200)]
    [InlineData(4, 20.0, 50, 300)]
    public void Size_MintWithTransferFee_EqualsEveryInputTried(int legs, double spread, int bps, int cases)
    {
        TransferFeeRate fee = new(0, ulong.MaxValue, (ushort)bps);
        int compared = 0;
        for (int seed = 0; seed < cases; seed++)
        {
            Random random = new((legs * 7_919) + seed);
            (MarketGraph graph, int[] edges) = RandomRing(random, legs, spread, 3e5, 1.1);
            for (int leg = 0; leg < legs; leg++)
            {
                TestPool pool = (TestPool)graph.Pool(edges[leg] >> 1);
                if (pool.MintA == TestPool.Key(2, 1)) pool.TransferFeeA = fee;
                if (pool.MintB == TestPool.Key(2, 1)) pool.TransferFeeB = fee;
                graph.Refresh(edges[leg] >> 1, default);
            }

            InputSizer sizer = new(graph, 1);
            SizingStatus status = sizer.Size(edges, ulong.MaxValue, 65_536, 65_536);
            (ulong bestInput, long bestProfit) = TryAll(graph, edges, 40_000);
            if (status != SizingStatus.Ok) continue;
            compared++;
            Assert.True(
                sizer.Profit >= bestProfit,
                $"seed {seed}: {sizer.Profit} at {sizer.Amount(0)}, best {bestProfit} at {bestInput}");
        }

        Assert.True(compared > cases / 10);
    }

    /// <summary>
    /// A transfer fee that soon is at its maximum, of the mint that goes in, that comes out, in the middle, or of all:
    /// the rate rises again behind each cap, and the optimum may lie on either side.
    /// </summary>
    [Theory]
    [InlineData(2, 1.0, 300, 1, 100)]
    [InlineData(2, 1.0, 300, 2, 100)]
    [InlineData(2, 1.0, 200, 3, 200)]
    [InlineData(3, 1.0, 200, 2, 200)]
    [InlineData(3, 40.0, 300, 6, 200)]
    [InlineData(4, 20.0, 75, 15, 200)]
    public void Size_TransferFeeAtItsCap_EqualsEveryInputTried(int legs, double spread, int bps, int mints, int cases)
    {
        (int compared, int beyond) = (0, 0);
        for (int seed = 0; seed < cases; seed++)
        {
            Random random = new((legs * 6_007) + (mints * 389) + seed);
            (MarketGraph graph, int[] edges) = RandomRing(random, legs, spread, 3e5, 1.1);
            TransferFeeRate fee = new(0, (ulong)random.Next(1, 300), (ushort)bps);
            for (int leg = 0; leg < legs; leg++)
            {
                TestPool pool = (TestPool)graph.Pool(edges[leg] >> 1);
                for (int mint = 0; mint < legs; mint++)
                {
                    if ((mints & (1 << mint)) == 0) continue;
                    if (pool.MintA == TestPool.Key(2, mint)) pool.TransferFeeA = fee;
                    if (pool.MintB == TestPool.Key(2, mint)) pool.TransferFeeB = fee;
                }

                graph.Refresh(edges[leg] >> 1, default);
            }

            InputSizer sizer = new(graph, 1);
            SizingStatus status = sizer.Size(edges, ulong.MaxValue, 65_536, 65_536);
            (ulong bestInput, long bestProfit) = TryAll(graph, edges, 60_000);
            if (status != SizingStatus.Ok)
            {
                Assert.True(bestProfit <= 0, $"seed {seed}: {status} but {bestInput} gains {bestProfit}");
                continue;
            }

            compared++;
            for (int leg = 0; leg < legs; leg++)
            {
                Pool pool = graph.Pool(edges[leg] >> 1);
                bool isAIn = MarketGraph.EdgeDirection(edges[leg]) == SwapDirection.AToB;
                if (TransferFee.Fee(pool.TransferFeeAt(isAIn, 0), sizer.Amount(leg)) != fee.MaximumRaw) continue;
                beyond++;
                break;
            }

            Assert.True(sizer.ContinuousProfit >= bestProfit - 1e-6, $"seed {seed}: not a bound");
            Assert.True(
                sizer.Profit >= bestProfit,
                $"seed {seed}: {sizer.Profit} at {sizer.Amount(0)}, best {bestProfit} at {bestInput}");
        }

        Assert.True(compared > cases / 10, $"{compared} compared");
        Assert.True(beyond > cases / 20, $"{beyond} beyond a cap");
    }

    [Theory]
    [InlineData(2, 1.0)]
    [InlineData(3, 500.0)]
    [InlineData(4, 20.0)]
    public void Size_LargePools_NoFineGridPointNorNeighbourIsBetter(int legs, double spread)
    {
        int compared = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            (MarketGraph graph, int[] edges) = RandomRing(new Random((legs * 31_337) + seed), legs, spread, 1e13);
            InputSizer sizer = new(graph, 200);
            if (sizer.Size(edges, ulong.MaxValue, 4096, 2048) != SizingStatus.Ok) continue;
            compared++;
            ulong best = sizer.Amount(0);
            for (int i = -300; i <= 300; i++) AssertNotBetter(graph, edges, sizer, best + (ulong)i, seed);
            for (ulong i = 1; i <= 1000; i++) AssertNotBetter(graph, edges, sizer, best * i / 500, seed);
        }

        Assert.True(compared > 20);
    }

    [Fact]
    public void Size_Capped_NeverExceedsTheCap()
    {
        int compared = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            (MarketGraph graph, int[] edges) = RandomRing(new Random(seed), 3, 10, 1e10);
            InputSizer sizer = new(graph, 200);
            if (sizer.Size(edges, ulong.MaxValue, 4096, 2048) != SizingStatus.Ok) continue;
            ulong cap = sizer.Amount(0) / 3;
            if (cap < 1000) continue;
            Assert.Equal(SizingStatus.Ok, sizer.Size(edges, cap, 4096, 2048));
            Assert.InRange(sizer.Amount(0), 200UL, cap);
            (_, long best) = TryRange(graph, edges, cap - 200, cap);
            Assert.True(sizer.Profit >= best, $"seed {seed}: {sizer.Profit} < {best}");
            Assert.Equal(SizingStatus.TooSmall, sizer.Size(edges, 100, 4096, 2048));
            compared++;
        }

        Assert.True(compared > 50, $"only {compared} compared");
    }

    [Fact]
    public void Size_NoScans_QuotesAFewSizesOnly()
    {
        (MarketGraph graph, int[] edges) = RandomRing(new Random(3), 4, 20, 1e13, 1.05);
        InputSizer sizer = new(graph, 200);
        Assert.Equal(SizingStatus.Ok, sizer.Size(edges, ulong.MaxValue, 0, 4));
        Assert.InRange(sizer.QuotesUsed, 4, 40);
    }

    [Fact]
    public void Size_LosingRoute_SaysNoGain()
    {
        (MarketGraph graph, int[] edges) = RandomRing(new Random(3), 3, 1, 1e9, 0.99);
        Assert.Equal(SizingStatus.NoGain, new InputSizer(graph, 1).Size(edges, ulong.MaxValue, 4096, 2048));
    }

    internal static (MarketGraph Graph, int[] Edges) RandomRing(
        Random random, int legs, double spread, double depth, double gain = 0)
    {
        MarketGraph graph = new(legs + 2, legs, 1);
        double[] worth = new double[legs];
        for (int i = 0; i < legs; i++) worth[i] = Math.Exp((random.NextDouble() - 0.5) * 2 * Math.Log(spread + 0.001));
        worth[0] = 1;
        double push = gain > 0 ? Math.Pow(gain, 1.0 / legs) : Math.Pow(1 + (random.NextDouble() * 0.08), 1.0 / legs);
        int[] edges = new int[legs];
        for (int i = 0; i < legs; i++)
        {
            int to = (i + 1) % legs;
            double size = depth * (0.3 + random.NextDouble());
            bool flip = random.Next(2) == 0;
            ulong reserveIn = (ulong)(size / worth[i]);
            ulong reserveOut = (ulong)(size * push / worth[to]);
            uint fee = gain is > 0 and < 1 ? 0 : (uint)random.Next(0, 4) * 500;
            int id = CycleFinderTests.AddCoherent(graph, flip
                ? TestPool.Of(i, to, i, reserveOut, reserveIn, fee)
                : TestPool.Of(i, i, to, reserveIn, reserveOut, fee));
            edges[i] = MarketGraph.Edge(id, flip ? SwapDirection.BToA : SwapDirection.AToB);
        }

        return (graph, edges);
    }

    internal static ulong Chain(MarketGraph graph, int[] edges, ulong input)
    {
        ulong amount = input;
        foreach (int edge in edges)
        {
            SwapRequest request = new() { Direction = MarketGraph.EdgeDirection(edge), AmountRaw = amount };
            if (graph.Pool(edge >> 1).Quote(request, out SwapQuote quote) != QuoteStatus.Ok) return 0;
            amount = quote.AmountOutRaw;
        }

        return amount;
    }

    private static (ulong Input, long Profit) TryAll(MarketGraph graph, int[] edges, ulong max) =>
        TryRange(graph, edges, 1, max);

    private static (ulong Input, long Profit) TryRange(MarketGraph graph, int[] edges, ulong from, ulong to)
    {
        (ulong input, long profit) = (0UL, long.MinValue);
        for (ulong x = from; x <= to; x++)
        {
            ulong output = Chain(graph, edges, x);
            if (output > 0 && (long)output - (long)x > profit) (input, profit) = (x, (long)output - (long)x);
        }

        return (input, profit);
    }

    private static void AssertNotBetter(MarketGraph graph, int[] edges, InputSizer sizer, ulong input, int seed)
    {
        if (input < 200) return;
        ulong output = Chain(graph, edges, input);
        if (output == 0) return;
        Assert.True((long)output - (long)input <= sizer.Profit,
            $"seed {seed}: {input} gains {(long)output - (long)input}, sized {sizer.Amount(0)} gains {sizer.Profit}");
    }
}
