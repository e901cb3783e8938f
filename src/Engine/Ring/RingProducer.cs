using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// The one producer of a ring: claims, entries and publication in one value. A thread that keeps it in a local variable
/// has its position in a register, so that consecutive claims do not wait for each other through memory.
/// Claims go through it alone once it was made. For rings whose stamps lie beside the entries.
/// Owner: one thread. A copy is another producer: pass it by reference.
/// </summary>
/// <remarks>
/// PERF: a claim through <see cref="SingleProducerSequencer"/> reads the position that the claim before has stored,
/// some eight cycles each (perf/Ring/NOTES.md).
/// </remarks>
/// <typeparam name="T">Entry.</typeparam>
public struct RingProducer<T>
    where T : unmanaged
{
    private readonly SingleProducerSequencer _sequencer;
    private readonly nint _entries;
    private readonly nint _stamps;
    private readonly long _mask;
    private readonly int _lapShift;
    private long _claimed;
    private long _room; // highest sequence that may be claimed, when last looked

    /// <summary>The producer of <paramref name="ring"/>, which <paramref name="sequencer"/> must belong to.</summary>
    public RingProducer(RingBuffer<T> ring, SingleProducerSequencer sequencer)
    {
        if (ring.Stamps != sequencer.Stamps || !ring.Stamps.AreBeside)
            throw new ArgumentException("not of this ring, or its stamps are in the entries", nameof(sequencer));
        _sequencer = sequencer;
        _entries = ring.Address;
        _stamps = ring.Stamps.Address;
        _mask = ring.CapacityEntries - 1;
        _lapShift = ring.Stamps.LapShift;
        _claimed = sequencer.Cursor;
        _room = _claimed;
    }

    /// <summary>The entry of a claimed <paramref name="sequence"/>.</summary>
    public readonly ref T this[long sequence]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // SAFETY: the index is below the capacity by the mask. The entries are pinned; the stamps refer to them,
            // and Publish reads the sequencer, which refers to the stamps, after the entry was written.
            unsafe
            {
                return ref ((T*)_entries)[sequence & _mask];
            }
        }
    }

    /// <summary>As <see cref="Sequencer.Next"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SequencerStatus Next(int count, out long hi) => Claim(count, wait: true, out hi);

    /// <summary>As <see cref="Sequencer.TryNext"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SequencerStatus TryNext(int count, out long hi) => Claim(count, wait: false, out hi);

    /// <summary>As <see cref="Sequencer.Publish"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Publish(long lo, long hi)
    {
        if (lo == hi)
        {
            // SAFETY: the index is below the capacity by the mask; the table is pinned and the sequencer refers to it.
            unsafe
            {
                Volatile.Write(ref ((byte*)_stamps)[lo & _mask], StampTable.Stamp(lo, _lapShift));
            }
        }
        else
        {
            _sequencer.Stamps.Publish(lo, hi);
        }
        _sequencer.SignalConsumers();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SequencerStatus Claim(int count, bool wait, out long hi)
    {
        long next = _claimed + count;
        hi = next;
        // A count above the capacity is above the room too.
        if (count < 1 || next > _room || _sequencer.IsHalted)
        {
            // PERF: one number for room and status: an out argument would live in memory on the fast path too.
            long room = _sequencer.RoomFor(count, wait);
            if (room < 0)
                return (SequencerStatus)(~room);
            _room = room;
        }
        _claimed = next;
        _sequencer.NoteClaimed(next);
        return SequencerStatus.Ok;
    }
}
