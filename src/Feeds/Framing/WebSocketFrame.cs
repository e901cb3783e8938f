using System.Buffers;

namespace LowLatency.Feeds.Framing;

/// <summary>What a WebSocket frame is. Source: RFC 6455 section 5.2.</summary>
public enum WebSocketOpcode : byte
{
    /// <summary>The next part of a fragmented message.</summary>
    Continuation = 0,

    /// <summary>A message of UTF-8 text, or its first part.</summary>
    Text = 1,

    /// <summary>A message of bytes, or its first part.</summary>
    Binary = 2,

    /// <summary>The peer closes: code and reason, or nothing.</summary>
    Close = 8,

    /// <summary>To be answered by a pong with the same bytes.</summary>
    Ping = 9,

    /// <summary>The answer to a ping, or a sign of life.</summary>
    Pong = 10,
}

/// <summary>What a peer did against RFC 6455. Every value ends the connection; the section says why.</summary>
public enum WebSocketFault : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A reserved bit without an extension that gives it a meaning (none is ever offered). 5.2.</summary>
    ReservedBit = 1,

    /// <summary>An opcode that the protocol does not know. 5.2.</summary>
    UnknownOpcode = 2,

    /// <summary>A server must not mask. 5.1.</summary>
    MaskedByServer = 3,

    /// <summary>A control frame above 125 bytes. 5.5.</summary>
    LongControlFrame = 4,

    /// <summary>A control frame in parts. 5.5.</summary>
    FragmentedControlFrame = 5,

    /// <summary>A continuation without a message that it continues. 5.4.</summary>
    UnexpectedContinuation = 6,

    /// <summary>A new message inside a fragmented one. 5.4.</summary>
    InterleavedMessage = 7,

    /// <summary>A length in more bytes than it needs, or with its highest bit set. 5.2.</summary>
    BadLength = 8,

    /// <summary>A message longer than allowed here. 7.4.1, code 1009.</summary>
    MessageTooLong = 9,

    /// <summary>Text or a close reason that is not UTF-8. 8.1, code 1007.</summary>
    InvalidUtf8 = 10,

    /// <summary>A close frame with one byte or a code that must not be sent. 5.5.1, 7.4.</summary>
    BadClose = 11,
}

/// <summary>One frame over borrowed bytes, valid until the reader advances.</summary>
/// <param name="Opcode">What it is.</param>
/// <param name="IsFinal">True for control frames and for the last (or only) part of a message.</param>
/// <param name="Payload">Its bytes, unmasked.</param>
public readonly record struct WebSocketFrame(WebSocketOpcode Opcode, bool IsFinal, ReadOnlySequence<byte> Payload)
{
    /// <summary>True for close, ping and pong, which may stand between the parts of a message.</summary>
    public bool IsControl => Opcode >= WebSocketOpcode.Close;
}
