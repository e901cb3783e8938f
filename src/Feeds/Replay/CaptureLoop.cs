using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Geyser;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// A capture in memory, played over and over: real messages for measurements that need more of them than a file holds.
/// Each lap is the recorded market again, not a mixture of moments: all connections close, which makes the engine
/// distrust every state, then every frame takes the way of a replay as recorded, openings, subscriptions, snapshots and
/// faults included, with slots moved past the lap before. A connection whose opening was not recorded opens with its
/// first frame in every lap. <see cref="TryPrepare"/> plays what is no update, so that a measurement can leave it out;
/// it has no stamps. Laps of JSON-RPC captures allocate nothing.
/// </summary>
public sealed class CaptureLoop
{
    /// <summary>Most bytes of frames: a capture is held in memory whole.</summary>
    internal const long BytesMaxDefault = 1L << 30;

    /// <summary>
    /// Slots that pass unseen between two laps, as while nothing is connected: no slot of a lap has one of the lap
    /// before as its parent.
    /// </summary>
    private const ulong LapGapSlots = 64;

    private readonly string _path;
    private readonly SlotMover _mover;
    private readonly StampClock? _stamps;
    private List<Frame> _frames = []; // not changed once they are read: loops may share them
    private List<int> _messages = []; // frames that are updates
    private List<(ulong, Pubkey)> _subscriptions = [];
    private IReadOnlyList<string> _addresses = [];
    private FrameDispatcher? _dispatcher;
    private byte[] _received = [];
    private int _receivedIndex = -1; // of a message; what follows is of it
    private int _receivedLength;
    private Frame _ready;
    private long _lastUtcNs;
    private long _durationNs;

    /// <summary>A loop over a capture into a publisher; <paramref name="stampClock"/> null takes no stamps.</summary>
    public CaptureLoop(string path, EventPublisher publisher, IClock? stampClock)
    {
        _path = path;
        _mover = new SlotMover(publisher);
        _stamps = stampClock is null ? null : new StampClock(stampClock);
    }

    /// <summary>Updates of a lap.</summary>
    public int MessagesPerLap => _messages.Count;

    /// <summary>Recorded length of a lap, nanoseconds.</summary>
    public long LapNs => _durationNs;

    /// <summary>True if receive times were derived from slots: the capture has none, its pace is nominal.</summary>
    public bool HasDerivedTimes => _dispatcher is { FramesWithDerivedTime: > 0 };

    /// <summary>True if the capture says that a generator made it.</summary>
    public bool IsSynthetic { get; private set; }

    /// <summary>Laps played.</summary>
    public long Laps { get; private set; }

    /// <summary>Most bytes of frames that are taken.</summary>
    internal long BytesMax { get; init; } = BytesMaxDefault;

    /// <summary>Plays the capture once as recorded and keeps its frames.</summary>
    /// <param name="recorded">
    /// A loop that has read this capture, whose frames are then played and not read once more; null if there is none.
    /// </param>
    /// <returns>Null, or why the capture cannot be used.</returns>
    public CaptureFault? Bootstrap(CaptureLoop? recorded = null)
    {
        if (recorded is not null) Share(recorded);
        else if (Read() is { } fault) return fault; // whole, so that nothing is played of what cannot be used
        _dispatcher = new FrameDispatcher(_mover, new ReplayClock(), new FrameDispatcherOptions
        {
            StampClock = _stamps,
            Addresses = _addresses,
            IsSynthetic = IsSynthetic,
            Subscriptions = _subscriptions,
        });
        _mover.Inner.Feed = _dispatcher;
        for (int i = 0; i < _frames.Count; i++)
        {
            if (!Play(i, isMeasured: false)) break;
        }

        return null;
    }

    private void Share(CaptureLoop recorded)
    {
        (_frames, _messages) = (recorded._frames, recorded._messages);
        (_subscriptions, _addresses) = (recorded._subscriptions, recorded._addresses);
        (_lastUtcNs, _durationNs) = (recorded._lastUtcNs, recorded._durationNs);
        IsSynthetic = recorded.IsSynthetic;
        _received = new byte[recorded._received.Length];
    }

    private CaptureFault? Read()
    {
        if (SubscriptionFile.ReadFor(_path, null, out CaptureFault? fault) is not { } subscriptions) return fault;
        using CaptureReader? reader = CaptureReader.Open(_path, new CaptureReaderOptions(), out fault);
        if (reader is null) return fault;
        IsSynthetic = reader.Header?.IsSynthetic ?? false;
        (_subscriptions, _addresses) = (subscriptions, reader.Header?.Endpoints ?? []);
        return Read(reader);
    }

    /// <summary>When a message was recorded, nanoseconds after the first of its lap.</summary>
    public long OffsetNs(int index) =>
        _frames[_messages[index]].ReceiveUtcNs - _frames[_messages[0]].ReceiveUtcNs;

    /// <summary>What the decoders of all connections have counted so far; a copy.</summary>
    public DecodeCounters GetCounters()
    {
        DecodeCounters total = new();
        _ = _dispatcher?.GetEndpoints(total);
        return total;
    }

    /// <summary>Plays one lap.</summary>
    /// <returns>False when the pipeline has halted.</returns>
    public bool RunLap()
    {
        for (int i = 0; i < _messages.Count; i++)
        {
            if (!TryPrepare(i) || !RunMessage(i)) return false;
        }

        return true;
    }

    /// <summary>
    /// Plays what was recorded between the message before and this one: what opens and closes connections, requests,
    /// answers, snapshots. Before a lap's first message the connections of the lap before close and slots move.
    /// </summary>
    /// <returns>False when the pipeline has halted.</returns>
    public bool TryPrepare(int index)
    {
        if (index == 0 && !BeginLap()) return false;
        for (int frame = index == 0 ? 0 : _messages[index - 1] + 1; frame < _messages[index]; frame++)
        {
            if (!Play(frame, isMeasured: false)) return false;
        }

        return true;
    }

    /// <summary>True if <see cref="TryPrepare"/> has something to play before a message.</summary>
    public bool HasPreparation(int index) => index == 0 || _messages[index] != _messages[index - 1] + 1;

    /// <summary>Plays one message of the current lap, after <see cref="TryPrepare"/>.</summary>
    /// <returns>False when the pipeline has halted.</returns>
    public bool RunMessage(int index)
    {
        if (index != _receivedIndex) return Play(_messages[index], isMeasured: true);
        _receivedIndex = -1;
        return Dispatch(in _ready, _received.AsSpan(0, _receivedLength), isMeasured: true);
    }

    /// <summary>
    /// Copies a message to where a socket's receive would have put it: one buffer that is used again and again. The
    /// recording itself is many megabytes that no cache holds, and nobody who receives reads from there.
    /// </summary>
    public void Receive(int index)
    {
        Frame kept = _frames[_messages[index]];
        kept.Bytes.CopyTo(_received, 0);
        (_receivedIndex, _receivedLength, _ready) = (index, kept.Bytes.Length, Moved(kept));
    }

    /// <summary>
    /// Reads what <see cref="RunMessage"/> needs of a message that was received, so that a wait does not push it out of
    /// the caches: it is no part of what is measured.
    /// </summary>
    public long TouchReceived() => _ready.ReceiveNs + _receivedLength + _received.Length + (_dispatcher?.Frames ?? 0);

    /// <summary>Keeps all frames, as far as they are not too many.</summary>
    private CaptureFault? Read(CaptureReader reader)
    {
        FeedProtocol?[] protocols = new FeedProtocol?[byte.MaxValue + 1];
        int longest = 0;
        long bytes = 0;
        while (reader.TryRead(out CaptureFrame frame))
        {
            bytes += frame.Bytes.Length;
            if (bytes > BytesMax) continue; // only counted, to say how many they are
            longest = Math.Max(longest, frame.Bytes.Length);
            if (frame.Kind == CaptureFrameKind.Open)
            {
                IsSynthetic |= CaptureDetails.ReadAddress(frame.Bytes)
                    .StartsWith(CaptureDetails.SyntheticScheme, StringComparison.Ordinal);
            }

            FeedProtocol protocol = protocols[frame.EndpointId] ??= frame.Kind == CaptureFrameKind.Open
                ? CaptureDetails.ReadProtocol(frame.Bytes)
                : FeedProtocol.JsonRpc;
            if (frame.Kind == CaptureFrameKind.Message && IsUpdate(protocol, frame.Bytes)) _messages.Add(_frames.Count);
            _lastUtcNs = Math.Max(_lastUtcNs, frame.ReceiveUtcNs);
            _frames.Add(new Frame(
                frame.Kind, frame.EndpointId, frame.Flags, frame.ReceiveNs, frame.ReceiveUtcNs, frame.AskedUtcNs,
                frame.HttpRequest.ToArray(), frame.Bytes.ToArray()));
        }

        if (reader.Fault is not null) return reader.Fault;
        if (bytes > BytesMax) return TooLarge(bytes);
        if (_messages.Count == 0)
        {
            return new CaptureFault(
                CaptureFaultKind.Empty, _path, 0, 0, "it holds no account or slot update: there is nothing to measure",
                "See what it holds with `lowlatency inspect`");
        }

        _durationNs = _lastUtcNs - _frames[0].ReceiveUtcNs + 1_000_000_000;
        _received = new byte[longest];
        return null;
    }

    private CaptureFault TooLarge(long bytes) => new(
        CaptureFaultKind.TooLong, _path, 0, 0,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes:N0} bytes of messages, which would be played from memory; {BytesMax:N0} are taken"),
        "Give a shorter capture");

    /// <summary>What a market sends, not what keeps the connection.</summary>
    private static bool IsUpdate(FeedProtocol protocol, ReadOnlySpan<byte> message)
    {
        if (protocol == FeedProtocol.JsonRpc) return message.IndexOf("Notification\""u8) >= 0;
        return GeyserEnvelope.TryRead(message, out GeyserEnvelope update) == EnvelopeStatus.Ok
            && update.Field is not (UpdateField.Ping or UpdateField.Pong);
    }

    private bool BeginLap()
    {
        long endUtcNs = _lastUtcNs + (Laps * _durationNs);
        Laps++;
        if (_stamps is not null) _stamps.IsOn = false;
        bool goesOn = _dispatcher!.Restart(endUtcNs);
        _mover.Offset = (ulong)Laps * (_mover.RecordedSlots + LapGapSlots);
        return goesOn;
    }

    private bool Play(int index, bool isMeasured)
    {
        Frame kept = _frames[index];
        return Dispatch(Moved(kept), kept.Bytes, isMeasured);
    }

    private bool Dispatch(in Frame moved, ReadOnlySpan<byte> bytes, bool isMeasured)
    {
        if (_stamps is not null) _stamps.IsOn = isMeasured;
        CaptureFrame frame = new()
        {
            Kind = moved.Kind,
            EndpointId = moved.EndpointId,
            Flags = moved.Flags,
            ReceiveNs = moved.ReceiveNs,
            ReceiveUtcNs = moved.ReceiveUtcNs,
            AskedUtcNs = moved.AskedUtcNs,
            Bytes = bytes,
            HttpRequest = moved.Request,
        };
        return _dispatcher!.Dispatch(in frame);
    }

    /// <summary>A frame at its times of this lap; 0 says that there is no time.</summary>
    private Frame Moved(in Frame kept)
    {
        long movedNs = Laps * _durationNs;
        return kept with
        {
            ReceiveNs = kept.ReceiveNs == 0 ? 0 : kept.ReceiveNs + movedNs,
            ReceiveUtcNs = kept.ReceiveUtcNs + movedNs,
            AskedUtcNs = kept.AskedUtcNs == 0 ? 0 : kept.AskedUtcNs + movedNs,
        };
    }

    private readonly record struct Frame(
        CaptureFrameKind Kind, byte EndpointId, CaptureFrameFlags Flags, long ReceiveNs, long ReceiveUtcNs,
        long AskedUtcNs, byte[] Request, byte[] Bytes);

    /// <summary>The clock of stamps while messages are measured, else no time.</summary>
    private sealed class StampClock(IClock clock) : IClock
    {
        public bool IsOn { get; set; }

        public long NowNs => IsOn ? clock.NowNs : 0;

        public long UtcNs => clock.UtcNs;
    }
}
