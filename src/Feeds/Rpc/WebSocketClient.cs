using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Framing;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// One WebSocket connection from its opening to its end, on one thread that does nothing else: socket or TLS stream ->
/// pipe -> framer -> the handler's room. Each read is drained to its last whole frame before the next. In the steady
/// state nothing is allocated for a message: the pipe's segments are pooled, the text is copied once, into the room.
/// Owner: the thread that calls <see cref="Run"/>; sends belong to the same thread (inside the handler's calls).
/// Bound: <see cref="WebSocketOptions.MaxMessageBytes"/>. Source: RFC 6455.
/// </summary>
internal sealed class WebSocketClient : IDisposable
{
    private const int NanosecondsPerMillisecond = 1_000_000;
    private const int OutBytes = 16 << 10;
    private const int MaskStockBytes = 256;
    private const int LeastReadBytes = 4096;

    private readonly WebSocketOptions _options;
    private readonly IClock _clock;
    private readonly IWebSocketHandler _handler;
    private readonly ConnectionCounters _counters;
    private readonly Pipe _pipe;
    private readonly WebSocketFramer _framer;
    private readonly byte[] _masks = new byte[MaskStockBytes];
    private readonly SocketStream _socket;
    private readonly Stream _stream;
    private int _maskNext = MaskStockBytes;
    private byte[] _out = ArrayPool<byte>.Shared.Rent(OutBytes); // back at the end: the next connection's
    private int _outBytes;
    private byte[] _parts = [];
    private int _partsBytes;
    private readonly byte[] _ping = new byte[WebSocketFramer.MaxControlBytes];
    private int _pingBytes = -1;
    private long _lastReadNs;
    private long _lastPingNs;
    private long _nextTickNs;
    private long _goodbyeUntilNs;
    private ConnectionEnd _end;

    /// <summary>Takes over a connection that <see cref="WebSocketConnector"/> opened.</summary>
    internal WebSocketClient(
        OpenedConnection opened, WebSocketOptions options, IClock clock, IWebSocketHandler handler,
        ConnectionCounters counters)
    {
        _options = options;
        _clock = clock;
        _handler = handler;
        _counters = counters;
        _pipe = opened.Pipe;
        _socket = opened.Socket;
        _stream = opened.Stream;
        _framer = new WebSocketFramer(options.MaxMessageBytes);
        opened.OnIdle = () => Tick(_clock.NowNs);
    }

    /// <summary>Reads until the connection ends and says how it did.</summary>
    public ConnectionEnd Run()
    {
        _lastReadNs = _clock.NowNs;
        _lastPingNs = _lastReadNs;
        try
        {
            Drain(_lastReadNs, _clock.UtcNs); // what came with the handshake's answer
            while (_end.Cause == ConnectionCause.None) ReadOnce();
            SayGoodbye();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or CryptographicException)
        {
            Fail(_socket.WriteTimedOut
                ? new ConnectionEnd(ConnectionCause.WriteTimeout, 0, e.Message)
                : new ConnectionEnd(ConnectionCause.SocketError, 0, e.Message));
        }

        _counters.WriteWaits += _socket.WriteWaits;
        return _end;
    }

    /// <summary>Ends the connection; the first cause stays.</summary>
    public void Fail(in ConnectionEnd end)
    {
        if (_end.Cause == ConnectionCause.None) _end = end;
    }

    /// <summary>
    /// Queues a text message; it leaves with the next <see cref="Flush"/>, at the latest after this call of the
    /// handler.
    /// </summary>
    public void Send(ReadOnlySpan<byte> text)
    {
        Queue(WebSocketOpcode.Text, text);
        _counters.MessagesSent++;
    }

    /// <summary>Writes what is queued.</summary>
    public void Flush()
    {
        if (_outBytes == 0) return;
        int count = _outBytes;
        _outBytes = 0;
        _counters.BytesSent += count;
        _stream.Write(_out, 0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _pipe.Writer.Complete();
        _pipe.Reader.Complete();
        if (_parts.Length > 0) ArrayPool<byte>.Shared.Return(_parts);
        _parts = [];
        if (_out.Length > 0) ArrayPool<byte>.Shared.Return(_out);
        _out = [];
    }

    private void ReadOnce()
    {
        Memory<byte> room = _pipe.Writer.GetMemory(LeastReadBytes);
        // TLS reads into arrays without a copy of its own; the pipe's segments are arrays.
        int count = MemoryMarshal.TryGetArray(room, out ArraySegment<byte> array)
            ? _stream.Read(array.Array!, array.Offset, array.Count)
            : _stream.Read(room.Span);
        if (count == 0)
        {
            Fail(new ConnectionEnd(ConnectionCause.EndOfStream, WebSocketClose.Abnormal, "the stream ended"));
            return;
        }

        _lastReadNs = _clock.NowNs;
        _counters.Reads++;
        _counters.BytesRead += count;
        _pipe.Writer.Advance(count);
        // Completes at once: the pipe has no pause threshold, its bound is the framer's longest message.
        _ = _pipe.Writer.FlushAsync().GetAwaiter().GetResult();
        Drain(_lastReadNs, _clock.UtcNs);
        if (_lastReadNs >= _nextTickNs) _ = Tick(_lastReadNs);
    }

    /// <summary>Takes every whole frame out of the pipe.</summary>
    private void Drain(long nowNs, long utcNs)
    {
        if (!_pipe.Reader.TryRead(out ReadResult result)) return;
        ReadOnlySequence<byte> buffer = result.Buffer;
        while (_end.Cause == ConnectionCause.None
            && _framer.TryRead(ref buffer, out WebSocketFrame frame) == FrameStatus.Frame)
        {
            if (frame.IsControl) HandleControl(frame);
            else HandleData(frame, nowNs, utcNs);
        }

        if (_framer.Fault != WebSocketFault.None) Fault(_framer.Fault);
        AnswerPing();
        _pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
        Flush();
    }

    private void HandleData(in WebSocketFrame frame, long nowNs, long utcNs)
    {
        if (frame.Opcode == WebSocketOpcode.Binary)
        {
            Fail(new ConnectionEnd(ConnectionCause.BinaryMessage, WebSocketClose.UnsupportedData, "a binary message"));
            return;
        }

        if (frame.IsFinal && frame.Opcode == WebSocketOpcode.Text)
        {
            Deliver(frame.Payload, nowNs, utcNs);
            return;
        }

        AppendPart(frame.Payload);
        if (!frame.IsFinal) return;
        _counters.FragmentedMessages++;
        Deliver(new ReadOnlySequence<byte>(_parts, 0, _partsBytes), nowNs, utcNs);
        _partsBytes = 0;
    }

    private void Deliver(in ReadOnlySequence<byte> payload, long nowNs, long utcNs)
    {
        if (!_handler.TryClaim((int)payload.Length, out Span<byte> room))
        {
            Fail(new ConnectionEnd(ConnectionCause.InboxFull, WebSocketClose.Normal, "the inbox is full"));
            return;
        }

        payload.CopyTo(room);
        if (!Utf8.IsValid(room))
        {
            Fault(WebSocketFault.InvalidUtf8);
            return;
        }

        _counters.Messages++;
        _ = _handler.OnMessage(room, nowNs, utcNs);
    }

    private void AppendPart(in ReadOnlySequence<byte> payload)
    {
        int needed = _partsBytes + (int)payload.Length; // the framer bounds the sum
        if (needed > _parts.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, LeastReadBytes));
            _parts.AsSpan(0, _partsBytes).CopyTo(larger);
            if (_parts.Length > 0) ArrayPool<byte>.Shared.Return(_parts);
            _parts = larger;
        }

        payload.CopyTo(_parts.AsSpan(_partsBytes));
        _partsBytes = needed;
    }

    private void HandleControl(in WebSocketFrame frame)
    {
        Span<byte> payload = stackalloc byte[WebSocketFramer.MaxControlBytes];
        payload = payload[..(int)frame.Payload.Length];
        frame.Payload.CopyTo(payload);
        switch (frame.Opcode)
        {
            case WebSocketOpcode.Ping:
                _counters.PingsReceived++;
                payload.CopyTo(_ping);
                _pingBytes = payload.Length;
                break;
            case WebSocketOpcode.Pong:
                _counters.PongsReceived++;
                break;
            default:
                WebSocketFault fault = WebSocketClose.Read(payload, out ushort code, out ReadOnlySpan<byte> reason);
                if (fault != WebSocketFault.None)
                {
                    Fault(fault);
                    return;
                }

                // The answer repeats the code (RFC 6455 section 5.5.1).
                Queue(WebSocketOpcode.Close, payload[..Math.Min(payload.Length, sizeof(ushort))]);
                Fail(new ConnectionEnd(ConnectionCause.ClosedByServer, code, Encoding.UTF8.GetString(reason)));
                break;
        }
    }

    /// <summary>
    /// Answers the newest ping of what was read, as RFC 6455 section 5.5.3 allows: one that answers each can be made to
    /// write as much as it reads, and to read ahead without end while its answers are not taken.
    /// </summary>
    private void AnswerPing()
    {
        if (_pingBytes >= 0 && _end.Cause == ConnectionCause.None)
            Queue(WebSocketOpcode.Pong, _ping.AsSpan(0, _pingBytes));
        _pingBytes = -1;
    }

    private void Fault(WebSocketFault fault)
    {
        ConnectionCause cause = fault switch
        {
            WebSocketFault.InvalidUtf8 => ConnectionCause.InvalidUtf8,
            WebSocketFault.MessageTooLong => ConnectionCause.MessageTooLong,
            _ => ConnectionCause.ProtocolViolation,
        };
        Fail(new ConnectionEnd(cause, WebSocketClose.CodeOf(fault), fault.ToString()));
    }

    /// <summary>Pings, timeouts, the handler's housekeeping. False if the connection has ended.</summary>
    private bool Tick(long nowNs)
    {
        if (_goodbyeUntilNs != 0) return nowNs < _goodbyeUntilNs;
        _nextTickNs = nowNs + ((long)_options.TickMs * NanosecondsPerMillisecond);
        bool isPingOpen = _lastPingNs > _lastReadNs;
        if (nowNs - _lastReadNs > _options.ReadTimeoutNs)
        {
            Fail(new ConnectionEnd(ConnectionCause.ReadTimeout, 0, "no byte came"));
        }
        else if (isPingOpen && nowNs - _lastPingNs > _options.PongTimeoutNs)
        {
            Fail(new ConnectionEnd(ConnectionCause.PingTimeout, 0, "a ping was not answered"));
        }
        else
        {
            if (nowNs - _lastPingNs >= _options.PingIntervalNs && !isPingOpen) Ping(nowNs);
            _ = _handler.OnTick(nowNs);
            Flush();
        }

        return _end.Cause == ConnectionCause.None;
    }

    private void Ping(long nowNs)
    {
        _lastPingNs = nowNs;
        _counters.PingsSent++;
        Queue(WebSocketOpcode.Ping, []);
    }

    private void Queue(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        int frameBytes = WebSocketFrameWriter.FrameBytes(payload.Length);
        if (_outBytes + frameBytes > _out.Length)
        {
            Flush();
            if (frameBytes > _out.Length)
            {
                ArrayPool<byte>.Shared.Return(_out);
                _out = ArrayPool<byte>.Shared.Rent(frameBytes);
            }
        }

        if (_maskNext == MaskStockBytes)
        {
            RandomNumberGenerator.Fill(_masks);
            _maskNext = 0;
        }

        uint mask = MemoryMarshal.Read<uint>(_masks.AsSpan(_maskNext));
        _maskNext += sizeof(uint);
        _outBytes += WebSocketFrameWriter.Write(_out.AsSpan(_outBytes), opcode, payload, mask);
    }

    /// <summary>
    /// The closing handshake: our close frame unless the server closed or is gone; after an orderly stop the server's
    /// answer is waited for, so that nothing it sent before is cut off by a reset.
    /// </summary>
    private void SayGoodbye()
    {
        bool isGone = _end.Cause is ConnectionCause.ClosedByServer or ConnectionCause.EndOfStream
            or ConnectionCause.SocketError or ConnectionCause.WriteTimeout;
        if (isGone) return;
        ushort code = WebSocketClose.MayBeSent((ushort)_end.Code) ? (ushort)_end.Code : WebSocketClose.Normal;
        Span<byte> payload = stackalloc byte[WebSocketFramer.MaxControlBytes];
        Queue(WebSocketOpcode.Close, payload[..WebSocketClose.Write(payload, code, default)]);
        Flush();
        if (_end.Cause != ConnectionCause.Stopped) return;
        _goodbyeUntilNs = _clock.NowNs + _options.CloseTimeoutNs;
        byte[] rest = ArrayPool<byte>.Shared.Rent(LeastReadBytes);
        while (_clock.NowNs < _goodbyeUntilNs && _stream.Read(rest, 0, rest.Length) > 0)
        {
            // A server ends the stream after its close frame (RFC 6455 section 7.1.1).
        }

        ArrayPool<byte>.Shared.Return(rest);
    }
}
