using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Decoding;

/// <summary>An account notification of a known shape, over its bytes.</summary>
internal ref struct FastAccountNotification
{
    /// <summary>Members of the account.</summary>
    public AccountFields Account;

    /// <summary>context.slot.</summary>
    public ulong Slot;

    /// <summary>Subscription id.</summary>
    public ulong Subscription;

    /// <summary>Bytes before the first value that two messages of one slot do not share.</summary>
    public int PrefixLength;

    /// <summary>Start of the part that messages of one owner and size share: behind lamports and data.</summary>
    public int TailStart;

    /// <summary>End of that part: where the subscription id begins.</summary>
    public int TailEnd;

    /// <summary>True for the alphabetical order.</summary>
    public bool IsAlphabetical;
}

/// <summary>
/// The two shapes in which nodes write an account notification, without white space: the order of the node's struct
/// (lamports, data, owner, executable, rentEpoch, space) and the alphabetical order of proxies.
/// Every byte outside the data and the owner is compared with the shape; those two are verified by the base64 and the
/// Base58 decoder, which accept no quote. Any difference gives false, and the strict path decides: the fast path only
/// ever accepts what the strict path accepts, with the same result (tested on mutated messages).
/// PERF: numbers and literals behind the data are read from the back, so the data is never searched for its end: a
/// forward scan for the quote costs 10-20 ns a kilobyte (AccountNotificationBenchmark.Fast).
/// Source: agave b64857b5 UiAccount (order of members); shared capture market-small for the second order.
/// </summary>
internal static class AccountNotificationFastPath
{
    private const int MaxOwnerLength = KeyText.MaxLengthBytes;

    /// <summary>Shorter messages cannot be one; makes every fixed distance from the end safe.</summary>
    public const int MinLengthBytes = 160;

    private static ReadOnlySpan<byte> Head =>
        "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{\"context\":{\"slot\":"u8;

    /// <summary>Where the slot's digits begin.</summary>
    public static int SlotAt => Head.Length;

    /// <summary>Takes the message apart; false if it has another shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> message, KeyCache owners, ref FastAccountNotification result)
    {
        if (message.Length < MinLengthBytes || !message.StartsWith(Head)) return false;
        int position = Head.Length;
        if (!DigitRun.TryReadForward(message, ref position, out result.Slot)) return false;
        int end = message.Length;
        if (!TryStepBack(message, ref end, "}}"u8)
            || !DigitRun.TryReadBackward(message, ref end, out result.Subscription))
        {
            return false;
        }

        result.TailEnd = end;
        if (!TryStepBack(message, ref end, "}},\"subscription\":"u8)
            || !DigitRun.TryReadBackward(message, ref end, out result.Account.Space))
        {
            return false;
        }

        result.Account.HasSpace = true;

        if (TryStepBack(message, ref end, ",\"rentEpoch\":18446744073709551615,\"space\":"u8))
        {
            result.Account.RentEpoch = ulong.MaxValue;
        }
        else if (!TryStepBack(message, ref end, ",\"space\":"u8)
            || !DigitRun.TryReadBackward(message, ref end, out result.Account.RentEpoch)
            || !TryStepBack(message, ref end, ",\"rentEpoch\":"u8))
        {
            return false;
        }

        return message[end - 1] == (byte)'"'
            ? TryParseAlphabetical(message, owners, position, end - 1, ref result)
            : TryParseNodeOrder(message, owners, position, end, ref result);
    }

    private static bool TryParseNodeOrder(
        ReadOnlySpan<byte> message, KeyCache owners, int position, int end, ref FastAccountNotification result)
    {
        if (!TryStepBack(message, ref end, "\",\"executable\":false"u8))
        {
            if (!TryStepBack(message, ref end, "\",\"executable\":true"u8)) return false;
            result.Account.IsExecutable = true;
        }

        if (!TryStepBackOverOwner(message, owners, ref end, ref result)) return false;
        if (!TryStepBack(message, ref end, "\",\"base64\"],\"owner\":\""u8))
        {
            if (!TryStepBack(message, ref end, "\",\"base64+zstd\"],\"owner\":\""u8)) return false;
            result.Account.IsCompressed = true;
        }

        if (!TryStep(message, ref position, "},\"value\":{\"lamports\":"u8)) return false;
        result.TailStart = end;
        result.PrefixLength = position;
        result.IsAlphabetical = false;
        return TryParseNodeMiddle(message, position, end, ref result.Account);
    }

    private static bool TryParseAlphabetical(
        ReadOnlySpan<byte> message, KeyCache owners, int position, int end, ref FastAccountNotification result)
    {
        if (!TryStepBackOverOwner(message, owners, ref end, ref result)
            || !TryStepBack(message, ref end, ",\"owner\":\""u8)
            || !TryStep(message, ref position, "},\"value\":{\"data\":[\""u8))
        {
            return false;
        }

        result.TailStart = end;
        result.PrefixLength = position;
        result.IsAlphabetical = true;
        return TryParseAlphabeticalMiddle(message, position, end, ref result.Account);
    }

    /// <summary>Reads lamports and data between prefix and tail, in the node's order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseNodeMiddle(
        ReadOnlySpan<byte> message, int position, int tailStart, ref AccountFields account)
    {
        if (!DigitRun.TryReadForward(message, ref position, out ulong lamports)
            || !TryStep(message, ref position, ",\"data\":[\""u8)
            || position > tailStart)
        {
            return false;
        }

        account.Lamports = lamports;
        account.Data = new JsonText(message[position..tailStart], isEscaped: false);
        return true;
    }

    /// <summary>Reads data, executable and lamports between prefix and tail, in alphabetical order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseAlphabeticalMiddle(
        ReadOnlySpan<byte> message, int position, int end, ref AccountFields account)
    {
        if (!DigitRun.TryReadBackward(message, ref end, out ulong lamports)) return false;
        account.Lamports = lamports;
        account.IsExecutable = false;
        if (!TryStepBack(message, ref end, "\",\"base64\"],\"executable\":false,\"lamports\":"u8))
        {
            if (!TryStepBack(message, ref end, "\",\"base64\"],\"executable\":true,\"lamports\":"u8))
                return TryParseCompressedMiddle(message, position, end, ref account);
            account.IsExecutable = true;
        }

        if (position > end) return false;
        account.Data = new JsonText(message[position..end], isEscaped: false);
        return true;
    }

    /// <summary>Reads data and executable, before the lamports, of a compressed account.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseCompressedMiddle(
        ReadOnlySpan<byte> message, int position, int end, ref AccountFields account)
    {
        if (!TryStepBack(message, ref end, "\",\"base64+zstd\"],\"executable\":false,\"lamports\":"u8))
        {
            if (!TryStepBack(message, ref end, "\",\"base64+zstd\"],\"executable\":true,\"lamports\":"u8)) return false;
            account.IsExecutable = true;
        }

        if (position > end) return false;
        account.IsCompressed = true;
        account.Data = new JsonText(message[position..end], isEscaped: false);
        return true;
    }

    /// <summary>Steps from the closing quote of the owner to its first character, and reads it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStepBackOverOwner(
        ReadOnlySpan<byte> message, KeyCache owners, ref int end, ref FastAccountNotification result)
    {
        // Nearly every key has 44 or 43 characters; the others are searched for.
        int start = end - MaxOwnerLength;
        if (start < 2) return false;
        if (!IsTextStart(message, start) && !IsTextStart(message, ++start))
        {
            int quote = message[start..end].LastIndexOf((byte)'"');
            if (quote < 0) return false;
            start += quote + 1;
        }

        bool isKey = owners.TryGet(message[start..end], out result.Account.Owner);
        end = start;
        return isKey;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTextStart(ReadOnlySpan<byte> message, int start) =>
        message[start - 1] == (byte)'"' && message[start - 2] == (byte)':';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStepBack(ReadOnlySpan<byte> message, ref int end, ReadOnlySpan<byte> literal)
    {
        int start = end - literal.Length;
        if (start < 0 || !message[start..].StartsWith(literal)) return false;
        end = start;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStep(ReadOnlySpan<byte> message, ref int position, ReadOnlySpan<byte> literal)
    {
        if (!message[position..].StartsWith(literal)) return false;
        position += literal.Length;
        return true;
    }
}
