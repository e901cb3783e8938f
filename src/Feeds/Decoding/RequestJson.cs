using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>What a request of the client asks, over the request's bytes.</summary>
internal ref struct Request
{
    /// <summary>Method.</summary>
    public JsonText Method;

    /// <summary>The id as it is written; empty if there is none.</summary>
    public ReadOnlySpan<byte> Id;

    /// <summary>The params as they are written; empty if there are none.</summary>
    public ReadOnlySpan<byte> Params;
}

/// <summary>The strict reader of JSON-RPC requests. Source: JSON-RPC 2.0 specification, section 4.</summary>
internal static class RequestJson
{
    private const byte SeenMethod = 1;
    private const byte SeenId = 2;
    private const byte SeenParams = 4;

    /// <summary>Reads the request.</summary>
    public static DecodeCause Read(ReadOnlySpan<byte> text, ref Request request)
    {
        JsonCursor cursor = new(text);
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            byte member = name.Is("method"u8) ? SeenMethod
                : name.Is("id"u8) ? SeenId
                : name.Is("params"u8) ? SeenParams : (byte)0;
            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            bool ok = member switch
            {
                SeenMethod => cursor.TryReadString(out request.Method),
                SeenId => cursor.TrySkipValue(out request.Id),
                SeenParams => cursor.TrySkipValue(out request.Params),
                _ => cursor.SkipValue(),
            };
            if (!ok) return AccountJson.Refused(cursor);
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        return (seen & SeenMethod) != 0 ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    /// <summary>Reads an id or subscription number that fills <paramref name="text"/>.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> text, out ulong value)
    {
        JsonCursor cursor = new(text);
        return cursor.TryReadUInt64(out value) && cursor.IsAtEnd();
    }

    /// <summary>
    /// Reads an id that fills <paramref name="text"/>: a number, or a text, which becomes a number that no counting
    /// client comes to. Source: FNV-1a, 64 bits.
    /// </summary>
    public static bool TryReadId(ReadOnlySpan<byte> text, out ulong id)
    {
        if (TryReadNumber(text, out id)) return true;
        JsonCursor cursor = new(text);
        if (!cursor.TryReadString(out JsonText name) || !cursor.IsAtEnd()) return false;
        id = 14695981039346656037;
        foreach (byte letter in name.Raw) id = (id ^ letter) * 1099511628211;
        id |= 1UL << 63;
        return true;
    }

    /// <summary>Reads the first element of params as a key.</summary>
    public static DecodeCause ReadFirstKey(ReadOnlySpan<byte> parameters, out Pubkey key)
    {
        key = default;
        JsonCursor cursor = new(parameters);
        bool isFirst = true;
        if (!cursor.TryEnterArray() || !cursor.NextElement(ref isFirst) || !cursor.TryReadString(out JsonText text))
        {
            return AccountJson.Refused(cursor);
        }

        return AccountJson.TryReadKey(text, null, out key) ? DecodeCause.None : DecodeCause.BadKey;
    }

    /// <summary>Reads the first element of params as a number.</summary>
    public static DecodeCause ReadFirstNumber(ReadOnlySpan<byte> parameters, out ulong value)
    {
        value = 0;
        JsonCursor cursor = new(parameters);
        bool isFirst = true;
        return cursor.TryEnterArray() && cursor.NextElement(ref isFirst) && cursor.TryReadUInt64(out value)
            ? DecodeCause.None
            : AccountJson.Refused(cursor);
    }

    /// <summary>Reads the first element of params as a list of keys.</summary>
    public static DecodeCause ReadKeys(ReadOnlySpan<byte> parameters, Span<Pubkey> keys, out int count)
    {
        count = 0;
        JsonCursor cursor = new(parameters);
        bool isFirst = true;
        if (!cursor.TryEnterArray() || !cursor.NextElement(ref isFirst) || !cursor.TryEnterArray())
        {
            return AccountJson.Refused(cursor);
        }

        isFirst = true;
        while (cursor.NextElement(ref isFirst))
        {
            if (!cursor.TryReadString(out JsonText text)) return AccountJson.Refused(cursor);
            if (count == keys.Length) return DecodeCause.TableFull;
            if (!AccountJson.TryReadKey(text, null, out keys[count])) return DecodeCause.BadKey;
            count++;
        }

        return cursor.Failed ? DecodeCause.MalformedJson : DecodeCause.None;
    }
}
