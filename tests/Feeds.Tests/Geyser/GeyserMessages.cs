using System;
using System.IO;
using System.Text;
using Google.Protobuf;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>What an account update says; written by Google.Protobuf, which shares no code with the reader.</summary>
internal sealed record AccountUpdate
{
    public byte[] Key { get; init; } = Filled(32, 1);

    public byte[] Owner { get; init; } = Filled(32, 2);

    public byte[] Data { get; init; } = Filled(300, 3);

    public byte[]? Signature { get; init; } = Filled(64, 4);

    public ulong Slot { get; init; } = 398_202_772;

    public ulong Lamports { get; init; } = 2_039_280;

    public ulong RentEpoch { get; init; } = ulong.MaxValue;

    public ulong WriteVersion { get; init; } = 1_871_234_567_890;

    public bool IsExecutable { get; init; }

    public bool IsStartup { get; init; }

    public static byte[] Filled(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Yellowstone messages as a server writes them: defaults omitted, members in field order.</summary>
internal static class GeyserMessages
{
    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }

    public static void Field(this CodedOutputStream output, int field, ReadOnlySpan<byte> bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    public static void Field(this CodedOutputStream output, int field, ulong value)
    {
        if (value == 0) return;
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteUInt64(value);
    }

    public static byte[] Update(int field, byte[] body, string filter = "pools", bool hasTime = true) => Message(o =>
    {
        o.Field(1, Encoding.UTF8.GetBytes(filter));
        o.Field(field, body);
        if (hasTime) o.Field(11, Message(t =>
        {
            t.Field(1, 1_770_287_040UL);
            t.Field(2, 770_177_449UL);
        }));
    });

    public static byte[] AccountBody(AccountUpdate update) => Message(o =>
    {
        o.Field(1, Message(info =>
        {
            info.Field(1, update.Key);
            info.Field(2, update.Lamports);
            info.Field(3, update.Owner);
            info.Field(4, update.IsExecutable ? 1UL : 0);
            info.Field(5, update.RentEpoch);
            if (update.Data.Length != 0) info.Field(6, update.Data);
            info.Field(7, update.WriteVersion);
            if (update.Signature is not null) info.Field(8, update.Signature);
        }));
        o.Field(2, update.Slot);
        o.Field(3, update.IsStartup ? 1UL : 0);
    });

    public static byte[] Account(AccountUpdate update) => Update(2, AccountBody(update));

    public static byte[] Slot(ulong slot, ulong parent, ulong status, string? deadError = null) =>
        Update(3, Message(o =>
        {
            o.Field(1, slot);
            o.Field(2, parent);
            o.Field(3, status);
            if (deadError is not null) o.Field(4, Encoding.UTF8.GetBytes(deadError));
        }), "slots");

    public static byte[] BlockMeta(ulong slot, string blockhash, ulong height) => Update(7, Message(o =>
    {
        o.Field(1, slot);
        o.Field(2, Encoding.UTF8.GetBytes(blockhash));
        o.Field(4, Message(t => t.Field(1, 1_770_287_040UL)));
        o.Field(5, Message(h => h.Field(1, height)));
        o.Field(6, slot - 1);
        o.Field(8, 503UL);
    }), "meta");
}
