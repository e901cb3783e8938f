using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>Bounds of several candidates at a time are those of one candidate at a time.</summary>
public sealed class FirstBoundsTests
{
    private const ulong MinimumInput = 200;

    [Fact]
    public void Solve_EqualsTheSizerBitForBit()
    {
        (int known, int beyond, int small, int none) = (0, 0, 0, 0);
        for (int seed = 0; seed < 1500; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = RouteCurveTests.Market(random, out int[] edges);
            Opportunity route = RouteOf(edges);
            FirstBounds bounds = new(new FirstPieces(graph), MinimumInput);
            InputSizer sizer = new(graph, MinimumInput);
            bounds.Clear();
            ulong[] caps = new ulong[1 + random.Next(FirstBounds.Width)];
            for (int lane = 0; lane < caps.Length; lane++)
            {
                caps[lane] = random.Next(3) == 0 ? ulong.MaxValue : (ulong)Math.Exp(random.NextDouble() * 16);
                bounds.Set(lane, in route, caps[lane]);
            }

            bounds.Solve(caps.Length);
            for (int lane = 0; lane < caps.Length; lane++)
            {
                bool isFirst = RouteCurveTests.IsOnFirstPieces(graph, edges, caps[lane], out _, out _);
                Assert.True(bounds.IsKnown(lane) == isFirst, $"seed {seed}, lane {lane}");
                if (!isFirst)
                {
                    beyond++;
                    continue;
                }

                SizingStatus expected = sizer.LocateBound(edges, caps[lane]);
                Assert.True(expected == bounds.Status(lane), $"seed {seed}, lane {lane}");
                (small, none) = (small + (expected == SizingStatus.TooSmall ? 1 : 0),
                    none + (expected == SizingStatus.NoGain ? 1 : 0));
                if (expected != SizingStatus.Ok) continue;
                known++;
                Assert.True(sizer.ContinuousInput.Equals(bounds.Input(lane)), $"seed {seed}, lane {lane}");
                Assert.True(sizer.ProfitBound.Equals(bounds.ProfitBound(lane)), $"seed {seed}, lane {lane}");
            }
        }

        Assert.True(known > 300 && beyond > 300 && small > 20 && none > 20, $"{known} {beyond} {small} {none}");
    }

    [Fact]
    public void Set_PoolThatMovedOrCannotQuote_IsSeen()
    {
        MarketGraph graph = new(4, 4, 4);
        for (int i = 0; i < 2; i++)
        {
            CycleFinderTests.AddCoherent(
                graph,
                new TestPool(TestPool.Key(1, i), TestPool.Key(2, 0), TestPool.Key(2, 1), 1_000_000, 1_000_000, 3000));
        }

        int[] edges = [0, 3];
        Opportunity route = RouteOf(edges);
        FirstBounds bounds = new(new FirstPieces(graph), MinimumInput);
        Solve();
        Assert.Equal(SizingStatus.NoGain, bounds.Status(0));

        ((TestPool)graph.Pool(0)).ReserveB += 200_000;
        graph.Refresh(0, BruteForce.Clock);
        Solve();
        Assert.True(bounds.IsKnown(0));
        Assert.Equal(SizingStatus.Ok, bounds.Status(0));

        graph.SetState(1, PoolState.Torn, 1);
        Solve();
        Assert.False(bounds.IsKnown(0));

        graph.SetState(1, PoolState.Coherent, 1);
        graph.Refresh(1, BruteForce.Clock);
        Solve();
        Assert.Equal(SizingStatus.Ok, bounds.Status(0));

        void Solve()
        {
            bounds.Clear();
            bounds.Set(0, in route, ulong.MaxValue);
            bounds.Solve(1);
        }
    }

    private static Opportunity RouteOf(int[] edges)
    {
        Opportunity route = new() { LegCount = (byte)edges.Length };
        for (int leg = 0; leg < edges.Length; leg++)
        {
            route.Legs[leg].PoolId = MarketGraph.EdgePool(edges[leg]);
            route.Legs[leg].Direction = (byte)MarketGraph.EdgeDirection(edges[leg]);
        }

        return route;
    }
}
