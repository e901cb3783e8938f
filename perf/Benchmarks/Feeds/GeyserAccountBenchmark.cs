using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Geyser;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>
/// A Yellowstone account update of about 950 bytes to a claimed event. Target: 40 ns or less, 0 B. Beside it the
/// floor: a walk by fixed offsets that checks nothing, with the same copies.
/// </summary>
[MemoryDiagnoser]
public class GeyserAccountBenchmark
{
    private const int DataBytes = 768;

    private readonly DiscardingPublisher _publisher = new();
    private byte[] _message = [];
    private GeyserDecoder _decoder = null!;
    private int _keyAt;
    private int _ownerAt;
    private int _dataAt;

    [GlobalSetup]
    public void Setup()
    {
        _decoder = new GeyserDecoder(0, _publisher, new DecoderOptions());
        _message = Build();
        if (_decoder.OnMessage(_message, default) != DecodeCause.None)
            throw new InvalidOperationException("The message is refused.");
        if (Math.Abs(_message.Length - 950) > 60) throw new InvalidOperationException("Wrong message size.");
    }

    [Benchmark(Baseline = true)]
    public long Decoder()
    {
        _ = _decoder.OnMessage(_message, default);
        return _publisher.Published;
    }

    /// <summary>The floor: everything is known but the values.</summary>
    [Benchmark]
    public long HandWalk()
    {
        ReadOnlySpan<byte> message = _message;
        _ = _publisher.TryClaim(DataBytes, out Span<byte> payload);
        message.Slice(_dataAt, DataBytes).CopyTo(payload);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = EventKind.Account;
        entry.Account = Pubkey.Read(message, _keyAt);
        entry.Owner = Pubkey.Read(message, _ownerAt);
        entry.Lamports = Varint(message, _keyAt + Pubkey.SizeBytes + 1);
        entry.RentEpoch = Varint(message, _ownerAt + Pubkey.SizeBytes + 1);
        entry.WriteVersion = Varint(message, _dataAt + DataBytes + 1);
        _publisher.Publish(DataBytes);
        return _publisher.Published;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    private byte[] Build()
    {
        Random random = new(1);
        using MemoryStream info = new();
        byte[] bytes = new byte[DataBytes];
        random.NextBytes(bytes);
        WriteBytes(info, 1, bytes.AsSpan(0, 32));
        WriteNumber(info, 2, 2_039_280);
        WriteBytes(info, 3, bytes.AsSpan(32, 32));
        WriteNumber(info, 5, ulong.MaxValue);
        WriteBytes(info, 6, bytes);
        WriteNumber(info, 7, 1_871_234_567_890);
        WriteBytes(info, 8, bytes.AsSpan(64, 64));
        using MemoryStream body = new();
        WriteBytes(body, 1, info.ToArray());
        WriteNumber(body, 2, 398_202_772);
        using MemoryStream time = new();
        WriteNumber(time, 1, 1_770_287_040);
        WriteNumber(time, 2, 770_177_449);
        using MemoryStream message = new();
        WriteBytes(message, 1, "pools"u8);
        WriteBytes(message, 2, body.ToArray());
        WriteBytes(message, 11, time.ToArray());
        byte[] result = message.ToArray();
        _keyAt = result.AsSpan().IndexOf(bytes.AsSpan(0, 32));
        _ownerAt = result.AsSpan().IndexOf(bytes.AsSpan(32, 32));
        _dataAt = result.AsSpan().IndexOf(bytes);
        return result;
    }

    private static void WriteNumber(Stream stream, int field, ulong value)
    {
        stream.WriteByte((byte)(field << 3));
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    private static void WriteBytes(Stream stream, int field, ReadOnlySpan<byte> bytes)
    {
        stream.WriteByte((byte)((field << 3) | 2));
        ulong length = (ulong)bytes.Length;
        for (; length >= 0x80; length >>= 7) stream.WriteByte((byte)(length | 0x80));
        stream.WriteByte((byte)length);
        stream.Write(bytes);
    }
}
