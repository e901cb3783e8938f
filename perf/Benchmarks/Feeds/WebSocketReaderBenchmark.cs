using System;
using System.Threading;
using BenchmarkDotNet.Attributes;
using LowLatency.Allocation.Tests;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Benchmarks.Feeds;

/// <summary>
/// Account notifications of 1.3 KB from a server on loopback through socket (or TLS), framer and inbox to the feed
/// thread: time per notification with three threads (server, connection, feed) on the machine's cores.
/// Target: 250,000 a second a connection, that is 4,000 ns.
/// </summary>
[MemoryDiagnoser]
public class WebSocketReaderBenchmark
{
    private const int Messages = 48_000;

    private readonly InboxSignal _signal = new();
    private NotificationServer _server = null!;
    private SubscriptionConnection _connection = null!;
    private MessageInbox _inbox = null!;

    [Params(false, true)]
    public bool Tls { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _server = new NotificationServer(Tls);
        _inbox = new MessageInbox(0, _signal, 1 << 26);
        SubscriptionConnectionOptions options = new()
        {
            WebSocket = new WebSocketOptions { CertificateCheck = static (_, _, _, _) => true },
        };
        _connection = new SubscriptionConnection(_server.Address, "loopback", _inbox, options, SystemClock.Instance);
        _connection.TrySubscribe(SubscriptionSpec.Account(ProgramIds.Token));
        _connection.Start();
        if (!SpinWait.SpinUntil(() => _connection.IsSettled, 10_000))
            throw new InvalidOperationException("The connection did not open.");
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long Read()
    {
        ReadOnlySpan<MessageInbox> inboxes = [_inbox];
        long missing = _server.Send(Messages);
        long bytes = 0;
        while (missing > 0)
        {
            while (_inbox.TryRead(out CaptureFrame frame))
            {
                if (frame.Kind == CaptureFrameKind.Message && frame.Bytes.Length > 100) missing--;
                bytes += frame.Bytes.Length;
                _inbox.Release();
            }

            if (_connection.Counters.Opens != 1) throw new InvalidOperationException("The connection broke.");
            if (missing > 0) _signal.Park(inboxes, 10);
        }

        return bytes;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _connection.Dispose();
        _server.Dispose();
    }
}
