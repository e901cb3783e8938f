using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

/// <summary>The reject by reference prices, kept up to date through changes, against plain enumeration.</summary>
public sealed class BasePricesTests
{
    [Theory]
    [InlineData(5, 12, 2, 1)]
    [InlineData(8, 20, 3, 1)]
    [InlineData(10, 30, 4, 1)]
    [InlineData(20, 50, 4, 2)]
    [InlineData(12, 24, 5, 2)]
    [InlineData(9, 16, 6, 3)]
    [InlineData(40, 70, 4, 1)]
    public void Find_AfterManyChanges_StillEqualsBruteForce(int mints, int pools, int hops, int baseCount)
    {
        long found = 0;
        long rejected = 0;
        long proven = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new((mints * 31) + (hops * 7) + seed);
            Market market = new(random, mints, pools);
            Pubkey[] bases = new Pubkey[baseCount];
            for (int i = 0; i < baseCount; i++) bases[i] = TestPool.Key(2, i);
            CycleFinder finder = new(market.Graph, new SearchSettings { BaseMints = bases, MaxHops = hops });
            HashSet<int> baseIds = [];
            foreach (Pubkey mint in bases) baseIds.Add(market.Graph.MintId(mint));
            for (int step = 0; step < 60; step++)
            {
                int pool = random.Next(market.Graph.PoolCount);
                bool canGain = true;
                if (random.Next(2) == 0) pool = market.Change(random);
                else canGain = market.ChangeBounded(random, pool, finder);
                if (random.Next(8) == 0) finder.TightenPrices(40);
                if (canGain && random.Next(3) == 0) continue; // several changes between two searches
                Assert.Equal(SearchStatus.Complete, finder.Find(pool, long.MaxValue));
                SortedSet<string> expected = BruteForce.Cycles(market.Graph, pool, hops, baseIds);
                SortedSet<string> actual = [];
                for (int i = 0; i < finder.Count; i++) actual.Add(BruteForce.Text(market.Graph, finder[i]));
                Assert.True(expected.SetEquals(actual), $"seed {seed} step {step}: {expected.Count} {actual.Count}");
                found += expected.Count;
                Assert.True(canGain || expected.Count == 0, $"seed {seed} step {step}: proven, and there is one");
                if (!canGain) proven++;
            }

            rejected += finder.RejectedCount;
        }

        string counts = $"all must happen: {found} found, {rejected} rejected, {proven} proven before";
        Assert.True(found > 0 && rejected > 0 && proven > 0, counts);
    }

    /// <summary>Bit by bit, with one base and with several, for every number of legs.</summary>
    [Theory]
    [InlineData(6, 14, 2, 1)]
    [InlineData(10, 25, 3, 2)]
    [InlineData(12, 40, 4, 1)]
    [InlineData(12, 40, 4, 3)]
    [InlineData(9, 20, 5, 2)]
    [InlineData(14, 30, 6, 1)]
    public void Prices_AfterManyChanges_AreThoseOfThePlainUpkeep(int mints, int pools, int hops, int baseCount)
    {
        int raised = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            Random random = new((mints * 17) + hops + seed);
            Market market = new(random, mints, pools);
            int[] bases = new int[baseCount];
            for (int i = 0; i < baseCount; i++) bases[i] = market.Graph.AddMint(TestPool.Key(2, i));
            market.Graph.EnsureTopology();
            BasePrices prices = new(market.Graph, bases, hops);
            PlainPrices[] plain = Array.ConvertAll(bases, mint => new PlainPrices(market.Graph, mint, hops));
            for (int step = 0; step < 150; step++)
            {
                for (int changes = random.Next(4); changes >= 0; changes--) _ = market.Change(random);
                market.Graph.EnsureTopology();
                prices.Absorb();
                foreach (PlainPrices one in plain) one.Absorb();
                int tightened = random.Next(market.Graph.MintCount);
                if (random.Next(2) == 0) _ = prices.Tighten(tightened);
                else tightened = -1;
                for (int index = 0; index < baseCount; index++)
                {
                    if (tightened >= 0) plain[index].Tighten(tightened);
                    raised += AssertSame(prices, plain[index], index, market.Graph.MintCount, hops - 1);
                }
            }
        }

        Assert.True(raised > 1000, $"{raised} prices above zero");
    }

    private static int AssertSame(BasePrices prices, PlainPrices plain, int index, int mints, int levels)
    {
        int above = 0;
        for (int mint = 0; mint < mints; mint++)
        {
            for (int legs = 0; legs <= levels; legs++)
            {
                Assert.Equal(plain.Sell(mint, legs), prices.Sell(mint, index, legs));
                Assert.Equal(plain.Buy(mint, legs), prices.Buy(mint, index, legs));
                if (plain.Sell(mint, legs) > 0) above++;
            }
        }

        return above;
    }

    [Fact]
    public void Find_MoreChangesThanTheLogHolds_BeginsAnew()
    {
        Random random = new(7);
        Market market = new(random, 8, 20);
        CycleFinder finder = new(market.Graph, new SearchSettings { BaseMints = [TestPool.Key(2, 0)] });
        _ = finder.Find(0, long.MaxValue);
        for (int i = 0; i < 2 * MarketGraph.ChangeLogEntries; i++) _ = market.Change(random);
        HashSet<int> baseIds = [market.Graph.MintId(TestPool.Key(2, 0))];
        for (int pool = 0; pool < 20; pool++)
        {
            _ = finder.Find(pool, long.MaxValue);
            Assert.Equal(BruteForce.Cycles(market.Graph, pool, 4, baseIds).Count, finder.Count);
        }
    }

    [Fact]
    public void Find_NoGainAnywhere_IsRejectedAndAfterOneAppearsIsNot()
    {
        (MarketGraph graph, _) = CycleFinderTests.Market(4, (0, 1, 1.0), (1, 2, 1.0), (2, 0, 0.999), (3, 4, 1.0));
        TestPool pool = (TestPool)graph.Pool(2);
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [TestPool.Key(2, 0)] });
        _ = finder.Find(3, long.MaxValue);
        Assert.Equal(1, finder.RejectedCount);
        pool.ReserveB = (ulong)(pool.ReserveB * 1.01);
        graph.Refresh(2, BruteForce.Clock);
        _ = finder.Find(2, long.MaxValue);
        Assert.Equal(1, finder.Count);
        Assert.Equal(1, finder.RejectedCount);
    }

    /// <summary>Pools whose prices wander, appear, vanish and come back.</summary>
    private sealed class Market
    {
        private readonly int _pools;
        private readonly List<TestPool> _all = [];
        private readonly double[] _price;

        internal Market(Random random, int mints, int pools)
        {
            _pools = pools;
            Graph = new MarketGraph(mints + 4, pools, 1);
            _price = new double[mints];
            for (int i = 0; i < mints; i++) _price[i] = Math.Exp((random.NextDouble() - 0.5) * 6);
            for (int i = 0; i < pools; i++)
            {
                int a = random.Next(3) == 0 ? 0 : random.Next(mints);
                int b = (a + 1 + random.Next(mints - 1)) % mints;
                _all.Add(TestPool.Of(i, a, b, 1, 1, (uint)random.Next(0, 3) * 1000));
            }

            for (int i = 0; i < pools * 2 / 3; i++) Set(random, i, i);
        }

        internal MarketGraph Graph { get; }

        /// <summary>Changes one pool, or adds one; its id.</summary>
        internal int Change(Random random)
        {
            bool adds = Graph.PoolCount < _pools && random.Next(10) == 0;
            int pool = adds ? Graph.PoolCount : random.Next(Graph.PoolCount);
            Set(random, pool, pool);
            return pool;
        }

        /// <summary>
        /// Changes a pool that is there; whether it can gain, as asked before, with its rates to come or better ones.
        /// </summary>
        internal bool ChangeBounded(Random random, int pool, CycleFinder finder)
        {
            int seed = random.Next();
            Shape(new Random(seed), _all[pool]);
            _all[pool].MarginalRates(BruteForce.Clock, out double there, out double back);
            double more = 1 + (random.Next(2) * 0.001);
            bool canGain = finder.CanGain(pool, there * more, back * more);
            Set(new Random(seed), pool, pool);
            return canGain;
        }

        private void Set(Random random, int index, int expectedId)
        {
            TestPool pool = _all[index];
            Shape(random, pool);
            int id = Graph.AddPool(pool);
            Assert.Equal(expectedId, id);
            Graph.SetState(id, random.Next(15) == 0 ? PoolState.Torn : PoolState.Coherent, 1);
            Graph.Refresh(id, BruteForce.Clock);
        }

        private void Shape(Random random, TestPool pool)
        {
            int a = Index(pool.MintA);
            int b = Index(pool.MintB);
            double error = Math.Exp((random.NextDouble() - 0.5) * 0.01);
            pool.ReserveA = random.Next(12) == 0 ? 0 : (ulong)(1e12 / _price[a]);
            pool.ReserveB = (ulong)(1e12 * error / _price[b]);
        }

        private int Index(Pubkey mint)
        {
            for (int i = 0; ; i++)
            {
                if (TestPool.Key(2, i) == mint) return i;
            }
        }
    }
}
