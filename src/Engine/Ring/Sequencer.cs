using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Gives out sequences to producers and makes them visible to consumers. A claim waits for, or is refused because of,
/// the
/// slowest gating sequence. Halting is final: every claim is refused and every barrier of the ring is alerted.
/// </summary>
public abstract class Sequencer
{
    private readonly StampTable _stamps;
    private readonly Parker? _parker;
    private Sequence[] _gating = [];
    private int _halted;

    private protected Sequencer(StampTable stamps, WaitStrategy waitStrategy)
    {
        _stamps = stamps;
        WaitStrategy = waitStrategy;
        _parker = waitStrategy.Parker;
        CapacityEntries = stamps.CapacityEntries;
    }

    /// <summary>Number of entries of the ring.</summary>
    public int CapacityEntries { get; }

    /// <summary>How the consumers of this ring wait.</summary>
    public WaitStrategy WaitStrategy { get; }

    /// <summary>True once the ring was halted.</summary>
    public bool IsHalted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _halted) != 0;
    }

    /// <summary>The highest claimed sequence, published or not; -1 before the first.</summary>
    public abstract long Cursor { get; }

    /// <summary>Barriers made, one a consumer.</summary>
    internal int BarrierCount { get; private set; }

    internal StampTable Stamps => _stamps;

    /// <summary>Claims <paramref name="count"/> entries, waiting while the ring is full.</summary>
    /// <param name="count">1..capacity.</param>
    /// <param name="hi">
    /// Highest claimed sequence; the lowest is <paramref name="hi"/> - <paramref name="count"/> + 1. Meaningless if
    /// refused.
    /// </param>
    public abstract SequencerStatus Next(int count, out long hi);

    /// <summary>Claims <paramref name="count"/> entries if they are free now.</summary>
    /// <param name="count">1..capacity.</param>
    /// <param name="hi">Highest claimed sequence; meaningless if refused.</param>
    public abstract SequencerStatus TryNext(int count, out long hi);

    /// <summary>Makes claimed entries visible. Call once for each claimed sequence, by the thread that claimed
    /// it.</summary>
    public abstract void Publish(long lo, long hi);

    /// <summary>Entries that can be claimed now; may be outdated when it returns.</summary>
    public abstract long RemainingCapacity();

    /// <summary>
    /// Adds consumers that must have finished an entry before it is used again. Only before the first claim: the stamps
    /// of earlier batches cannot be joined in the middle.
    /// </summary>
    public void AddGatingSequences(params ReadOnlySpan<Sequence> sequences)
    {
        if (Cursor != Sequence.Initial)
            throw new InvalidOperationException("gating sequences are added before the first claim");
        _gating = [.. _gating, .. sequences];
    }

    /// <summary>A barrier on what is published (no predecessors) or on what all <paramref name="dependents"/> have
    /// finished.</summary>
    public SequenceBarrier NewBarrier(params ReadOnlySpan<Sequence> dependents)
    {
        BarrierCount++;
        return new(this, _stamps, dependents.ToArray());
    }

    /// <summary>Stops the ring for good: claims are refused, barriers alerted, sleepers woken. Any thread.</summary>
    public void Halt()
    {
        Interlocked.Exchange(ref _halted, 1);
        _parker?.SignalAlways();
    }

    /// <summary>Wakes consumers that sleep; called after publishing and after a consumer has moved on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SignalConsumers() => _parker?.SignalIfParked();

    /// <summary>The slowest gating sequence; -1 if there is none, so a ring without consumers fills and never
    /// overwrites.</summary>
    private protected long MinimumGating()
    {
        Sequence[] gating = _gating;
        if (gating.Length == 0)
            return Sequence.Initial;
        long minimum = gating[0].Value;
        for (int i = 1; i < gating.Length; i++)
            minimum = Math.Min(minimum, gating[i].Value);
        return minimum;
    }

    /// <summary>Waits until all gating sequences have reached <paramref name="wrapPoint"/> or the ring is
    /// halted.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected SequencerStatus WaitForGating(long wrapPoint, out long minimum)
    {
        FullRingWait wait = default;
        while ((minimum = MinimumGating()) < wrapPoint)
        {
            if (IsHalted)
                return SequencerStatus.Halted;
            wait.Once();
        }
        return SequencerStatus.Ok;
    }

    /// <summary>How a producer waits for room: spin, then yield, then sleep, because a full ring is not the normal
    /// state.</summary>
    private struct FullRingWait
    {
        /// <summary>Polls before yielding: about the time in which a consumer finishes a small batch.</summary>
        private const int SpinCount = 200;

        /// <summary>Yields before sleeping: some milliseconds.</summary>
        private const int YieldCount = 10_000;

        private int _count;

        internal void Once()
        {
            _count++;
            if (_count <= SpinCount)
                Thread.SpinWait(1);
            else if (_count <= SpinCount + YieldCount)
                Thread.Yield();
            else
                Thread.Sleep(1);
        }
    }
}
