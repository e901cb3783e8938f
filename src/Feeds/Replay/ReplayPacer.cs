using System;
using System.Diagnostics;
using System.Threading;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// Holds a replay to a multiple of the recorded pace, and to the wishes of a <see cref="ReplayControl"/>. Sleeps to
/// within a millisecond, then yields. A frame that is late is not waited for, and later ones are not delayed by it: the
/// schedule is fixed at the start, and again when the pace changes or a pause ends.
/// </summary>
internal sealed class ReplayPacer
{
    private const double NsPerMs = 1e6;

    /// <summary>Longest sleep in one piece: housekeeping and wishes wait that long at most.</summary>
    private const int IdleMs = 10;

    private readonly ReplayControl _control;
    private readonly FrameDispatcher _dispatcher;
    private readonly CancellationToken _cancellation;
    private readonly Action _onIdle;
    private long _startTimestamp;
    private long _startUtcNs;
    private double _speed;
    private bool _hasStarted;

    /// <summary>A pacer of what <paramref name="dispatcher"/> is given; speed 0 never waits.</summary>
    public ReplayPacer(
        ReplayControl control, FrameDispatcher dispatcher, CancellationToken cancellation, Action onIdle)
    {
        _control = control;
        _dispatcher = dispatcher;
        _cancellation = cancellation;
        _onIdle = onIdle;
    }

    /// <summary>Waits until the frame received at <paramref name="receiveUtcNs"/> is due.</summary>
    public void WaitFor(long receiveUtcNs)
    {
        bool mustRush = MustRush();
        if (!mustRush && _control.IsPaused) mustRush = WaitWhilePaused();
        double speed = _control.Speed;
        if (mustRush || speed <= 0)
        {
            _hasStarted = false; // whatever comes after begins a schedule of its own
            return;
        }

        if (!_hasStarted || speed != _speed)
        {
            _hasStarted = true;
            _speed = speed;
            _startTimestamp = Stopwatch.GetTimestamp(); // replay-ok: the pace itself is real time
            _startUtcNs = receiveUtcNs;
            return;
        }

        WaitUntilDue((receiveUtcNs - _startUtcNs) / speed / NsPerMs);
    }

    /// <summary>The highest slot is looked for on the way to a slot only: that asks every connection.</summary>
    private bool MustRush() => _control.IsRunningToSlot && _control.MustRush(_dispatcher.SlotMax);

    /// <summary>Stands still; returns true if it ended by a wish to run to a slot.</summary>
    private bool WaitWhilePaused()
    {
        _hasStarted = false;
        bool mustRush = false;
        while (!mustRush && _control.IsPaused && !_cancellation.IsCancellationRequested)
        {
            _onIdle(); // first publish what has happened, then say that nothing will
            _control.SetWaiting(true);
            _ = _cancellation.WaitHandle.WaitOne(IdleMs);
            mustRush = MustRush();
        }

        _control.SetWaiting(false);
        return mustRush;
    }

    private void WaitUntilDue(double dueMs)
    {
        while (!_cancellation.IsCancellationRequested && _control.Speed == _speed && !_control.IsPaused)
        {
            double aheadMs = dueMs - Stopwatch.GetElapsedTime(_startTimestamp).TotalMilliseconds; // replay-ok: pace
            if (aheadMs <= 0) return;
            if (aheadMs <= 2)
            {
                Thread.Yield();
                continue;
            }

            _onIdle();
            _ = _cancellation.WaitHandle.WaitOne((int)Math.Min(aheadMs - 1, IdleMs));
        }
    }
}
