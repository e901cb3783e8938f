using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.Tests.Support;
using Xunit;

namespace LowLatency.TestNode.Tests.Faults;

/// <summary>Each fault of the WebSocket side does what its kind says, and is written down.</summary>
public sealed class PubsubFaultTests
{
    private const string Clock = "SysvarC1ock11111111111111111111111111111111";

    [Fact]
    public async Task Disconnect_EndsEveryConnectionWithoutCloseFrame()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.Disconnect));
        Assert.True(await socket.IsEndedAsync());
        Assert.Equal(1, node.FaultLog.Count(FaultKind.Disconnect, 0));
    }

    [Fact]
    public async Task Close_SendsItsCode()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.Close, 1, 1012));
        RawSocket.Frame frame = await socket.FrameAsync();
        Assert.Equal(8, frame.Opcode);
        Assert.Equal<byte[]>([1012 >> 8, 1012 & 255], frame.Payload);
    }

    [Fact]
    public async Task HalfOpen_IsSilentButNotEnded_EvenForPings()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.HalfOpen));
        node.Step(3);
        await socket.SendAsync(9, "still there?");
        Assert.True(await socket.IsSilentAsync());
        using RawSocket other = await Subscribed(node, "slotSubscribe"); // new connections work
        node.Step();
        Assert.Single(await other.MessageAsync());
    }

    [Fact]
    public async Task FragmentFrames_SendsAByteAFrameWithAPingBetween()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.FragmentFrames));
        node.Step(2);
        List<RawSocket.Frame> pieces = await socket.MessageAsync();
        Assert.Single(pieces, f => f.Opcode == 9);
        List<RawSocket.Frame> data = [.. pieces.Where(f => f.Opcode != 9)];
        Assert.Equal(1, data[0].Opcode);
        Assert.All(data.Skip(1), f => Assert.Equal(0, f.Opcode));
        Assert.All(data, f => Assert.Single(f.Payload));
        string text = Encoding.UTF8.GetString([.. data.SelectMany(f => f.Payload)]);
        Assert.Contains($"\"slot\":{node.Tape.Slots[0].Slot}", text);
        Assert.Single(await socket.MessageAsync());
    }

    [Theory]
    [InlineData(FaultKind.FragmentWrites)]
    [InlineData(FaultKind.SlowWrites)]
    public async Task PiecewiseWrites_DeliverTheSameMessages(FaultKind kind)
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, kind, 2, 1));
        node.Step(3);
        for (int i = 0; i < 3; i++)
        {
            string text = Encoding.UTF8.GetString(Assert.Single(await socket.MessageAsync()).Payload);
            Assert.Contains($"\"slot\":{node.Tape.Slots[i].Slot}", text);
        }

        Assert.Equal(2, node.FaultLog.Count(kind));
    }

    [Fact]
    public async Task LoseDuplicateMalformed_ChangeWhatComesByExactlyWhatTheLogSays()
    {
        await using SolanaNode node = await Start();
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync("accountSubscribe", Processed(Clock));
        node.Inject(new FaultStep(0, 0, FaultKind.Lose, 3));
        node.Step(5);
        Assert.Equal(2, (await client.DrainAsync()).Count);
        node.Inject(new FaultStep(0, 0, FaultKind.Duplicate, 2));
        node.Step(5);
        List<string> doubled = await client.DrainAsync();
        Assert.Equal((7, 5), (doubled.Count, doubled.Distinct().Count()));
        node.Inject(new FaultStep(0, 0, FaultKind.MalformedJson, 4));
        node.Step(5);
        List<string> damaged = await client.DrainAsync();
        Assert.Equal(5, damaged.Count);
        Assert.Equal(4, damaged.Count(m => !IsNotification(m)));
        List<FaultOccurrence> lost = [.. node.FaultLog.Occurrences.Where(o => o.Kind == FaultKind.Lose)];
        Assert.Equal(3, lost.Count);
        Assert.All(lost, o => Assert.StartsWith(Clock, o.Detail));
        Assert.Equal(2, node.FaultLog.Count(FaultKind.Duplicate));
        Assert.Equal(4, node.FaultLog.Count(FaultKind.MalformedJson));
    }

    [Fact]
    public async Task Reorder_ChangesTheOrderWithinASlotOnly()
    {
        List<string> plain = await Play(null);
        List<string> reordered = await Play(new FaultStep(0, 0, FaultKind.Reorder, 200));
        Assert.NotEqual(plain, reordered);
        Assert.Equal(plain.Order(StringComparer.Ordinal), reordered.Order(StringComparer.Ordinal));
        List<ulong> slots = [.. reordered.Select(Slot)];
        Assert.Equal(slots.Order(), slots);

        static async Task<List<string>> Play(FaultStep? fault)
        {
            await using SolanaNode node = await Start();
            using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
            foreach (var key in node.Tape.SubscribedKeys.Take(60))
                await client.SubscribeAsync("accountSubscribe", Processed($"{key}"));
            if (fault is not null) node.Inject(fault);
            node.Step(20);
            return await client.DrainAsync();
        }
    }

    [Fact]
    public async Task Stall_HoldsEverythingAndThenDeliversAll()
    {
        await using SolanaNode node = await Start();
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync("slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.Stall, 1, 4));
        node.Step(4);
        Task<string> first = client.ReceiveAsync();
        await Task.Delay(300);
        Assert.False(first.IsCompleted);
        node.Step();
        Assert.Contains($"\"slot\":{node.Tape.Slots[0].Slot}", await first);
        Assert.Equal(4, (await client.DrainAsync()).Count);
    }

    [Fact]
    public async Task LateAcks_ComeAfterTheFirstNotifications()
    {
        await using SolanaNode node = await Start();
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        node.Inject(new FaultStep(0, 0, FaultKind.LateAcks, 1, 2));
        await client.SendAsync($"{{\"id\":9,\"method\":\"accountSubscribe\",\"params\":{Processed(Clock)}}}");
        while (node.Endpoints[0].Counters.Subscriptions == 0) await Task.Delay(5);
        node.Step(4);
        List<string> messages = [];
        for (int i = 0; i < 5; i++) messages.Add(await client.ReceiveAsync());
        Assert.Equal(2, messages.FindIndex(m => m.Contains("\"id\":9")));
        Assert.Equal(4, messages.Count(IsNotification));
    }

    [Fact]
    public async Task HugeFrame_AnnouncesATerabyte()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await Subscribed(node, "slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.HugeFrame));
        Assert.Equal(1UL << 40, (await socket.FrameAsync()).Length);
    }

    [Fact]
    public async Task Handshake_WrongAcceptAndRefusal_ThenRight()
    {
        await using SolanaNode node = await Start();
        node.Inject(new FaultStep(0, 0, FaultKind.WrongAccept));
        using RawSocket wrong = await RawSocket.ConnectAsync(node.Endpoints[0]);
        Assert.StartsWith("HTTP/1.1 101", wrong.Answer);
        Assert.DoesNotContain(wrong.ExpectedAccept, wrong.Answer);
        node.Inject(new FaultStep(0, 0, FaultKind.RefuseUpgrade));
        using RawSocket refused = await RawSocket.ConnectAsync(node.Endpoints[0]);
        Assert.StartsWith("HTTP/1.1 503", refused.Answer);
        using RawSocket right = await RawSocket.ConnectAsync(node.Endpoints[0]);
        Assert.Contains($"Sec-WebSocket-Accept: {right.ExpectedAccept}", right.Answer);
        Assert.DoesNotContain("permessage-deflate", right.Answer);
        node.Inject(new FaultStep(0, 0, FaultKind.WrongAccept));
        await Assert.ThrowsAsync<WebSocketException>(() => PubsubClient.ConnectAsync(node.Endpoints[0]));
    }

    [Fact]
    public async Task Pings_AreAnswered_IgnoredForAWhile_AndSent()
    {
        await using SolanaNode node = await Start();
        using RawSocket socket = await RawSocket.ConnectAsync(node.Endpoints[0]);
        await socket.SendAsync(9, "one");
        RawSocket.Frame pong = await socket.FrameAsync();
        Assert.Equal((10, "one"), (pong.Opcode, Encoding.UTF8.GetString(pong.Payload)));
        node.Inject(new FaultStep(0, 0, FaultKind.IgnorePings, 1, 2));
        await socket.SendAsync(9, "two");
        while (node.FaultLog.Count(FaultKind.IgnorePings) == 0) await Task.Delay(5);
        node.Step(3);
        await socket.SendAsync(9, "three");
        Assert.Equal("three", Encoding.UTF8.GetString((await socket.FrameAsync()).Payload));
        node.Inject(new FaultStep(0, 0, FaultKind.ServerPing));
        Assert.Equal(9, (await socket.FrameAsync()).Opcode);
        await socket.SendAsync(10, "node");
        await socket.SendAsync(9, "after");
        await socket.FrameAsync();
        Assert.Equal(1, node.Endpoints[0].Counters.Pongs);
    }

    [Fact]
    public async Task BogusSlot_ComesFromOneEndpointOnly()
    {
        await using SolanaNode node = await Start(2);
        using PubsubClient bad = await PubsubClient.ConnectAsync(node.Endpoints[1]);
        using PubsubClient good = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await bad.SubscribeAsync("slotSubscribe");
        await good.SubscribeAsync("slotSubscribe");
        node.Inject(new FaultStep(0, 1, FaultKind.BogusSlot));
        node.Step();
        Assert.Single(await good.DrainAsync());
        List<string> seen = await bad.DrainAsync();
        Assert.Equal(2, seen.Count);
        Assert.Contains($"\"slot\":{node.Tape.Slots[0].ParentSlot + 1_000_000}", seen[0]);
    }

    [Fact]
    public async Task Fork_IsTakenBackByNotifications_TruthIsThatOfTheOtherFork()
    {
        await using SolanaNode node = await Start();
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        Dictionary<ulong, string> keyOf = [];
        foreach (var key in node.Tape.SubscribedKeys)
            keyOf[await client.SubscribeAsync("accountSubscribe", Processed($"{key}"))] = $"{key}";
        for (int i = 0; i < 40; i++)
        {
            if (i % 5 == 2) node.Inject(new FaultStep(0, 0, i % 2 == 0 ? FaultKind.Fork : FaultKind.DeadFork, 6));
            node.Step();
        }

        Dictionary<string, string> seen = [];
        foreach (string message in await client.DrainAsync())
        {
            JsonElement p = JsonDocument.Parse(message).RootElement.GetProperty("params");
            JsonElement value = p.GetProperty("result").GetProperty("value");
            seen[keyOf[p.GetProperty("subscription").GetUInt64()]] =
                $"{value.GetProperty("lamports")} {value.GetProperty("data")[0]}";
        }

        Assert.Equal(8, node.FaultLog.Count(FaultKind.Fork) + node.FaultLog.Count(FaultKind.DeadFork));
        Assert.NotEmpty(seen);
        foreach (var (key, state) in node.Ledger.Truth())
        {
            if (seen.TryGetValue($"{key}", out string? last))
                Assert.Equal($"{state.Lamports} {Convert.ToBase64String(state.Data)}", last);
        }
    }

    [Fact]
    public async Task Tls_ClientThatTrustsTheCertificate_IsServed()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { UseTls = true });
        using ClientWebSocket socket = new();
        socket.Options.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == node.Certificate?.GetCertHashString();
        await socket.ConnectAsync(node.Endpoints[0].WebSocketUrl, default);
        Assert.Equal("wss", node.Endpoints[0].WebSocketUrl.Scheme);
        Assert.Equal(WebSocketState.Open, socket.State);
        await Assert.ThrowsAsync<WebSocketException>(() => PubsubClient.ConnectAsync(node.Endpoints[0]));
    }

    private static Task<SolanaNode> Start(int endpoints = 1) =>
        SolanaNode.StartAsync(new SolanaNodeOptions { Endpoints = endpoints });

    private static async Task<RawSocket> Subscribed(SolanaNode node, string method)
    {
        RawSocket socket = await RawSocket.ConnectAsync(node.Endpoints[0]);
        await socket.AskAsync(method);
        Assert.Contains("\"result\"", Encoding.UTF8.GetString((await socket.FrameAsync()).Payload));
        return socket;
    }

    private static string Processed(string key) =>
        $"[\"{key}\",{{\"encoding\":\"base64\",\"commitment\":\"processed\"}}]";

    private static ulong Slot(string message) => JsonDocument.Parse(message).RootElement.GetProperty("params")
        .GetProperty("result").GetProperty("context").GetProperty("slot").GetUInt64();

    private static bool IsNotification(string message)
    {
        try
        {
            return JsonDocument.Parse(message).RootElement.TryGetProperty("params", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
