using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// How the consumers of a ring wait when nothing is available. Called once for each wait, not for each poll: the loop
/// is in
/// the strategy, so the call is not on the way of an entry that is already there. One instance for each ring.
/// </summary>
public abstract class WaitStrategy
{
    private protected WaitStrategy(Parker? parker) => Parker = parker;

    /// <summary>Where consumers sleep; null if they never do, so that publishers need not look.</summary>
    internal Parker? Parker { get; }

    /// <summary>Waits for <paramref name="sequence"/> with bounded patience.</summary>
    internal abstract BarrierStatus WaitFor(SequenceBarrier barrier, long sequence, out long available);

    /// <summary>Polls <paramref name="count"/> times without giving up the processor.</summary>
    private protected static BarrierStatus Spin(SequenceBarrier barrier, long sequence, int count, out long available)
    {
        for (int i = 0; i < count; i++)
        {
            available = barrier.Available(sequence);
            if (available >= sequence)
                return BarrierStatus.Ok;
            if (barrier.IsAlerted)
                return BarrierStatus.Alerted;
        }
        available = sequence - 1;
        return BarrierStatus.Idle;
    }
}

/// <summary>Polls without pause: the lowest latency, and a core for each consumer. Idle after a bounded number of
/// polls.</summary>
public sealed class BusySpinWaitStrategy : WaitStrategy
{
    /// <summary>Polls before the consumer looks at its clock: some microseconds, small beside a housekeeping
    /// interval.</summary>
    private const int PollCount = 4096;

    /// <summary>A strategy for one ring.</summary>
    public BusySpinWaitStrategy()
        : base(null)
    {
    }

    internal override BarrierStatus WaitFor(SequenceBarrier barrier, long sequence, out long available) =>
        Spin(barrier, sequence, PollCount, out available);
}

/// <summary>
/// Polls, then yields the processor, then sleeps until a publication or a millisecond. The default where cores are few.
/// </summary>
public sealed class YieldThenParkWaitStrategy : WaitStrategy
{
    /// <summary>Polls before yielding: about a microsecond, several core-to-core round trips.</summary>
    private const int PollCount = 512;

    /// <summary>Yields before sleeping: above 50 microseconds, more than a sleeper's wake-up costs.</summary>
    private const int YieldCount = 200;

    /// <summary>Time limit of a sleep: bounds what a lost wake-up can cost.</summary>
    private const int ParkLimitMs = 1;

    private readonly Parker _parker;

    /// <summary>A strategy for one ring.</summary>
    public YieldThenParkWaitStrategy()
        : this(new Parker(fenced: false, ParkLimitMs))
    {
    }

    private YieldThenParkWaitStrategy(Parker parker)
        : base(parker) => _parker = parker;

    internal override BarrierStatus WaitFor(SequenceBarrier barrier, long sequence, out long available)
    {
        BarrierStatus status = Spin(barrier, sequence, PollCount, out available);
        for (int i = 0; status == BarrierStatus.Idle && i < YieldCount; i++)
        {
            Thread.Yield();
            status = Spin(barrier, sequence, 1, out available);
        }
        if (status != BarrierStatus.Idle)
            return status;
        _parker.Park(barrier, sequence);
        return Spin(barrier, sequence, 1, out available);
    }
}

/// <summary>Sleeps at once; the least use of the processor, tens of microseconds a wake-up. No wake-up is
/// lost.</summary>
public sealed class BlockingWaitStrategy : WaitStrategy
{
    /// <summary>Time limit of a sleep: the consumer's housekeeping must run although nothing is published.</summary>
    private const int ParkLimitMs = 10;

    private readonly Parker _parker;

    /// <summary>A strategy for one ring.</summary>
    public BlockingWaitStrategy()
        : this(new Parker(fenced: true, ParkLimitMs))
    {
    }

    private BlockingWaitStrategy(Parker parker)
        : base(parker) => _parker = parker;

    internal override BarrierStatus WaitFor(SequenceBarrier barrier, long sequence, out long available)
    {
        _parker.Park(barrier, sequence);
        return Spin(barrier, sequence, 1, out available);
    }
}
