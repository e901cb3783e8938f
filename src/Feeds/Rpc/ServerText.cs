using System;
using System.Text.Json;

namespace LowLatency.Feeds.Rpc;

/// <summary>What the connection itself must understand of a server's message.</summary>
internal enum ServerTextKind : byte
{
    /// <summary>A notification that is only passed on.</summary>
    Notification = 0,

    /// <summary>slotNotification: the sign of life.</summary>
    Slot = 1,

    /// <summary>signatureNotification: may end its subscription.</summary>
    Signature = 2,

    /// <summary>The answer to a request, or several in an array.</summary>
    Reply = 3,
}

/// <summary>
/// A glance at a server's message: the decoder reads it in full on the feed thread, the connection needs only slots and
/// answers to its own requests. No allocation. Nodes write the method first, so the glance costs a short search.
/// </summary>
internal static class ServerText
{
    private const int GlanceBytes = 96;

    /// <summary>What the message is.</summary>
    public static ServerTextKind KindOf(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> glance = message[..Math.Min(message.Length, GlanceBytes)];
        int method = glance.IndexOf("\"method\""u8);
        if (method < 0) return HasMethod(message) ? ServerTextKind.Notification : ServerTextKind.Reply;
        ReadOnlySpan<byte> rest = glance[(method + "\"method\"".Length)..];
        if (rest.IndexOf("\"slotNotification\""u8) >= 0) return ServerTextKind.Slot;
        return rest.IndexOf("\"signatureNotification\""u8) >= 0
            ? ServerTextKind.Signature
            : ServerTextKind.Notification;
    }

    /// <summary>The slot of a slotNotification; false if it has none.</summary>
    public static bool TryReadSlot(ReadOnlySpan<byte> message, out ulong slot)
    {
        slot = 0;
        Utf8JsonReader reader = new(message);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("slot"u8)) continue;
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out slot);
        }

        return false;
    }

    /// <summary>
    /// The subscription of a signatureNotification, if it is the last one: the value is an object with err. ("Received"
    /// comes as a text before.)
    /// </summary>
    public static bool TryReadFinalSignature(ReadOnlySpan<byte> message, out ulong subscription)
    {
        subscription = 0;
        bool isFinal = false;
        bool hasSubscription = false;
        Utf8JsonReader reader = new(message);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("value"u8))
            {
                if (!reader.Read()) return false;
                isFinal = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("subscription"u8))
            {
                hasSubscription = reader.Read() && reader.TokenType == JsonTokenType.Number
                    && reader.TryGetUInt64(out subscription);
            }
        }

        return isFinal && hasSubscription;
    }

    /// <summary>Only messages of another member order come here.</summary>
    private static bool HasMethod(ReadOnlySpan<byte> message)
    {
        Utf8JsonReader reader = new(message);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("method"u8)) return true;
            reader.Skip();
        }

        return false;
    }
}
