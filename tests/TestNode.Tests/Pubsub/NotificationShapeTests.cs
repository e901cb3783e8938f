using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using LowLatency.Feeds.Capture;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.Tests.Support;
using Xunit;

namespace LowLatency.TestNode.Tests.Pubsub;

/// <summary>What goes over the WebSocket, against captured text.</summary>
public sealed class NotificationShapeTests
{
    private const string Vault = "4nUnN7jt651NHLcY74t9Wyg8StkcDQmTrj73XZ24TgLV";

    [Fact]
    public async Task Notifications_OfTheWholeCapture_AreTheCapturedOnesByteForByte()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        List<Captured.Frame> frames = Captured.Frames(0);
        foreach (Captured.Frame request in frames.Where(f => f.Kind == CaptureFrameKind.Request))
        {
            await client.SendAsync(request.Text);
            Assert.Matches("""^\{"jsonrpc":"2.0","result":\d+,"id":\d+\}$""", await client.ReceiveAsync());
        }

        node.Step(node.Tape.Slots.Count);
        List<string> expected = Sorted(frames.Where(f => f.Kind == CaptureFrameKind.Message).Select(f => f.Text)
            .Where(t => t.Contains("Notification")));
        List<string> actual = Sorted(await client.DrainAsync());
        // The first slots' roots differ: the recorded node knew the chain before the capture, ours begins with it.
        Assert.Equal(expected.Select(WithoutRoot), actual.Select(WithoutRoot));
        Assert.Equal(1107 + 120, actual.Count);
    }

    [Fact]
    public async Task SlotsUpdates_TellTheLifeOfASlotAsMainnetDoes()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync("slotsUpdatesSubscribe");
        node.Step(40);
        node.Inject(new FaultStep(0, 0, FaultKind.DeadFork, 3));
        List<JsonElement> updates = [.. (await client.DrainAsync()).Select(
            m => JsonDocument.Parse(m).RootElement.GetProperty("params").GetProperty("result"))];
        Dictionary<string, string[]> members = new()
        {
            // Members of each type as captured from mainnet, slots 398202772..3, 2026-02-05; dead as in agave's source.
            ["firstShredReceived"] = ["slot", "timestamp", "type"],
            ["createdBank"] = ["parent", "slot", "timestamp", "type"],
            ["completed"] = ["slot", "timestamp", "type"],
            ["frozen"] = ["slot", "stats", "timestamp", "type"],
            ["optimisticConfirmation"] = ["slot", "timestamp", "type"],
            ["root"] = ["slot", "timestamp", "type"],
            ["dead"] = ["err", "slot", "timestamp", "type"],
        };
        Assert.Equal(members.Keys.Order(), updates.Select(u => u.GetProperty("type").GetString()).Distinct().Order());
        foreach (JsonElement update in updates)
        {
            string[] names = [.. update.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];
            Assert.Equal(members[update.GetProperty("type").GetString()!], names);
        }
    }

    [Fact]
    public async Task AccountSubscribe_WithoutConfiguration_IsFinalizedAndBase58()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync("accountSubscribe", "[\"SysvarC1ock11111111111111111111111111111111\"]");
        node.Step(31);
        Assert.Empty(await client.DrainAsync());
        node.Step(2);
        List<string> messages = await client.DrainAsync();
        Assert.NotEmpty(messages);
        Assert.Matches("\"data\":\"[1-9A-HJ-NP-Za-km-z]+\"", messages[0]);
        Assert.Contains($"\"slot\":{node.Tape.Slots[0].Slot}}}", messages[0]);
    }

    [Fact]
    public async Task Unsubscribe_EndsNotifications_AndUnknownIdsAreRefused()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        ulong id = await client.SubscribeAsync("slotSubscribe");
        Assert.Equal("""{"jsonrpc":"2.0","result":true,"id":2}""", await client.AskAsync("slotUnsubscribe", $"[{id}]"));
        node.Step(2);
        Assert.Empty(await client.DrainAsync());
        Assert.Equal(
            """{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid subscription id."},"id":4}""",
            await client.AskAsync("slotUnsubscribe", $"[{id}]"));
        string badKey = await client.AskAsync("accountSubscribe", "[\"x\"]");
        Assert.Contains("Invalid Request: Invalid pubkey provided", badKey);
        Assert.Contains("Only 1 address supported", await client.AskAsync("logsSubscribe", "[{\"mentions\":[]}]"));
    }

    [Fact]
    public async Task ProgramSubscribe_FiltersByOwnerSizeAndBytes()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync(
            "programSubscribe",
            "[\"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\",{\"encoding\":\"base64\",\"commitment\":\"processed\","
            + "\"filters\":[{\"dataSize\":165},{\"memcmp\":{\"offset\":0,"
            + "\"bytes\":\"So11111111111111111111111111111111111111112\"}}]}]");
        node.Step(30);
        List<JsonElement> values = [.. (await client.DrainAsync()).Select(m =>
            JsonDocument.Parse(m).RootElement.GetProperty("params").GetProperty("result").GetProperty("value"))];
        int expected = node.Tape.Slots.Take(30).Sum(s => s.Writes.Count(w =>
            w.Data.Length == 165 && w.Owner == Engine.Solana.ProgramIds.Token
            && Engine.Solana.Pubkey.Read(w.Data) == Engine.Solana.ProgramIds.WrappedSolMint));
        Assert.Equal(expected, values.Count);
        Assert.All(values, v => Assert.Equal(165, v.GetProperty("account").GetProperty("space").GetInt32()));
    }

    [Fact]
    public async Task Request_Over4096Bytes_EndsTheConnectionWithoutAnswer()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        string exact = $"{{\"id\":1,\"method\":\"{new string('x', 4096 - 20)}\"}}";
        Assert.Equal(4096, exact.Length);
        await client.SendAsync(exact);
        Assert.Contains("-32601", await client.ReceiveAsync());
        await client.SendAsync(exact + " ");
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
        Assert.Equal(1, node.Endpoints[0].Counters.OversizedRequests);
    }

    [Fact]
    public async Task SlowClient_OverTheLagLimit_IsCut()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { LagLimitBytes = 4096 });
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.SubscribeAsync(
            "accountSubscribe", $"[\"{Vault}\",{{\"encoding\":\"base64\",\"commitment\":\"processed\"}}]");
        await client.SubscribeAsync("slotSubscribe");
        node.Inject(new FaultStep(0, 0, FaultKind.Stall, 1, 1000));
        node.Step(60);
        await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);
        Assert.True(node.Endpoints[0].Counters.LaggedClients > 0);
    }

    [Fact]
    public async Task Close_IsAnsweredWithAClose()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        await client.CloseAsync();
        Assert.Equal(WebSocketState.Closed, client.State);
        Assert.Equal(1, node.Endpoints[0].Counters.ProperCloses);
    }

    private static List<string> Sorted(IEnumerable<string> messages) => [.. messages
        .Select(m => Regex.Replace(m, "\"subscription\":\\d+", "\"subscription\":0")).Order(StringComparer.Ordinal)];

    private static string WithoutRoot(string message) => Regex.Replace(message, "\"root\":\\d+", "\"root\":0");
}
