using System;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Ring;

/// <summary>
/// The loop of one consumer thread: wait at the barrier, hand the batch to the handler, move the sequence on, do
/// housekeeping at an interval. <see cref="Run"/> is called by the thread that owns the handler; everything else by
/// any.
/// It ends by <see cref="StopAfter"/> (drain), by <see cref="Stop"/>, when the ring is halted, or by a fault of the
/// handler, which halts the ring and is reported once.
/// </summary>
/// <typeparam name="T">Entry.</typeparam>
/// <typeparam name="THandler">Handler; a sealed class or a struct, so that its calls can be direct.</typeparam>
public sealed class BatchConsumer<T, THandler>
    where T : unmanaged
    where THandler : IBatchHandler<T>
{
    /// <summary>Batches between two looks at the clock under load: a read of it costs as much as a small
    /// batch.</summary>
    private const int BatchesPerClockRead = 32;

    /// <summary>Slices of idle work between two looks at clock and stop: about as long as the strategy's own
    /// polls.</summary>
    private const int IdleSlices = 64;

    private readonly string _name;
    private readonly RingBuffer<T> _ring;
    private readonly Sequencer _sequencer;
    private readonly SequenceBarrier _barrier;
    private readonly IClock _clock;
    private readonly long _housekeepingIntervalNs;
    private readonly int _batchLimitEntries;
    private readonly Action<ConsumerFault> _onFault;
    // Mutable struct or class behind a constrained call: readonly would make a defensive copy of a struct at each call.
    private THandler _handler;
    private long _stopAfter = long.MaxValue;
    private bool _isAlone;
    private long _batchFirst;
    private long _batchLast = Sequence.Initial;

    /// <summary>A consumer of <paramref name="ring"/>; add its <see cref="Sequence"/> to the gating ones if it is a
    /// last one.</summary>
    /// <param name="name">Name in reports.</param>
    /// <param name="ring">The entries.</param>
    /// <param name="sequencer">Their sequencer.</param>
    /// <param name="handler">What to do with them.</param>
    /// <param name="clock">Clock for housekeeping.</param>
    /// <param name="settings">Interval and batch limit.</param>
    /// <param name="onFault">Receives the fault, on the consumer's thread, after the ring was halted.</param>
    /// <param name="dependents">Consumers that come before; none = what is published.</param>
    public BatchConsumer(
        string name,
        RingBuffer<T> ring,
        Sequencer sequencer,
        THandler handler,
        IClock clock,
        BatchConsumerSettings settings,
        Action<ConsumerFault> onFault,
        params ReadOnlySpan<Sequence> dependents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.BatchLimitEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.HousekeepingIntervalNs, 1);
        _name = name;
        _ring = ring;
        _sequencer = sequencer;
        _handler = handler;
        _clock = clock;
        _housekeepingIntervalNs = settings.HousekeepingIntervalNs;
        _batchLimitEntries = settings.BatchLimitEntries;
        _onFault = onFault;
        _barrier = sequencer.NewBarrier(dependents);
    }

    /// <summary>The last sequence that this consumer has finished.</summary>
    public Sequence Sequence { get; } = new();

    /// <summary>
    /// Short work for a thread that spins while nothing is there: called between looks at the ring. Never called where
    /// the thread sleeps instead. Set before <see cref="Run"/>.
    /// </summary>
    public Action? Idle { get; set; }

    /// <summary>Leaves the loop once <paramref name="sequence"/> has been processed: drain, then stop.</summary>
    public void StopAfter(long sequence)
    {
        Volatile.Write(ref _stopAfter, sequence);
        _sequencer.WaitStrategy.Parker?.SignalAlways();
    }

    /// <summary>Leaves the loop after the batch at work; what is published stays unprocessed.</summary>
    public void Stop() => StopAfter(long.MinValue);

    /// <summary>Runs the loop on the calling thread until stopped, halted or failed. Never throws.</summary>
    public void Run()
    {
        try
        {
            Loop();
        }
        catch (Exception exception)
        {
            // The one catch of this thread. Order matters: first nobody goes on, then it is reported.
            _sequencer.Halt();
            _onFault(new ConsumerFault(_name, _batchFirst, _batchLast, exception));
        }
    }

    private void Loop()
    {
        long next = Sequence.Value + 1;
        long housekeepingDueNs = _clock.NowNs + _housekeepingIntervalNs;
        int batches = 0;
        _isAlone = _sequencer.BarrierCount == 1;
        while (next <= Volatile.Read(ref _stopAfter))
        {
            BarrierStatus status = _barrier.WaitFor(next, out long available);
            if (status == BarrierStatus.Alerted)
                return;
            if (status == BarrierStatus.Ok)
            {
                next = ProcessOne(next, available);
                if (++batches < BatchesPerClockRead)
                    continue;
            }
            batches = 0;
            if (status == BarrierStatus.Idle && Idle is not null && _sequencer.WaitStrategy.Parker is null)
                FillIdleTime(next);
            housekeepingDueNs = Housekeep(next, housekeepingDueNs);
        }
    }

    private void FillIdleTime(long next)
    {
        for (int i = 0; i < IdleSlices && _barrier.Available(next) < next; i++) Idle!();
    }

    private long ProcessOne(long next, long available)
    {
        Span<T> batch = _ring.Slice(next, Math.Min(available, next + _batchLimitEntries - 1));
        _batchFirst = next;
        _batchLast = next + batch.Length - 1;
        if (RingBuffer<T>.EntriesShareLines && _isAlone)
            TakeLines(batch);
        _ = _handler.OnBatch(batch, next);
        Sequence.Value = _batchLast;
        _sequencer.SignalConsumers();
        return _batchLast + 1;
    }

    /// <summary>
    /// Writes one byte of each line back as it is, so that the line is this core's alone and not shared with the
    /// producer's, which would have to ask everybody before it may write it in the next lap.
    /// PERF: perf/Ring, "1P1C publish=1": 1.5 to 2 times as fast (perf/Ring/NOTES.md). Only a lone consumer may: one
    /// beside it could be writing the same byte.
    /// </summary>
    private static void TakeLines(Span<T> batch)
    {
        int step = Sequence.LineBytes / Unsafe.SizeOf<T>();
        for (int i = 0; i < batch.Length; i += step)
        {
            // SAFETY: an entry has at least one byte, and any byte may be read as what it is.
            ref byte first = ref Unsafe.As<T, byte>(ref batch[i]);
            Volatile.Write(ref first, first);
        }
    }

    private long Housekeep(long next, long dueNs)
    {
        long nowNs = _clock.NowNs;
        if (nowNs < dueNs)
            return dueNs;
        _batchFirst = next;
        _batchLast = next - 1;
        _handler.OnHousekeeping(nowNs);
        return nowNs + _housekeepingIntervalNs;
    }
}

/// <summary>Bounds of a consumer loop.</summary>
/// <param name="HousekeepingIntervalNs">Least time between two housekeepings, nanoseconds.</param>
/// <param name="BatchLimitEntries">Most entries of a batch; afterwards their room is given back.</param>
public readonly record struct BatchConsumerSettings(long HousekeepingIntervalNs, int BatchLimitEntries)
{
    /// <summary>1 ms; 256 entries: a quarter of a small ring, and a call's cost is spread over enough
    /// entries.</summary>
    public static BatchConsumerSettings Default => new(1_000_000, 256);
}
