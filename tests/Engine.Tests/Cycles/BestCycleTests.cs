using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

/// <summary>
/// The best cycle through a pool is the first of all of them, by the canonical product to the last bit and then by
/// edges, whether it gains or not.
/// </summary>
public sealed class BestCycleTests
{
    [Theory]
    [InlineData(3, 8, 2, 400)]
    [InlineData(3, 14, 3, 400)]
    [InlineData(5, 14, 4, 400)]
    [InlineData(12, 14, 4, 400)]
    [InlineData(6, 15, 5, 200)]
    [InlineData(6, 13, 6, 200)]
    [InlineData(12, 40, 4, 150)]
    [InlineData(12, 26, 6, 100)]
    [InlineData(30, 60, 4, 200)]
    [InlineData(60, 90, 4, 200)]
    [InlineData(24, 330, 3, 12)]
    [InlineData(40, 420, 4, 6)]
    public void FindBest_RandomGraphs_IsTheFirstOfBruteForce(int mints, int pools, int hops, int graphs)
    {
        int found = 0;
        for (int seed = 0; seed < graphs; seed++)
        {
            Random random = new((mints * 1_000_003) + (hops * 7919) + seed);
            double noise = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.05;
            MarketGraph graph = BruteForce.RandomGraph(random, mints, pools, noise);
            Pubkey[] bases = random.Next(3) switch
            {
                0 => [],
                1 => [TestPool.Key(2, 0)],
                _ => [TestPool.Key(2, 0), TestPool.Key(2, 1)],
            };
            CycleFinder finder = new(graph, new SearchSettings { MaxHops = hops, BaseMints = bases });
            HashSet<int> baseIds = [];
            foreach (Pubkey mint in bases) baseIds.Add(graph.MintId(mint));
            for (int turn = 0; turn < 3; turn++)
            {
                int pool = random.Next(pools);
                Cycle? expected = BruteForce.Best(graph, pool, hops, baseIds);
                string where = $"seed {seed}, pool {pool}";
                Assert.True(finder.FindBest(pool) == expected.HasValue, where);
                Assert.True(finder.Count == (expected.HasValue ? 1 : 0), where);
                if (expected is not { } best) continue;
                found++;
                Assert.True(Cycle.Compare(best, finder[0]) == 0, $"{where}: {best.MarginalProduct:R} expected");
                GraphStep(graph, random, pools);
            }
        }

        Assert.True(found > 0, "the graphs must hold cycles, else nothing is tested");
    }

    /// <summary>Many changes of one graph: what is kept from one search to the next never shows.</summary>
    [Theory]
    [InlineData(40, 420, 4, 120)]
    [InlineData(30, 200, 4, 300)]
    [InlineData(60, 400, 3, 300)]
    public void FindBest_AfterManyChanges_IsTheFirstOfBruteForce(int mints, int pools, int hops, int steps)
    {
        Random random = new(mints + pools);
        MarketGraph graph = BruteForce.RandomGraph(random, mints, pools, 0.01);
        CycleFinder finder = new(graph, new SearchSettings { MaxHops = hops, BaseMints = [] });
        int found = 0;
        for (int step = 0; step < steps; step++)
        {
            for (int change = random.Next(step % 50 == 0 ? 2000 : 4); change >= 0; change--)
            {
                TestPool moved = (TestPool)graph.Pool(random.Next(pools));
                moved.ReserveA += (ulong)(moved.ReserveA * random.NextDouble() * 0.02);
                moved.ReserveB += (ulong)(moved.ReserveB * random.NextDouble() * 0.02);
                graph.Refresh(graph.FindPool(moved.Address), BruteForce.Clock);
            }

            GraphStep(graph, random, pools);
            int pool = random.Next(pools);
            Cycle? expected = BruteForce.Best(graph, pool, hops, []);
            Assert.True(finder.FindBest(pool) == expected.HasValue, $"step {step}");
            if (expected is not { } best) continue;
            Assert.True(Cycle.Compare(best, finder[0]) == 0, $"step {step}: {best.MarginalProduct:R} expected");
            found++;
        }

        Assert.True(found > steps / 2, $"{found} of {steps}");
    }

    /// <summary>The searched pair is hidden during a search only, however it ends.</summary>
    [Fact]
    public void Find_AnyEnd_LeavesTheGraphAsItWas()
    {
        Random random = new(17);
        MarketGraph graph = BruteForce.RandomGraph(random, 40, 420, 0.02);
        CycleFinder finder = new(graph, new SearchSettings { MaxHops = 4, BaseMints = [], MaxCyclesPerEvent = 50 });
        HashSet<SearchStatus> ends = [];
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            ends.Add(finder.Find(pool, pool % 2 == 0 ? 30 : long.MaxValue));
            AssertRates(graph);
            finder.FindBest(pool);
            AssertRates(graph);
        }

        Assert.Equal(3, ends.Count);
    }

    [Fact]
    public void FindBest_EqualProducts_IsTheFirstByLegsAndEdges()
    {
        (MarketGraph graph, CycleFinder finder) = CycleFinderTests.Market(
            4, (0, 1, 1.0), (1, 2, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 1.0), (3, 0, 1.0), (0, 1, 1.0));
        Assert.True(finder.FindBest(0));
        Assert.Equal("0> 6<", BruteForce.Text(graph, finder[0]));
        Assert.True(finder.FindBest(4));
        Assert.Equal("3> 5< 4<", BruteForce.Text(graph, finder[0]));
    }

    [Fact]
    public void FindBest_PoolOnATree_HasNone()
    {
        (_, CycleFinder finder) = CycleFinderTests.Market(4, (0, 1, 1.5), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 1.0));
        Assert.False(finder.FindBest(3));
        Assert.Equal(0, finder.Count);
        Assert.True(finder.FindBest(0));
        Assert.Equal(3, finder[0].LegCount);
    }

    /// <summary>Every pool of every real snapshot: the first of the list is the best, and where nothing is listed the
    /// best does not gain.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void FindBest_RealSnapshots_IsTheFirstOfTheList(int hops)
    {
        int gaining = 0;
        foreach (string file in Snapshots())
        {
            MarketGraph graph = Read(file);
            CycleFinder finder = new(
                graph, new SearchSettings { MaxHops = hops, BaseMints = [], MaxCyclesPerEvent = 65_536 });
            for (int pool = 0; pool < graph.PoolCount; pool++)
            {
                Assert.Equal(SearchStatus.Complete, finder.Find(pool, long.MaxValue));
                Cycle? first = finder.Count > 0 ? finder[0] : null;
                bool hasBest = finder.FindBest(pool);
                string where = $"{Path.GetFileName(file)}, pool {pool}";
                if (first is { } cycle)
                {
                    gaining++;
                    Assert.True(hasBest && Cycle.Compare(cycle, finder[0]) == 0, where);
                }
                else
                {
                    Assert.True(!hasBest || finder[0].MarginalProduct <= 1, where);
                }
            }
        }

        Assert.True(gaining > 1000, $"{gaining} pools with gains");
    }

    /// <summary>
    /// The same against the plain enumeration: three legs for every pool, four for those whose enumeration is short.
    /// </summary>
    [Fact]
    public void FindBest_RealSnapshots_IsTheFirstOfBruteForce()
    {
        int found = 0;
        foreach (string file in Snapshots())
        {
            MarketGraph graph = Read(file);
            CycleFinder upTo3 = new(graph, new SearchSettings { MaxHops = 3, BaseMints = [] });
            CycleFinder upTo4 = new(graph, new SearchSettings { MaxHops = 4, BaseMints = [] });
            for (int pool = 0; pool < graph.PoolCount; pool += 3)
            {
                string where = $"{Path.GetFileName(file)}, pool {pool}";
                int reach = Math.Min(Pools(graph, graph.EdgeFrom(pool << 1)), Pools(graph, graph.EdgeTo(pool << 1)));
                CycleFinder finder = reach < 8 && graph.PoolCount < 300 ? upTo4 : upTo3;
                Cycle? expected = BruteForce.Best(graph, pool, finder == upTo4 ? 4 : 3, []);
                Assert.True(finder.FindBest(pool) == expected.HasValue, where);
                if (expected is not { } best) continue;
                Assert.True(Cycle.Compare(best, finder[0]) == 0, $"{where}: {best.MarginalProduct:R} expected");
                found++;
            }
        }

        Assert.True(found > 500, $"{found} pools with cycles");
    }

    private static void AssertRates(MarketGraph graph)
    {
        for (int mint = 0; mint < graph.MintCount; mint++)
        {
            ReadOnlySpan<int> pairs = graph.PairsOut(mint);
            for (int i = 0; i < pairs.Length; i++)
            {
                Assert.Equal(graph.BestRate(pairs[i]), graph.Rates(mint)[i].Out);
                Assert.Equal(graph.BestRate(pairs[i] ^ 1), graph.Rates(mint)[i].In);
                int rank = graph.Rank(graph.Neighbours(mint)[i]);
                if (rank < 0 || graph.Row(mint) is not { } row) continue;
                Assert.Equal(graph.BestRate(pairs[i]), row[rank].In);
                Assert.Equal(graph.BestRate(pairs[i] ^ 1), row[rank].Out);
            }
        }
    }

    private static int Pools(MarketGraph graph, int mint)
    {
        int count = 0;
        foreach (int pair in graph.PairsOut(mint)) count += graph.PairPools(pair).Length;
        return count;
    }

    private static string[] Snapshots()
    {
        string[] files = Directory.GetFiles(Repository.PathOf("data", "graphs"), "*.csv.gz");
        Assert.True(files.Length >= 13, "the snapshots are there");
        return files;
    }

    private static MarketGraph Read(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return GraphSnapshot.Read(reader);
    }

    /// <summary>Changes some pool so that what was computed for one search cannot serve the next.</summary>
    private static void GraphStep(MarketGraph graph, Random random, int pools)
    {
        int pool = random.Next(pools);
        bool goes = graph.State(pool) == PoolState.Coherent && random.Next(2) == 0;
        graph.SetState(pool, goes ? PoolState.Torn : PoolState.Coherent, 1);
        graph.Refresh(pool, BruteForce.Clock);
    }
}
