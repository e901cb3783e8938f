using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

public sealed class SubscriptionConnectionTests
{
    private const int WaitMs = 15_000;

    private readonly InboxSignal _signal = new();

    [Fact]
    public void Connection_SubscribesAndReads_PushesEverythingInOrder()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            for (int i = 0; i < 4; i++) Answer(peer, peer.ReadText(), 100 + i);
            peer.SendText(SlotNotification(7));
            peer.WaitForEnd();
        });
        using SubscriptionConnection connection = Create(server, out MessageInbox inbox);
        foreach (SubscriptionSpec spec in Accounts(3)) Assert.True(connection.TrySubscribe(spec));
        connection.Start();
        Until(() => connection.IsSettled && connection.LastSlot == 7);
        Assert.Equal((4, 4), (connection.ActiveSubscriptions, connection.WantedSubscriptions));
        connection.Dispose();
        List<(CaptureFrameKind Kind, string Text)> frames = ReadAll(inbox);
        Assert.Equal((CaptureFrameKind.Open, "{\"url\":\"test\"}"), frames[0]);
        Assert.Equal(CaptureFrameKind.Close, frames[^1].Kind);
        Assert.Contains("\"cause\":\"Stopped\"", frames[^1].Text);
        Assert.Equal(4, frames.Count(f => f.Kind == CaptureFrameKind.Request));
        Assert.Equal(5, frames.Count(f => f.Kind == CaptureFrameKind.Message));
        Assert.All(frames.Where(f => f.Kind == CaptureFrameKind.Request), request =>
        {
            int answer = frames.FindIndex(
                f => f.Kind == CaptureFrameKind.Message && IdOf(f.Text) == IdOf(request.Text));
            Assert.True(answer > frames.IndexOf(request));
        });
        Assert.Contains("\"encoding\":\"base64\",\"commitment\":\"processed\"", frames[2].Text);
        Assert.Null(server.ScriptError);
    }

    /// <summary>Text that is no Unicode is one message's fault, not the connection's: the next is read.</summary>
    [Fact]
    public void Connection_MessageIsNotUnicode_IsCountedAndTheNextIsRead()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            Answer(peer, peer.ReadText(), 100);
            peer.SendText("{\"\\ud800\":1}");
            peer.SendText(SlotNotification(7));
            peer.WaitForEnd();
        });
        using SubscriptionConnection connection = Create(server, out _);
        connection.Start();
        Until(() => connection.LastSlot == 7);
        Assert.Equal(1, connection.SubscriptionCounters.UnreadableReplies);
        Assert.Equal((1L, 0L), (connection.Counters.Opens, connection.Counters[ConnectionCause.InternalError]));
        connection.Dispose();
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Connection_Breaks_ComesBackAndSubscribesEverythingAnew()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            for (int i = 0; i < 6; i++) Answer(peer, peer.ReadText(), i);
            if (peer.Number <= 2) return;
            peer.WaitForEnd();
        });
        using SubscriptionConnection connection = Create(server, out MessageInbox inbox);
        foreach (SubscriptionSpec spec in Accounts(5)) connection.TrySubscribe(spec);
        connection.Start();
        Until(() => connection.Counters.Opens == 3 && connection.IsSettled);
        Assert.Equal((6, 12L), (connection.ActiveSubscriptions, connection.SubscriptionCounters.Resubscribes));
        Assert.Equal(2, connection.Counters[ConnectionCause.EndOfStream]);
        CaptureFrameKind[] marks = [CaptureFrameKind.Open, CaptureFrameKind.Close];
        Assert.Equal([.. marks, .. marks, marks[0]], ReadAll(inbox).Select(f => f.Kind).Where(marks.Contains));
    }

    [Fact]
    public void Connection_SlotsFallSilent_IsDeadAfterMeasuredSlotTimes()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            Answer(peer, peer.ReadText(), 1);
            for (int slot = 1; slot <= 20 && peer.Number == 1; slot++)
            {
                peer.SendText(SlotNotification(slot));
                Thread.Sleep(10);
            }

            while (true) peer.SendFrame(0x8A, peer.ReadFrame().Text); // alive, answers pings, tells nothing
        });
        SubscriptionConnectionOptions options = Options() with
        {
            Slots = new SlotWatchOptions { SilentSlots = 20, LeastSilenceNs = 1, FirstSlotNs = 10_000_000_000 },
        };
        using SubscriptionConnection connection = Create(server, out _, options);
        connection.Start();
        Until(() => connection.Counters[ConnectionCause.SlotSilence] == 1);
    }

    [Fact]
    public void SlotWatch_BurstsForksAndAWrongSlot_StillMeasuresTheSlotTime()
    {
        SlotWatch watch = new(new SlotWatchOptions { SilentSlots = 20, LeastSilenceNs = 1, FirstSlotNs = 5_000 });
        watch.OnOpen(0);
        Assert.False(watch.IsSilent(5_000));
        Assert.True(watch.IsSilent(5_001));
        for (ulong slot = 1; slot <= 400; slot++)
        {
            watch.OnSlot(slot, (long)(slot - (slot % 4)) * 100); // four come at once
            if (slot == 150) watch.OnSlot(ulong.MaxValue, 15_000);
            if (slot == 250) watch.OnSlot(240, 25_000);
        }

        Assert.InRange(watch.SlotTimeNs, 90, 110);
        Assert.False(watch.IsSilent(40_000 + (20 * watch.SlotTimeNs)));
        Assert.True(watch.IsSilent(40_001 + (20 * watch.SlotTimeNs)));
    }

    [Fact]
    public void Connection_InboxFull_ClosesAndOpensAgainWhenTheEngineHasCaughtUp()
    {
        string text = "{\"method\":\"accountNotification\",\"x\":\"" + new string('x', 900) + "\"}";
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            Answer(peer, peer.ReadText(), 1);
            for (int i = 0; i < 2_000 && peer.Number == 1; i++) peer.SendText(text);
            peer.WaitForEnd();
        });
        using SubscriptionConnection connection = Create(server, out MessageInbox inbox);
        connection.Start();
        Until(() => connection.Counters[ConnectionCause.InboxFull] == 1);
        Thread.Sleep(100);
        Assert.Equal((1L, true), (connection.Counters.Opens, inbox.IsLagging));
        List<(CaptureFrameKind Kind, string Text)> frames = ReadAll(inbox);
        Assert.Contains("\"cause\":\"InboxFull\"", frames[^1].Text);
        Assert.True(inbox.DroppedFrames > 0);
        Until(() => connection.Counters.Opens == 2 && connection.IsSettled);
        Assert.False(inbox.IsLagging);
    }

    [Fact]
    public void Connection_AckComesLate_IsAskedAgainAndTheSecondSubscriptionIsEnded()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            string first = peer.ReadText();
            string second = peer.ReadText();
            Answer(peer, first, 10);
            Answer(peer, second, 11);
            string end = peer.ReadText();
            Assert.Contains("\"slotUnsubscribe\",\"params\":[11]", end);
            peer.SendText($"{{\"jsonrpc\":\"2.0\",\"result\":true,\"id\":{IdOf(end)}}}");
            peer.WaitForEnd();
        });
        SubscriptionOptions subscriptions = new() { AckTimeoutNs = 200_000_000 };
        using SubscriptionConnection connection = Create(
            server, out _, Options() with { Subscriptions = subscriptions });
        connection.Start();
        Until(() => connection.SubscriptionCounters.UnsubscribeAcks == 1 && connection.IsSettled);
        SubscriptionCounters seen = connection.SubscriptionCounters;
        Assert.Equal((1L, 1L, 1L, 2L), (seen.AckTimeouts, seen.LateAcks, seen.Duplicates, seen.Acks));
        Assert.Equal(1, connection.ActiveSubscriptions);
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Connection_NoAckAtAll_IsBroken()
    {
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            peer.WaitForEnd();
        });
        SubscriptionOptions subscriptions = new() { AckTimeoutNs = 50_000_000, MaxAttempts = 2 };
        using SubscriptionConnection connection = Create(
            server, out _, Options() with { Subscriptions = subscriptions });
        connection.Start();
        Until(() => connection.Counters[ConnectionCause.AckTimeout] >= 1);
        Assert.False(connection.IsSettled);
    }

    [Fact]
    public void Connection_Refused_IsTriedAgainLaterAndUnsubscribeWorks()
    {
        int asked = 0;
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            while (true)
            {
                string request = peer.ReadText();
                bool isRefused = request.Contains("accountSubscribe") && asked++ == 0;
                if (isRefused)
                {
                    peer.SendText($"{{\"jsonrpc\":\"2.0\",\"error\":{{\"code\":-32600,\"message\":\"full\"}},"
                        + $"\"id\":{IdOf(request)}}}");
                }
                else if (request.Contains("Unsubscribe"))
                {
                    peer.SendText($"{{\"jsonrpc\":\"2.0\",\"result\":true,\"id\":{IdOf(request)}}}");
                }
                else
                {
                    Answer(peer, request, 50 + (int)IdOf(request));
                }
            }
        });
        SubscriptionOptions subscriptions = new() { RefusedRetryNs = 100_000_000 };
        using SubscriptionConnection connection = Create(
            server, out _, Options() with { Subscriptions = subscriptions });
        SubscriptionSpec account = Accounts(1)[0];
        connection.TrySubscribe(account);
        connection.Start();
        Until(() => connection.ActiveSubscriptions == 2);
        Assert.Equal(1, connection.SubscriptionCounters.Refusals);
        Assert.True(connection.Unsubscribe(account));
        Until(() => connection.IsSettled && connection.ActiveSubscriptions == 1);
        Assert.Equal(1, connection.SubscriptionCounters.UnsubscribeAcks);
        Assert.False(connection.Unsubscribe(account));
        Assert.Null(server.ScriptError);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connection_ManyAccountsInBatches_StaysBelowTheNodesLimit(bool serverTakesBatches)
    {
        int longest = 0;
        int messages = 0;
        using MiniServer server = new(peer =>
        {
            peer.Upgrade();
            while (true)
            {
                string text = peer.ReadText();
                longest = Math.Max(longest, text.Length);
                messages++;
                if (text[0] != '[')
                {
                    Answer(peer, text, (int)IdOf(text));
                    continue;
                }

                using JsonDocument batch = JsonDocument.Parse(text);
                peer.SendText(serverTakesBatches
                    ? "[" + string.Join(',', batch.RootElement.EnumerateArray().Select(r => AckOf(r, 1))) + "]"
                    : "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"no\"},\"id\":null}");
            }
        });
        SubscriptionOptions subscriptions = new()
        {
            UseBatches = true,
            RequestsPerSecond = 10_000,
            AckTimeoutNs = 1_000_000_000,
        };
        using SubscriptionConnection connection = Create(
            server, out _, Options() with { Subscriptions = subscriptions }, 1 << 20);
        foreach (SubscriptionSpec spec in Accounts(200)) connection.TrySubscribe(spec);
        connection.Start();
        Until(() => connection.IsSettled && connection.ActiveSubscriptions == 201);
        Assert.InRange(longest, 1, SubscriptionSpec.MaxRequestBytes);
        if (serverTakesBatches) Assert.InRange(messages, 9, 40);
        Assert.Null(server.ScriptError);
    }

    [Fact]
    public void Endpoint_Shards_SpreadAccountsEvenlyAndAlwaysTheSame()
    {
        int[] counts = new int[7];
        foreach (Pubkey key in Keys(7_000)) counts[SubscriptionEndpoint.ShardIndex(key.Tag, 7)]++;
        Assert.All(counts, count => Assert.InRange(count, 850, 1_150));
        MessageInbox[] inboxes = [new(3, _signal, 1 << 16), new(4, _signal, 1 << 16)];
        using SubscriptionEndpoint endpoint = new(
            new Uri("wss://host.example/?api-key=secret"), inboxes, Options(), SystemClock.Instance);
        Assert.Equal(
            ["wss://host.example/?api-key=***#1", "wss://host.example/?api-key=***#2"],
            endpoint.Shards.Select(s => s.Name));
        foreach (Pubkey key in Keys(50)) Assert.True(endpoint.TrySubscribe(SubscriptionSpec.Account(key)));
        Assert.Equal(52, endpoint.Shards.Sum(s => s.WantedSubscriptions)); // a slot subscription each
        Assert.Equal((byte)4, endpoint.Shards[1].ConnectionId);
    }

    [Fact]
    public void Spec_EveryTopic_AsksWhatTheNodeReads()
    {
        Pubkey key = ProgramIds.Token;
        string[] requests =
        [
            SubscriptionSpec.Program(
                key, [AccountFilter.DataSize(165), AccountFilter.Memcmp(32, [1, 2, 3])]).ToString(),
            SubscriptionSpec.Logs(key, Commitment.Confirmed).ToString(),
            SubscriptionSpec.Signature(new string('1', 64)).ToString(),
            SubscriptionSpec.SlotsUpdates().ToString(),
        ];
        Assert.Equal(
            [
                $",\"method\":\"programSubscribe\",\"params\":[\"{key}\",{{\"encoding\":\"base64\","
                    + "\"commitment\":\"processed\",\"filters\":[{\"dataSize\":165},"
                    + "{\"memcmp\":{\"offset\":32,\"bytes\":\"Ldp\",\"encoding\":\"base58\"}}]}]}",
                $",\"method\":\"logsSubscribe\",\"params\":[{{\"mentions\":[\"{key}\"]}},"
                    + "{\"commitment\":\"confirmed\"}]}",
                $",\"method\":\"signatureSubscribe\",\"params\":[\"{new string('1', 64)}\","
                    + "{\"commitment\":\"confirmed\"}]}",
                ",\"method\":\"slotsUpdatesSubscribe\"}",
            ],
            requests);
        Assert.Equal(SubscriptionSpec.Account(key), SubscriptionSpec.Account(key));
        Assert.NotEqual(SubscriptionSpec.Account(key), SubscriptionSpec.Account(key, Commitment.Finalized));
    }

    [Fact]
    public void Backoff_Failures_DoubleWithJitterUpToTheLongest()
    {
        BackoffOptions options = new() { FirstNs = 100, LongestNs = 1_000, HealthyAfterNs = 50 };
        Backoff backoff = new(options, 5);
        Backoff twin = new(options, 5);
        long[] waits = [.. Enumerable.Range(0, 8).Select(_ => backoff.NextNs())];
        Assert.Equal(waits, Enumerable.Range(0, 8).Select(_ => twin.NextNs()));
        long most = 100;
        foreach (long wait in waits)
        {
            Assert.InRange(wait, most / 2, most);
            most = Math.Min(most * 2, 1_000);
        }

        Assert.Equal(5_000, backoff.NextNs(5_000)); // the server asked for it
        backoff.OnLifetime(49);
        Assert.InRange(backoff.NextNs(), 500, 1_000);
        backoff.OnLifetime(50);
        Assert.InRange(backoff.NextNs(), 50, 100);
    }

    private static SubscriptionConnectionOptions Options() => new()
    {
        WebSocket = new WebSocketOptions { TickMs = 5, MaxMessageBytes = 10_000 },
        Backoff = new BackoffOptions { FirstNs = 20_000_000, LongestNs = 50_000_000 },
        Subscriptions = new SubscriptionOptions { RequestsPerSecond = 2_000 },
    };

    private static Pubkey[] Keys(int count)
    {
        Random random = new(1);
        Pubkey[] keys = new Pubkey[count];
        byte[] bytes = new byte[Pubkey.SizeBytes];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            keys[i] = Pubkey.Read(bytes);
        }

        return keys;
    }

    private static SubscriptionSpec[] Accounts(int count) =>
        [.. Keys(count).Select(key => SubscriptionSpec.Account(key))];

    private static ulong IdOf(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("id", out JsonElement id) ? id.GetUInt64() : 0;
    }

    private static string AckOf(JsonElement request, ulong first)
    {
        ulong id = request.GetProperty("id").GetUInt64();
        return $"{{\"jsonrpc\":\"2.0\",\"result\":{first + id},\"id\":{id}}}";
    }

    private static void Answer(MiniServer.Peer peer, string request, int subscription) =>
        peer.SendText($"{{\"jsonrpc\":\"2.0\",\"result\":{subscription},\"id\":{IdOf(request)}}}");

    private static string SlotNotification(int slot) =>
        "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"result\":{\"parent\":" + (slot - 1)
        + ",\"root\":1,\"slot\":" + slot + "},\"subscription\":1}}";

    private static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, WaitMs), "did not happen in time");

    private static List<(CaptureFrameKind Kind, string Text)> ReadAll(MessageInbox inbox)
    {
        List<(CaptureFrameKind, string)> frames = [];
        while (inbox.TryRead(out CaptureFrame frame))
        {
            frames.Add((frame.Kind, Encoding.UTF8.GetString(frame.Bytes)));
            inbox.Release();
        }

        return frames;
    }

    private SubscriptionConnection Create(
        MiniServer server, out MessageInbox inbox, SubscriptionConnectionOptions? options = null,
        int inboxBytes = 1 << 16)
    {
        inbox = new MessageInbox(9, _signal, inboxBytes);
        SubscriptionConnection connection =
            new(server.Address, "test", inbox, options ?? Options(), SystemClock.Instance);
        Assert.True(connection.TrySubscribe(SubscriptionSpec.Slot()));
        return connection;
    }
}
