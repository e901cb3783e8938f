using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// A capture as a feed: every frame in recorded order through the same decoder as a live connection, with its gaps,
/// reconnects and faults; the replay's clock is moved to each frame's receive time before it is decoded. Everything
/// runs on the caller's thread; same capture and options give the same events.
/// </summary>
public sealed class ReplayFeed : IDisposable
{
    private readonly CaptureReader _reader;
    private readonly ReplayOptions _options;
    private readonly List<(ulong Subscription, Pubkey Account)> _subscriptions;
    private readonly EndpointState?[] _endpoints = new EndpointState?[byte.MaxValue + 1];
    private readonly FirstRefusal[] _firstRefusals = new FirstRefusal[DecodeCounters.CauseCount];
    private EventPublisher _publisher = null!;
    private SlotRangePublisher? _range;
    private readonly long[] _framesByKind = new long[(int)CaptureFrameKind.Close + 1];
    private long _framesWithDerivedTime;
    private long _clockStepsBack;
    private long _firstUtcNs;
    private long _lastUtcNs;
    private long _nextProgressMs;
    private ulong _slotMax;

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
        string? subscriptionsPath = options.SubscriptionsPath ?? SubscriptionFile.FindBeside(path);
        List<(ulong, Pubkey)>? subscriptions =
            subscriptionsPath is null ? [] : SubscriptionFile.Read(subscriptionsPath, out fault);
        if (subscriptions is not null) return new ReplayFeed(reader, options, subscriptions);
        reader.Dispose();
        return null;
    }

    /// <summary>
    /// Replays the whole capture into <paramref name="publisher"/>, ending with an EndOfFeed event (also at a fault,
    /// not after a halt). To be called once.
    /// </summary>
    public ReplayOutcome Run(EventPublisher publisher, ReplayClock clock)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        ArgumentNullException.ThrowIfNull(clock);
        _publisher = publisher;
        if (_options.FromSlot is not null || _options.ToSlot is not null)
        {
            _range = new SlotRangePublisher(
                publisher, _options.FromSlot ?? 0, _options.ToSlot ?? ulong.MaxValue);
            _publisher = _range;
        }

        ReplayControl control = _options.Control ?? new ReplayControl(_options.Speed, isPaused: false);
        ReplayPacer pacer = new(control, _options.Cancellation, () => OnIdle(control));
        while (_reader.TryRead(out CaptureFrame frame))
        {
            if (_range is null || _range.HasBegun) pacer.WaitFor(frame.ReceiveUtcNs, _slotMax);
            if (_options.Cancellation.IsCancellationRequested) return ReplayOutcome.Cancelled;
            FrameStamp stamp = Advance(clock, frame);
            EndpointState endpoint = GetEndpoint(frame, stamp);
            Decode(endpoint, frame, stamp);
            _slotMax = Math.Max(_slotMax, endpoint.Decoder.HighestSlot);
            if (endpoint.Decoder.IsHalted) return ReplayOutcome.Halted;
            ReportProgress();
        }

        IConnectionDecoder last = GetAnyDecoder();
        DecodeCause end = last.OnEndOfFeed(new FrameStamp(_lastUtcNs, clock.NowNs, 0));
        if (end == DecodeCause.Halted) return ReplayOutcome.Halted;
        _nextProgressMs = 0;
        ReportProgress();
        return _reader.Fault is null ? ReplayOutcome.Completed : ReplayOutcome.Faulted;
    }

    /// <summary>Address of an endpoint; empty if the capture has not said it. Any thread.</summary>
    public string AddressOf(int endpointId) => Volatile.Read(ref _endpoints[endpointId])?.Address ?? string.Empty;

    /// <summary>What was seen so far.</summary>
    public ReplayStatistics GetStatistics()
    {
        List<EndpointStatistics> endpoints = [];
        DecodeCounters total = new();
        for (int i = 0; i < _endpoints.Length; i++)
        {
            EndpointState? state = _endpoints[i];
            if (state is null || state.Frames == 0) continue;
            DecodeCounters counters = new();
            counters.Add(state.Decoder.Counters);
            total.Add(counters);
            endpoints.Add(new EndpointStatistics(
                (byte)i, state.Address, state.Opens, state.Closes, state.Frames, counters));
        }

        List<FirstRefusal> refusals = [];
        foreach (FirstRefusal refusal in _firstRefusals)
        {
            if (refusal.Cause != DecodeCause.None) refusals.Add(refusal);
        }

        return new ReplayStatistics
        {
            FileBytes = _reader.FileBytes,
            FileBytesRead = _reader.FileBytesRead,
            Frames = _reader.Frames,
            FramesByKind = [.. _framesByKind],
            FramesWithDerivedTime = _framesWithDerivedTime,
            ClockStepsBack = _clockStepsBack,
            FirstUtcNs = _firstUtcNs,
            LastUtcNs = _lastUtcNs,
            EventsBeforeRange = _range?.EventsBefore ?? 0,
            StatesCarriedIn = _range?.StatesCarriedIn ?? 0,
            EventsAfterRange = _range?.EventsAfter ?? 0,
            Endpoints = endpoints,
            Total = total,
            FirstRefusals = refusals,
            Fault = _reader.Fault,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private FrameStamp Advance(ReplayClock clock, in CaptureFrame frame)
    {
        if (_reader.Frames == 1) _firstUtcNs = frame.ReceiveUtcNs;
        _lastUtcNs = frame.ReceiveUtcNs;
        _framesByKind[(int)frame.Kind]++;
        if ((frame.Flags & CaptureFrameFlags.DerivedTime) != 0) _framesWithDerivedTime++;
        long monotonicNs = frame.ReceiveNs != 0 ? frame.ReceiveNs : frame.ReceiveUtcNs;
        if (!clock.AdvanceTo(monotonicNs, frame.ReceiveUtcNs)) _clockStepsBack++;
        return new FrameStamp(frame.ReceiveUtcNs, clock.NowNs, _options.StampClock?.NowNs ?? 0);
    }

    private EndpointState GetEndpoint(in CaptureFrame frame, in FrameStamp stamp)
    {
        EndpointState state = _endpoints[frame.EndpointId] ?? CreateEndpoint(
            frame.EndpointId, frame.Kind == CaptureFrameKind.Open ? frame.Bytes : default);
        if (state.Frames++ == 0 && frame.Kind != CaptureFrameKind.Open)
        {
            // A capture without the opening of the connection: the feed is open from its first frame on.
            _ = state.Decoder.OnOpen(stamp);
            if (state.Decoder is JsonRpcDecoder decoder)
            {
                foreach ((ulong subscription, Pubkey account) in _subscriptions)
                    _ = decoder.TryMapSubscription(subscription, account);
            }
        }

        return state;
    }

    private EndpointState CreateEndpoint(byte endpointId, ReadOnlySpan<byte> openDetails)
    {
        DecoderOptions bounds = _options.Decoder;
        string address = CaptureDetails.ReadAddress(openDetails);
        bool isSynthetic = (_reader.Header?.IsSynthetic ?? false)
            || address.StartsWith(CaptureDetails.SyntheticScheme, StringComparison.Ordinal);
        DecoderOptions options = new()
        {
            MaxSubscriptions = Math.Max(bounds.MaxSubscriptions, _subscriptions.Count),
            MaxPendingMessages = bounds.MaxPendingMessages,
            MaxPendingBytes = bounds.MaxPendingBytes,
            MaxSnapshotKeys = bounds.MaxSnapshotKeys,
            SourceFlags = bounds.SourceFlags | (isSynthetic ? EventFlags.Synthetic : EventFlags.None),
        };
        IConnectionDecoder decoder = CaptureDetails.ReadProtocol(openDetails) == FeedProtocol.Yellowstone
            ? new GeyserDecoder(endpointId, _publisher, options)
            : new JsonRpcDecoder(endpointId, _publisher, options) { UseFastPath = UseFastPath };
        EndpointState state = new(decoder);
        IReadOnlyList<string> addresses = _reader.Header?.Endpoints ?? [];
        if (endpointId < addresses.Count) state.Address = addresses[endpointId];
        _endpoints[endpointId] = state;
        return state;
    }

    private IConnectionDecoder GetAnyDecoder()
    {
        foreach (EndpointState? state in _endpoints)
        {
            if (state is not null) return state.Decoder;
        }

        return CreateEndpoint(0, default).Decoder;
    }

    private void Decode(EndpointState endpoint, in CaptureFrame frame, in FrameStamp stamp)
    {
        IConnectionDecoder decoder = endpoint.Decoder;
        long refusedBefore = decoder.Counters.Refused;
        switch (frame.Kind)
        {
            case CaptureFrameKind.Message:
                _ = decoder.OnMessage(frame.Bytes, stamp);
                break;
            case CaptureFrameKind.Request:
                _ = decoder.OnRequest(frame.Bytes);
                break;
            case CaptureFrameKind.Http:
                _ = decoder.OnSnapshot(frame.HttpRequest, frame.Bytes, stamp);
                break;
            case CaptureFrameKind.Open:
                endpoint.Opens++;
                endpoint.Address = CaptureDetails.ReadAddress(frame.Bytes);
                _ = decoder.OnOpen(stamp);
                break;
            default:
                endpoint.Closes++;
                _ = decoder.OnClose(stamp);
                break;
        }

        if (decoder.Counters.Refused != refusedBefore) Remember(decoder.Counters, frame);
    }

    /// <summary>A frame may refuse several accounts, and an open or close several held messages.</summary>
    private void Remember(DecodeCounters counters, in CaptureFrame frame)
    {
        for (int i = 1; i < _firstRefusals.Length; i++)
        {
            ref FirstRefusal first = ref _firstRefusals[i];
            DecodeCause cause = (DecodeCause)i;
            if (first.Cause != DecodeCause.None || counters[cause] == 0) continue;
            first = new FirstRefusal(cause, frame.EndpointId, frame.Position);
        }
    }

    private void ReportProgress()
    {
        if (_options.OnProgress is null) return;
        long nowMs = Environment.TickCount64; // replay-ok: decides only when to report
        if (nowMs < _nextProgressMs) return;
        _nextProgressMs = nowMs + _options.ProgressIntervalMs;
        long events = 0;
        foreach (EndpointState? state in _endpoints) events += state?.Decoder.Counters.Events ?? 0;
        _options.OnProgress(new ReplayProgress(
            _reader.FileBytesRead, _reader.FileBytes, _reader.Frames, events, _slotMax, _lastUtcNs));
    }

    /// <summary>While the replay waits: whoever watches sees it as it stands.</summary>
    private void OnIdle(ReplayControl control)
    {
        if (control.IsPaused) _nextProgressMs = 0; // the last report before the pause may be old
        ReportProgress();
        control.OnIdle?.Invoke();
    }

    private sealed class EndpointState(IConnectionDecoder decoder)
    {
        public IConnectionDecoder Decoder { get; } = decoder;

        public string Address { get; set; } = string.Empty;

        public long Opens { get; set; }

        public long Closes { get; set; }

        public long Frames { get; set; }
    }
}
