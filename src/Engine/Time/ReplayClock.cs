using System.Threading;

namespace LowLatency.Engine.Time;

/// <summary>
/// Time of a capture: stands still until the replay moves it. One writer, the replay's feed thread; any readers.
/// </summary>
public sealed class ReplayClock : IClock
{
    private long _nowNs;
    private long _utcNs;

    /// <summary>Starts at the given times.</summary>
    public ReplayClock(long nowNs = 0, long utcNs = 0)
    {
        _nowNs = nowNs;
        _utcNs = utcNs;
    }

    /// <inheritdoc/>
    public long NowNs => Volatile.Read(ref _nowNs);

    /// <inheritdoc/>
    public long UtcNs => Volatile.Read(ref _utcNs);

    /// <summary>
    /// Moves to the times of the next record. Monotonic time never goes back: if the record is older, it stays and
    /// false
    /// is returned, for the caller to count. Wall-clock time is taken as recorded, because wall clocks do step.
    /// </summary>
    public bool AdvanceTo(long nowNs, long utcNs)
    {
        Volatile.Write(ref _utcNs, utcNs);
        if (nowNs < _nowNs)
            return false;
        Volatile.Write(ref _nowNs, nowNs);
        return true;
    }
}
