using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// A capture as a feed: every frame in recorded order through the same decoder as a live connection, with its gaps,
/// reconnects and faults; the replay's clock is moved to each frame's receive time before it is decoded. Everything
/// runs on the caller's thread; same capture and options give the same events.
/// </summary>
public sealed class ReplayFeed : IMarketFeed
{
    private readonly CaptureReader _reader;
    private readonly ReplayOptions _options;
    private readonly List<(ulong Subscription, Pubkey Account)> _subscriptions;
    private FrameDispatcher? _dispatcher;
    private SlotRangePublisher? _range;
    private long _nextProgressMs;

    private ReplayFeed(
        CaptureReader reader, ReplayOptions options, List<(ulong Subscription, Pubkey Account)> subscriptions)
    {
        _reader = reader;
        _options = options;
        _subscriptions = subscriptions;
    }

    /// <summary>Path of the capture.</summary>
    public string FilePath => _reader.FilePath;

    /// <summary>The decoders' fast path may be switched off to test and measure the strict one.</summary>
    internal bool UseFastPath { get; set; } = true;

    /// <summary>The capture's fault; null if there is none so far.</summary>
    public CaptureFault? Fault => _reader.Fault;

    /// <inheritdoc/>
    public bool IsSynthetic => _reader.Header?.IsSynthetic ?? false;

    /// <summary>Header of a binary capture; null for JSON lines.</summary>
    public CaptureHeader? Header => _reader.Header;

    /// <summary>Offset behind the last good frame in the uncompressed file.</summary>
    public long GoodBytes => _reader.GoodBytes;

    /// <summary>Opens a capture for one replay; null and a fault if it cannot be read.</summary>
    public static ReplayFeed? Open(string path, ReplayOptions options, out CaptureFault? fault)
    {
        ArgumentNullException.ThrowIfNull(options);
        CaptureReader? reader = CaptureReader.Open(path, options.Reader, out fault);
        if (reader is null) return null;
        List<(ulong, Pubkey)>? subscriptions = SubscriptionFile.ReadFor(path, options.SubscriptionsPath, out fault);
        if (subscriptions is not null) return new ReplayFeed(reader, options, subscriptions);
        reader.Dispose();
        return null;
    }

    /// <summary>
    /// Replays the whole capture into <paramref name="publisher"/>, ending with an EndOfFeed event (also at a fault,
    /// not after a halt). To be called once.
    /// </summary>
    public FeedOutcome Run(EventPublisher publisher, ReplayClock clock)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        ArgumentNullException.ThrowIfNull(clock);
        EventPublisher target = publisher;
        if (_options.FromSlot is not null || _options.ToSlot is not null)
        {
            _range = new SlotRangePublisher(
                publisher, _options.FromSlot ?? 0, _options.ToSlot ?? ulong.MaxValue);
            target = _range;
        }

        FrameDispatcher dispatcher = new(target, clock, new FrameDispatcherOptions
        {
            Decoder = _options.Decoder,
            StampClock = _options.StampClock,
            Addresses = _reader.Header?.Endpoints ?? [],
            IsSynthetic = IsSynthetic,
            Subscriptions = _subscriptions,
        })
        { UseFastPath = UseFastPath };
        Volatile.Write(ref _dispatcher, dispatcher);
        ReplayControl control = _options.Control ?? new ReplayControl(_options.Speed, isPaused: false);
        ReplayPacer pacer = new(control, dispatcher, _options.Cancellation, () => OnIdle(control));
        while (_reader.TryRead(out CaptureFrame frame))
        {
            if (_range is null || _range.HasBegun) pacer.WaitFor(frame.ReceiveUtcNs);
            if (_options.Cancellation.IsCancellationRequested) return FeedOutcome.Cancelled;
            if (!dispatcher.Dispatch(in frame)) return FeedOutcome.Halted;
            ReportProgress();
        }

        if (!dispatcher.EndFeed()) return FeedOutcome.Halted;
        _nextProgressMs = 0;
        ReportProgress(isEnd: true);
        return _reader.Fault is null ? FeedOutcome.Completed : FeedOutcome.Faulted;
    }

    /// <summary>Address of an endpoint; empty if the capture has not said it. Any thread.</summary>
    public string AddressOf(int endpointId) => Volatile.Read(ref _dispatcher)?.AddressOf(endpointId) ?? string.Empty;

    /// <summary>What was seen so far.</summary>
    public FeedStatistics GetStatistics()
    {
        DecodeCounters total = new();
        List<EndpointStatistics> endpoints = _dispatcher?.GetEndpoints(total) ?? [];
        return new FeedStatistics
        {
            FileBytes = _reader.FileBytes,
            FileBytesRead = _reader.FileBytesRead,
            Frames = _reader.Frames,
            FramesByKind = _dispatcher is null ? [] : [.. _dispatcher.FramesByKind],
            FramesWithDerivedTime = _dispatcher?.FramesWithDerivedTime ?? 0,
            ClockStepsBack = _dispatcher?.ClockStepsBack ?? 0,
            FirstUtcNs = _dispatcher?.FirstUtcNs ?? 0,
            LastUtcNs = _dispatcher?.LastUtcNs ?? 0,
            EventsBeforeRange = _range?.EventsBefore ?? 0,
            StatesCarriedIn = _range?.StatesCarriedIn ?? 0,
            EventsAfterRange = _range?.EventsAfter ?? 0,
            Endpoints = endpoints,
            Total = total,
            FirstRefusals = _dispatcher?.GetFirstRefusals() ?? [],
            Fault = _reader.Fault,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void ReportProgress(bool isEnd = false)
    {
        if (_options.OnProgress is null) return;
        long nowMs = Environment.TickCount64; // replay-ok: decides only when to report
        if (nowMs < _nextProgressMs) return;
        _nextProgressMs = nowMs + _options.ProgressIntervalMs;
        _options.OnProgress(new FeedProgress(
            _reader.FileBytesRead, _reader.FileBytes, _reader.Frames, _dispatcher!.Events, _dispatcher.SlotMax,
            _dispatcher.LastUtcNs, isEnd));
    }

    /// <summary>While the replay waits: whoever watches sees it as it stands.</summary>
    private void OnIdle(ReplayControl control)
    {
        if (control.IsPaused) _nextProgressMs = 0; // the last report before the pause may be old
        ReportProgress();
        control.OnIdle?.Invoke();
    }
}
