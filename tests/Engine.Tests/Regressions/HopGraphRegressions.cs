using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Regressions;

/// <summary>Defects 1.3: an index by pool address alone, and lists cloned at every look.</summary>
public sealed class HopGraphRegressions
{
    [Fact]
    public void Refresh_PoolUpdatedInBothDirections_KeepsBothEdges()
    {
        MarketGraph graph = new(4, 4, 1);
        TestPool pool = TestPool.Of(0, 0, 1, 1_000, 150_000, 0);
        int id = CycleFinderTests.AddCoherent(graph, pool);
        Assert.Equal(id, graph.AddPool(pool)); // the same pool again is the same pool
        pool.ReserveB = 151_000;
        graph.Refresh(id, BruteForce.Clock);
        Assert.Equal(1, graph.PoolCount);
        Assert.Equal(2, graph.EdgeCount);
        Assert.Equal(151, graph.Rate(id << 1), 1e-12);
        Assert.Equal(1 / 151.0, graph.Rate((id << 1) | 1), 1e-12);
        Assert.Equal(graph.EdgeFrom(id << 1), graph.EdgeTo((id << 1) | 1));
    }

    [Fact]
    public void Neighbours_ReadOften_AllocateNothing()
    {
        MarketGraph graph = BruteForce.RandomGraph(new Random(1), 8, 40, 0.01);
        graph.EnsureTopology();
        double sum = Sum(graph);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) sum += Sum(graph);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(sum > 0);
    }

    private static double Sum(MarketGraph graph)
    {
        double sum = 0;
        for (int mint = 0; mint < graph.MintCount; mint++)
        {
            foreach (RatePair rates in graph.Rates(mint)) sum += rates.Out;
        }

        return sum;
    }
}
