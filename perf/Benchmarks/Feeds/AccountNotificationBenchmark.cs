using System;
using System.Text;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>
/// accountNotification of 1,312 bytes (1,024 base64 characters) to a claimed event. Target: fast path 75 ns or less,
/// strict path 200 ns or less, 0 B.
/// </summary>
[MemoryDiagnoser]
public class AccountNotificationBenchmark
{
    private const int DataBytes = 768;
    private const int MessageBytes = 1312;
    private const int MixedMessages = 64;
    private const int MessagesPerSlot = 16;

    private readonly DiscardingPublisher _publisher = new();
    private readonly byte[] _payload = new byte[DataBytes];
    private byte[] _nodeOrder = [];
    private byte[] _alphabetical = [];
    private byte[] _base64 = [];
    private byte[][] _mixed = [];
    private JsonRpcDecoder _fast = null!;
    private JsonRpcDecoder _strict = null!;

    [GlobalSetup]
    public void Setup()
    {
        byte[] data = new byte[DataBytes];
        new Random(1).NextBytes(data);
        string text = Convert.ToBase64String(data);
        _base64 = Encoding.ASCII.GetBytes(text);
        const string Head =
            "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":"
            + "{\"context\":{\"slot\":282617401},\"value\":{";
        const string Owner = "\"owner\":\"CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK\"";
        const string Tail = "\"rentEpoch\":18446744073709551615,\"space\":768}},\"subscription\":23848}}";
        _nodeOrder = Encoding.ASCII.GetBytes(
            $"{Head}\"lamports\":2039280,\"data\":[\"{text}\",\"base64\"],{Owner},\"executable\":false,{Tail}");
        _alphabetical = Encoding.ASCII.GetBytes(
            $"{Head}\"data\":[\"{text}\",\"base64\"],\"executable\":false,\"lamports\":2039280,{Owner},{Tail}");
        if (Math.Abs(_nodeOrder.Length - MessageBytes) > 16) throw new InvalidOperationException("Wrong message size.");
        _fast = Create(true);
        _strict = Create(false);
        _mixed = Mix();
        if (_fast.OnMessage(_nodeOrder, default) != DecodeCause.None || _fast.Counters.FastPath != 1)
        {
            throw new InvalidOperationException("The message does not take the fast path.");
        }
    }

    [Benchmark(Baseline = true)]
    public long Fast()
    {
        _ = _fast.OnMessage(_nodeOrder, default);
        return _publisher.Published;
    }

    /// <summary>Messages of 64 accounts of four owners and as many sizes; every 16th begins a slot.</summary>
    [Benchmark(OperationsPerInvoke = MixedMessages)]
    public long FastMixed()
    {
        foreach (byte[] message in _mixed) _ = _fast.OnMessage(message, default);
        return _publisher.Published;
    }

    [Benchmark]
    public long FastAlphabetical()
    {
        _ = _fast.OnMessage(_alphabetical, default);
        return _publisher.Published;
    }

    [Benchmark]
    public long Strict()
    {
        _ = _strict.OnMessage(_nodeOrder, default);
        return _publisher.Published;
    }

    /// <summary>The floor: the base64 alone.</summary>
    [Benchmark]
    public int Base64Only()
    {
        _ = Base64Text.TryDecode(_base64, _payload, out int length);
        return length;
    }

    /// <summary>Data of 747 to 768 bytes, lamports of five to nine digits.</summary>
    private static byte[][] Mix()
    {
        string[] owners =
        [
            "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc",
            "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
        ];
        Random random = new(2);
        byte[][] messages = new byte[MixedMessages][];
        for (int i = 0; i < messages.Length; i++)
        {
            int owner = random.Next(owners.Length);
            byte[] data = new byte[DataBytes - (7 * owner)];
            random.NextBytes(data);
            messages[i] = Encoding.ASCII.GetBytes(
                "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{\"context\":{\"slot\":"
                + $"{282617401 + (i / MessagesPerSlot)}}},\"value\":{{\"lamports\":{random.Next(10_000, 500_000_000)},"
                + $"\"data\":[\"{Convert.ToBase64String(data)}\",\"base64\"],\"owner\":\"{owners[owner]}\","
                + $"\"executable\":false,\"rentEpoch\":18446744073709551615,\"space\":{data.Length}}}}},"
                + $"\"subscription\":{random.Next(23_700, 24_000)}}}}}");
        }

        return messages;
    }

    private JsonRpcDecoder Create(bool useFastPath)
    {
        JsonRpcDecoder decoder = new(0, _publisher, new DecoderOptions()) { UseFastPath = useFastPath };
        for (ulong id = 23_700; id < 24_000; id++)
        {
            byte[] key = new byte[Pubkey.SizeBytes];
            BitConverter.TryWriteBytes(key, id);
            decoder.TryMapSubscription(id, Pubkey.Read(key));
        }

        return decoder;
    }
}
