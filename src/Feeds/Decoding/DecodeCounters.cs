using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// What a connection's decoder saw: plain counters with one writer, the feed thread. Other threads read them late,
/// never torn (64-bit loads).
/// </summary>
public sealed class DecodeCounters
{
    /// <summary>Number of message kinds.</summary>
    public const int KindCount = (int)MessageKind.ChainFact + 1;

    /// <summary>Number of causes.</summary>
    public const int CauseCount = (int)DecodeCause.BadZstd + 1;

    // PERF: inside the object, beside the other counters of a message (lowlatency bench --load 2000).
    private KindCounts _kinds;
    private CauseCounts _causes;

    /// <summary>Messages handed to the decoder (requests and HTTP exchanges too).</summary>
    public long Messages { get; internal set; }

    /// <summary>Bytes of those messages.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Events published.</summary>
    public long Events { get; internal set; }

    /// <summary>Account notifications that the fast path decoded (the rest took the strict path).</summary>
    public long FastPath { get; internal set; }

    /// <summary>Notifications held because their ack had not come yet.</summary>
    public long HeldForAck { get; internal set; }

    /// <summary>Held notifications released by their ack.</summary>
    public long ReleasedByAck { get; internal set; }

    /// <summary>
    /// Slot updates of a type that is no event here (first shred, completed, frozen, confirmed, root), or that say
    /// again what another said (Yellowstone: processed after created bank).
    /// </summary>
    public long SlotUpdatesWithoutEvent { get; internal set; }

    /// <summary>Blockhashes of confirmed blocks that a Yellowstone stream reported.</summary>
    public long BlockhashesTold { get; internal set; }

    /// <summary>Yellowstone block metas that name no height: the age of their hash cannot be counted.</summary>
    public long BlocksWithoutHeight { get; internal set; }

    /// <summary>Messages of a kind.</summary>
    public long this[MessageKind kind] => _kinds[(int)kind];

    /// <summary>Refusals for a cause; for <see cref="DecodeCause.None"/> the messages decoded without one.</summary>
    public long this[DecodeCause cause] => _causes[(int)cause];

    /// <summary>All refusals.</summary>
    public long Refused { get; private set; }

    /// <summary>Adds the counts of <paramref name="other"/>; for reports over all endpoints.</summary>
    public void Add(DecodeCounters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Messages += other.Messages;
        Bytes += other.Bytes;
        Events += other.Events;
        FastPath += other.FastPath;
        HeldForAck += other.HeldForAck;
        ReleasedByAck += other.ReleasedByAck;
        SlotUpdatesWithoutEvent += other.SlotUpdatesWithoutEvent;
        BlockhashesTold += other.BlockhashesTold;
        BlocksWithoutHeight += other.BlocksWithoutHeight;
        for (int i = 0; i < KindCount; i++) _kinds[i] += other._kinds[i];
        for (int i = 0; i < CauseCount; i++) _causes[i] += other._causes[i];
        Refused += other.Refused;
    }

    internal void Count(MessageKind kind) => _kinds[(int)kind]++;

    internal void Count(DecodeCause cause) => Count(cause, 1);

    internal void Count(DecodeCause cause, long count)
    {
        _causes[(int)cause] += count;
        if (cause != DecodeCause.None) Refused += count;
    }

    [InlineArray(KindCount)]
    private struct KindCounts
    {
        private long _first;
    }

    [InlineArray(CauseCount)]
    private struct CauseCounts
    {
        private long _first;
    }
}
