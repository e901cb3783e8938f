using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>
/// A day of mainnet against expected detections of an independent script: when two Whirlpools of one pair differed by
/// more than both fees, by how much at most, and how much liquidity there was as it began. Decoded states, coherence,
/// edges and search must say the same. The capture has no tick arrays, so the test tells them to be absent.
/// </summary>
public sealed class TwoCycleTests
{
    private const int PoolBytes = 653;
    private const int LiquidityOffset = 49;
    private const string Name = "whirlpool_2022-04-06_0000-1800";

    private readonly List<Interval> _found = [];
    private readonly Dictionary<(Pubkey, Pubkey), Interval> _open = [];
    private readonly List<(Pubkey Sell, Pubkey Buy, ulong Slot)> _candidates = [];

    [Fact]
    public void OrcaDay_DetectsWhatTheIndependentScriptDetected()
    {
        List<Interval> expected = ReadExpected();
        MarketPipeline pipeline = new(
            Tool.Settings("--max-hops", "2").Pipeline, marketObservers: p => [new Candidates(p, OnCandidates)]);
        pipeline.Start();
        string path = Path.Combine(TestFolder.RepositoryData, "feeds", Name + ".jsonl.gz");
        using ReplayFeed? feed = ReplayFeed.Open(path, new ReplayOptions(), out _);
        AbsentArrays publisher = new(pipeline, () => Look(pipeline));
        Assert.Equal(FeedOutcome.Completed, feed!.Run(publisher, new ReplayClock()));
        pipeline.DrainAndStop();
        Assert.Null(pipeline.Fatal.Fault);
        _found.AddRange(_open.Values);
        _found.Sort((x, y) => x.OpenSlot.CompareTo(y.OpenSlot));
        Assert.Equal(expected.ConvertAll(Describe), _found.ConvertAll(Describe));
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(1, _found[i].MaxProduct / expected[i].MaxProduct, 1e-8);

        // What the search hands to scoring: in every interval, and in no other.
        foreach (Interval one in expected) Assert.Contains(_candidates, c => IsIn(one, c));
        foreach ((Pubkey, Pubkey, ulong) one in _candidates) Assert.Contains(expected, e => IsIn(e, one));
    }

    private static bool IsIn(Interval interval, (Pubkey Sell, Pubkey Buy, ulong Slot) one) =>
        one.Sell == interval.Sell && one.Buy == interval.Buy && one.Slot >= interval.OpenSlot
        && (interval.CloseSlot == 0 || one.Slot <= interval.CloseSlot);

    private static string Describe(Interval one) =>
        $"{one.OpenSlot}..{one.CloseSlot} {one.Sell} > {one.Buy}, liquidity {one.LiquidityAtOpen}";

    private void OnCandidates(Pubkey sell, Pubkey buy, ulong slot) => _candidates.Add((sell, buy, slot));

    /// <summary>Both directions of every pair of pools, by the edges that the search reads.</summary>
    private void Look(MarketPipeline pipeline)
    {
        MarketGraph market = pipeline.Graph.Market;
        for (int sell = 0; sell < market.PoolCount; sell++)
        {
            for (int buy = 0; buy < market.PoolCount; buy++)
            {
                int there = MarketGraph.Edge(sell, SwapDirection.AToB);
                int back = MarketGraph.Edge(buy, SwapDirection.BToA);
                bool isPair = sell != buy && market.EdgeFrom(there) == market.EdgeTo(back)
                    && market.EdgeTo(there) == market.EdgeFrom(back);
                if (!isPair || !IsWhole(market, sell) || !IsWhole(market, buy)) continue;
                ulong slot = Math.Max(market.StateSlot(sell), market.StateSlot(buy));
                Note(market, sell, buy, market.Rate(there) * market.Rate(back), slot);
            }
        }
    }

    private static bool IsWhole(MarketGraph market, int poolId) => market.State(poolId) == PoolState.Coherent;

    private void Note(MarketGraph market, int sell, int buy, double product, ulong slot)
    {
        (Pubkey, Pubkey) key = (market.Pool(sell).Address, market.Pool(buy).Address);
        bool isOpen = _open.TryGetValue(key, out Interval? interval);
        if (product > 1)
        {
            if (!isOpen)
            {
                UInt128 liquidity = UInt128.Min(Liquidity(market.Pool(sell)), Liquidity(market.Pool(buy)));
                _open[key] = interval = new Interval(key.Item1, key.Item2, slot, liquidity);
            }

            interval!.MaxProduct = Math.Max(interval.MaxProduct, product);
        }
        else if (isOpen)
        {
            interval!.CloseSlot = slot;
            _found.Add(interval);
            _open.Remove(key);
        }
    }

    private static UInt128 Liquidity(Pool pool)
    {
        byte[] data = new byte[PoolBytes];
        Assert.True(pool.TryWriteState(pool.Address, data));
        return BinaryPrimitives.ReadUInt128LittleEndian(data.AsSpan(LiquidityOffset));
    }

    private static List<Interval> ReadExpected()
    {
        string path = Path.Combine(
            TestFolder.RepositoryData, "..", "tests", "Vectors", Name + ".two_cycles.csv");
        List<Interval> rows = [];
        foreach (string line in File.ReadAllLines(path)[1..])
        {
            string[] row = line.Split(',');
            rows.Add(new Interval(
                Pubkey.Parse(row[4]), Pubkey.Parse(row[5]), ulong.Parse(row[0], CultureInfo.InvariantCulture),
                UInt128.Parse(row[7], CultureInfo.InvariantCulture))
            {
                CloseSlot = row[2].Length == 0 ? 0 : ulong.Parse(row[2], CultureInfo.InvariantCulture),
                MaxProduct = double.Parse(row[6], CultureInfo.InvariantCulture),
            });
        }

        return rows;
    }

    private sealed record Interval(Pubkey Sell, Pubkey Buy, ulong OpenSlot, UInt128 LiquidityAtOpen)
    {
        /// <summary>0 while it is open.</summary>
        public ulong CloseSlot { get; set; }

        public double MaxProduct { get; set; }
    }

    /// <summary>Tells every candidate of the search.</summary>
    private sealed class Candidates(MarketPipeline pipeline, Action<Pubkey, Pubkey, ulong> told) : IStage
    {
        public string Name => "candidates";

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            foreach (ref readonly MarketEvent e in batch)
            {
                for (int i = 0; i < e.OpportunityCount; i++)
                {
                    ref readonly Opportunity one = ref pipeline.Opportunities[e.OpportunityPosition + i];
                    bool isFirstSold = one.Legs[0].Direction == (byte)SwapDirection.AToB;
                    int sell = one.Legs[isFirstSold ? 0 : 1].PoolId;
                    int buy = one.Legs[isFirstSold ? 1 : 0].PoolId;
                    MarketGraph market = pipeline.Graph.Market;
                    told(market.Pool(sell).Address, market.Pool(buy).Address, e.Slot);
                }
            }

            return 0;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }
}
