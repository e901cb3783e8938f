using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

public sealed class CycleFinderTests
{
    [Theory]
    [InlineData(3, 8, 2, 400)]
    [InlineData(3, 14, 3, 300)]
    [InlineData(5, 14, 4, 300)]
    [InlineData(6, 15, 5, 200)]
    [InlineData(6, 13, 6, 200)]
    [InlineData(8, 30, 4, 150)]
    [InlineData(12, 40, 4, 100)]
    [InlineData(12, 26, 6, 100)]
    [InlineData(30, 60, 4, 100)]
    [InlineData(60, 90, 4, 100)]
    [InlineData(60, 70, 6, 60)]
    [InlineData(24, 330, 3, 12)]
    [InlineData(22, 240, 4, 3)]
    [InlineData(3, 60, 3, 20)]
    [InlineData(4, 70, 4, 6)]
    public void Find_RandomGraphs_EqualsBruteForce(int mints, int pools, int hops, int graphs)
    {
        long total = 0;
        for (int seed = 0; seed < graphs; seed++)
        {
            Random random = new((mints * 1_000_003) + (hops * 7919) + seed);
            MarketGraph graph = BruteForce.RandomGraph(random, mints, pools, random.NextDouble() * 0.05);
            Pubkey[] bases = random.Next(3) switch
            {
                0 => [],
                1 => [TestPool.Key(2, 0)],
                _ => [TestPool.Key(2, 0), TestPool.Key(2, 1)],
            };
            SearchSettings settings = new() { MaxHops = hops, BaseMints = bases, MaxCyclesPerEvent = 20_000 };
            CycleFinder finder = new(graph, settings);
            HashSet<int> baseIds = [];
            foreach (Pubkey mint in bases) baseIds.Add(graph.MintId(mint));
            int pool = random.Next(pools);
            SortedSet<string> expected = BruteForce.Cycles(graph, pool, hops, baseIds);
            Assert.Equal(SearchStatus.Complete, finder.Find(pool, long.MaxValue));
            AssertSame(graph, finder, expected, seed);
            total += expected.Count;
        }

        Assert.True(total > 0, "the graphs must hold cycles, else nothing is tested");
    }

    [Theory]
    [InlineData(6, 20, 4)]
    [InlineData(10, 30, 3)]
    [InlineData(8, 16, 6)]
    public void FindOwned_EveryPool_ListsEachCycleOfTheGraphOnce(int mints, int pools, int hops)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            MarketGraph graph = BruteForce.RandomGraph(new Random(seed), mints, pools, 0.03);
            SearchSettings settings = new() { MaxHops = hops, BaseMints = [], MaxCyclesPerEvent = 50_000 };
            CycleFinder finder = new(graph, settings);
            SortedSet<string> expected = BruteForce.Cycles(graph, -1, hops, []);
            List<string> found = [];
            for (int pool = 0; pool < pools; pool++)
            {
                Assert.Equal(SearchStatus.Complete, finder.FindOwned(pool, long.MaxValue));
                for (int i = 0; i < finder.Count; i++) found.Add(BruteForce.Text(graph, finder[i]));
            }

            Assert.True(expected.Count == found.Count, $"seed {seed}: {expected.Count} expected, {found.Count} found");
            Assert.True(expected.SetEquals(found), $"seed {seed}");
        }
    }

    [Fact]
    public void Find_TwoPools_FindsTheTwoLegCycle()
    {
        // Seed defect 1.4: two-pool arbitrage was never found.
        (MarketGraph graph, CycleFinder finder) = Market(4, (0, 1, 1.01), (0, 1, 1.0));
        finder.Find(0, long.MaxValue);
        Assert.Equal(1, finder.Count);
        Assert.Equal("0> 1<", BruteForce.Text(graph, finder[0]));
        Assert.Equal(1.01, finder[0].MarginalProduct, 1e-9);
    }

    [Fact]
    public void Find_CycleThroughStartTwice_IsNotACycle()
    {
        // Seed defect 1.4: SOL-USDC-SOL-BONK-SOL was reported, and twice, in both rotations.
        (MarketGraph graph, CycleFinder finder) =
            Market(4, (0, 1, 1.01), (0, 1, 1.0), (0, 2, 1.01), (0, 2, 1.0));
        List<string> found = [];
        for (int pool = 0; pool < 4; pool++)
        {
            finder.FindOwned(pool, long.MaxValue);
            for (int i = 0; i < finder.Count; i++) found.Add(BruteForce.Text(graph, finder[i]));
        }

        Assert.Equal(["0> 1<", "2> 3<"], found);
    }

    [Fact]
    public void Find_Rotations_AreOneCycle()
    {
        // Seed defect 1.4: no dedupe of rotations.
        (MarketGraph graph, CycleFinder finder) = Market(4, (0, 1, 1.02), (1, 2, 1.0), (2, 0, 1.0));
        for (int pool = 0; pool < 3; pool++)
        {
            finder.Find(pool, long.MaxValue);
            Assert.Equal(1, finder.Count);
            Assert.Equal("0> 1> 2>", BruteForce.Text(graph, finder[0]));
        }
    }

    [Fact]
    public void Find_SpotGainSmallerThanFees_IsNotProfitable()
    {
        // Seed defect 1.4: fees never entered the profit.
        MarketGraph graph = new(4, 4);
        AddCoherent(graph, TestPool.Of(0, 0, 1, 1_000_000_000, 1_005_000_000, 3000));
        AddCoherent(graph, TestPool.Of(1, 0, 1, 1_000_000_000, 1_000_000_000, 3000));
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [TestPool.Key(2, 0)] });
        finder.Find(0, long.MaxValue);
        Assert.Equal(0, finder.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Find_CheapAndDearMints_AreFoundFromEveryBase(int baseMint)
    {
        // Seed defect 1.5: raw log rates were pruned by a constant a leg, so a 3 % triangle was found from ETH, not
        // from SOL.
        MarketGraph graph = new(8, 8);
        AddCoherent(graph, TestPool.Of(0, 0, 1, 1_000_000_000, 150_000_000_000, 0));
        AddCoherent(graph, TestPool.Of(1, 1, 2, 3_000_000_000_000, 1_000_000_000, 0));
        AddCoherent(graph, TestPool.Of(2, 2, 0, 1_000_000_000, 20_600_000_000, 0));
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [TestPool.Key(2, baseMint)] });
        finder.Find(2, long.MaxValue);
        Assert.Equal(1, finder.Count);
        Assert.Equal(1.03, finder[0].MarginalProduct, 1e-9);
    }

    [Fact]
    public void Find_AllRatesBelowOne_FindsNothing()
    {
        (_, CycleFinder finder) = Market(4, (0, 1, 0.9), (1, 2, 0.9), (2, 0, 0.9));
        finder.Find(0, long.MaxValue);

        // The reverse directions multiply to (1/0.9)^3 and are a real gain; the forward ones are not listed.
        Assert.Equal(1, finder.Count);
        Assert.Equal(1 / (0.9 * 0.9 * 0.9), finder[0].MarginalProduct, 1e-6);
    }

    [Theory]
    [InlineData(50, 2_000_000, 6)]
    [InlineData(1, 2_000_000, 5)]
    [InlineData(long.MaxValue, 100, 5)]
    [InlineData(5000, 3, 4)]
    [InlineData(700, 1, 3)]
    [InlineData(long.MaxValue, 11, 3)]
    [InlineData(long.MaxValue, 37, 4)]
    [InlineData(900, 64, 4)]
    public void Resume_UntilComplete_FindsEachCycleOnceWhateverTheBounds(long stepsMax, int buffer, int hops)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            MarketGraph graph = BruteForce.RandomGraph(new Random(seed), 12, 60, 0.05);
            CycleFinder whole = new(graph, Any(hops, 2_000_000));
            CycleFinder bounded = new(graph, Any(hops, buffer));
            Assert.Equal(SearchStatus.Complete, whole.Find(3, long.MaxValue));
            SortedSet<string> expected = [];
            for (int i = 0; i < whole.Count; i++) Assert.True(expected.Add(BruteForce.Text(graph, whole[i])));
            SortedSet<string> found = [];
            SearchStatus status = bounded.Find(3, stepsMax);
            Assert.True(expected.Count <= buffer || status != SearchStatus.Complete);
            for (int calls = 0; ; calls++)
            {
                for (int i = 0; i < bounded.Count; i++)
                    Assert.True(found.Add(BruteForce.Text(graph, bounded[i])), $"seed {seed}: found twice");
                if (status == SearchStatus.Complete) break;
                Assert.True(calls < 1_000_000, "no progress");
                status = bounded.Resume(bounded.Cursor, stepsMax);
            }

            Assert.True(expected.SetEquals(found), $"seed {seed}: {expected.Count} expected, {found.Count} found");
        }
    }

    [Fact]
    public void Find_StepBound_ReportsWorkBoundAndNeverSilently()
    {
        MarketGraph graph = BruteForce.RandomGraph(new Random(5), 20, 200, 0.05);
        CycleFinder finder = new(graph, Any(6, 100));
        Assert.Equal(SearchStatus.WorkBound, finder.Find(3, 50));
        Assert.Equal(SearchStatus.BufferFull, finder.Find(3, 20_000_000));
    }

    private static SearchSettings Any(int hops, int buffer) =>
        new() { BaseMints = [], MaxHops = hops, MaxCyclesPerEvent = buffer };

    private static void AssertSame(MarketGraph graph, CycleFinder finder, SortedSet<string> expected, int seed)
    {
        SortedSet<string> found = [];
        for (int i = 0; i < finder.Count; i++)
        {
            Assert.True(found.Add(BruteForce.Text(graph, finder[i])), $"seed {seed}: found twice");
            Assert.True(i == 0 || finder[i].MarginalProduct <= finder[i - 1].MarginalProduct, $"seed {seed}: order");
        }

        Assert.True(expected.SetEquals(found), $"seed {seed}: {expected.Count} expected, {found.Count} found");
    }

    internal static (MarketGraph Graph, CycleFinder Finder) Market(
        int hops, params (int From, int To, double Rate)[] pools)
    {
        MarketGraph graph = new(16, pools.Length);
        for (int i = 0; i < pools.Length; i++)
        {
            ulong reserve = (ulong)(1e9 * pools[i].Rate);
            AddCoherent(graph, TestPool.Of(i, pools[i].From, pools[i].To, 1_000_000_000, reserve, 0));
        }
        return (graph, new CycleFinder(graph, new SearchSettings { BaseMints = [TestPool.Key(2, 0)], MaxHops = hops }));
    }

    internal static int AddCoherent(MarketGraph graph, TestPool pool)
    {
        int id = graph.AddPool(pool);
        graph.SetState(id, PoolState.Coherent, 1);
        graph.Refresh(id, BruteForce.Clock);
        return id;
    }
}
