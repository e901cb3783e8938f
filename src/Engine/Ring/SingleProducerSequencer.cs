using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Sequencer for exactly one producer thread: claiming is a comparison with the last seen position of the slowest
/// consumer, which is read again only when that does not suffice.
/// </summary>
public sealed class SingleProducerSequencer : Sequencer
{
    private ProducerState _state;

    /// <summary>A sequencer over the ring that owns <paramref name="stamps"/>.</summary>
    public SingleProducerSequencer(StampTable stamps, WaitStrategy waitStrategy)
        : base(stamps, waitStrategy)
    {
        _state.Claimed = Sequence.Initial;
        _state.GatingCache = Sequence.Initial;
    }

    /// <inheritdoc/>
    public override long Cursor => Volatile.Read(ref _state.Claimed);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus Next(int count, out long hi)
    {
        long next = _state.Claimed + count;
        bool valid = (uint)(count - 1) < (uint)CapacityEntries;
        if (valid && next - CapacityEntries <= _state.GatingCache && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        SequencerStatus status = ClaimSlow(count, wait: true);
        // PERF: not an out argument of the slow path, which would keep it in memory on the fast one too.
        hi = _state.Claimed;
        return status;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus TryNext(int count, out long hi)
    {
        long next = _state.Claimed + count;
        bool valid = (uint)(count - 1) < (uint)CapacityEntries;
        if (valid && next - CapacityEntries <= _state.GatingCache && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        SequencerStatus status = ClaimSlow(count, wait: false);
        // PERF: not an out argument of the slow path, which would keep it in memory on the fast one too.
        hi = _state.Claimed;
        return status;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Publish(long lo, long hi)
    {
        Stamps.Publish(lo, hi);
        SignalConsumers();
    }

    /// <inheritdoc/>
    public override long RemainingCapacity() => CapacityEntries - (Volatile.Read(ref _state.Claimed) - MinimumGating());

    /// <summary>Says that <see cref="RingProducer{T}"/> has claimed up to <paramref name="hi"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void NoteClaimed(long hi) => Volatile.Write(ref _state.Claimed, hi);

    /// <summary>
    /// The highest sequence that may be claimed now, at least <paramref name="count"/> behind the last claim; below
    /// zero if that is refused: the complement of the status.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal long RoomFor(int count, bool wait)
    {
        if ((uint)(count - 1) >= (uint)CapacityEntries)
            return ~(long)SequencerStatus.BadCount;
        if (IsHalted)
            return ~(long)SequencerStatus.Halted;
        long wrapPoint = _state.Claimed + count - CapacityEntries;
        long minimum = MinimumGating();
        if (minimum < wrapPoint)
        {
            if (!wait)
                return ~(long)SequencerStatus.Full;
            SequencerStatus status = WaitForGating(wrapPoint, out minimum);
            if (status != SequencerStatus.Ok)
                return ~(long)status;
        }
        return minimum + CapacityEntries;
    }

    /// <summary>Claims by moving <see cref="ProducerState.Claimed"/>; leaves it alone if it cannot.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private SequencerStatus ClaimSlow(int count, bool wait)
    {
        long room = RoomFor(count, wait);
        if (room < 0)
            return (SequencerStatus)~room;
        _state.GatingCache = room - CapacityEntries;
        _state.Claimed += count;
        return SequencerStatus.Ok;
    }
}
