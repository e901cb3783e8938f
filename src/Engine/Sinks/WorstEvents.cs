using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;

namespace LowLatency.Engine.Sinks;

/// <summary>One of the slowest events: which it was and where its time went.</summary>
public struct SlowEvent
{
    /// <summary>Sequence in the event ring.</summary>
    public long Sequence;

    /// <summary>Slot of its state.</summary>
    public ulong Slot;

    /// <summary>From the frame in memory to the last stage, nanoseconds.</summary>
    public long TotalNs;

    /// <summary>Pool it touched, or -1.</summary>
    public int PoolId;

    /// <summary>Opportunities it opened.</summary>
    public int OpportunityCount;

    /// <summary>Bytes of account data.</summary>
    public int PayloadLengthBytes;

    /// <summary>Time at each stage.</summary>
    public Stamps Stamps;
}

/// <summary>
/// The slowest events so far, in no order: where to look for a tail. An event costs one compare unless it is one of
/// them. Owner thread: the sinks'; any thread reads <see cref="Rows"/>.
/// </summary>
public sealed class WorstEvents
{
    /// <summary>Events kept.</summary>
    public const int Capacity = 32;

    private readonly long[] _totalNs = new long[Capacity];
    private int _fastest;

    /// <summary>The events; a row may be replaced at any time.</summary>
    public SnapshotTable<SlowEvent> Rows { get; } = new(Capacity);

    /// <summary>Takes an event that needed <paramref name="totalNs"/>.</summary>
    public void Take(in MarketEvent e, long sequence, long totalNs)
    {
        if (totalNs > _totalNs[_fastest]) Replace(in e, sequence, totalNs);
    }

    /// <summary>Forgets all, as after a warm-up.</summary>
    public void Reset()
    {
        System.Array.Clear(_totalNs);
        _fastest = 0;
        Rows.Count = 0;
    }

    private void Replace(in MarketEvent e, long sequence, long totalNs)
    {
        SlowEvent slow = new()
        {
            Sequence = sequence,
            Slot = e.Slot,
            TotalNs = totalNs,
            PoolId = e.PoolId,
            OpportunityCount = e.OpportunityCount,
            PayloadLengthBytes = e.PayloadLengthBytes,
            Stamps = e.Stamps,
        };
        _totalNs[_fastest] = totalNs;
        Rows.Publish(_fastest, in slow);
        if (Rows.Count < Capacity) Rows.Count = System.Math.Max(Rows.Count, _fastest + 1);
        for (int i = 0; i < Capacity; i++)
        {
            if (_totalNs[i] < _totalNs[_fastest]) _fastest = i;
        }
    }
}
