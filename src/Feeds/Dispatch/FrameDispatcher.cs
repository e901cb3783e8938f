using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;

namespace LowLatency.Feeds.Dispatch;

/// <summary>Options of a dispatcher.</summary>
public sealed class FrameDispatcherOptions
{
    /// <summary>Bounds of each connection's decoder.</summary>
    public DecoderOptions Decoder { get; init; } = new();

    /// <summary>Clock of the stamp <c>Framed</c>; null = not taken. Not the clock that frames move.</summary>
    public IClock? StampClock { get; init; }

    /// <summary>Names of the connections, by id; empty where an open says it.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Mark every event as synthetic.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>Subscription ids known without requests and acks (captures with a file beside them).</summary>
    public IReadOnlyList<(ulong Subscription, Pubkey Account)> Subscriptions { get; init; } = [];

    /// <summary>Notified when accounts are covered or lose their cover; null = nobody.</summary>
    public ICoverageListener? Listener { get; init; }
}

/// <summary>
/// Frames in, events out: the one way of a live feed and of a replay, so that both come to the same events. Moves the
/// clock to each frame's receive time, keeps a decoder a connection and what all of them cover. Never throws for what
/// a frame holds; allocates for a connection's first frame and while its subscriptions are made. Owner: the feed
/// thread; statistics by others late. Bound: connections 0 to 31, the bits of the engine's endpoint masks; frames of
/// others are counted and refused.
/// </summary>
public sealed class FrameDispatcher : IWarmable
{
    private readonly EventPublisher _publisher;
    private readonly ReplayClock _clock;
    private readonly FrameDispatcherOptions _options;
    private readonly IClock? _stampClock;
    private readonly ConnectionEntry?[] _connections = new ConnectionEntry?[CoverageTable.MaxConnections];
    private readonly FirstRefusal[] _firstRefusals = new FirstRefusal[DecodeCounters.CauseCount];
    private readonly List<SettingChange> _changes = [];
    private int _warmTurn;
    private long _warmed; // keeps the work from being optimized away
    private long _framesOutOfRange;
    private readonly long[] _framesByKind = new long[(int)CaptureFrameKind.Settings + 1];
    private readonly List<Pubkey> _lost = [];
    private EventWriter? _restarts;

    /// <summary>A dispatcher that moves <paramref name="clock"/> and publishes.</summary>
    public FrameDispatcher(EventPublisher publisher, ReplayClock clock, FrameDispatcherOptions options)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(options);
        _publisher = publisher;
        _clock = clock;
        _options = options;
        _stampClock = options.StampClock;
        Coverage = new CoverageTable(options.Listener);
        publisher.Feed = this;
    }

    /// <summary>Who follows which account.</summary>
    public CoverageTable Coverage { get; }

    /// <summary>Highest slot of an event; looked for among all connections at each call.</summary>
    public ulong SlotMax
    {
        get
        {
            ulong highest = 0;
            foreach (ConnectionEntry? entry in _connections)
                highest = Math.Max(highest, entry?.Decoder.HighestSlot ?? 0);
            return highest;
        }
    }

    /// <summary>Frames dispatched.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames whose receive time was derived from their slot.</summary>
    public long FramesWithDerivedTime { get; private set; }

    /// <summary>Frames with an earlier time than the frame before; the clock stood still.</summary>
    public long ClockStepsBack { get; private set; }

    /// <summary>Receive time of the first frame, unix nanoseconds.</summary>
    public long FirstUtcNs { get; private set; }

    /// <summary>Receive time of the last frame, unix nanoseconds.</summary>
    public long LastUtcNs { get; private set; }

    /// <summary>Frames by kind; the index is <see cref="CaptureFrameKind"/>.</summary>
    public ReadOnlySpan<long> FramesByKind => _framesByKind;

    /// <summary>The decoders' fast path may be switched off to test and measure the strict one.</summary>
    internal bool UseFastPath { get; set; } = true;

    /// <summary>Events published.</summary>
    public long Events
    {
        get
        {
            long events = 0;
            foreach (ConnectionEntry? entry in _connections) events += entry?.Counters.Events ?? 0;
            return events;
        }
    }

    /// <summary>Decodes a frame; false once the pipeline has halted.</summary>
    [SkipLocalsInit] // the stamp is written whole
    public bool Dispatch(in CaptureFrame frame)
    {
        FrameStamp stamp = Advance(in frame);
        if (frame.EndpointId >= CoverageTable.MaxConnections)
        {
            if (_framesOutOfRange++ == 0)
                RememberFirst(DecodeCause.EndpointOutOfRange, in frame);
            return true;
        }

        ConnectionEntry connection = Get(in frame, stamp);
        if (frame.Kind == CaptureFrameKind.Settings) return ChangeSettings(connection, in frame, stamp);

        Decode(connection, in frame, stamp);
        return !connection.Decoder.IsHalted;
    }

    /// <inheritdoc/>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % _connections.Length;
        if (_connections[_warmTurn] is null) _warmTurn = 0;
        ConnectionEntry? connection = _connections[_warmTurn];
        if (connection is null) return;
        _warmed += Frames + _clock.NowNs + _framesByKind[(int)CaptureFrameKind.Message] + connection.Frames;
        _warmed += connection.Counters.Refused + (long)connection.Decoder.HighestSlot;
        (connection.Decoder as IWarmable)?.Warm();
    }

    /// <summary>
    /// Begins anew, for a capture that is played again: every connection closes and none has begun, nothing is covered.
    /// False if the pipeline has halted.
    /// </summary>
    internal bool Restart(long endUtcNs)
    {
        FrameStamp stamp = new(endUtcNs, endUtcNs, 0);
        _restarts ??= new EventWriter(_publisher, new DecodeCounters(), 0, EventFlags.None);
        _lost.Clear();
        Coverage.Forget(_lost);
        bool goesOn = true;
        foreach (ConnectionEntry? connection in _connections)
        {
            if (connection is null) continue;
            connection.IsBegun = false;
            goesOn &= connection.Decoder.OnClose(stamp) != DecodeCause.Halted;
        }

        // Behind the closings, which make the engine distrust every state: nothing is priced for being covered again.
        foreach (Pubkey account in _lost)
            goesOn &= _restarts.PublishCover(EventKind.CoverWhole, in account, 0, stamp) != DecodeCause.Halted;
        return goesOn;
    }

    /// <summary>Publishes the end of the feed; false if the pipeline has halted.</summary>
    public bool EndFeed()
    {
        IConnectionDecoder? any = null;
        foreach (ConnectionEntry? entry in _connections) any ??= entry?.Decoder;
        any ??= Create(0, default).Decoder;
        return any.OnEndOfFeed(new FrameStamp(LastUtcNs, _clock.NowNs, 0)) != DecodeCause.Halted;
    }

    /// <summary>Address of a connection; empty if it is not known. Any thread.</summary>
    public string AddressOf(int connection) =>
        (uint)connection < CoverageTable.MaxConnections
            ? Volatile.Read(ref _connections[connection])?.Address ?? string.Empty
            : string.Empty;

    /// <summary>What each connection delivered, and all together.</summary>
    public List<EndpointStatistics> GetEndpoints(DecodeCounters total)
    {
        ArgumentNullException.ThrowIfNull(total);
        List<EndpointStatistics> endpoints = [];
        for (int i = 0; i < _connections.Length; i++)
        {
            if (_connections[i] is not { Frames: > 0 } entry) continue;
            DecodeCounters counters = new();
            counters.Add(entry.Counters);
            total.Add(counters);
            endpoints.Add(new EndpointStatistics(
                (byte)i, entry.Address, entry.Opens, entry.Closes, entry.Frames, counters));
        }

        total.Count(DecodeCause.EndpointOutOfRange, _framesOutOfRange);
        return endpoints;
    }

    /// <summary>The first refusal of each cause.</summary>
    public List<FirstRefusal> GetFirstRefusals()
    {
        List<FirstRefusal> refusals = [];
        foreach (FirstRefusal refusal in _firstRefusals)
        {
            if (refusal.Cause != DecodeCause.None) refusals.Add(refusal);
        }

        return refusals;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FrameStamp Advance(in CaptureFrame frame)
    {
        if (Frames++ == 0) FirstUtcNs = frame.ReceiveUtcNs;
        LastUtcNs = frame.ReceiveUtcNs;
        _framesByKind[(int)frame.Kind]++;
        if ((frame.Flags & CaptureFrameFlags.DerivedTime) != 0) FramesWithDerivedTime++;
        long monotonicNs = frame.ReceiveNs != 0 ? frame.ReceiveNs : frame.ReceiveUtcNs;
        if (!_clock.AdvanceTo(monotonicNs, frame.ReceiveUtcNs)) ClockStepsBack++;
        return new FrameStamp(
            frame.ReceiveUtcNs, _clock.NowNs, _stampClock?.NowNs ?? 0, frame.AskedUtcNs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConnectionEntry Get(in CaptureFrame frame, in FrameStamp stamp)
    {
        ConnectionEntry? entry = _connections[frame.EndpointId];
        if (entry is not { IsBegun: true }) return Begin(entry, in frame, stamp);
        entry.Frames++;
        return entry;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ConnectionEntry Begin(ConnectionEntry? entry, in CaptureFrame frame, in FrameStamp stamp)
    {
        entry ??= Create(frame.EndpointId, frame.Kind == CaptureFrameKind.Open ? frame.Bytes : default);
        entry.Frames++;
        if (frame.Kind is CaptureFrameKind.Http or CaptureFrameKind.Settings) return entry;
        entry.IsBegun = true;
        if (frame.Kind == CaptureFrameKind.Open) return entry;

        // A capture without the opening of the connection: the feed is open from its first frame on.
        _ = entry.Decoder.OnOpen(stamp);
        if (entry.Decoder is JsonRpcDecoder decoder)
        {
            for (int i = 0; i < _options.Subscriptions.Count; i++) // an enumerator of an interface is allocated
            {
                (ulong subscription, Pubkey account) = _options.Subscriptions[i];
                _ = decoder.TryMapSubscription(subscription, account, stamp);
            }
        }

        return entry;
    }

    private ConnectionEntry Create(byte connection, ReadOnlySpan<byte> openDetails)
    {
        DecoderOptions bounds = _options.Decoder;
        string address = CaptureDetails.ReadAddress(openDetails);
        bool isSynthetic = _options.IsSynthetic
            || address.StartsWith(CaptureDetails.SyntheticScheme, StringComparison.Ordinal);
        DecoderOptions options = new()
        {
            MaxSubscriptions = Math.Max(bounds.MaxSubscriptions, _options.Subscriptions.Count),
            MaxPendingMessages = bounds.MaxPendingMessages,
            MaxPendingBytes = bounds.MaxPendingBytes,
            MaxSnapshotKeys = bounds.MaxSnapshotKeys,
            Coverage = Coverage,
            Zstd = bounds.Zstd,
            ShardOf = FindShard(address),
            BlockhashSource = CaptureDetails.ReadBlockhashSource(openDetails),
            SourceFlags = bounds.SourceFlags | (isSynthetic ? EventFlags.Synthetic : EventFlags.None),
        };
        IConnectionDecoder decoder = CaptureDetails.ReadProtocol(openDetails) == FeedProtocol.Yellowstone
            ? new GeyserDecoder(connection, _publisher, options)
            : new JsonRpcDecoder(connection, _publisher, options) { UseFastPath = UseFastPath };
        ConnectionEntry entry = new(decoder);
        if (connection < _options.Addresses.Count) entry.Address = _options.Addresses[connection];
        _connections[connection] = entry;
        return entry;
    }

    /// <summary>Settings become events of their own, between those of two frames; false after a halt.</summary>
    private bool ChangeSettings(ConnectionEntry connection, in CaptureFrame frame, in FrameStamp stamp)
    {
        DecodeCounters counters = connection.Counters;
        if (!SettingText.TryRead(frame.Bytes, _changes))
        {
            counters.Count(DecodeCause.BadSettings);
            Remember(counters, in frame);
        }

        foreach (SettingChange change in _changes)
        {
            ClaimStatus status = _publisher.TryClaim(0, out _);

            // A feed that drops when the ring is full drops messages, never a setting.
            for (SpinWait wait = default; status == ClaimStatus.Full; status = _publisher.TryClaim(0, out _))
                wait.SpinOnce();
            if (status != ClaimStatus.Ok) return false;
            ref MarketEvent entry = ref _publisher.Current;
            change.WriteTo(ref entry);
            entry.EndpointId = frame.EndpointId;
            entry.PoolId = -1;
            entry.ReceiveUtcNs = stamp.ReceiveUtcNs;
            entry.ReceiveNs = stamp.ReceiveNs;
            entry.Stamps[(int)StampId.Framed] = stamp.FramedNs;
            _publisher.Publish(0);
            counters.Events++;
        }

        return true;
    }

    /// <summary>
    /// A connection whose name differs in the number behind # only, plus one; 0 if there is none. See
    /// SubscriptionEndpoint for the names.
    /// </summary>
    private int FindShard(string address)
    {
        int end = address.LastIndexOf('#');
        if (end < 0) return 0;
        for (int i = 0; i < _connections.Length; i++)
        {
            if (_connections[i] is not { } entry || entry.Address.LastIndexOf('#') != end) continue;
            if (entry.Address != address && entry.Address.AsSpan(0, end).SequenceEqual(address.AsSpan(0, end)))
                return i + 1;
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Decode(ConnectionEntry connection, in CaptureFrame frame, in FrameStamp stamp)
    {
        DecodeCounters counters = connection.Counters;
        long refusedBefore = counters.Refused;
        if (frame.Kind == CaptureFrameKind.Message) _ = connection.Decoder.OnMessage(frame.Bytes, stamp);
        else DecodeOther(connection, in frame, stamp);
        if (counters.Refused != refusedBefore) Remember(counters, in frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeOther(ConnectionEntry connection, in CaptureFrame frame, in FrameStamp stamp)
    {
        IConnectionDecoder decoder = connection.Decoder;
        switch (frame.Kind)
        {
            case CaptureFrameKind.Request:
                _ = decoder.OnRequest(frame.Bytes);
                break;
            case CaptureFrameKind.Http:
                _ = decoder.OnSnapshot(frame.HttpRequest, frame.Bytes, stamp);
                break;
            case CaptureFrameKind.Open:
                connection.Opens++;
                connection.ReadDetails(frame.Bytes);
                _ = decoder.OnOpen(stamp);
                break;
            default:
                connection.Closes++;
                _ = decoder.OnClose(stamp);
                break;
        }
    }

    /// <summary>A frame may refuse several accounts, and an open or close several held messages.</summary>
    private void Remember(DecodeCounters counters, in CaptureFrame frame)
    {
        for (int i = 1; i < _firstRefusals.Length; i++)
        {
            DecodeCause cause = (DecodeCause)i;
            if (_firstRefusals[i].Cause == DecodeCause.None && counters[cause] != 0) RememberFirst(cause, in frame);
        }
    }

    private void RememberFirst(DecodeCause cause, in CaptureFrame frame) =>
        _firstRefusals[(int)cause] = new FirstRefusal(cause, frame.EndpointId, frame.Position);
}
