using System;
using System.Threading;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Allocation.Tests;

/// <summary>
/// Notifications over a loopback WebSocket into an inbox: 0 bytes on the connection's own thread (socket or TLS, pipe,
/// framer, inbox, housekeeping) and on the feed thread that empties it.
/// </summary>
internal static class WebSocketAllocation
{
    private const long WarmUpMessages = 150_000;
    private const long Messages = 150_000;
    private const int LimitMs = 60_000;
    private const int InboxBytes = 1 << 24;

    /// <summary>
    /// Messages under way at most, some 6 MB: they fit into the inbox however long the feed thread is kept from
    /// running, because an inbox that overflows closes its connection (and the server here serves one).
    /// </summary>
    private const long WindowMessages = 4_800;

    internal static void Run(AllocationRun run, bool useTls)
    {
        using NotificationServer server = new(useTls);
        InboxSignal signal = new();
        MessageInbox inbox = new(0, signal, InboxBytes);
        ProbingClock clock = new(run.NewProbe("connection"));
        SubscriptionConnectionOptions options = new()
        {
            WebSocket = new WebSocketOptions { CertificateCheck = static (_, _, _, _) => true },
        };
        using SubscriptionConnection connection = new(server.Address, "loopback", inbox, options, clock);
        connection.TrySubscribe(SubscriptionSpec.Account(ProgramIds.Token));
        connection.Start();
        Wait(() => connection.IsSettled);
        AllocationProbe feed = run.NewProbe("feed");
        Exchange(server, inbox, signal, WarmUpMessages);
        Thread.Sleep(300); // the optimising tier is compiled meanwhile
        Exchange(server, inbox, signal, WarmUpMessages);
        clock.Order(ProbingClock.Begin);
        feed.Start();
        run.Operations = Exchange(server, inbox, signal, Messages);
        feed.Stop();
        clock.Order(ProbingClock.End);
        if (connection.Counters.Opens != 1 || inbox.DroppedFrames != 0)
            throw new InvalidOperationException($"the connection broke: {connection.LastEnd}");
    }

    /// <summary>Sends and takes so many messages, rounded up to whole windows; returns how many.</summary>
    private static long Exchange(NotificationServer server, MessageInbox inbox, InboxSignal signal, long messages)
    {
        long done = 0;
        while (done < messages)
        {
            long window = server.Send(WindowMessages);
            Drain(inbox, signal, window);
            done += window;
        }

        return done;
    }

    private static void Drain(MessageInbox inbox, InboxSignal signal, long messages)
    {
        ReadOnlySpan<MessageInbox> inboxes = [inbox];
        long seen = 0;
        long until = Environment.TickCount64 + LimitMs;
        while (seen < messages)
        {
            while (inbox.TryRead(out CaptureFrame frame))
            {
                if (frame.Kind == CaptureFrameKind.Message && frame.Bytes.Length > 100) seen++;
                inbox.Release();
            }

            if (seen >= messages) return;
            if (Environment.TickCount64 > until)
            {
                throw new TimeoutException(
                    $"{seen} of {messages} messages came, the inbox dropped {inbox.DroppedFrames}");
            }

            signal.Park(inboxes, 10);
        }
    }

    private static void Wait(Func<bool> condition)
    {
        if (!SpinWait.SpinUntil(condition, LimitMs)) throw new TimeoutException("the connection did not open");
    }

    /// <summary>
    /// The connection reads its clock at every read and tick, on its own thread: that is where its allocation can be
    /// measured without a word about it in the product.
    /// </summary>
    private sealed class ProbingClock(AllocationProbe probe) : IClock
    {
        internal const int Begin = 1;
        internal const int End = 2;

        private readonly Thread _owner = Thread.CurrentThread;
        private int _order;

        public long NowNs
        {
            get
            {
                if (Volatile.Read(ref _order) != 0 && Thread.CurrentThread != _owner) Obey();
                return SystemClock.Instance.NowNs;
            }
        }

        public long UtcNs => SystemClock.Instance.UtcNs;

        /// <summary>Gives an order and waits until the connection's thread has followed it.</summary>
        internal void Order(int order)
        {
            Volatile.Write(ref _order, order);
            while (Volatile.Read(ref _order) != 0) Thread.Sleep(1);
        }

        private void Obey()
        {
            if (_order == Begin) probe.Start();
            else probe.Stop();
            Volatile.Write(ref _order, 0);
        }
    }
}
