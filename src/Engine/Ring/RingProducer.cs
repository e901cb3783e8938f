using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Ring;

/// <summary>
/// The one producer of a ring: claims, entries and publication in one value. A thread that keeps it in a local variable
/// has its position in a register, so that consecutive claims do not wait for each other through memory.
/// Claims go through it alone once it was made. For rings whose stamps lie beside the entries.
/// Owner: one thread. A copy is another producer: pass it by reference.
/// </summary>
/// <remarks>
/// PERF: only the position changes with each claim, and nothing else is kept in registers: with more of it here the
/// compiler stores five words of its own an event, and stores are what a publication waits for, as few of them fit
/// between two lines that come from the consumer's core (perf/Ring/NOTES.md, "one producer, publish=1").
/// </remarks>
/// <typeparam name="T">Entry.</typeparam>
public struct RingProducer<T>
    where T : unmanaged
{
    private readonly SingleProducerSequencer _sequencer;
    private readonly nint _entries;
    private long _claimed;

    /// <summary>The producer of <paramref name="ring"/>, which <paramref name="sequencer"/> must belong to.</summary>
    public RingProducer(RingBuffer<T> ring, SingleProducerSequencer sequencer)
    {
        if (ring.Stamps != sequencer.Stamps || !ring.Stamps.AreBeside)
            throw new ArgumentException("not of this ring, or its stamps are in the entries", nameof(sequencer));
        _sequencer = sequencer;
        _entries = ring.Address;
        _claimed = sequencer.Cursor;
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
                return ref ((T*)_entries)[sequence & _sequencer.Mask];
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
            _sequencer.PublishBeside(lo);
        else
            _sequencer.Stamps.Publish(lo, hi);
        _sequencer.SignalConsumers();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SequencerStatus Claim(int count, bool wait, out long hi)
    {
        long next = _claimed + count;
        // A count above the capacity is above the room too.
        if (count < 1 || next > _sequencer.Room || _sequencer.IsHalted)
        {
            SequencerStatus status = _sequencer.MakeRoom(_claimed, count, wait);
            next = _claimed + count; // PERF: again, or it would be kept in memory across the call on the fast path too
            if (status != SequencerStatus.Ok)
            {
                hi = next;
                return status;
            }
        }
        _claimed = next;
        hi = next;
        return SequencerStatus.Ok;
    }
}
