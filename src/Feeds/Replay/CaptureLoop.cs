using System;
using System.Buffers.Text;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Replay;

/// <summary>
/// A JSON-RPC capture in memory, played over and over: real messages for measurements that need more of them than a
/// file holds. Each lap is the recorded market again, not a mixture of moments: all connections close, which makes the
/// engine distrust every state, then every frame is played as recorded, openings, subscriptions, snapshots and faults
/// included, with slot numbers moved past the lap before. <see cref="TryPrepare"/> plays what is no notification, so
/// that a measurement can leave it out; it has no stamps. Laps allocate nothing.
/// </summary>
public sealed class CaptureLoop : IWarmable
{
    private static readonly byte[][] SlotMembers =
        ["\"slot\":"u8.ToArray(), "\"parent\":"u8.ToArray(), "\"root\":"u8.ToArray()];

    private readonly string _path;
    private readonly EventPublisher _publisher;
    private readonly IClock? _stampClock;
    private readonly JsonRpcDecoder?[] _decoders = new JsonRpcDecoder?[byte.MaxValue + 1];
    private readonly List<Frame> _frames = [];
    private readonly List<int> _messages = []; // frames that are notifications
    private byte[] _bytes = [];
    private byte[] _received = [];
    private int _receivedIndex = -1;
    private int[] _slotOffsets = [];
    private ulong _slotSpan;
    private long _durationNs;
    private int _digits;
    private int _warmTurn;

    /// <summary>A loop over a capture into a publisher; <paramref name="stampClock"/> null takes no stamps.</summary>
    public CaptureLoop(string path, EventPublisher publisher, IClock? stampClock)
    {
        _path = path;
        _publisher = publisher;
        publisher.Feed = this;
        _stampClock = stampClock;
    }

    /// <summary>Notifications of a lap.</summary>
    public int MessagesPerLap => _messages.Count;

    /// <summary>Recorded length of a lap, nanoseconds.</summary>
    public long LapNs => _durationNs;

    /// <summary>Laps played.</summary>
    public long Laps { get; private set; }

    /// <summary>Plays the capture once as recorded and keeps its notifications.</summary>
    /// <returns>Null, or why the capture cannot be used.</returns>
    public CaptureFault? Bootstrap()
    {
        using CaptureReader? reader = CaptureReader.Open(_path, new CaptureReaderOptions(), out CaptureFault? fault);
        if (reader is null) return fault;
        List<byte[]> kept = [];
        while (reader.TryRead(out CaptureFrame frame))
        {
            bool isMessage = frame.Kind == CaptureFrameKind.Message && frame.Bytes.IndexOf("Notification\""u8) >= 0;
            if (isMessage) _messages.Add(_frames.Count);
            _frames.Add(new Frame(
                frame.Kind, frame.EndpointId, 0, frame.HttpRequest.Length, frame.Bytes.Length, frame.ReceiveUtcNs));
            kept.Add([.. frame.HttpRequest, .. frame.Bytes]);
            Play(frame.Kind, frame.EndpointId, frame.HttpRequest, frame.Bytes, frame.ReceiveUtcNs, isMeasured: true);
        }

        if (reader.Fault is not null) return reader.Fault;
        _durationNs = _frames.Count == 0 ? 0 : _frames[^1].ReceiveUtcNs - _frames[0].ReceiveUtcNs + 1_000_000_000;
        Keep(kept);
        return null;
    }

    /// <summary>When a message was recorded, nanoseconds after the first of its lap.</summary>
    public long OffsetNs(int index) =>
        _frames[_messages[index]].ReceiveUtcNs - _frames[_messages[0]].ReceiveUtcNs;

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
        if (index == 0) BeginLap();
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
    public bool RunMessage(int index) => Play(_messages[index], isMeasured: true);

    /// <summary>
    /// Copies a message to where a socket's receive would have put it: one buffer that is used again and again. The
    /// recording itself is many megabytes that no cache holds, and nobody who receives reads from there.
    /// </summary>
    public void Receive(int index)
    {
        Frame frame = _frames[_messages[index]];
        _bytes.AsSpan(frame.Start + frame.RequestLength, frame.Length).CopyTo(_received);
        _receivedIndex = _messages[index];
    }

    /// <inheritdoc/>
    public void Warm()
    {
        _warmTurn = (_warmTurn + 1) % _decoders.Length;
        if (_decoders[_warmTurn] is null) _warmTurn = 0;
        _decoders[_warmTurn]?.Warm();
    }

    private void BeginLap()
    {
        MoveSlots();
        long endNs = _frames[^1].ReceiveUtcNs + (Laps * _durationNs);
        Laps++;
        foreach (JsonRpcDecoder? decoder in _decoders)
            _ = decoder?.OnClose(new FrameStamp(endNs, endNs, 0));
    }

    private bool Play(int index, bool isMeasured)
    {
        Frame frame = _frames[index];
        bool isReceived = index == _receivedIndex;
        _receivedIndex = -1; // the recording changes from lap to lap
        return Play(
            frame.Kind,
            frame.EndpointId,
            _bytes.AsSpan(frame.Start, frame.RequestLength),
            isReceived
                ? _received.AsSpan(0, frame.Length)
                : _bytes.AsSpan(frame.Start + frame.RequestLength, frame.Length),
            frame.ReceiveUtcNs + (Laps * _durationNs),
            isMeasured);
    }

    private bool Play(
        CaptureFrameKind kind, byte endpoint, ReadOnlySpan<byte> request, ReadOnlySpan<byte> bytes, long receiveNs,
        bool isMeasured)
    {
        JsonRpcDecoder decoder = _decoders[endpoint] ??= new JsonRpcDecoder(endpoint, _publisher, new DecoderOptions());
        FrameStamp stamp = new(receiveNs, receiveNs, isMeasured ? _stampClock?.NowNs ?? 0 : 0);
        _ = kind switch
        {
            CaptureFrameKind.Message => decoder.OnMessage(bytes, stamp),
            CaptureFrameKind.Request => decoder.OnRequest(bytes),
            CaptureFrameKind.Http => decoder.OnSnapshot(request, bytes, stamp),
            CaptureFrameKind.Open => decoder.OnOpen(stamp),
            _ => decoder.OnClose(stamp),
        };
        return !decoder.IsHalted;
    }

    private void Keep(List<byte[]> kept)
    {
        int total = 0;
        int longest = 0;
        foreach (byte[] bytes in kept)
        {
            total += bytes.Length;
            longest = Math.Max(longest, bytes.Length);
        }

        _received = new byte[longest];
        _bytes = new byte[total];
        List<int> offsets = [];
        ulong min = ulong.MaxValue;
        ulong max = 0;
        int at = 0;
        for (int i = 0; i < kept.Count; i++)
        {
            kept[i].CopyTo(_bytes, at);
            _frames[i] = _frames[i] with { Start = at };
            foreach (byte[] member in SlotMembers)
                FindNumbers(_bytes.AsSpan(at, kept[i].Length), at, member, offsets, ref min, ref max);
            at += kept[i].Length;
        }

        _slotOffsets = [.. offsets];
        _slotSpan = max - min + 1;
    }

    private void FindNumbers(
        ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> member, List<int> offsets, ref ulong min, ref ulong max)
    {
        for (int i = text.IndexOf(member); i >= 0;)
        {
            int number = i + member.Length;
            bool isNumber = Utf8Parser.TryParse(text[number..], out ulong slot, out int digits);
            if (isNumber && (_digits == 0 || digits == _digits))
            {
                _digits = digits;
                offsets.Add(start + number);
                min = Math.Min(min, slot);
                max = Math.Max(max, slot);
            }

            int next = text[number..].IndexOf(member);
            i = next < 0 ? -1 : number + next;
        }
    }

    /// <summary>Adds the span of a lap to every slot number, in place; numbers keep their count of digits.</summary>
    private void MoveSlots()
    {
        foreach (int offset in _slotOffsets)
        {
            Span<byte> number = _bytes.AsSpan(offset, _digits);
            ulong slot = 0;
            foreach (byte digit in number) slot = (slot * 10) + (ulong)(digit - '0');
            slot += _slotSpan;
            for (int i = _digits - 1; i >= 0; i--, slot /= 10) number[i] = (byte)('0' + (slot % 10));
        }
    }

    private readonly record struct Frame(
        CaptureFrameKind Kind, byte EndpointId, int Start, int RequestLength, int Length, long ReceiveUtcNs);
}
