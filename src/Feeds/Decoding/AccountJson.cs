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
        Seen seen = Seen.None;
        bool isFirst = true;
        while (true)
        {
            Seen member = NextPlain(ref cursor, ref isFirst);
            if (member == Seen.None)
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                member = Recognise(name);
            }

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

    /// <summary>The next member as nodes write it; none if it stands there in another way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Seen NextPlain(ref JsonCursor cursor, ref bool isFirst)
    {
        if (cursor.TryName(ref isFirst, "\"lamports\":"u8)) return Seen.Lamports;
        if (cursor.TryName(ref isFirst, "\"data\":"u8)) return Seen.Data;
        if (cursor.TryName(ref isFirst, "\"owner\":"u8)) return Seen.Owner;
        if (cursor.TryName(ref isFirst, "\"executable\":"u8)) return Seen.Executable;
        if (cursor.TryName(ref isFirst, "\"rentEpoch\":"u8)) return Seen.RentEpoch;
        return cursor.TryName(ref isFirst, "\"space\":"u8) ? Seen.Space : Seen.None;
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
                if (TryReadPlainKey(ref cursor, owners, out fields.Owner)) return DecodeCause.None;
                if (!cursor.TryReadString(out JsonText owner)) return Refused(cursor);
                return TryReadKey(owner, owners, out fields.Owner) ? DecodeCause.None : DecodeCause.BadKey;
            case Seen.Executable:
                ok = cursor.TryReadBoolean(out fields.IsExecutable);
                break;
            case Seen.RentEpoch:
                if (cursor.TryPlain("18446744073709551615,"u8))
                {
                    cursor.Position--;
                    fields.RentEpoch = ulong.MaxValue;
                    return DecodeCause.None;
                }

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

    /// <summary>Reads a key of 44 or 43 characters; what is a key has no quote and no escape in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadPlainKey(ref JsonCursor cursor, KeyCache owners, out Pubkey key)
    {
        key = default;
        int length = KeyText.MaxLengthBytes;
        if (!cursor.TryPeekString(length, out ReadOnlySpan<byte> text)
            && !cursor.TryPeekString(--length, out text)) return false;
        if (!owners.TryGet(text, out key)) return false;
        cursor.Position += length + 2;
        return true;
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
        if (cursor.TryPlain(",\"base64\"]"u8)) return DecodeCause.None;
        if (!cursor.NextElement(ref isFirst) || !cursor.TryReadString(out JsonText encoding)) return Refused(cursor);
        if (cursor.NextElement(ref isFirst) || cursor.Failed) return Refused(cursor);
        return encoding.Is("base64"u8) ? DecodeCause.None : DecodeCause.WrongEncoding;
    }
}
