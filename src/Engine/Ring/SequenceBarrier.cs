using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Ring;

/// <summary>
/// What one consumer waits on: the publications of the ring, or all consumers that must come before it. Made by
/// <see cref="Sequencer.NewBarrier"/> before the first publication, used by exactly one consumer thread.
/// </summary>
public sealed class SequenceBarrier
{
    /// <summary>Entries looked ahead at most, so that what was looked at is still in the L1 cache when it is
    /// processed.</summary>
    internal const int LookAheadEntries = 256;

    private readonly Sequencer _sequencer;
    private readonly StampTable _stamps;
    private readonly Sequence[] _dependents;
    private BarrierState _state;

    internal SequenceBarrier(Sequencer sequencer, StampTable stamps, Sequence[] dependents)
    {
        _sequencer = sequencer;
        _stamps = stamps;
        _dependents = dependents;
        _state.Available = Sequence.Initial;
    }

    /// <summary>True once the ring was halted.</summary>
    public bool IsAlerted => _sequencer.IsHalted;

    /// <summary>
    /// Waits for <paramref name="sequence"/>, which must follow what was consumed before without a gap.
    /// An alert comes first, even if entries are available: after a fault nothing more is processed.
    /// </summary>
    /// <param name="sequence">The next sequence wanted.</param>
    /// <param name="available">Highest available sequence; <paramref name="sequence"/> - 1 or below if none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BarrierStatus WaitFor(long sequence, out long available)
    {
        if (IsAlerted)
        {
            available = sequence - 1;
            return BarrierStatus.Alerted;
        }
        available = Available(sequence);
        return available >= sequence
            ? BarrierStatus.Ok
            : _sequencer.WaitStrategy.WaitFor(this, sequence, out available);
    }

    /// <summary>As <see cref="WaitFor"/>, without waiting.</summary>
    public BarrierStatus Poll(long sequence, out long available)
    {
        available = sequence - 1;
        if (IsAlerted)
            return BarrierStatus.Alerted;
        available = Available(sequence);
        return available >= sequence ? BarrierStatus.Ok : BarrierStatus.Idle;
    }

    /// <summary>The highest available sequence, if any at or above <paramref name="sequence"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Available(long sequence)
    {
        // A batch has its stamp only at its first entry: what was seen available stays available, so remember it.
        if (_state.Available >= sequence)
            return _state.Available;
        long available = _dependents.Length == 0
            ? _stamps.HighestPublished(sequence, LookAheadEntries)
            : MinimumOfDependents();
        if (available >= sequence)
            _state.Available = available;
        return available;
    }

    private long MinimumOfDependents()
    {
        Sequence[] dependents = _dependents;
        long minimum = dependents[0].Value;
        for (int i = 1; i < dependents.Length; i++)
            minimum = Math.Min(minimum, dependents[i].Value);
        return minimum;
    }

    /// <summary>The consumer's own word, apart from whatever the collector puts beside the barrier.</summary>
    [StructLayout(LayoutKind.Explicit, Size = (2 * Sequence.SeparationBytes) + sizeof(long))]
    private struct BarrierState
    {
        [FieldOffset(Sequence.SeparationBytes)]
        internal long Available;
    }
}
