using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

public sealed class MarketGraphTests
{
    private static readonly ChainClock Clock = new(100, 1_700_000_000, 5);

    [Fact]
    public void AddPool_TwoSidedPool_HasAnEdgeInEachDirection()
    {
        // Seed defect 1.3: the original indexed edges by pool address alone, so a pool's second direction replaced the
        // first.
        MarketGraph graph = new(8, 8);
        int id = graph.AddPool(TestPool.Of(1, 0, 1, 1_000_000, 150_000_000, 0));
        graph.SetState(id, PoolState.Coherent, 100);
        graph.Refresh(id, Clock);
        int forward = MarketGraph.Edge(id, SwapDirection.AToB);
        Assert.Equal(150.0, graph.Rate(forward), 1e-9);
        Assert.Equal(1 / 150.0, graph.Rate(forward ^ 1), 1e-12);
        Assert.Equal(graph.EdgeFrom(forward), graph.EdgeTo(forward ^ 1));
    }

    [Fact]
    public void FindPair_OfAMintWithItself_IsNone()
    {
        MarketGraph graph = new(8, 8);
        graph.AddPool(TestPool.Of(1, 0, 1, 1_000_000, 150_000_000, 0));
        Assert.Equal(0, graph.FindPair(0, 1));
        Assert.Equal(1, graph.FindPair(1, 0));
        for (int mint = 0; mint < 8; mint++) Assert.Equal(-1, graph.FindPair(mint, mint)); // of 0 the key is 0
    }

    [Fact]
    public void AddPool_ParallelPools_AreAllKept()
    {
        // Seed defect 1.6: one edge per (source, target); parallel pools overwrote each other.
        MarketGraph graph = new(8, 8);
        for (int i = 0; i < 3; i++)
        {
            ulong reserve = 1_000_000 + ((ulong)i * 1000);
            int id = graph.AddPool(TestPool.Of(i, i == 1 ? 1 : 0, i == 1 ? 0 : 1, 1_000_000, reserve, 0));
            graph.SetState(id, PoolState.Coherent, 1);
            graph.Refresh(id, Clock);
        }

        int pair = graph.FindPair(0, 1);
        Assert.Equal(new[] { 0, 1, 2 }, graph.PairPools(pair).ToArray());
        Assert.Equal(1, graph.PairCount);
        Assert.Equal(1.002, graph.BestRate(pair), 1e-12);
        Assert.Equal(4, graph.BestEdge(pair));
        Assert.Equal(graph.Rate(2), graph.BestRate(pair ^ 1));
        Assert.Equal(graph.BestRate(pair), graph.Rates(0)[0].Out);
        Assert.Equal(graph.BestRate(pair ^ 1), graph.Rates(0)[0].In);
    }

    [Theory]
    [InlineData(PoolState.Unknown)]
    [InlineData(PoolState.Torn)]
    [InlineData(PoolState.Gapped)]
    [InlineData(PoolState.Stale)]
    [InlineData(PoolState.NotReady)]
    public void SetState_NotCoherent_RemovesBothEdges(PoolState state)
    {
        MarketGraph graph = new(8, 8);
        int id = graph.AddPool(TestPool.Of(1, 0, 1, 1_000_000, 150_000_000));
        graph.SetState(id, PoolState.Coherent, 100);
        graph.Refresh(id, Clock);
        graph.SetState(id, state, 101);
        graph.Refresh(id, Clock);
        Assert.Equal(0, graph.Rate(0));
        Assert.Equal(0, graph.Rate(1));
        Assert.Equal(0, graph.BestRate(graph.FindPair(0, 1)));
        Assert.Equal(-1, graph.BestEdge(graph.FindPair(0, 1)));
        Assert.True(graph.Segments(0).IsEmpty);
        Assert.Equal(101UL, graph.StateSlot(id));
    }

    [Fact]
    public void Refresh_EmptyPool_HasNoEdge()
    {
        MarketGraph graph = new(8, 8);
        int id = graph.AddPool(TestPool.Of(1, 0, 1, 0, 150_000_000));
        graph.SetState(id, PoolState.Coherent, 100);
        graph.Refresh(id, Clock);
        Assert.Equal(0, graph.Rate(0));
        Assert.Equal(0, graph.Rate(1));
    }

    [Fact]
    public void AddPool_FullTables_RefuseAndKeepWhatIsThere()
    {
        MarketGraph graph = new(3, 2);
        Assert.Equal(0, graph.AddPool(TestPool.Of(1, 0, 1, 1, 1)));
        Assert.Equal(0, graph.AddPool(TestPool.Of(1, 0, 1, 1, 1)));
        Assert.Equal(1, graph.AddPool(TestPool.Of(2, 1, 2, 1, 1)));
        Assert.Equal(-1, graph.AddPool(TestPool.Of(3, 0, 2, 1, 1)));
        Assert.Equal(-1, graph.AddMint(TestPool.Key(2, 9)));
        Assert.Equal(-1, graph.AddPool(TestPool.Of(4, 5, 5, 1, 1)));
        Assert.Equal(2, graph.PoolCount);
        Assert.Equal(1, graph.FindPool(TestPool.Key(1, 2)));
        Assert.Equal(-1, graph.FindPool(TestPool.Key(1, 3)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Refresh_RandomUpdates_BestRatesEqualARescan(int seed)
    {
        Random random = new(seed);
        MarketGraph graph = new(16, 80);
        for (int step = 0; step < 3000; step++)
        {
            if (graph.PoolCount < 80 && random.Next(10) == 0)
            {
                int a = random.Next(12);
                int b = (a + 1 + random.Next(11)) % 12;
                Assert.True(graph.AddPool(TestPool.Of(graph.PoolCount, a, b, 1, 1)) >= 0);
            }

            if (graph.PoolCount == 0) continue;
            int id = random.Next(graph.PoolCount);
            TestPool pool = (TestPool)graph.Pool(id);
            pool.ReserveA = (ulong)random.Next(0, 5);
            pool.ReserveB = (ulong)random.Next(0, 5);
            graph.SetState(id, random.Next(5) == 0 ? PoolState.Torn : PoolState.Coherent, (ulong)step);
            graph.Refresh(id, Clock);
            AssertConsistent(graph, seed);
        }
    }

    private static void AssertConsistent(MarketGraph graph, int seed)
    {
        graph.EnsureTopology();
        for (int pair = 0; pair < 2 * graph.PairCount; pair++)
        {
            double best = 0;
            int edge = -1;
            for (int e = 0; e < graph.EdgeCount; e++)
            {
                if (graph.EdgePair(e) == pair && graph.Rate(e) > best) (best, edge) = (graph.Rate(e), e);
            }

            Assert.True(best == graph.BestRate(pair), $"seed {seed}: pair {pair}");
            Assert.True(edge == graph.BestEdge(pair), $"seed {seed}: pair {pair} edge {edge} {graph.BestEdge(pair)}");
        }

        for (int mint = 0; mint < graph.MintCount; mint++)
        {
            for (int i = 0; i < graph.Neighbours(mint).Length; i++)
            {
                int pair = graph.PairsOut(mint)[i];
                Assert.Equal(mint, graph.PairFrom(pair));
                Assert.Equal(graph.Neighbours(mint)[i], graph.PairTo(pair));
                Assert.Equal(graph.BestRate(pair), graph.Rates(mint)[i].Out);
                Assert.Equal(graph.BestRate(pair ^ 1), graph.Rates(mint)[i].In);
            }
        }
    }
}
