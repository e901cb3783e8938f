using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.TestNode.Tests.Web3Js;

/// <summary>@solana/web3.js reads from the node and subscribes to it, and sees what the ledger says.</summary>
public sealed class Web3JsTests
{
    private const string Whirlpool = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc";

    [Web3Fact]
    public async Task Reads_GiveTheLedgersState()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using Web3Client client = Connect(node);
        node.Step(50);
        List<Pubkey> keys = [.. node.Tape.SubscribedKeys.Take(100)];
        JsonElement infos = client.Ask(new { op = "getMultipleAccountsInfo", keys = keys.Select(k => $"{k}") });
        for (int i = 0; i < keys.Count; i++) AssertSame(node.Ledger.Get(keys[i], node.Ledger.Processed), infos[i]);

        JsonElement pools = client.Ask(new { op = "getProgramAccounts", program = Whirlpool, dataSize = 653 });
        Assert.Equal(10, pools.GetArrayLength());
        foreach (JsonElement pool in pools.EnumerateArray())
        {
            Pubkey key = Pubkey.Parse(pool.GetProperty("key").GetString());
            AssertSame(node.Ledger.Get(key, node.Ledger.Processed), pool);
        }

        Bank head = node.Ledger.Processed;
        JsonElement latest = client.Ask(new { op = "getLatestBlockhash" });
        Assert.Equal(head.Blockhash, latest.GetProperty("blockhash").GetString());
        Assert.Equal(head.BlockHeight + 150, latest.GetProperty("lastValidBlockHeight").GetUInt64());
        JsonElement valid = client.Ask(new { op = "isBlockhashValid", blockhash = head.Blockhash });
        Assert.True(valid.GetProperty("value").GetBoolean());
        JsonElement epoch = client.Ask(new { op = "getEpochInfo" });
        Assert.Equal(head.Slot, epoch.GetProperty("absoluteSlot").GetUInt64());
        Assert.Equal(head.Slot, client.Ask(new { op = "getSlot" }).GetUInt64());
        Assert.Equal("2.3.6", client.Ask(new { op = "getVersion" }).GetProperty("solana-core").GetString());
        Assert.Equal(2_039_280UL, client.Ask(new { op = "getRent", size = 165 }).GetUInt64());
        Assert.Equal(51, client.Ask(new { op = "getFees" }).GetArrayLength());
    }

    [Web3Fact]
    public async Task Subscriptions_SeeEveryChangeOfTheLedger()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using Web3Client client = Connect(node);
        string[] keys = [.. node.Tape.SubscribedKeys.Take(20).Select(k => $"{k}")];
        foreach (string key in keys) client.Ask(new { op = "onAccount", key });
        client.Ask(new { op = "onProgram", key = Whirlpool });
        client.Ask(new { op = "onSlot" });
        client.Ask(new { op = "onSlotUpdate" });
        client.Ask(new { op = "onRoot" });
        client.Ask(new { op = "onLogs" });
        NodeCounters counters = node.Endpoints[0].Counters;
        Web3Client.Await(() => counters.Subscriptions == keys.Length + 5, "25 subscriptions");
        node.Transactions.LandsAfterSlots = 0;
        string signature = client.Ask(new { op = "send" }).GetString()!;
        node.Step(40);

        List<JsonElement> events = [];
        Web3Client.Await(
            () =>
            {
                events.AddRange(client.Ask(new { op = "events" }).EnumerateArray());
                return events.Count >= counters.Messages - (keys.Length + 5);
            },
            "every notification at the client");
        List<JsonElement> Of(string kind) => [.. events.Where(e => e.GetProperty("kind").GetString() == kind)];
        Assert.Equal(40, Of("slot").Count);
        Assert.Equal(
            node.Tape.Slots.Take(40).Sum(s => s.Writes.Count(w => keys.Contains($"{w.Key}"))), Of("account").Count);
        foreach (var account in Of("account").GroupBy(e => e.GetProperty("key").GetString()))
        {
            AccountState truth = node.Ledger.Get(Pubkey.Parse(account.Key), node.Ledger.Processed);
            AssertSame(truth, account.Last().GetProperty("account"));
        }

        Assert.Equal(
            node.Tape.Slots.Take(40).Sum(s => s.Writes.Count(w => $"{w.Owner}" == Whirlpool)), Of("program").Count);
        Assert.Equal(9, Of("root").Count);
        Assert.Contains(Of("slotUpdate"), u => u.GetProperty("type").GetString() == "frozen");
        JsonElement logs = Assert.Single(Of("logs"));
        Assert.Equal(signature, logs.GetProperty("signature").GetString());
        Assert.Equal(node.Tape.Slots[0].Slot, logs.GetProperty("slot").GetUInt64());
        JsonElement status = client.Ask(new { op = "statuses", signature }).GetProperty("value")[0];
        Assert.Equal("finalized", status.GetProperty("confirmationStatus").GetString());
        JsonElement simulated = client.Ask(new { op = "simulate" }).GetProperty("value");
        Assert.Equal(JsonValueKind.Null, simulated.GetProperty("err").ValueKind);
    }

    private static Web3Client Connect(SolanaNode node)
    {
        Web3Client client = new();
        SolanaEndpoint endpoint = node.Endpoints[0];
        client.Ask(new { op = "connect", http = $"{endpoint.RpcUrl}", ws = $"{endpoint.WebSocketUrl}" });
        return client;
    }

    private static void AssertSame(AccountState truth, JsonElement seen)
    {
        if (!truth.Exists)
        {
            bool isNothing = seen.ValueKind == JsonValueKind.Null || seen.GetProperty("lamports").GetString() == "0";
            Assert.True(isNothing, $"{truth.Key} does not exist");
            return;
        }

        Assert.Equal($"{truth.Lamports}", seen.GetProperty("lamports").GetString());
        Assert.Equal($"{truth.Owner}", seen.GetProperty("owner").GetString());
        Assert.Equal(Convert.ToBase64String(truth.Data), seen.GetProperty("data").GetString());
        Assert.Equal(truth.Executable, seen.GetProperty("executable").GetBoolean());
    }
}
