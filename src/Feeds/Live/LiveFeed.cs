using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Inbox;

namespace LowLatency.Feeds.Live;

/// <summary>How a live feed runs.</summary>
public sealed class LiveFeedOptions
{
    /// <summary>Options of the dispatcher.</summary>
    public FrameDispatcherOptions Dispatcher { get; init; } = new();

    /// <summary>Writes every frame down before it is decoded; null = nobody.</summary>
    public CaptureRecorder? Recorder { get; init; }

    /// <summary>Ends the feed in order.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>How long to run, nanoseconds of the clock; 0 = until cancelled.</summary>
    public long DurationNs { get; init; }

    /// <summary>Clock of the duration and of reports.</summary>
    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Called when nothing waits, at least some 100 times a second. Feed thread.</summary>
    public Action? OnIdle { get; init; }

    /// <summary>
    /// Called by connections' threads while they spin, one at a time, if the feed runs on them: some hundred
    /// nanoseconds of work.
    /// </summary>
    public Action? OnSpin { get; init; }

    /// <summary>Called once when the run has begun. Feed thread.</summary>
    public Action? OnBegin { get; init; }

    /// <summary>Called about every <see cref="ProgressIntervalMs"/>. Feed thread.</summary>
    public Action<FeedProgress>? OnProgress { get; init; }

    /// <summary>
    /// True if the connections' threads do the feed's work, one at a time, each as soon as it has read something: no
    /// hand-over to another thread, which costs a wake-up where not every thread can spin on a core of its own.
    /// </summary>
    public bool RunsOnConnections { get; init; }

    /// <summary>Milliseconds between progress calls.</summary>
    public int ProgressIntervalMs { get; init; } = 1000;
}

/// <summary>
/// Live connections as a feed: one thread takes the oldest record of all inboxes, hands it to the recorder and decodes
/// it. What it decides depends on recorded bytes and times only, so a replay of the recording gives the same events.
/// The inboxes' writers never wait for it; a connection whose inbox is full closes, and what it lost is fetched again.
/// Owner: the thread of <see cref="Run"/>. 0 bytes allocated a message.
/// </summary>
public sealed class LiveFeed : IMarketFeed
{
    private const int ParkMs = 5;
    private const int ClockEvery = 64;
    private const int LookMs = 50;

    /// <summary>Slots that may not be whole when a stream breaks: the one in progress, forks beside it.</summary>
    private const ulong ResumeMarginSlots = 4;

    private readonly MessageInbox[] _inboxes;
    private readonly InboxSignal _signal;
    private readonly LiveFeedOptions _options;
    private FrameDispatcher? _dispatcher;
    private long _threadAllocatedBytes;
    private long _nextProgressMs;

    /// <summary>A feed over <paramref name="inboxes"/>, all of which wake <paramref name="signal"/>.</summary>
    public LiveFeed(IReadOnlyList<MessageInbox> inboxes, InboxSignal signal, LiveFeedOptions options)
    {
        ArgumentNullException.ThrowIfNull(inboxes);
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(options);
        _inboxes = [.. inboxes];
        foreach (MessageInbox inbox in _inboxes)
        {
            if (inbox.ConnectionId >= CoverageTable.MaxConnections)
            {
                throw new ArgumentException(
                    $"Connection {inbox.ConnectionId}: a run has at most {CoverageTable.MaxConnections} connections.",
                    nameof(inboxes));
            }
        }

        _signal = signal;
        _options = options;
    }

    /// <inheritdoc/>
    public bool IsSynthetic => false;

    /// <inheritdoc/>
    public CaptureFault? Fault => null;

    /// <summary>Who follows which account; null before the run. Its figures may be read late by any thread.</summary>
    public CoverageTable? Coverage => Volatile.Read(ref _dispatcher)?.Coverage;

    /// <summary>
    /// The slot from which a stream that broke is to be replayed, the last that surely came whole; 0 if none has come.
    /// Any thread.
    /// </summary>
    public ulong ResumeSlot
    {
        get
        {
            ulong head = Coverage?.Head ?? 0;
            return head > ResumeMarginSlots ? head - ResumeMarginSlots : 0;
        }
    }

    /// <summary>Frames so far. Any thread.</summary>
    public long Frames => Volatile.Read(ref _dispatcher)?.Frames ?? 0;

    /// <summary>Managed bytes that the feed's thread has allocated since it began, as of the last look.</summary>
    public long ThreadAllocatedBytes => Volatile.Read(ref _threadAllocatedBytes);

    /// <inheritdoc/>
    public FeedOutcome Run(EventPublisher publisher, ReplayClock clock)
    {
        FrameDispatcher dispatcher = new(publisher, clock, _options.Dispatcher);
        Volatile.Write(ref _dispatcher, dispatcher);
        if (_options.RunsOnConnections) return RunOnConnections(dispatcher, publisher);
        _options.OnBegin?.Invoke();
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long endNs = _options.DurationNs == 0 ? long.MaxValue : _options.Clock.NowNs + _options.DurationNs;
        int untilClock = 0;
        while (true)
        {
            if (--untilClock < 0)
            {
                untilClock = ClockEvery;
                Volatile.Write(
                    ref _threadAllocatedBytes, GC.GetAllocatedBytesForCurrentThread() - allocatedBefore);
                ReportProgress(dispatcher);
                if (publisher.IsHalted) return FeedOutcome.Halted; // also where nothing comes to be refused
                if (_options.Cancellation.IsCancellationRequested || _options.Clock.NowNs >= endNs) break;
            }

            if (TryTakeOldest(dispatcher, out bool goesOn))
            {
                if (!goesOn) return FeedOutcome.Halted;
                continue;
            }

            untilClock = 0;
            _options.Recorder?.Flush();
            _options.OnIdle?.Invoke();
            _signal.Park(_inboxes, ParkMs);
        }

        return End(dispatcher);
    }

    /// <inheritdoc/>
    public string AddressOf(int endpointId) => Volatile.Read(ref _dispatcher)?.AddressOf(endpointId) ?? string.Empty;

    /// <inheritdoc/>
    public FeedStatistics GetStatistics()
    {
        DecodeCounters total = new();
        List<EndpointStatistics> endpoints = _dispatcher?.GetEndpoints(total) ?? [];
        long bytes = total.Bytes;
        return new FeedStatistics
        {
            FileBytes = bytes,
            FileBytesRead = bytes,
            Frames = Frames,
            FramesByKind = _dispatcher is null ? [] : [.. _dispatcher.FramesByKind],
            FramesWithDerivedTime = 0,
            ClockStepsBack = _dispatcher?.ClockStepsBack ?? 0,
            FirstUtcNs = _dispatcher?.FirstUtcNs ?? 0,
            LastUtcNs = _dispatcher?.LastUtcNs ?? 0,
            EventsBeforeRange = 0,
            StatesCarriedIn = 0,
            EventsAfterRange = 0,
            Endpoints = endpoints,
            Total = total,
            FirstRefusals = _dispatcher?.GetFirstRefusals() ?? [],
            Fault = null,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Connections, inboxes and recorder belong to whoever made them.
    }

    private FeedOutcome RunOnConnections(FrameDispatcher dispatcher, EventPublisher publisher)
    {
        FeedTurns turns = new(() => TryTakeOldest(dispatcher, out bool goesOn) && goesOn, _inboxes);
        _signal.OnWake = turns.Take;
        if (_options.OnSpin is not null)
            _signal.OnSpin = () => turns.Take(static feed => feed._options.OnSpin!(), this);
        _options.OnBegin?.Invoke();
        long endNs = _options.DurationNs == 0 ? long.MaxValue : _options.Clock.NowNs + _options.DurationNs;
        while (!_options.Cancellation.IsCancellationRequested && _options.Clock.NowNs < endNs && turns.Failure is null)
        {
            turns.Take(static feed => feed.Idle(), this); // also what came while the turn was another's
            Volatile.Write(ref _threadAllocatedBytes, turns.AllocatedBytes);
            ReportProgress(dispatcher);
            if (turns.IsHalted || publisher.IsHalted) break;
            _ = _options.Cancellation.WaitHandle.WaitOne(LookMs);
        }

        (_signal.OnWake, _signal.OnSpin) = (null, null);
        turns.Close();
        turns.Failure?.Throw();
        return turns.IsHalted || publisher.IsHalted ? FeedOutcome.Halted : End(dispatcher);
    }

    private void Idle()
    {
        _options.Recorder?.Flush();
        _options.OnIdle?.Invoke();
    }

    private FeedOutcome End(FrameDispatcher dispatcher)
    {
        if (!dispatcher.EndFeed()) return FeedOutcome.Halted;
        return _options.Cancellation.IsCancellationRequested ? FeedOutcome.Cancelled : FeedOutcome.Completed;
    }

    /// <summary>Records and decodes the oldest record; false if there is none.</summary>
    private bool TryTakeOldest(FrameDispatcher dispatcher, out bool goesOn)
    {
        goesOn = true;
        MessageInbox? oldest = FindOldest();
        if (oldest is null) return false;
        _ = oldest.TryRead(out CaptureFrame frame);
        _options.Recorder?.Write(in frame);
        goesOn = dispatcher.Dispatch(in frame);
        oldest.Release();
        return true;
    }

    /// <summary>The inbox whose oldest record came first; null if all are empty.</summary>
    private MessageInbox? FindOldest()
    {
        MessageInbox? oldest = null;
        long oldestNs = long.MaxValue;
        foreach (MessageInbox inbox in _inboxes)
        {
            if (!inbox.TryPeekTime(out long receiveNs) || receiveNs >= oldestNs) continue;
            oldest = inbox;
            oldestNs = receiveNs;
        }

        return oldest;
    }

    private void ReportProgress(FrameDispatcher dispatcher)
    {
        if (_options.OnProgress is null) return;
        long nowMs = Environment.TickCount64; // replay-ok: decides only when to report
        if (nowMs < _nextProgressMs) return;
        _nextProgressMs = nowMs + _options.ProgressIntervalMs;
        _options.OnProgress(new FeedProgress(
            0, 0, dispatcher.Frames, dispatcher.Events, dispatcher.SlotMax, dispatcher.LastUtcNs));
    }
}
