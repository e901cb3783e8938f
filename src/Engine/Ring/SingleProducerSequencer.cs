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
        _state.Published = Sequence.Initial;
        _state.GatingCache = Sequence.Initial;
    }

    /// <inheritdoc/>
    public override long Cursor => Volatile.Read(ref _state.Published);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus Next(int count, out long hi)
    {
        long next = _state.Claimed + count;
        if ((uint)(count - 1) < (uint)CapacityEntries && next - CapacityEntries <= _state.GatingCache && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        return NextSlow(count, wait: true, out hi);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus TryNext(int count, out long hi)
    {
        long next = _state.Claimed + count;
        if ((uint)(count - 1) < (uint)CapacityEntries && next - CapacityEntries <= _state.GatingCache && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        return NextSlow(count, wait: false, out hi);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Publish(long lo, long hi)
    {
        Stamps.Publish(lo, hi);
        Volatile.Write(ref _state.Published, hi);
        SignalConsumers();
    }

    /// <inheritdoc/>
    public override long RemainingCapacity() => CapacityEntries - (Volatile.Read(ref _state.Claimed) - MinimumGating());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SequencerStatus NextSlow(int count, bool wait, out long hi)
    {
        hi = Sequence.Initial;
        if ((uint)(count - 1) >= (uint)CapacityEntries)
            return SequencerStatus.BadCount;
        if (IsHalted)
            return SequencerStatus.Halted;
        long next = _state.Claimed + count;
        long wrapPoint = next - CapacityEntries;
        long minimum = MinimumGating();
        if (minimum < wrapPoint)
        {
            if (!wait)
                return SequencerStatus.Full;
            SequencerStatus status = WaitForGating(wrapPoint, out minimum);
            if (status != SequencerStatus.Ok)
                return status;
        }
        _state.GatingCache = minimum;
        _state.Claimed = next;
        hi = next;
        return SequencerStatus.Ok;
    }
}
