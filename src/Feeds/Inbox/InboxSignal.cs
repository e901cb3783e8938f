using System;
using System.Threading;

namespace LowLatency.Feeds.Inbox;

/// <summary>
/// Where the feed thread sleeps while all its inboxes are empty. Writers pay one fence and one load of a line that
/// changes only when the feed falls asleep or wakes. Owners: one sleeping feed thread, any number of wakers.
/// </summary>
/// <remarks>
/// The feed says that it will sleep (full fence), looks into its inboxes again and sleeps; a writer publishes, fences
/// and looks whether the feed sleeps. One of both sees the other, so no wake-up is lost.
/// </remarks>
public sealed class InboxSignal
{
    private readonly object _gate = new();
    private int _isParked;
    private long _wakeUps;
    private Action? _onWake;
    private Action? _onSpin;

    /// <summary>
    /// The feed's work, done by whoever would wake it; null while the feed has a thread of its own. It must let one
    /// thread in at a time and look again after it has let it out.
    /// </summary>
    internal Action? OnWake
    {
        get => Volatile.Read(ref _onWake);
        set => Volatile.Write(ref _onWake, value);
    }

    /// <summary>
    /// What a connection's thread does between two tries of a read that spins: a slice of the feed's, short and done by
    /// one thread at a time; null if there is nothing to do.
    /// </summary>
    internal Action? OnSpin
    {
        get => Volatile.Read(ref _onSpin);
        set => Volatile.Write(ref _onSpin, value);
    }

    /// <summary>Times that a writer had to wake the feed thread.</summary>
    public long WakeUps => Volatile.Read(ref _wakeUps);

    /// <summary>
    /// Sleeps until an inbox has something, <see cref="Wake"/> is called or <paramref name="limitMs"/> have passed;
    /// returns at once if something is there. Feed thread.
    /// </summary>
    public void Park(ReadOnlySpan<MessageInbox> inboxes, int limitMs)
    {
        Monitor.Enter(_gate);
        try
        {
            Interlocked.Exchange(ref _isParked, 1);
            if (AllEmpty(inboxes)) Monitor.Wait(_gate, limitMs);
            Volatile.Write(ref _isParked, 0);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Wakes the feed thread if it sleeps. Any thread.</summary>
    public void Wake()
    {
        if (OnWake is { } work)
        {
            work();
            return;
        }

        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isParked) == 0) return;
        Monitor.Enter(_gate);
        _wakeUps++;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    private static bool AllEmpty(ReadOnlySpan<MessageInbox> inboxes)
    {
        foreach (MessageInbox inbox in inboxes)
        {
            if (!inbox.IsEmpty) return false;
        }

        return true;
    }
}
