using System;
using System.Text.Json;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Looks through the answer to a call whose accounts only the feed reads: is it ours and good, of which slot, how many
/// elements. Snapshots are megabytes long and come all day; a document of one would be as long again. 0 bytes
/// allocated for a good answer. Any thread.
/// </summary>
internal static class AnswerSkim
{
    /// <summary>False for everything but a good answer to the call, whatever is wrong with it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, ulong id, out int count, out ulong slot)
    {
        count = -1;
        slot = 0;
        bool isOurs = false;
        bool hasSlot = false;
        Utf8JsonReader reader = new(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("error"u8)) return false;
                if (reader.ValueTextEquals("id"u8))
                {
                    isOurs = reader.Read() && reader.TokenType == JsonTokenType.Number
                        && reader.TryGetUInt64(out ulong answered) && answered == id;
                }
                else if (reader.ValueTextEquals("result"u8))
                {
                    if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
                    ReadResult(ref reader, ref count, ref hasSlot, ref slot);
                }
                else
                {
                    reader.Skip();
                }
            }

            return isOurs && hasSlot && count >= 0 && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // not JSON, not Unicode
        {
            return false;
        }
    }

    private static void ReadResult(ref Utf8JsonReader reader, ref int count, ref bool hasSlot, ref ulong slot)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isContext = reader.ValueTextEquals("context"u8);
            bool isValue = reader.ValueTextEquals("value"u8);
            _ = reader.Read();
            if (isContext && reader.TokenType == JsonTokenType.StartObject)
                hasSlot = TryReadSlot(ref reader, out slot);
            else if (isValue && reader.TokenType == JsonTokenType.StartArray)
                count = CountElements(ref reader);
            else reader.Skip();
        }
    }

    private static bool TryReadSlot(ref Utf8JsonReader reader, out ulong slot)
    {
        bool hasSlot = false;
        slot = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isSlot = reader.ValueTextEquals("slot"u8);
            _ = reader.Read();
            if (isSlot && reader.TokenType == JsonTokenType.Number) hasSlot = reader.TryGetUInt64(out slot);
            else reader.Skip();
        }

        return hasSlot;
    }

    private static int CountElements(ref Utf8JsonReader reader)
    {
        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++) reader.Skip();
        return count;
    }
}
