using System;

namespace LowLatency.Feeds.Geyser;

/// <summary>Field numbers of the members of a SubscribeUpdate.</summary>
/// <remarks>Source: rpcpool/yellowstone-grpc@0013f2d5 yellowstone-grpc-proto/proto/geyser.proto.</remarks>
internal static class UpdateField
{
    public const uint Filters = 1;
    public const uint Account = 2;
    public const uint Slot = 3;
    public const uint Transaction = 4;
    public const uint Block = 5;
    public const uint Ping = 6;
    public const uint BlockMeta = 7;
    public const uint Entry = 8;
    public const uint Pong = 9;
    public const uint TransactionStatus = 10;
    public const uint CreatedAt = 11;
    public const uint BlockFooter = 12;
}

/// <summary>How far a message could be read.</summary>
internal enum EnvelopeStatus : byte
{
    /// <summary>One update.</summary>
    Ok = 0,

    /// <summary>No protobuf message.</summary>
    Malformed = 1,

    /// <summary>Two updates in one message, or a member of the wrong wire type.</summary>
    UnexpectedShape = 2,

    /// <summary>No update of a kind that is known.</summary>
    UnknownUpdate = 3,
}

/// <summary>A SubscribeUpdate taken apart at its first level, over the message's bytes.</summary>
internal readonly ref struct GeyserEnvelope
{
    private const uint KnownUpdates =
        (1 << (int)UpdateField.Account) | (1 << (int)UpdateField.Slot) | (1 << (int)UpdateField.Transaction)
        | (1 << (int)UpdateField.Block) | (1 << (int)UpdateField.Ping) | (1 << (int)UpdateField.BlockMeta)
        | (1 << (int)UpdateField.Entry) | (1 << (int)UpdateField.Pong) | (1 << (int)UpdateField.TransactionStatus)
        | (1 << (int)UpdateField.BlockFooter);

    private GeyserEnvelope(uint field, ReadOnlySpan<byte> body, ReadOnlySpan<byte> createdAt)
    {
        Field = field;
        Body = body;
        CreatedAt = createdAt;
    }

    /// <summary>Which update it is, one of <see cref="UpdateField"/>.</summary>
    public uint Field { get; }

    /// <summary>The update's own message.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>When the server made it (a Timestamp message); empty if not stated.</summary>
    public ReadOnlySpan<byte> CreatedAt { get; }

    /// <summary>Takes a message apart.</summary>
    public static EnvelopeStatus TryRead(ReadOnlySpan<byte> message, out GeyserEnvelope envelope)
    {
        envelope = default;
        uint field = 0;
        ReadOnlySpan<byte> body = default;
        ReadOnlySpan<byte> createdAt = default;
        ProtoReader reader = new(message);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return EnvelopeStatus.Malformed;
            uint number = tag >> 3;
            if (number > UpdateField.BlockFooter)
            {
                if (!reader.TrySkip(tag)) return EnvelopeStatus.Malformed;
                continue;
            }

            if ((tag & 7) != WireType.Bytes)
            {
                return reader.TrySkip(tag) ? EnvelopeStatus.UnexpectedShape : EnvelopeStatus.Malformed;
            }

            if (!reader.TryReadBytes(out ReadOnlySpan<byte> value)) return EnvelopeStatus.Malformed;
            if (((KnownUpdates >> (int)number) & 1) != 0)
            {
                if (field != 0) return EnvelopeStatus.UnexpectedShape;
                field = number;
                body = value;
            }
            else if (number == UpdateField.CreatedAt)
            {
                createdAt = value;
            }
        }

        if (field == 0) return EnvelopeStatus.UnknownUpdate;
        envelope = new GeyserEnvelope(field, body, createdAt);
        return EnvelopeStatus.Ok;
    }

    /// <summary>
    /// When the server made it, unix nanoseconds; 0 if it does not say or says nonsense.
    /// Source: google/protobuf/timestamp.proto: seconds 1, nanos 2.
    /// </summary>
    public long ReadCreatedAtUtcNs()
    {
        const ulong LatestSeconds = long.MaxValue / 1_000_000_000;
        ulong seconds = 0;
        ulong nanos = 0;
        ProtoReader reader = new(CreatedAt);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag)) return 0;
            bool ok = tag switch
            {
                (1 << 3) | WireType.Varint => reader.TryReadVarint(out seconds),
                (2 << 3) | WireType.Varint => reader.TryReadVarint(out nanos),
                _ => reader.TrySkip(tag),
            };
            if (!ok) return 0;
        }

        return seconds < LatestSeconds && nanos < 1_000_000_000
            ? (long)((seconds * 1_000_000_000) + nanos)
            : 0;
    }
}
