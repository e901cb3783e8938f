using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using LowLatency.Feeds.Inbox;

namespace LowLatency.Feeds.Live;

/// <summary>
/// The feed's work without a thread of its own: any thread that has put something into an inbox takes the turn, if it
/// is free, and works until all inboxes are empty. A thread that finds the turn taken goes away: who has it looks again
/// after giving it back, so nothing stays behind. The turn's exchange is a full fence on both sides, so all state
/// behind it has one owner at a time. Any thread; 0 bytes allocated.
/// </summary>
internal sealed class FeedTurns
{
    private readonly Func<bool> _step;
    private readonly MessageInbox[] _inboxes;
    private int _isTaken;
    private bool _isHalted;
    private long _allocatedBytes;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Turns over <paramref name="step"/>, which takes one record.</summary>
    /// <param name="step">False if the pipeline has halted, or if there was no record.</param>
    /// <param name="inboxes">Where the records are.</param>
    public FeedTurns(Func<bool> step, MessageInbox[] inboxes)
    {
        _step = step;
        _inboxes = inboxes;
    }

    /// <summary>True once the pipeline has halted: nothing is taken any more.</summary>
    public bool IsHalted => Volatile.Read(ref _isHalted);

    /// <summary>What a stage threw; nothing is taken any more.</summary>
    public ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

    /// <summary>Managed bytes allocated inside turns, by whatever thread.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>Works until nothing is left, if the turn is free.</summary>
    public void Take() => Take<object?>(null, null);

    /// <summary>The same, with <paramref name="more"/> inside the turn when it is got.</summary>
    public void Take<T>(Action<T>? more, T state)
    {
        do
        {
            if (Interlocked.Exchange(ref _isTaken, 1) != 0) return;
            Work(more, state);
            more = null;
            Interlocked.Exchange(ref _isTaken, 0);
        }
        while (!AreEmpty() && !IsHalted && Failure is null);
    }

    /// <summary>Takes the turn and keeps it.</summary>
    public void Close()
    {
        SpinWait spin = default;
        while (Interlocked.Exchange(ref _isTaken, 1) != 0) spin.SpinOnce();
    }

    private void Work<T>(Action<T>? more, T state)
    {
        if (_isHalted || _failure is not null) return;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            while (!AreEmpty())
            {
                if (_step()) continue;
                Volatile.Write(ref _isHalted, true);
                break;
            }

            more?.Invoke(state);
        }
        catch (Exception fault)
        {
            // The one catch of this work: it must not end a connection, which did nothing wrong, but the run.
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(fault));
        }

        Volatile.Write(ref _allocatedBytes, _allocatedBytes + GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private bool AreEmpty()
    {
        foreach (MessageInbox inbox in _inboxes)
        {
            if (!inbox.IsEmpty) return false;
        }

        return true;
    }
}
