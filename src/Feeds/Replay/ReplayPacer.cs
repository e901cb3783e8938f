using System;
using System.Diagnostics;
using System.Threading;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// Holds a replay to a multiple of the recorded pace. Sleeps to within a millisecond, then yields.
/// A frame that is late is not waited for, and later ones are not delayed by it: the schedule is fixed at the start.
/// </summary>
internal sealed class ReplayPacer
{
    private const double NsPerMs = 1e6;

    private readonly double _speed;
    private readonly CancellationToken _cancellation;
    private long _startTimestamp;
    private long _startUtcNs;
    private bool _hasStarted;

    /// <summary>A pacer; speed 0 never waits.</summary>
    public ReplayPacer(double speed, CancellationToken cancellation)
    {
        _speed = speed;
        _cancellation = cancellation;
    }

    /// <summary>Waits until the frame received at <paramref name="receiveUtcNs"/> is due.</summary>
    public void WaitFor(long receiveUtcNs)
    {
        if (_speed <= 0) return;
        if (!_hasStarted)
        {
            _hasStarted = true;
            _startTimestamp = Stopwatch.GetTimestamp(); // replay-ok: the pace itself is real time
            _startUtcNs = receiveUtcNs;
            return;
        }

        double dueMs = (receiveUtcNs - _startUtcNs) / _speed / NsPerMs;
        while (!_cancellation.IsCancellationRequested)
        {
            double aheadMs = dueMs - Stopwatch.GetElapsedTime(_startTimestamp).TotalMilliseconds; // replay-ok: pace
            if (aheadMs <= 0) return;
            if (aheadMs > 2) _ = _cancellation.WaitHandle.WaitOne((int)Math.Min(aheadMs - 1, 1000));
            else Thread.Yield();
        }
    }
}
