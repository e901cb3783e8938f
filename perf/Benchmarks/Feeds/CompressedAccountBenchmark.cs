using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using LowLatency.Benchmarks.Runner;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using ZstdSharp;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>
/// Account notifications of the bundled market, as they are (base64) and as a node compresses them (base64+zstd): what
/// fewer bytes cost to read. 0 B.
/// </summary>
[MemoryDiagnoser]
public partial class CompressedAccountBenchmark
{
    private const int Messages = 512;

    private readonly DiscardingPublisher _publisher = new();
    private readonly byte[][] _plain = new byte[Messages][];
    private readonly byte[][] _compressed = new byte[Messages][];
    private JsonRpcDecoder _decoder = null!;

    /// <summary>Bytes of all messages.</summary>
    internal (long Plain, long Compressed) Bytes { get; private set; }

    [GlobalSetup]
    public void Setup()
    {
        _decoder = new JsonRpcDecoder(0, _publisher, new DecoderOptions());
        HashSet<ulong> subscriptions = [];
        string path = PerfFolder.PathOf("../data/market-small/capture.jsonl.gz");
        using CaptureReader reader = CaptureReader.Open(path, new CaptureReaderOptions(), out _)
            ?? throw new FileNotFoundException(path);
        for (int i = 0; i < Messages && reader.TryRead(out CaptureFrame frame);)
        {
            string text = Encoding.UTF8.GetString(frame.Bytes);
            if (frame.Kind != CaptureFrameKind.Message || !text.Contains("accountNotification")) continue;
            ulong subscription = ulong.Parse(Subscription().Match(text).Groups[1].ValueSpan);
            if (subscriptions.Add(subscription)) _ = _decoder.TryMapSubscription(subscription, KeyOf(subscription));
            _plain[i] = Encoding.UTF8.GetBytes(text);
            _compressed[i] = Encoding.UTF8.GetBytes(Data().Replace(text, Compress));
            Bytes = (Bytes.Plain + _plain[i].Length, Bytes.Compressed + _compressed[i].Length);
            i++;
        }

        Plain();
        Compressed();
        if (_decoder.Counters.FastPath != 2 * Messages)
            throw new InvalidOperationException("The messages do not take the fast path.");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public long Plain() => Decode(_plain);

    [Benchmark(OperationsPerInvoke = Messages)]
    public long Compressed() => Decode(_compressed);

    private long Decode(byte[][] messages)
    {
        foreach (byte[] message in messages) _ = _decoder.OnMessage(message, default);
        return _publisher.Published;
    }

    private static Pubkey KeyOf(ulong subscription)
    {
        byte[] key = new byte[Pubkey.SizeBytes];
        BitConverter.TryWriteBytes(key, subscription);
        return Pubkey.Read(key);
    }

    private static string Compress(Match data)
    {
        using MemoryStream frame = new();
        using (CompressionStream stream = new(frame, level: 0, leaveOpen: true))
            stream.Write(Convert.FromBase64String(data.Groups[1].Value));
        return $"[\"{Convert.ToBase64String(frame.ToArray())}\",\"base64+zstd\"]";
    }

    [GeneratedRegex("""\["([A-Za-z0-9+/=]*)","base64"\]""")]
    private static partial Regex Data();

    [GeneratedRegex("\"subscription\":([0-9]+)")]
    private static partial Regex Subscription();
}
