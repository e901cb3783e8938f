using System;
using System.Buffers;
using System.Buffers.Binary;

namespace LowLatency.Feeds.Framing;

/// <summary>
/// Cuts the frames that a WebSocket server sends off a sequence of bytes and holds them against RFC 6455. Contract: on
/// <see cref="FrameStatus.Frame"/> the sequence begins behind the frame; else it is untouched and was examined to its
/// end. After a fault every further call says the same. Keeps only whether a message is open and how long it is.
/// Owner: one reader. Bound: the stated longest message; a longer one is refused when its header is read, before its
/// bytes come. Text is not checked here but where it lies in one piece. Source: RFC 6455 section 5.
/// </summary>
public sealed class WebSocketFramer
{
    /// <summary>Longest header that a server sends: two bytes and a length of eight.</summary>
    public const int MaxHeaderBytes = 10;

    /// <summary>Longest payload of a control frame.</summary>
    public const int MaxControlBytes = 125;

    private const int FinalBit = 0x80;
    private const int ReservedBits = 0x70;
    private const int OpcodeBits = 0x0F;
    private const int MaskBit = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;

    private readonly long _maxMessageBytes;
    private long _messageBytes;
    private bool _isInMessage;

    /// <summary>A framer for one connection that refuses messages above <paramref name="maxMessageBytes"/>.</summary>
    public WebSocketFramer(int maxMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, 1);
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>What was wrong; none while the peer keeps to the protocol.</summary>
    public WebSocketFault Fault { get; private set; }

    /// <summary>Cuts the next frame off.</summary>
    public FrameStatus TryRead(ref ReadOnlySequence<byte> buffer, out WebSocketFrame frame)
    {
        frame = default;
        if (Fault != WebSocketFault.None) return FaultStatus;
        scoped ReadOnlySpan<byte> head = buffer.FirstSpan;
        Span<byte> gathered = stackalloc byte[MaxHeaderBytes];
        if (head.Length < MaxHeaderBytes && !buffer.IsSingleSegment)
        {
            int available = (int)Math.Min(buffer.Length, MaxHeaderBytes);
            buffer.Slice(0, available).CopyTo(gathered);
            head = gathered[..available];
        }

        if (head.Length < 2) return FrameStatus.NeedMore;
        WebSocketOpcode opcode = (WebSocketOpcode)(head[0] & OpcodeBits);
        bool isFinal = (head[0] & FinalBit) != 0;
        WebSocketFault fault = CheckStart(head[0], head[1], opcode, isFinal);
        if (fault != WebSocketFault.None) return Fail(fault);
        int headerBytes = (head[1] & ~MaskBit) switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (head.Length < headerBytes) return FrameStatus.NeedMore;
        ulong length = headerBytes switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(head[2..]),
            10 => BinaryPrimitives.ReadUInt64BigEndian(head[2..]),
            _ => head[1],
        };
        bool isShortest = headerBytes switch { 4 => length >= Length16, 10 => length > ushort.MaxValue, _ => true };
        if (!isShortest || length > long.MaxValue) return Fail(WebSocketFault.BadLength);
        bool isControl = opcode >= WebSocketOpcode.Close;
        if (!isControl && length > (ulong)(_maxMessageBytes - _messageBytes))
            return Fail(WebSocketFault.MessageTooLong);
        if (buffer.Length - headerBytes < (long)length) return FrameStatus.NeedMore;
        frame = new WebSocketFrame(opcode, isFinal, buffer.Slice(headerBytes, (long)length));
        buffer = buffer.Slice(frame.Payload.End);
        if (isControl) return FrameStatus.Frame;
        _isInMessage = !isFinal;
        _messageBytes = isFinal ? 0 : _messageBytes + (long)length;
        return FrameStatus.Frame;
    }

    private FrameStatus FaultStatus =>
        Fault == WebSocketFault.MessageTooLong ? FrameStatus.TooLong : FrameStatus.Corrupt;

    private WebSocketFault CheckStart(int first, int second, WebSocketOpcode opcode, bool isFinal)
    {
        if ((first & ReservedBits) != 0) return WebSocketFault.ReservedBit;
        if ((second & MaskBit) != 0) return WebSocketFault.MaskedByServer;
        switch (opcode)
        {
            case WebSocketOpcode.Continuation:
                return _isInMessage ? WebSocketFault.None : WebSocketFault.UnexpectedContinuation;
            case WebSocketOpcode.Text:
            case WebSocketOpcode.Binary:
                return _isInMessage ? WebSocketFault.InterleavedMessage : WebSocketFault.None;
            case WebSocketOpcode.Close:
            case WebSocketOpcode.Ping:
            case WebSocketOpcode.Pong:
                if (!isFinal) return WebSocketFault.FragmentedControlFrame;
                return second > MaxControlBytes ? WebSocketFault.LongControlFrame : WebSocketFault.None;
            default:
                return WebSocketFault.UnknownOpcode;
        }
    }

    private FrameStatus Fail(WebSocketFault fault)
    {
        Fault = fault;
        return FaultStatus;
    }
}
