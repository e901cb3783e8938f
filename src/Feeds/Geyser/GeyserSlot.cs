using System;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>Where a slot stands, as Yellowstone numbers it.</summary>
/// <remarks>Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto, enum SlotStatus.</remarks>
internal enum GeyserSlotStatus : ulong
{
    Processed = 0,
    Confirmed = 1,
    Finalized = 2,
    FirstShredReceived = 3,
    Completed = 4,
    CreatedBank = 5,
    Dead = 6,
}

/// <summary>A slot update.</summary>
internal readonly record struct GeyserSlot(ulong Slot, ulong ParentSlot, GeyserSlotStatus Status)
{
    private const uint SlotTag = (1 << 3) | WireType.Varint;
    private const uint ParentTag = (2 << 3) | WireType.Varint;
    private const uint StatusTag = (3 << 3) | WireType.Varint;

    /// <summary>Reads SubscribeUpdateSlot; an absent parent is 0 (unknown).</summary>
    public static DecodeCause Read(ReadOnlySpan<byte> body, out GeyserSlot update)
    {
        ulong slot = 0;
        ulong parent = 0;
        ulong status = 0;
        update = default;
        ProtoReader reader = new(body);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return DecodeCause.MalformedProtobuf;
            bool ok = tag switch
            {
                SlotTag => reader.TryReadVarint(out slot),
                ParentTag => reader.TryReadVarint(out parent),
                StatusTag => reader.TryReadVarint(out status),
                _ => reader.TrySkip(tag),
            };
            if (!ok) return DecodeCause.MalformedProtobuf;
        }

        update = new GeyserSlot(slot, parent, (GeyserSlotStatus)status);
        return DecodeCause.None;
    }
}
