using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

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

    /// <summary>
    /// Distance kept behind a producer that publishes faster than this consumer takes: at half a billion entries a
    /// second 4 us of work, so that the lines in which both meet are few among it (perf/Ring/NOTES.md).
    /// </summary>
    internal const int LagEntries = 2048;

    /// <summary>Polls for a producer to be that far ahead, about 35 ns each: bounds what lagging may cost at
    /// 2 us.</summary>
    private const int LagPolls = 64;

    private readonly Sequencer _sequencer;
    private readonly StampTable _stamps;
    private readonly Sequence[] _dependents;
    private readonly bool _canLag;
    private BarrierState _state;

    internal SequenceBarrier(Sequencer sequencer, StampTable stamps, Sequence[] dependents)
    {
        _sequencer = sequencer;
        _stamps = stamps;
        _dependents = dependents;
        _canLag = stamps.EntriesShareLines && stamps.CapacityEntries >= 2 * LagEntries;
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
        long available = _dependents.Length == 0 ? Look(sequence) : MinimumOfDependents();
        if (available >= sequence)
            _state.Available = available;
        return available;
    }

    private long Look(long sequence)
    {
        if (_state.IsDense)
        {
            long behind = LookBehind(sequence);
            if (behind >= sequence)
                return behind;
        }
        long available = _stamps.HighestPublished(sequence, LookAheadEntries);
        _state.IsDense = _canLag && available - sequence >= StampTable.StampsPerLine;
        return available;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long LookBehind(long sequence)
    {
        long target = (sequence + LagEntries) & -StampTable.StampsPerLine;
        for (int i = 0; i < LagPolls; i++)
        {
            // Producers may leave gaps before the target for a moment: the stamps on the way decide.
            if (_stamps.IsPublished(target))
                return _stamps.HighestPublished(sequence, (int)(target - StampTable.StampsPerLine - sequence));
            Thread.SpinWait(1);
        }
        return sequence - 1;
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
    [StructLayout(LayoutKind.Explicit, Size = (2 * Sequence.SeparationBytes) + (2 * sizeof(long)))]
    private struct BarrierState
    {
        [FieldOffset(Sequence.SeparationBytes)]
        internal long Available;

        [FieldOffset(Sequence.SeparationBytes + sizeof(long))]
        internal bool IsDense;
    }
}
