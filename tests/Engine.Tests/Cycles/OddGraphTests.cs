using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

/// <summary>
/// Searches on graphs that no market looks like, against plain enumeration: rates over the whole range of balances,
/// products that differ from 1 by roundings, ties, nothing but parallel pools, parts that do not meet, stars.
/// </summary>
public sealed class OddGraphTests
{
    /// <summary>What is odd about a graph.</summary>
    public enum Oddity
    {
        HugeAndTinyRates,
        NearlyOne,
        Ties,
        OnePair,
        Parts,
        Star,
    }

    [Theory]
    [InlineData(Oddity.HugeAndTinyRates, 6, 16, 4)]
    [InlineData(Oddity.HugeAndTinyRates, 5, 12, 6)]
    [InlineData(Oddity.NearlyOne, 6, 16, 4)]
    [InlineData(Oddity.NearlyOne, 5, 12, 6)]
    [InlineData(Oddity.Ties, 6, 16, 4)]
    [InlineData(Oddity.Ties, 5, 12, 5)]
    [InlineData(Oddity.OnePair, 2, 24, 4)]
    [InlineData(Oddity.OnePair, 2, 24, 2)]
    [InlineData(Oddity.Parts, 12, 24, 4)]
    [InlineData(Oddity.Parts, 12, 20, 6)]
    [InlineData(Oddity.Star, 9, 20, 3)]
    [InlineData(Oddity.Star, 9, 20, 6)]
    public void Search_OddGraphs_EqualsBruteForce(Oddity oddity, int mints, int pools, int hops)
    {
        long cycles = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new((int)oddity + (hops * 7919) + (seed * 104_729));
            MarketGraph graph = Graph(oddity, random, mints, pools);
            Pubkey[] bases = random.Next(2) == 0 ? [] : [TestPool.Key(2, 0)];
            HashSet<int> baseIds = [];
            foreach (Pubkey mint in bases) baseIds.Add(graph.MintId(mint));
            SearchSettings settings = new() { MaxHops = hops, BaseMints = bases, MaxCyclesPerEvent = 100_000 };
            CycleFinder finder = new(graph, settings);
            for (int turn = 0; turn < 3; turn++)
            {
                int pool = random.Next(pools);
                string where = $"{oddity} seed {seed} pool {pool}";
                SortedSet<string> expected = BruteForce.Cycles(graph, pool, hops, baseIds);
                Assert.Equal(SearchStatus.Complete, finder.Find(pool, long.MaxValue));
                SortedSet<string> found = [];
                for (int i = 0; i < finder.Count; i++) Assert.True(found.Add(BruteForce.Text(graph, finder[i])), where);
                Assert.True(expected.SetEquals(found), $"{where}: {expected.Count} expected, {found.Count} found");
                Cycle? best = BruteForce.Best(graph, pool, hops, baseIds);
                Assert.True(finder.FindBest(pool) == best.HasValue, where);
                if (best is { } first) Assert.True(Cycle.Compare(first, finder[0]) == 0, where);
                cycles += expected.Count;
            }
        }

        Assert.True(cycles > 0, "no graph holds a gain");
    }

    [Theory]
    [InlineData(Oddity.HugeAndTinyRates, 6, 10)]
    [InlineData(Oddity.OnePair, 2, 12)]
    [InlineData(Oddity.Parts, 12, 20)]
    [InlineData(Oddity.Star, 6, 10)]
    public void GlobalSearch_OddGraphs_FindsAGainExactlyWhenThereIsOne(Oddity oddity, int mints, int pools)
    {
        int with = 0;
        int[] edges = new int[64];
        for (int seed = 0; seed < 150; seed++)
        {
            MarketGraph graph = Graph(oddity, new Random(seed), mints, pools);
            GlobalCycleFinder finder = new(graph);
            finder.Begin();
            int legs = finder.FindNext(edges, long.MaxValue);
            bool expected = BruteForce.Cycles(graph, -1, mints, []).Count > 0;
            Assert.True(expected == legs > 0, $"{oddity} seed {seed}: brute force {expected}, found {legs}");
            if (legs > 0) with++;
        }

        Assert.True(with > 0, "no graph holds a gain");
    }

    [Fact]
    public void AddPool_SameMintTwice_IsRefused() =>
        Assert.Equal(-1, new MarketGraph(4, 4).AddPool(TestPool.Of(0, 1, 1, 1_000, 1_000)));

    private static MarketGraph Graph(Oddity oddity, Random random, int mints, int pools)
    {
        MarketGraph graph = new(mints + 1, pools);
        for (int i = 0; i < pools; i++)
        {
            (int a, int b) = Pair(oddity, random, mints);
            (ulong reserveA, ulong reserveB, uint fee) = Reserves(oddity, random);
            int id = graph.AddPool(TestPool.Of(i, a, b, reserveA, reserveB, fee));
            graph.SetState(id, PoolState.Coherent, 1);
            graph.Refresh(id, BruteForce.Clock);
        }

        return graph;
    }

    private static (int A, int B) Pair(Oddity oddity, Random random, int mints)
    {
        // A third of the mints is a part of its own; of a star every pool has mint 0.
        int part = oddity == Oddity.Parts ? random.Next(3) * (mints / 3) : 0;
        int size = oddity == Oddity.Parts ? mints / 3 : mints;
        int a = oddity == Oddity.Star && random.Next(6) != 0 ? 0 : random.Next(size);
        int b = (a + 1 + random.Next(size - 1)) % size;
        return random.Next(2) == 0 ? (part + a, part + b) : (part + b, part + a);
    }

    private static (ulong A, ulong B, uint Fee) Reserves(Oddity oddity, Random random)
    {
        const ulong Quadrillion = 1_000_000_000_000_000;
        switch (oddity)
        {
            case Oddity.HugeAndTinyRates:
                return (1UL << random.Next(63), (1UL << random.Next(63)) + 1, (uint)random.Next(2) * 10_000);
            case Oddity.NearlyOne:
                return (Quadrillion + (ulong)random.Next(3), Quadrillion + (ulong)random.Next(3), 0);
            case Oddity.Ties:
                return (1UL << (20 + random.Next(2)), 1UL << (20 + random.Next(2)), 0);
            default:
                ulong depth = 1_000_000UL << random.Next(20);
                return (depth, (ulong)(depth * Math.Exp((random.NextDouble() - 0.5) * 0.02)), 1_000);
        }
    }
}
