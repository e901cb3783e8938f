using System;
using System.Threading;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>
/// Pools that hold next to nothing, or nearly everything, on a side: real snapshots have some, and a sizing that does
/// not end would stop the thread that decides.
/// </summary>
public sealed class DustSizerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Two pools of the same two mints as a snapshot of 2023 has them: one unit is all that the first can give.
    /// </summary>
    [Fact]
    public void Size_LegThatCanGiveOneUnit_Ends()
    {
        MarketGraph graph = new(4, 2, 1);
        int[] edges =
        [
            MarketGraph.Edge(
                CycleFinderTests.AddCoherent(graph, TestPool.Of(0, 1, 0, 265, 1)), SwapDirection.BToA),
            MarketGraph.Edge(
                CycleFinderTests.AddCoherent(graph, TestPool.Of(1, 1, 0, 666, 1_842_128_671, 10_000)),
                SwapDirection.AToB),
        ];
        foreach (int[] route in (int[][])[edges, [edges[1], edges[0]]])
        {
            SizingStatus status = SizeInTime(graph, route, out InputSizer sizer);
            if (status != SizingStatus.Ok) continue;
            Assert.Equal(InputSizerTests.Chain(graph, route, sizer.Amount(0)), sizer.Amount(0) + (ulong)sizer.Profit);
        }
    }

    /// <summary>Reserves of any order of magnitude, 1 to 2^63, independent of each other.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Size_ReservesOfAnyMagnitude_EndsWithWhatIsQuoted(int legs)
    {
        int sized = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            Random random = new((legs * 15_485_863) + seed);
            MarketGraph graph = new(legs + 2, legs, 1);
            int[] edges = new int[legs];
            for (int leg = 0; leg < legs; leg++)
            {
                TestPool pool = TestPool.Of(
                    leg, leg, (leg + 1) % legs, Magnitude(random), Magnitude(random), (uint)random.Next(0, 20) * 500);
                edges[leg] = MarketGraph.Edge(CycleFinderTests.AddCoherent(graph, pool), SwapDirection.AToB);
            }

            if (SizeInTime(graph, edges, out InputSizer sizer) != SizingStatus.Ok) continue;
            sized++;
            Assert.Equal(
                InputSizerTests.Chain(graph, edges, sizer.Amount(0)), (ulong)((long)sizer.Amount(0) + sizer.Profit));
        }

        Assert.True(sized > 100, $"{sized} of 1,500 could be sized");
    }

    /// <summary>
    /// Three pools side by side on each of two legs, reserves of any magnitude: a plan adds up exactly.
    /// </summary>
    [Fact]
    public void Plan_ReservesOfAnyMagnitude_EndsWithWhatIsQuoted()
    {
        int plans = 0;
        for (int seed = 0; seed < 4000; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = new(4, 6, 1);
            for (int pool = 0; pool < 6; pool++)
                SplitRouterTests.Add(graph, pool & 1, 1 - (pool & 1), Magnitude(random), Magnitude(random));
            Opportunity one = default;
            InTime(() =>
            {
                one = SplitRouterTests.Sized(graph, [0, 2]);
                if (one.LegCount != 0) new SplitRouter(graph).Plan(ref one, ulong.MaxValue, 96);
            });
            if (one.LegCount == 0 || one.Split.Count == 0) continue;
            plans++;
            Assert.Equal(one.GrossProfitRaw + one.Split.GainRaw, SplitRouterTests.Profit(graph, in one));
        }

        Assert.True(plans > 20, $"{plans} plans");
    }

    private static ulong Magnitude(Random random) => (1UL << random.Next(0, 63)) + (ulong)random.Next(0, 3);

    private static SizingStatus SizeInTime(MarketGraph graph, int[] edges, out InputSizer sizer)
    {
        SearchSettings settings = new();
        InputSizer made = new(graph, 1);
        SizingStatus status = default;
        InTime(() => status =
            made.Size(edges, ulong.MaxValue, settings.PolishScansMax, settings.PolishQuotesMax));
        sizer = made;
        return status;
    }

    private static void InTime(Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Patience), "it does not end");
        Assert.Null(failure);
    }
}
