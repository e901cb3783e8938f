using System;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Paces the calls to one endpoint: so many a second, with a burst; a server's "wait" holds all of them. Any thread.
/// </summary>
public sealed class TokenBucket
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly object _gate = new();
    private readonly double _perSecond;
    private readonly double _most;
    private double _tokens;
    private long _filledNs;
    private long _pausedUntilNs = long.MinValue;

    /// <summary>A full bucket.</summary>
    /// <param name="perSecond">Calls a second.</param>
    /// <param name="burst">Calls at once after a pause.</param>
    /// <param name="nowNs">Monotonic time, nanoseconds.</param>
    public TokenBucket(double perSecond, int burst, long nowNs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _perSecond = perSecond;
        _most = burst;
        _tokens = burst;
        _filledNs = nowNs;
    }

    /// <summary>Takes a call's token; else says how many nanoseconds to wait before asking again.</summary>
    public bool TryTake(long nowNs, out long waitNs)
    {
        lock (_gate)
        {
            _tokens = Math.Min(_most, _tokens + ((nowNs - _filledNs) * _perSecond / NanosecondsPerSecond));
            _filledNs = nowNs;
            if (nowNs < _pausedUntilNs)
            {
                waitNs = _pausedUntilNs - nowNs;
                return false;
            }

            if (_tokens >= 1)
            {
                _tokens--;
                waitNs = 0;
                return true;
            }

            waitNs = (long)Math.Ceiling((1 - _tokens) / _perSecond * NanosecondsPerSecond);
            return false;
        }
    }

    /// <summary>No call before <paramref name="untilNs"/>; a later time that was set before stays.</summary>
    public void PauseUntil(long untilNs)
    {
        lock (_gate) _pausedUntilNs = Math.Max(_pausedUntilNs, untilNs);
    }
}
