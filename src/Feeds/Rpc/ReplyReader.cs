using System;
using System.Text.Json;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Answers to the requests of a connection, single or in a batch's array, handed to its book. Not for notifications.
/// Source: JSON-RPC 2.0 specification, sections 5 and 6.
/// </summary>
internal static class ReplyReader
{
    /// <summary>Reads a whole message; throws <see cref="JsonException"/> if it is not JSON.</summary>
    public static void Read(
        ReadOnlySpan<byte> message, SubscriptionBook book, SubscriptionCounters counters, long nowNs)
    {
        Utf8JsonReader reader = new(message);
        if (!reader.Read()) return;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadOne(ref reader, book, counters, nowNs);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            counters.UnreadableReplies++;
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            ReadOne(ref reader, book, counters, nowNs);
    }

    private static void ReadOne(
        ref Utf8JsonReader reader, SubscriptionBook book, SubscriptionCounters counters, long nowNs)
    {
        ulong id = 0;
        ulong number = 0;
        bool hasId = false;
        bool hasError = false;
        bool isNumber = false;
        bool isTrue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            bool isResult = reader.ValueTextEquals("result"u8);
            hasError |= reader.ValueTextEquals("error"u8);
            _ = reader.Read();
            if (isId) hasId = reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out id);
            else if (isResult && reader.TokenType == JsonTokenType.Number) isNumber = reader.TryGetUInt64(out number);
            else if (isResult) isTrue = reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }

        if (!hasId && hasError) book.OnUnreadRequest();
        else if (!hasId) counters.UnreadableReplies++;
        else if (hasError) book.OnError(id, nowNs);
        else if (isNumber || isTrue) book.OnResult(id, isNumber, number);
        else counters.UnreadableReplies++;
    }
}
