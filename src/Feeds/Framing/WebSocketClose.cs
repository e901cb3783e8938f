using System;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace LowLatency.Feeds.Framing;

/// <summary>The payload of a close frame: nothing, or a code and a reason. Source: RFC 6455 5.5.1 and 7.4.</summary>
public static class WebSocketClose
{
    /// <summary>The purpose is fulfilled, or the client goes.</summary>
    public const ushort Normal = 1000;

    /// <summary>A protocol error.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>Data of a kind that is not accepted.</summary>
    public const ushort UnsupportedData = 1003;

    /// <summary>No code was in the close frame; never sent.</summary>
    public const ushort NoStatus = 1005;

    /// <summary>The connection broke without a close frame; never sent.</summary>
    public const ushort Abnormal = 1006;

    /// <summary>Text that is not UTF-8.</summary>
    public const ushort InvalidPayload = 1007;

    /// <summary>A message that is too long.</summary>
    public const ushort MessageTooBig = 1009;

    /// <summary>The code to close with after a fault.</summary>
    public static ushort CodeOf(WebSocketFault fault) => fault switch
    {
        WebSocketFault.None => Normal,
        WebSocketFault.InvalidUtf8 => InvalidPayload,
        WebSocketFault.MessageTooLong => MessageTooBig,
        _ => ProtocolError,
    };

    /// <summary>True for codes that may stand in a close frame (7.4.1 and IANA's registry up to 1014; 7.4.2).</summary>
    public static bool MayBeSent(ushort code) =>
        code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    /// <summary>Reads a close frame's payload; without a code it is <see cref="NoStatus"/>.</summary>
    public static WebSocketFault Read(ReadOnlySpan<byte> payload, out ushort code, out ReadOnlySpan<byte> reason)
    {
        code = NoStatus;
        reason = default;
        if (payload.IsEmpty) return WebSocketFault.None;
        if (payload.Length == 1) return WebSocketFault.BadClose;
        code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!MayBeSent(code)) return WebSocketFault.BadClose;
        reason = payload[sizeof(ushort)..];
        return Utf8.IsValid(reason) ? WebSocketFault.None : WebSocketFault.InvalidUtf8;
    }

    /// <summary>Writes code and reason to <paramref name="destination"/> and returns the length.</summary>
    /// <param name="destination">At least <see cref="WebSocketFramer.MaxControlBytes"/> long.</param>
    /// <param name="code">A code that may be sent.</param>
    /// <param name="reason">ASCII; what does not fit is cut off.</param>
    public static int Write(Span<byte> destination, ushort code, ReadOnlySpan<byte> reason)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, code);
        int length = Math.Min(reason.Length, WebSocketFramer.MaxControlBytes - sizeof(ushort));
        reason[..length].CopyTo(destination[sizeof(ushort)..]);
        return sizeof(ushort) + length;
    }
}
