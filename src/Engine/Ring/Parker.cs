using System.Runtime.CompilerServices;
using System.Threading;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Where consumers sleep. Sleeping and waking are for idle times: a publisher pays one load of a line that changes only
/// when somebody falls asleep or wakes, plus a fence if <c>fenced</c>.
/// </summary>
/// <remarks>
/// Sleeper: count itself (full fence), look again, sleep. Publisher: publish, [fence], read the count. With the fence
/// one
/// of both sees the other, so no wake-up is lost. Without it one may be, and costs at most the sleeper's time limit.
/// </remarks>
internal sealed class Parker
{
    private readonly object _gate = new();
    private readonly bool _fenced;
    private readonly int _limitMs;
    private int _parkedCount;

    internal Parker(bool fenced, int limitMs)
    {
        _fenced = fenced;
        _limitMs = limitMs;
    }

    /// <summary>Sleeps until signalled or the time limit, unless <paramref name="sequence"/> is there or the ring
    /// halts.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Park(SequenceBarrier barrier, long sequence)
    {
        Monitor.Enter(_gate);
        try
        {
            Interlocked.Increment(ref _parkedCount);
            if (barrier.Available(sequence) < sequence && !barrier.IsAlerted)
                Monitor.Wait(_gate, _limitMs);
            Interlocked.Decrement(ref _parkedCount);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SignalIfParked()
    {
        if (_fenced)
            Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _parkedCount) != 0)
            SignalAlways();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void SignalAlways()
    {
        Monitor.Enter(_gate);
        Monitor.PulseAll(_gate);
        Monitor.Exit(_gate);
    }
}
