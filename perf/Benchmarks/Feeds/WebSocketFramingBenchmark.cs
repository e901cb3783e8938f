using System;
using System.Buffers;
using BenchmarkDotNet.Attributes;
using LowLatency.Feeds.Framing;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>
/// Framing of messages of 1 KB out of one read of 64 KB, and masking of 1 KB. Per message; 0 B.
/// </summary>
[MemoryDiagnoser]
public class WebSocketFramingBenchmark
{
    private const int PayloadBytes = 1024;
    private const int Messages = 63;

    private readonly byte[] _read = new byte[Messages * (PayloadBytes + 4)];
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly WebSocketFramer _framer = new(1 << 20);

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Messages; i++)
        {
            Span<byte> frame = _read.AsSpan(i * (PayloadBytes + 4), PayloadBytes + 4);
            frame.Fill((byte)'x');
            frame[0] = 0x81;
            frame[1] = 126;
            frame[2] = PayloadBytes >> 8;
            frame[3] = PayloadBytes & 0xFF;
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long Frame()
    {
        ReadOnlySequence<byte> buffer = new(_read);
        long bytes = 0;
        while (_framer.TryRead(ref buffer, out WebSocketFrame frame) == FrameStatus.Frame)
            bytes += frame.Payload.Length;
        if (bytes != Messages * PayloadBytes) throw new InvalidOperationException("Not every message was framed.");
        return bytes;
    }

    [Benchmark]
    public byte Mask()
    {
        WebSocketFrameWriter.ApplyMask(_payload, 0xDEADBEEF);
        return _payload[0];
    }
}
