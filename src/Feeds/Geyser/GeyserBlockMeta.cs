using System;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>What a block meta update says of a block.</summary>
/// <param name="Slot">Slot of the block; 0 if none has come.</param>
/// <param name="ParentSlot">Slot of the block before it.</param>
/// <param name="Blockhash">Its hash, which transactions may name for 150 blocks.</param>
/// <param name="BlockHeight">Blocks from genesis up to it; 0 if not stated.</param>
/// <param name="BlockTimeUtcSeconds">Unix time that the cluster agreed on; 0 if not stated.</param>
/// <remarks>
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto (SubscribeUpdateBlockMeta), solana-storage.proto
/// (UnixTimestamp, BlockHeight: field 1).
/// </remarks>
public readonly record struct GeyserBlockMeta(
    ulong Slot, ulong ParentSlot, Pubkey Blockhash, ulong BlockHeight, long BlockTimeUtcSeconds)
{
    private const uint SlotTag = (1 << 3) | WireType.Varint;
    private const uint BlockhashTag = (2 << 3) | WireType.Bytes;
    private const uint BlockTimeTag = (4 << 3) | WireType.Bytes;
    private const uint BlockHeightTag = (5 << 3) | WireType.Bytes;
    private const uint ParentSlotTag = (6 << 3) | WireType.Varint;

    internal static DecodeCause Read(ReadOnlySpan<byte> body, out GeyserBlockMeta meta)
    {
        meta = default;
        ulong slot = 0;
        ulong parentSlot = 0;
        ulong height = 0;
        ulong time = 0;
        ReadOnlySpan<byte> hashText = default;
        ProtoReader reader = new(body);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return DecodeCause.MalformedProtobuf;
            bool ok = tag switch
            {
                SlotTag => reader.TryReadVarint(out slot),
                BlockhashTag => reader.TryReadBytes(out hashText),
                BlockTimeTag => TryReadWrapped(ref reader, out time),
                BlockHeightTag => TryReadWrapped(ref reader, out height),
                ParentSlotTag => reader.TryReadVarint(out parentSlot),
                _ => reader.TrySkip(tag),
            };
            if (!ok) return DecodeCause.MalformedProtobuf;
        }

        if (!KeyText.TryDecode(hashText, out Pubkey blockhash)) return DecodeCause.BadKey;
        meta = new GeyserBlockMeta(slot, parentSlot, blockhash, height, (long)time);
        return DecodeCause.None;
    }

    /// <summary>A number in a message of its own, as optional numbers were written before proto3 had them.</summary>
    private static bool TryReadWrapped(ref ProtoReader reader, out ulong value)
    {
        const uint ValueTag = (1 << 3) | WireType.Varint;
        value = 0;
        if (!reader.TryReadBytes(out ReadOnlySpan<byte> message)) return false;
        ProtoReader inner = new(message);
        while (!inner.IsAtEnd)
        {
            if (!inner.TryReadTag(out uint tag)) return false;
            if (!(tag == ValueTag ? inner.TryReadVarint(out value) : inner.TrySkip(tag))) return false;
        }

        return true;
    }
}
