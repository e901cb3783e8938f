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
/// file holds.
/// <see cref="Bootstrap"/> plays the capture once as recorded. Each lap then plays its account and slot notifications
/// again, with every slot number moved past the lap before, so that nothing is a repetition to the engine. Endpoints
/// play what came after their last connection, because subscription ids belong to a connection. Laps allocate nothing.
/// </summary>
public sealed class CaptureLoop
{
    private static readonly byte[][] SlotMembers =
        ["\"slot\":"u8.ToArray(), "\"parent\":"u8.ToArray(), "\"root\":"u8.ToArray()];

    private readonly string _path;
    private readonly EventPublisher _publisher;
    private readonly IClock? _stampClock;
    private readonly JsonRpcDecoder?[] _decoders = new JsonRpcDecoder?[byte.MaxValue + 1];
    private readonly List<Message> _messages = [];
    private byte[] _bytes = [];
    private int[] _slotOffsets = [];
    private ulong _slotSpan;
    private long _durationNs;
    private int _digits;

    /// <summary>A loop over a capture into a publisher; <paramref name="stampClock"/> null takes no stamps.</summary>
    public CaptureLoop(string path, EventPublisher publisher, IClock? stampClock)
    {
        _path = path;
        _publisher = publisher;
        _stampClock = stampClock;
    }

    /// <summary>Notifications of a lap.</summary>
    public int MessagesPerLap => _messages.Count;

    /// <summary>Bytes of a lap's notifications.</summary>
    public int BytesPerLap => _bytes.Length;

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
        List<(Message Message, byte[] Bytes)> kept = [];
        long firstNs = 0;
        long lastNs = 0;
        while (reader.TryRead(out CaptureFrame frame))
        {
            if (firstNs == 0) firstNs = frame.ReceiveUtcNs;
            lastNs = frame.ReceiveUtcNs;
            byte endpoint = frame.EndpointId;
            if (frame.Kind == CaptureFrameKind.Open) kept.RemoveAll(m => m.Message.EndpointId == endpoint);
            if (frame.Kind == CaptureFrameKind.Message && frame.Bytes.IndexOf("Notification\""u8) >= 0)
                kept.Add((new Message(endpoint, 0, frame.Bytes.Length, frame.ReceiveUtcNs), frame.Bytes.ToArray()));
            Play(in frame);
        }

        if (reader.Fault is not null) return reader.Fault;
        _durationNs = lastNs - firstNs + 1_000_000_000;
        Keep(kept);
        return null;
    }

    /// <summary>When a message was recorded, nanoseconds after the first of its lap.</summary>
    public long OffsetNs(int index) => _messages[index].ReceiveUtcNs - _messages[0].ReceiveUtcNs;

    /// <summary>Plays one lap.</summary>
    /// <returns>False when the pipeline has halted.</returns>
    public bool RunLap()
    {
        MoveSlots();
        Laps++;
        foreach (ref readonly Message m in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_messages))
        {
            if (!PlayMessage(in m)) return false;
        }

        return true;
    }

    /// <summary>Plays one message of the current lap; slots move when the first of a lap is played.</summary>
    public bool RunMessage(int index)
    {
        if (index == 0)
        {
            MoveSlots();
            Laps++;
        }

        return PlayMessage(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_messages)[index]);
    }

    private bool PlayMessage(in Message m)
    {
        long receiveNs = m.ReceiveUtcNs + (Laps * _durationNs);
        JsonRpcDecoder decoder = _decoders[m.EndpointId]!;
        FrameStamp stamp = new(receiveNs, receiveNs, _stampClock?.NowNs ?? 0);
        _ = decoder.OnMessage(_bytes.AsSpan(m.Start, m.Length), stamp);
        return !decoder.IsHalted;
    }

    private void Play(in CaptureFrame frame)
    {
        JsonRpcDecoder decoder = _decoders[frame.EndpointId]
            ??= new JsonRpcDecoder(frame.EndpointId, _publisher, new DecoderOptions());
        FrameStamp stamp = new(frame.ReceiveUtcNs, frame.ReceiveUtcNs, _stampClock?.NowNs ?? 0);
        _ = frame.Kind switch
        {
            CaptureFrameKind.Message => decoder.OnMessage(frame.Bytes, stamp),
            CaptureFrameKind.Request => decoder.OnRequest(frame.Bytes),
            CaptureFrameKind.Http => decoder.OnSnapshot(frame.HttpRequest, frame.Bytes, stamp),
            CaptureFrameKind.Open => decoder.OnOpen(stamp),
            _ => decoder.OnClose(stamp),
        };
    }

    private void Keep(List<(Message Message, byte[] Bytes)> kept)
    {
        int total = 0;
        foreach ((Message _, byte[] bytes) in kept) total += bytes.Length;
        _bytes = new byte[total];
        List<int> offsets = [];
        ulong min = ulong.MaxValue;
        ulong max = 0;
        int at = 0;
        foreach ((Message m, byte[] bytes) in kept)
        {
            bytes.CopyTo(_bytes, at);
            foreach (byte[] member in SlotMembers)
                FindNumbers(_bytes.AsSpan(at, bytes.Length), at, member, offsets, ref min, ref max);
            _messages.Add(m with { Start = at });
            at += bytes.Length;
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

    private readonly record struct Message(
        byte EndpointId, int Start, int Length, long ReceiveUtcNs);
}
