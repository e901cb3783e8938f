using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// Reads SubscribeUpdateAccount. Every member may come in any order; a doubled member, a key that is not 32 bytes and
/// a signature that is not 64 bytes are refused, unknown members are stepped over.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 yellowstone-grpc-proto/proto/geyser.proto, SubscribeUpdateAccount and
/// SubscribeUpdateAccountInfo.
/// </summary>
internal static class GeyserAccountReader
{
    internal const int SignatureBytes = 64;

    // SubscribeUpdateAccount
    internal const uint AccountTag = (1 << 3) | WireType.Bytes;
    internal const uint SlotTag = (2 << 3) | WireType.Varint;
    internal const uint IsStartupTag = (3 << 3) | WireType.Varint;

    // SubscribeUpdateAccountInfo
    internal const uint PubkeyTag = (1 << 3) | WireType.Bytes;
    internal const uint LamportsTag = (2 << 3) | WireType.Varint;
    internal const uint OwnerTag = (3 << 3) | WireType.Bytes;
    internal const uint ExecutableTag = (4 << 3) | WireType.Varint;
    internal const uint RentEpochTag = (5 << 3) | WireType.Varint;
    internal const uint DataTag = (6 << 3) | WireType.Bytes;
    internal const uint WriteVersionTag = (7 << 3) | WireType.Varint;
    internal const uint SignatureTag = (8 << 3) | WireType.Bytes;

    private const uint HighestAccountField = 3;
    private const uint HighestInfoField = 8;

    /// <summary>Reads the body of an account update.</summary>
    public static DecodeCause Read(ReadOnlySpan<byte> body, ref BinaryAccount account)
    {
        uint seen = 0;
        ReadOnlySpan<byte> info = default;
        ProtoReader reader = new(body);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return DecodeCause.MalformedProtobuf;
            if (IsDoubled(tag, HighestAccountField, ref seen)) return DecodeCause.UnexpectedShape;
            switch (tag)
            {
                case AccountTag:
                    if (!reader.TryReadBytes(out info)) return DecodeCause.MalformedProtobuf;
                    break;
                case SlotTag:
                    if (!reader.TryReadVarint(out account.Slot)) return DecodeCause.MalformedProtobuf;
                    break;
                case IsStartupTag:
                    if (!reader.TryReadVarint(out ulong isStartup)) return DecodeCause.MalformedProtobuf;
                    account.IsStartup = isStartup != 0;
                    break;
                default:
                    DecodeCause cause = Skip(ref reader, tag, HighestAccountField);
                    if (cause != DecodeCause.None) return cause;
                    break;
            }
        }

        return ReadInfo(info, ref account);
    }

    private static DecodeCause ReadInfo(ReadOnlySpan<byte> info, ref BinaryAccount account)
    {
        uint seen = 0;
        ReadOnlySpan<byte> signature = default;
        ProtoReader reader = new(info);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return DecodeCause.MalformedProtobuf;
            if (IsDoubled(tag, HighestInfoField, ref seen)) return DecodeCause.UnexpectedShape;
            bool ok;
            switch (tag)
            {
                case PubkeyTag:
                    ok = reader.TryReadBytes(out account.Key);
                    break;
                case LamportsTag:
                    ok = reader.TryReadVarint(out account.Lamports);
                    break;
                case OwnerTag:
                    ok = reader.TryReadBytes(out account.Owner);
                    break;
                case ExecutableTag:
                    ok = reader.TryReadVarint(out ulong isExecutable);
                    account.IsExecutable = isExecutable != 0;
                    break;
                case RentEpochTag:
                    ok = reader.TryReadVarint(out account.RentEpoch);
                    break;
                case DataTag:
                    ok = reader.TryReadBytes(out account.Data);
                    break;
                case WriteVersionTag:
                    ok = reader.TryReadVarint(out account.WriteVersion);
                    break;
                case SignatureTag:
                    ok = reader.TryReadBytes(out signature);
                    break;
                default:
                    DecodeCause cause = Skip(ref reader, tag, HighestInfoField);
                    if (cause != DecodeCause.None) return cause;
                    continue;
            }

            if (!ok) return DecodeCause.MalformedProtobuf;
        }

        if (account.Key.Length != Pubkey.SizeBytes || account.Owner.Length != Pubkey.SizeBytes)
        {
            return DecodeCause.BadKey;
        }

        if (signature.Length == 0) return DecodeCause.None;
        if (signature.Length != SignatureBytes) return DecodeCause.UnexpectedShape;
        account.TransactionTag = Mix(signature);
        return DecodeCause.None;
    }

    /// <summary>All 64 bytes in one number: a signer may choose the first half of his signatures freely.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ReadOnlySpan<byte> signature)
    {
        ulong tag = Pubkey.Read(signature).Tag + (Pubkey.Read(signature, Pubkey.SizeBytes).Tag * 0x9E3779B97F4A7C15UL);
        return tag | 1; // 0 says that none was stated
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsDoubled(uint tag, uint highestField, ref uint seen)
    {
        uint field = tag >> 3;
        if (field > highestField) return false;
        uint bit = 1u << (int)field;
        if ((seen & bit) != 0) return true;
        seen |= bit;
        return false;
    }

    /// <summary>Steps over a member that is not known; a known one that comes here has the wrong wire type.</summary>
    /// <remarks>
    /// PERF: the copy keeps the caller's reader in registers; a reference into a call that is not inlined would put
    /// every read of its position on the stack (GeyserAccountBenchmark).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DecodeCause Skip(ref ProtoReader reader, uint tag, uint highestField)
    {
        ProtoReader rest = reader;
        if (!rest.TrySkip(tag)) return DecodeCause.MalformedProtobuf;
        reader = rest;
        return tag >> 3 <= highestField ? DecodeCause.UnexpectedShape : DecodeCause.None;
    }
}
