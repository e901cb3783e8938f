using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

public sealed class GlobalCycleFinderTests
{
    [Theory]
    [InlineData(4, 8, 300)]
    [InlineData(6, 12, 300)]
    [InlineData(9, 11, 300)]
    [InlineData(40, 120, 100)]
    [InlineData(60, 70, 100)]
    public void FindNext_RandomGraphs_FindsSimpleGainsExactlyWhenThereAreAny(int mints, int pools, int graphs)
    {
        int with = 0;
        int without = 0;
        int[] edges = new int[64];
        for (int seed = 0; seed < graphs; seed++)
        {
            Random random = new((mints * 7919) + seed);
            MarketGraph graph = BruteForce.RandomGraph(random, mints, pools, random.NextDouble() * 0.012);
            GlobalCycleFinder finder = new(graph);
            finder.Begin();
            int legs = finder.FindNext(edges, long.MaxValue);
            Assert.True(legs >= 0);
            if (legs > 0) with++;
            else without++;
            if (legs > 0) AssertIsGain(graph, edges.AsSpan(0, legs), seed);
            if (mints > 9) continue;

            // Cycles longer than six legs do not exist on so few mints, or are looked for by the same brute force.
            bool expected = BruteForce.Cycles(graph, -1, mints, []).Count > 0;
            Assert.True(expected == legs > 0, $"seed {seed}: brute force {expected}, found {legs}");
        }

        Assert.True(with > 0 && (mints > 9 || without > 0), $"{with} {without}");
    }

    [Fact]
    public void FindNext_TwoComponents_FindsBoth()
    {
        (MarketGraph graph, _) = CycleFinderTests.Market(
            4, (0, 1, 1.02), (1, 2, 1.0), (2, 0, 1.0), (3, 4, 1.01), (4, 5, 1.0), (5, 3, 1.0));
        GlobalCycleFinder finder = new(graph);
        int[] edges = new int[8];
        finder.Begin();
        HashSet<int> lowest = [];
        int legs;
        while ((legs = finder.FindNext(edges, long.MaxValue)) > 0)
        {
            AssertIsGain(graph, edges.AsSpan(0, legs), 0);
            int least = int.MaxValue;
            foreach (int edge in edges.AsSpan(0, legs)) least = Math.Min(least, edge >> 1);
            lowest.Add(least);
        }

        Assert.Equal([0, 3], lowest);
    }

    [Fact]
    public void FindNext_CycleWithATail_ReturnsTheCycleOnly()
    {
        // Seed defect 1.6: the original walked parents until a repeat and returned the tail with the cycle.
        (MarketGraph graph, _) = CycleFinderTests.Market(
            4, (0, 1, 5.0), (1, 2, 3.0), (2, 3, 1.02), (3, 4, 1.0), (4, 2, 1.0), (4, 5, 2.0));
        GlobalCycleFinder finder = new(graph);
        int[] edges = new int[8];
        finder.Begin();
        Assert.Equal(3, finder.FindNext(edges, long.MaxValue));
        Array.Sort(edges, 0, 3);
        Assert.Equal(new[] { 4, 6, 8 }, edges[..3]);
    }

    [Fact]
    public void FindNext_RingLongerThanTheHopBound_IsFound()
    {
        (int, int, double)[] ring = new (int, int, double)[11];
        for (int i = 0; i < 11; i++) ring[i] = (i, (i + 1) % 11, 1.001);
        (MarketGraph graph, CycleFinder incremental) = CycleFinderTests.Market(6, ring);
        incremental.Find(0, long.MaxValue);
        Assert.Equal(0, incremental.Count);
        GlobalCycleFinder finder = new(graph);
        finder.Begin();
        Assert.Equal(11, finder.FindNext(new int[16], long.MaxValue));
        Assert.Equal(0, finder.FindNext(new int[16], long.MaxValue));
    }

    [Fact]
    public void FindNext_PoolWithoutFeeThereAndBack_IsNoCycle()
    {
        (MarketGraph graph, _) = CycleFinderTests.Market(4, (0, 1, 1.234567));
        GlobalCycleFinder finder = new(graph);
        finder.Begin();
        Assert.Equal(0, finder.FindNext(new int[4], long.MaxValue));
        Assert.Equal(-1, finder.FindNext(new int[4], -1));
    }

    private static void AssertIsGain(MarketGraph graph, ReadOnlySpan<int> edges, int seed)
    {
        double product = 1;
        HashSet<int> mints = [];
        for (int i = 0; i < edges.Length; i++)
        {
            Assert.Equal(graph.EdgeTo(edges[i]), graph.EdgeFrom(edges[(i + 1) % edges.Length]));
            Assert.True(mints.Add(graph.EdgeFrom(edges[i])), $"seed {seed}: not simple");
            product *= graph.Rate(edges[i]);
        }

        Assert.True(product > 1, $"seed {seed}: {product}");
    }
}
