using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The strict reader of UiAccount: any order of members, any white space, any escapes, unknown members skipped,
/// missing, doubled or wrong-typed members refused.
/// Source: agave b64857b5 account-decoder-client-types UiAccount (lamports, data, owner, executable, rentEpoch, space).
/// </summary>
internal static class AccountJson
{
    [Flags]
    private enum Seen : byte
    {
        None = 0,
        Lamports = 1,
        Data = 2,
        Owner = 4,
        Executable = 8,
        RentEpoch = 16,
        Space = 32,
        Required = Lamports | Data | Owner | Executable,
    }

    /// <summary>Reads the account, or null, that comes next.</summary>
    public static DecodeCause Read(ref JsonCursor cursor, KeyCache owners, ref AccountFields fields)
    {
        if (cursor.TryReadNull())
        {
            fields.IsNull = true;
            return DecodeCause.None;
        }

        if (!cursor.TryEnterObject()) return Refused(cursor);
        Seen seen = ReadPlain(ref cursor, owners, ref fields);
        bool isFirst = seen == Seen.None;
        while (!cursor.TryEnd() && cursor.NextMember(ref isFirst, out JsonText name))
        {
            Seen member = Recognise(name);
            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = ReadMember(ref cursor, member, owners, ref fields);
            if (cause != DecodeCause.None) return cause;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        return (seen & Seen.Required) == Seen.Required ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    /// <summary>Malformed text and a wrong shape are told apart by the cursor.</summary>
    public static DecodeCause Refused(in JsonCursor cursor) =>
        cursor.Failed ? DecodeCause.MalformedJson : DecodeCause.UnexpectedShape;

    /// <summary>
    /// Reads the members that come next as nodes write them: in their order, without white space and escapes, up to the
    /// first that stands there in another way, and says which they were.
    /// PERF: the position stays in a register and no name is compared twice; through the cursor each step waits for the
    /// position that the one before it stored (AccountNotificationBenchmark.Strict).
    /// </summary>
    private static Seen ReadPlain(ref JsonCursor cursor, KeyCache owners, ref AccountFields fields)
    {
        ReadOnlySpan<byte> text = cursor.Text;
        int at = cursor.Position;
        Seen seen = ReadPlainData(text, ref at, ref fields);
        if (seen == (Seen.Lamports | Seen.Data)) seen |= ReadPlainRest(text, ref at, owners, ref fields);
        cursor.Position = at;
        return seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Seen ReadPlainData(ReadOnlySpan<byte> text, ref int behind, ref AccountFields fields)
    {
        int at = behind;
        if (!TryStep(text, ref at, "\"lamports\":"u8) || !TryReadPlainNumber(text, ref at, out fields.Lamports))
            return Seen.None;
        behind = at;
        if (!TryStep(text, ref at, ",\"data\":[\""u8)) return Seen.Lamports;
        int length = JsonStops.IndexIn(text[at..]);
        int end = at + length;
        if (length < 0) return Seen.Lamports;
        if (!TryStep(text, ref end, "\",\"base64\"]"u8))
        {
            if (!TryStep(text, ref end, "\",\"base64+zstd\"]"u8)) return Seen.Lamports;
            fields.IsCompressed = true;
        }

        fields.Data = new JsonText(text.Slice(at, length), isEscaped: false);
        behind = end;
        return Seen.Lamports | Seen.Data;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Seen ReadPlainRest(
        ReadOnlySpan<byte> text, ref int behind, KeyCache owners, ref AccountFields fields)
    {
        int at = behind;
        if (!TryStep(text, ref at, ",\"owner\":\""u8) || !TryReadPlainKey(text, ref at, owners, out fields.Owner))
            return Seen.None;
        behind = at;
        fields.IsExecutable = TryStep(text, ref at, ",\"executable\":true"u8);
        if (!fields.IsExecutable && !TryStep(text, ref at, ",\"executable\":false"u8)) return Seen.Owner;
        behind = at;
        if (!TryStep(text, ref at, ",\"rentEpoch\":"u8)) return Seen.Owner | Seen.Executable;
        if (TryStep(text, ref at, "18446744073709551615,"u8))
        {
            at--;
            fields.RentEpoch = ulong.MaxValue;
        }
        else if (!TryReadPlainNumber(text, ref at, out fields.RentEpoch))
        {
            return Seen.Owner | Seen.Executable;
        }

        behind = at;
        if (!TryStep(text, ref at, ",\"space\":"u8) || !TryReadPlainNumber(text, ref at, out fields.Space))
            return Seen.Owner | Seen.Executable | Seen.RentEpoch;
        fields.HasSpace = true;
        behind = at;
        return Seen.Owner | Seen.Executable | Seen.RentEpoch | Seen.Space;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStep(ReadOnlySpan<byte> text, ref int at, ReadOnlySpan<byte> literal)
    {
        if ((uint)at > (uint)text.Length || !text[at..].StartsWith(literal)) return false;
        at += literal.Length;
        return true;
    }

    /// <summary>Reads a number that a comma or the end of the object ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadPlainNumber(ReadOnlySpan<byte> text, ref int at, out ulong value) =>
        DigitRun.TryReadForward(text, ref at, out value)
        && (uint)at < (uint)text.Length && text[at] is (byte)',' or (byte)'}';

    /// <summary>
    /// Reads a key of 44 or 43 characters and the quote behind it; what is a key has no quote and no escape in it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadPlainKey(ReadOnlySpan<byte> text, ref int at, KeyCache owners, out Pubkey key)
    {
        key = default;
        int length = KeyText.MaxLengthBytes;
        if (text.Length - at <= length) return false;
        if (text[at + length] != (byte)'"' && text[at + --length] != (byte)'"') return false;
        if (!owners.TryGet(text.Slice(at, length), out key)) return false;
        at += length + 1;
        return true;
    }

    private static Seen Recognise(in JsonText name)
    {
        if (name.Is("data"u8)) return Seen.Data;
        if (name.Is("lamports"u8)) return Seen.Lamports;
        if (name.Is("owner"u8)) return Seen.Owner;
        if (name.Is("executable"u8)) return Seen.Executable;
        if (name.Is("rentEpoch"u8)) return Seen.RentEpoch;
        return name.Is("space"u8) ? Seen.Space : Seen.None;
    }

    private static DecodeCause ReadMember(
        ref JsonCursor cursor, Seen member, KeyCache owners, ref AccountFields fields)
    {
        bool ok;
        switch (member)
        {
            case Seen.Lamports:
                ok = cursor.TryReadUInt64(out fields.Lamports);
                break;
            case Seen.Data:
                return ReadData(ref cursor, ref fields);
            case Seen.Owner:
                if (!cursor.TryReadString(out JsonText owner)) return Refused(cursor);
                return TryReadKey(owner, owners, out fields.Owner) ? DecodeCause.None : DecodeCause.BadKey;
            case Seen.Executable:
                ok = cursor.TryReadBoolean(out fields.IsExecutable);
                break;
            case Seen.RentEpoch:
                ok = cursor.TryReadUInt64(out fields.RentEpoch);
                if (!ok && cursor.Peek() is >= (byte)'1' and <= (byte)'9')
                {
                    fields.RentEpoch = ulong.MaxValue;
                    ok = cursor.SkipValue();
                }

                break;
            case Seen.Space:
                ok = cursor.TryReadUInt64(out fields.Space);
                fields.HasSpace = true;
                break;
            default:
                ok = cursor.SkipValue();
                break;
        }

        return ok ? DecodeCause.None : Refused(cursor);
    }

    /// <summary>Reads a key from a string that may be escaped.</summary>
    public static bool TryReadKey(in JsonText text, KeyCache? cache, out Pubkey key)
    {
        if (!text.IsEscaped)
        {
            return cache is null ? KeyText.TryDecode(text.Raw, out key) : cache.TryGet(text.Raw, out key);
        }

        key = default;
        Span<byte> plain = stackalloc byte[KeyText.MaxLengthBytes];
        return text.TryUnescape(plain, out int length) && KeyText.TryDecode(plain[..length], out key);
    }

    private static DecodeCause ReadData(ref JsonCursor cursor, ref AccountFields fields)
    {
        if (!cursor.TryEnterArray())
        {
            // A bare string is the legacy Base58 encoding, an object is jsonParsed.
            return cursor.Peek() is (byte)'"' or (byte)'{' ? DecodeCause.WrongEncoding : Refused(cursor);
        }

        bool isFirst = true;
        if (!cursor.NextElement(ref isFirst) || !cursor.TryReadString(out fields.Data)) return Refused(cursor);
        if (!cursor.NextElement(ref isFirst) || !cursor.TryReadString(out JsonText encoding)) return Refused(cursor);
        if (cursor.NextElement(ref isFirst) || cursor.Failed) return Refused(cursor);
        if (encoding.Is("base64"u8)) return DecodeCause.None;
        fields.IsCompressed = encoding.Is("base64+zstd"u8);
        return fields.IsCompressed ? DecodeCause.None : DecodeCause.WrongEncoding;
    }
}
