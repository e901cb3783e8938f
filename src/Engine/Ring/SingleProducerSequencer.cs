using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Sequencer for exactly one producer thread: claiming is a comparison with the room there was when last looked, and
/// the slowest consumer's position is read again only when that does not suffice.
/// </summary>
public sealed class SingleProducerSequencer : Sequencer
{
    /// <summary>Claims through a <see cref="RingProducer{T}"/> between two that are noted: bounds what
    /// <see cref="Cursor"/> has to find by the stamps, four lines of them.</summary>
    internal const int UnnotedEntries = 4 * StampTable.StampsPerLine;

    private readonly nint _stampsBeside;
    private readonly int _lapShift;
    private ProducerState _state;

    /// <summary>A sequencer over the ring that owns <paramref name="stamps"/>.</summary>
    public SingleProducerSequencer(StampTable stamps, WaitStrategy waitStrategy)
        : base(stamps, waitStrategy)
    {
        Mask = CapacityEntries - 1;
        _stampsBeside = stamps.AreBeside ? stamps.Address : 0;
        _lapShift = stamps.LapShift;
        _state.Claimed = Sequence.Initial;
        _state.Room = Sequence.Initial;
        _state.GatingCache = Sequence.Initial;
    }

    /// <inheritdoc/>
    /// <remarks>Of claims through a <see cref="RingProducer{T}"/> the newest may be missing until published.</remarks>
    public override long Cursor
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get
        {
            long cursor = Volatile.Read(ref _state.Claimed);
            long limit = cursor + UnnotedEntries;
            long published = cursor;
            do
            {
                cursor = published;
                published = Stamps.HighestPublished(cursor + 1, UnnotedEntries);
            }
            while (published > cursor && published < limit);
            return published;
        }
    }

    /// <summary>Highest sequence that the producer may claim without looking further.</summary>
    internal long Room
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _state.Room;
    }

    /// <summary>Of a sequence, its entry's index.</summary>
    internal long Mask { get; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus Next(int count, out long hi)
    {
        long next = _state.Claimed + count;
        if (count >= 1 && next <= _state.Room && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        SequencerStatus status = MakeRoom(_state.Claimed, count, wait: true);
        // PERF: not an out argument of the slow path, which would keep it in memory on the fast one too.
        hi = _state.Claimed;
        return status;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus TryNext(int count, out long hi)
    {
        long next = _state.Claimed + count;
        if (count >= 1 && next <= _state.Room && !IsHalted)
        {
            _state.Claimed = next;
            hi = next;
            return SequencerStatus.Ok;
        }
        SequencerStatus status = MakeRoom(_state.Claimed, count, wait: false);
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
    public override long RemainingCapacity() => CapacityEntries - (Cursor - MinimumGating());

    /// <summary>Publishes one entry of a ring whose stamps lie beside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PublishBeside(long sequence)
    {
        // SAFETY: the index is below the capacity by the mask; the table is pinned and Stamps refers to it. The caller
        // has seen that the stamps lie beside, so the address is theirs.
        unsafe
        {
            Volatile.Write(ref ((byte*)_stampsBeside)[sequence & Mask], StampTable.Stamp(sequence, _lapShift));
        }
    }

    /// <summary>
    /// Claims <paramref name="count"/> entries behind <paramref name="claimed"/>, notes that, and looks how many more
    /// may follow; leaves everything as it is if it cannot.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal SequencerStatus MakeRoom(long claimed, int count, bool wait)
    {
        if ((uint)(count - 1) >= (uint)CapacityEntries)
            return SequencerStatus.BadCount;
        if (IsHalted)
            return SequencerStatus.Halted;
        long next = claimed + count;
        long wrapPoint = next - CapacityEntries;
        if (_state.GatingCache < wrapPoint)
        {
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
        }
        _state.Room = Math.Min(_state.GatingCache + CapacityEntries, next + UnnotedEntries);
        Volatile.Write(ref _state.Claimed, next);
        return SequencerStatus.Ok;
    }
}
