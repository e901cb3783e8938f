using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// An account update whose members stand in the order of their numbers, each at most once, as every generated
/// serializer writes them: one straight walk over the message in place of three loops over its levels. Any difference
/// gives false, and <see cref="GeyserEnvelope"/> and <see cref="GeyserAccountReader"/> decide: this path only accepts
/// what they accept, with the same result (tested on mutated messages).
/// PERF: positions are never compared with the end of an inner message until its last member was read; a member that
/// crosses the end leaves the walk behind it (GeyserAccountBenchmark).
/// Source: rpcpool/yellowstone-grpc@0013f2d5 yellowstone-grpc-proto/proto/geyser.proto; order: protobuf encoding guide.
/// </summary>
internal static class GeyserAccountFastPath
{
    /// <summary>Most bytes of a tag and a number of 64 bits, or of a tag, a length and a key.</summary>
    private const int LongestStep = 2 + Pubkey.SizeBytes;

    private const byte FilterTag = (1 << 3) | (int)WireType.Bytes;
    internal const byte UpdateTag = (2 << 3) | (int)WireType.Bytes;
    private const byte CreatedAtTag = (11 << 3) | (int)WireType.Bytes;

    /// <summary>Reads a whole message; false if it has another shape, and then the account says nothing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref BinaryAccount account)
    {
        int at = 0;
        while (Is(message, at, FilterTag))
        {
            if (!TryReadLength(message, ref at, out int length)) return false;
            at += length;
        }

        if (!Is(message, at, UpdateTag) || !TryReadLength(message, ref at, out int bodyBytes)) return false;
        int bodyEnd = at + bodyBytes;
        if (!Is(message, at, (byte)GeyserAccountReader.AccountTag)
            || !TryReadLength(message, ref at, out int infoBytes))
        {
            return false;
        }

        int infoEnd = at + infoBytes;
        if (!TryReadInfo(message, ref at, ref account) || at != infoEnd
            || !TryReadNumber(message, ref at, (byte)GeyserAccountReader.SlotTag, ref account.Slot))
        {
            return false;
        }

        ulong isStartup = 0;
        if (!TryReadNumber(message, ref at, (byte)GeyserAccountReader.IsStartupTag, ref isStartup) || at != bodyEnd)
            return false;
        account.IsStartup = isStartup != 0;
        if (Is(message, at, CreatedAtTag))
        {
            if (!TryReadLength(message, ref at, out int length)) return false;
            at += length;
        }

        return at == message.Length;
    }

    private static bool TryReadInfo(ReadOnlySpan<byte> message, scoped ref int at, ref BinaryAccount account)
    {
        ulong isExecutable = 0;
        if (!TryReadKey(message, ref at, (byte)GeyserAccountReader.PubkeyTag, out account.Key)
            || !TryReadNumber(message, ref at, (byte)GeyserAccountReader.LamportsTag, ref account.Lamports)
            || !TryReadKey(message, ref at, (byte)GeyserAccountReader.OwnerTag, out account.Owner)
            || !TryReadNumber(message, ref at, (byte)GeyserAccountReader.ExecutableTag, ref isExecutable)
            || !TryReadNumber(message, ref at, (byte)GeyserAccountReader.RentEpochTag, ref account.RentEpoch))
        {
            return false;
        }

        account.IsExecutable = isExecutable != 0;
        if (Is(message, at, (byte)GeyserAccountReader.DataTag))
        {
            if (!TryReadLength(message, ref at, out int length)) return false;
            account.Data = message.Slice(at, length);
            at += length;
        }

        if (!TryReadNumber(message, ref at, (byte)GeyserAccountReader.WriteVersionTag, ref account.WriteVersion))
            return false;
        if (!Is(message, at, (byte)GeyserAccountReader.SignatureTag)) return true;
        if (!TryReadLength(message, ref at, out int signatureBytes)
            || signatureBytes != GeyserAccountReader.SignatureBytes)
        {
            return false;
        }

        account.TransactionTag = GeyserAccountReader.Mix(message.Slice(at, GeyserAccountReader.SignatureBytes));
        at += GeyserAccountReader.SignatureBytes;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(ReadOnlySpan<byte> message, int at, byte tag) =>
        (uint)at < (uint)message.Length && message[at] == tag;

    /// <summary>Steps over a tag and the length behind it, which lies inside the message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadLength(ReadOnlySpan<byte> message, scoped ref int at, out int length)
    {
        // Lengths of one or two bytes; what is longer goes the other way.
        length = 0;
        if (message.Length - at < 3) return false;
        int first = message[at + 1];
        int second = message[at + 2];
        bool isShort = first < 0x80;
        length = isShort ? first : (first & 0x7F) | (second << 7);
        at += isShort ? 2 : 3;
        return (isShort || second is > 0 and < 0x80) && length <= message.Length - at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadKey(
        ReadOnlySpan<byte> message, scoped ref int at, byte tag, out ReadOnlySpan<byte> key)
    {
        key = default;
        if (message.Length - at < LongestStep || message[at] != tag) return false;
        if (message[at + 1] != Pubkey.SizeBytes) return false;
        key = message.Slice(at + 2, Pubkey.SizeBytes);
        at += LongestStep;
        return true;
    }

    /// <summary>Reads a number if its tag comes next; a number that is not there is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadNumber(ReadOnlySpan<byte> message, scoped ref int at, byte tag, ref ulong value)
    {
        if (!Is(message, at, tag)) return true;
        int behind = ProtoReader.ReadVarint(message, at + 1, out value);
        at = behind;
        return behind >= 0;
    }
}
