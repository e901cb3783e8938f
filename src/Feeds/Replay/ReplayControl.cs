using System;
using System.Threading;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// Steers a replay while it runs: pause, one slot on, run to a slot, another pace. A console's thread writes, the
/// replay's thread looks before each frame. It decides only when frames are played, never which: a steered replay makes
/// the decisions of any other.
/// </summary>
public sealed class ReplayControl
{
    private const ulong NextSlot = ulong.MaxValue;

    private double _speed;
    private int _isPaused;
    private ulong _target;
    private int _isWaiting;

    /// <summary>A control that begins at a pace, running or paused.</summary>
    public ReplayControl(double speed, bool isPaused)
    {
        _speed = speed;
        _isPaused = isPaused ? 1 : 0;
    }

    /// <summary>Times the recorded pace; 0 = as fast as possible. Changes take effect at the next frame.</summary>
    public double Speed
    {
        get => Volatile.Read(ref _speed);
        set => Volatile.Write(ref _speed, value);
    }

    /// <summary>True if the replay is to stand still, or is on its way to a slot where it will.</summary>
    public bool IsPaused => Volatile.Read(ref _isPaused) != 0;

    /// <summary>True while it runs to a slot, at full speed.</summary>
    public bool IsRunningToSlot => Volatile.Read(ref _target) != 0;

    /// <summary>True while the replay's thread stands still because of a pause.</summary>
    internal bool IsWaiting => Volatile.Read(ref _isWaiting) != 0;

    /// <summary>Called on the replay's thread every few milliseconds while it waits. Set before the run.</summary>
    public Action? OnIdle { get; set; }

    /// <summary>Stands still before the next frame.</summary>
    public void Pause()
    {
        Volatile.Write(ref _target, 0);
        Volatile.Write(ref _isPaused, 1);
    }

    /// <summary>Goes on.</summary>
    public void Resume()
    {
        Volatile.Write(ref _target, 0);
        Volatile.Write(ref _isPaused, 0);
    }

    /// <summary>Goes on to the first frame of the next slot, then stands still behind it.</summary>
    public void StepSlot() => RunToSlot(NextSlot);

    /// <summary>
    /// Goes on at full speed until a frame of this slot or a later one was played, then stands still.
    /// </summary>
    public void RunToSlot(ulong slot)
    {
        Volatile.Write(ref _isPaused, 1);
        Volatile.Write(ref _target, slot);
    }

    /// <summary>
    /// True if the frame after <paramref name="slot"/> is to be played at once, on the way to a target.
    /// </summary>
    internal bool MustRush(ulong slot)
    {
        ulong target = Volatile.Read(ref _target);
        if (target == 0) return false;
        if (target == NextSlot)
        {
            // Only this thread knows the slot at hand; another wish that came meanwhile wins.
            ulong next = slot + 1;
            if (Interlocked.CompareExchange(ref _target, next, NextSlot) == NextSlot) return true;
            target = Volatile.Read(ref _target);
        }

        if (slot < target) return true;
        Interlocked.CompareExchange(ref _target, 0, target);
        return false;
    }

    /// <summary>Notes whether the replay's thread stands still.</summary>
    internal void SetWaiting(bool waiting) => Volatile.Write(ref _isWaiting, waiting ? 1 : 0);
}
