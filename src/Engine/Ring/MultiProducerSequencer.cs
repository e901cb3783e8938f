using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Sequencer for any number of producer threads. A claim is one atomic operation, two after a collision; entries
/// become visible in the order of their sequences, whoever publishes first, because consumers follow the stamps
/// without gaps.
/// </summary>
public sealed class MultiProducerSequencer : Sequencer
{
    /// <summary>Entries between two collisions that count as one crowd.</summary>
    private const int CollisionEntries = 64;

    /// <summary>Pauses of a producer in a crowd, about 35 ns each: bounds what standing back may cost at
    /// 2 us.</summary>
    private const int CollisionPauses = 64;

    private ProducerState _state;

    /// <summary>A sequencer over the ring that owns <paramref name="stamps"/>.</summary>
    public MultiProducerSequencer(StampTable stamps, WaitStrategy waitStrategy)
        : base(stamps, waitStrategy)
    {
        _state.Claimed = Sequence.Initial;
        _state.GatingCache = Sequence.Initial;
        _state.Collided = Sequence.Initial - CollisionEntries;
    }

    /// <inheritdoc/>
    public override long Cursor => Volatile.Read(ref _state.Claimed);

    /// <inheritdoc/>
    /// <remarks>
    /// The claim is taken before there is room, so that waiting producers are served in order. One that is then told
    /// <see cref="SequencerStatus.Halted"/> leaves a gap, which nobody crosses: the barriers are alerted.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override SequencerStatus Next(int count, out long hi)
    {
        hi = Sequence.Initial;
        if ((uint)(count - 1) >= (uint)CapacityEntries)
            return SequencerStatus.BadCount;
        if (IsHalted)
            return SequencerStatus.Halted;
        long claimed = Volatile.Read(ref _state.Claimed);
        hi = Interlocked.CompareExchange(ref _state.Claimed, claimed + count, claimed) == claimed
            ? claimed + count
            : ClaimAfterCollision(count);
        long wrapPoint = hi - CapacityEntries;
        return wrapPoint <= Volatile.Read(ref _state.GatingCache) ? SequencerStatus.Ok : WaitForRoom(wrapPoint);
    }

    /// <inheritdoc/>
    public override SequencerStatus TryNext(int count, out long hi)
    {
        hi = Sequence.Initial;
        if ((uint)(count - 1) >= (uint)CapacityEntries)
            return SequencerStatus.BadCount;
        while (true)
        {
            if (IsHalted)
                return SequencerStatus.Halted;
            long claimed = Volatile.Read(ref _state.Claimed);
            long next = claimed + count;
            long wrapPoint = next - CapacityEntries;
            if (wrapPoint > Volatile.Read(ref _state.GatingCache) && wrapPoint > RefreshGating())
                return SequencerStatus.Full;
            if (Interlocked.CompareExchange(ref _state.Claimed, next, claimed) == claimed)
            {
                hi = next;
                return SequencerStatus.Ok;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Publish(long lo, long hi)
    {
        Stamps.Publish(lo, hi);
        SignalConsumers();
    }

    /// <inheritdoc/>
    /// <remarks>Not below zero, although waiting producers may have claimed beyond the end.</remarks>
    public override long RemainingCapacity()
    {
        long free = CapacityEntries - (Volatile.Read(ref _state.Claimed) - MinimumGating());
        return free < 0 ? 0 : free;
    }

    /// <summary>
    /// A claim that another came before. Once may be chance; twice in a few entries are two cores that take the words
    /// from each other with every entry: who lost leaves the other a moment in which it has them to itself.
    /// PERF: perf/Ring, "3P1C publish=1": twice as many entries (perf/Ring/NOTES.md).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long ClaimAfterCollision(int count)
    {
        long claimed = Volatile.Read(ref _state.Claimed);
        bool again = claimed - Volatile.Read(ref _state.Collided) < CollisionEntries;
        Volatile.Write(ref _state.Collided, claimed);
        if (again)
            Thread.SpinWait(CollisionPauses);
        return Interlocked.Add(ref _state.Claimed, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SequencerStatus WaitForRoom(long wrapPoint)
    {
        SequencerStatus status = WaitForGating(wrapPoint, out long minimum);
        // A slower writer may put back an older minimum. Consumers only move forward, so an older one is merely
        // cautious.
        if (status == SequencerStatus.Ok)
            Volatile.Write(ref _state.GatingCache, minimum);
        return status;
    }

    private long RefreshGating()
    {
        long minimum = MinimumGating();
        Volatile.Write(ref _state.GatingCache, minimum);
        return minimum;
    }
}
