using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.Tests.Support;
using Xunit;

namespace LowLatency.TestNode.Tests.Faults;

/// <summary>Faults of the HTTP side, scripts, and playing at a pace.</summary>
public sealed class RpcFaultTests
{
    [Fact]
    public async Task HttpFaults_BefallTheNextAnswersAndThenNoMore()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        node.Step(10);
        const string request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getSlot\","
            + "\"params\":[{\"commitment\":\"processed\"}]}";
        node.Inject(new FaultStep(0, 0, FaultKind.TooManyRequests, 1, 7));
        using HttpResponseMessage limited = await client.PostAsync(request);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), limited.Headers.RetryAfter?.Delta);
        node.Inject(new FaultStep(0, 0, FaultKind.MinContextSlot));
        Assert.Contains("\"code\":-32016,", await client.TextAsync(request));
        node.Inject(new FaultStep(0, 0, FaultKind.Unhealthy, 1, 42));
        Assert.Contains(
            "{\"code\":-32005,\"message\":\"Node is behind by 42 slots\",\"data\":{\"numSlotsBehind\":42}}",
            await client.TextAsync(request));
        node.Inject(new FaultStep(0, 0, FaultKind.HttpMalformed));
        string broken = await client.TextAsync(request);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(broken));
        node.Inject(new FaultStep(0, 0, FaultKind.HttpAbort));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.TextAsync(request));
        node.Inject(new FaultStep(0, 0, FaultKind.HttpStall, 1, 200));
        Stopwatch waited = Stopwatch.StartNew();
        Assert.Contains($"\"result\":{node.Ledger.Processed.Slot}", await client.TextAsync(request));
        Assert.True(waited.ElapsedMilliseconds >= 190, $"{waited.ElapsedMilliseconds} ms");
        Assert.Contains($"\"result\":{node.Ledger.Processed.Slot}", await client.TextAsync(request));
        Assert.Equal(6, node.FaultLog.Occurrences.Count);
    }

    [Fact]
    public async Task StaleRead_AnswersAnOlderSlotAndSaysSo_ButNeverBelowTheMinimum()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        node.Step(10);
        ulong head = node.Ledger.Processed.Slot;
        ulong old = node.Ledger.Processed.Parent!.Parent!.Slot;
        string Parameters(ulong min) => "[\"SysvarC1ock11111111111111111111111111111111\",{\"encoding\":\"base64\","
            + $"\"commitment\":\"processed\",\"minContextSlot\":{min}}}]";
        node.Inject(new FaultStep(0, 0, FaultKind.StaleRead, 2, 2));
        JsonElement stale = (await client.CallAsync("getAccountInfo", Parameters(0))).GetProperty("result");
        Assert.Equal(old, stale.GetProperty("context").GetProperty("slot").GetUInt64());
        byte[] clock = stale.GetProperty("value").GetProperty("data")[0].GetBytesFromBase64();
        Assert.Equal(old, BitConverter.ToUInt64(clock));
        JsonElement refused = await client.CallAsync("getAccountInfo", Parameters(head));
        Assert.Equal(-32016, refused.GetProperty("error").GetProperty("code").GetInt32());
        JsonElement now = (await client.CallAsync("getAccountInfo", Parameters(head))).GetProperty("result");
        Assert.Equal(head, now.GetProperty("context").GetProperty("slot").GetUInt64());
    }

    [Fact]
    public void Script_FromASeed_RepeatsItselfAndSurvivesItsText()
    {
        FaultScript one = FaultScript.FromSeed(7, 0, 500, 5, 2);
        Assert.Equal(one.Steps, FaultScript.FromSeed(7, 0, 500, 5, 2).Steps);
        Assert.Equal(one.Steps, FaultScript.Parse($"# comment\n\n{one}").Steps);
        Assert.NotEqual(one.Steps, FaultScript.FromSeed(8, 0, 500, 5, 2).Steps);
        Assert.InRange(one.Steps.Count, 50, 200);
        Assert.True(one.Steps.Select(s => s.Kind).Distinct().Count() > 15);
        Assert.Equal(new FaultStep(3, 1, FaultKind.Lose), Assert.Single(FaultScript.Parse("3 1 lose").Steps));
        foreach (string bad in new[] { "x 0 Lose", "1 0 Nothing", "1 0", "1 0 Lose 1 2 3" })
            Assert.Throws<InvalidDataException>(() => FaultScript.Parse(bad));
    }

    [Fact]
    public async Task Script_IsDoneAtItsSlots_TheSameTwice()
    {
        Assert.Equal(await Play(), await Play());

        static async Task<string> Play()
        {
            FaultScript script = FaultScript.Parse("2 0 Lose 2\n5 0 Fork 4\n9 0 Duplicate 1\n12 0 DeadFork 4\n");
            await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions { Faults = script });
            using PubsubClient client = await PubsubClient.ConnectAsync(node.Endpoints[0]);
            await client.SubscribeAsync(
                "accountSubscribe",
                "[\"SysvarC1ock11111111111111111111111111111111\",{\"encoding\":\"base64\","
                + "\"commitment\":\"processed\"}]");
            node.Step(20);
            Assert.Equal(5, node.FaultLog.Occurrences.Count);
            return $"{node.FaultLog}\n{string.Join('\n', await client.DrainAsync())}";
        }
    }

    [Fact]
    public async Task Run_AtARate_PlaysLapsAndKeepsTheRate()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(
            new SolanaNodeOptions { Ledger = new() { KeepHistory = false } });
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(120));
        Stopwatch time = Stopwatch.StartNew();
        await node.RunAsync(new NodePace { NotificationsPerSecond = 5000, TouchesPerSlot = 50, Laps = 1 }, stop.Token);
        double seconds = time.Elapsed.TotalSeconds;
        Assert.Equal(1, node.Player.Laps);
        // 120 slots with 50 touches and the tape's own writes: some 7,000 writes at 5,000/s.
        Assert.InRange(seconds, 1.0, 10.0);
        Assert.Equal(node.Tape.Slots[^1].Slot, node.Ledger.Processed.Slot);
    }
}
