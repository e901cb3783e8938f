using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Reads a journal twice, first for its range of slots, then into buckets of slots: what it keeps is bounded whatever
/// the journal's length.
/// </summary>
internal sealed class JournalScan : IDecisionSink
{
    /// <summary>Most buckets: two pixels each on a page of usual width.</summary>
    public const int MaxBuckets = 400;

    /// <summary>Most lives drawn: more cannot be told apart.</summary>
    public const int MaxLives = 240;

    private readonly ulong _firstSlot;
    private readonly ulong _slotsPerBucket;
    private readonly long[] _births;
    private readonly long[] _every;
    private readonly long[] _once;
    private readonly GoLedger _ledger = new();
    private readonly PriorityQueue<LifeRecord, (long, long)> _best = new();
    private readonly int _labels = Enum.GetValues<LifeLabel>().Length - 1;
    private long _lifeCount;
    private long _events;
    private long _sequence = -1;

    private JournalScan(Extent extent)
    {
        _firstSlot = extent.Count == 0 ? 0 : extent.First;
        ulong slots = extent.Count == 0 ? 0 : extent.Last - extent.First + 1;
        _slotsPerBucket = Math.Max(1, (slots + MaxBuckets - 1) / MaxBuckets);
        int buckets = (int)((slots + _slotsPerBucket - 1) / _slotsPerBucket);
        _births = new long[buckets * _labels];
        _every = new long[buckets];
        _once = new long[buckets];
    }

    /// <summary>Digests a journal.</summary>
    /// <param name="stream">The journal; must be able to seek.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="statistics">Filled with the journal's decisions.</param>
    /// <param name="reader">What the reader found besides: pools, hash, damage.</param>
    /// <exception cref="InvalidDataException">It is no journal of this version.</exception>
    public static JournalDigest Read(
        Stream stream, string name, DecisionStatistics statistics, out JournalReader reader)
    {
        Extent extent = new(statistics);
        reader = JournalReader.Scan(stream, name, extent);
        stream.Position = 0;
        JournalScan scan = new(extent);
        JournalReader.Scan(stream, name, scan);
        return scan.Digest(reader, extent);
    }

    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        if (decision.Sequence != _sequence) _events++;
        _sequence = decision.Sequence;
        _ledger.Add(in decision);
        if (decision.Reason == DecisionReason.Go) _every[BucketOf(decision.Slot)] += decision.NetProfitLamports;
    }

    public void OnLife(in LifeRecord life)
    {
        _lifeCount++;
        int label = (int)life.Label - 1;
        if ((uint)label < (uint)_labels) _births[(BucketOf(life.BirthSlot) * _labels) + label]++;
        if (_ledger.End(in life) is { } go) _once[BucketOf(go.Slot)] += go.NetProfitLamports;
        _best.Enqueue(life, (life.NetProfitLamports, -life.Sequence)); // of equals the earlier one stays
        if (_best.Count > MaxLives) _best.Dequeue();
    }

    private int BucketOf(ulong slot) => (int)((slot - _firstSlot) / _slotsPerBucket);

    private JournalDigest Digest(JournalReader reader, Extent extent)
    {
        List<SlotBucket> buckets = [];
        long every = 0;
        long once = 0;
        for (int i = 0; i < _every.Length; i++)
        {
            every += _every[i];
            once += _once[i];
            buckets.Add(new SlotBucket(
                _firstSlot + ((ulong)i * _slotsPerBucket), _births[(i * _labels)..((i + 1) * _labels)], every, once));
        }

        List<LifeRecord> drawn = [];
        while (_best.TryDequeue(out LifeRecord life, out _)) drawn.Add(life);
        drawn.Sort((a, b) => (a.BirthSlot, a.Sequence, a.Ordinal).CompareTo((b.BirthSlot, b.Sequence, b.Ordinal)));
        return new JournalDigest
        {
            LabelNames = Enum.GetNames<LifeLabel>()[1..],
            FirstSlot = _firstSlot,
            LastSlot = extent.Count == 0 ? 0 : extent.Last,
            SlotsPerBucket = _slotsPerBucket,
            Buckets = buckets,
            EventsWithDecisions = _events,
            LifeCount = _lifeCount,
            Lives = drawn.ConvertAll(life => Bar(life, reader)),
            LifeRule = _lifeCount <= MaxLives
                ? "All followed cycles are drawn."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of {_lifeCount:N0} followed cycles the {MaxLives} with the highest net profit at their first "
                    + $"decision are drawn as bars; the columns above them count all."),
            Profit = _ledger.Close(),
        };
    }

    private static LifeBar Bar(LifeRecord life, JournalReader reader)
    {
        List<string> venues = [];
        for (int i = 0; i < life.LegCount; i++)
        {
            int pool = life.Pools[i];
            venues.Add(reader.Pools.TryGetValue(pool, out PoolDescription known)
                ? ((VenueId)known.Venue).ToString()
                : string.Create(CultureInfo.InvariantCulture, $"pool {pool}"));
        }

        return new LifeBar(
            new DecisionId(life.Sequence, life.Ordinal).ToString(), life.Label.ToString(), life.BirthSlot,
            life.SpanSlots, life.NetProfitLamports, life.DecisionCount, life.WasTaken != 0, string.Join(", ", venues));
    }

    /// <summary>The first pass: range of slots and counts.</summary>
    private sealed class Extent(DecisionStatistics statistics) : IDecisionSink
    {
        public ulong First { get; private set; } = ulong.MaxValue;

        public ulong Last { get; private set; }

        public long Count { get; private set; }

        public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
        {
            statistics.OnDecision(in decision, message);
            Include(decision.Slot);
        }

        public void OnLife(in LifeRecord life)
        {
            Include(life.BirthSlot);
            Include(life.EndSlot);
        }

        private void Include(ulong slot)
        {
            Count++;
            First = Math.Min(First, slot);
            Last = Math.Max(Last, slot);
        }
    }
}
