using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.Feeds.Capture;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.Tests.Support;
using Xunit;

namespace LowLatency.TestNode.Tests.Rpc;

/// <summary>Answers over HTTP, against captured text and documented errors.</summary>
public sealed class RpcShapeTests
{
    private const string Clock = "SysvarC1ock11111111111111111111111111111111";
    private const string Nobody = "6dNUA6zuUvwNcsiZpXBpMRxg5RqxPWEYcQXdRaSxRSsm";

    // A legacy transfer made by hand: one signature of 64 ones, three keys, one instruction of the System program.
    private static readonly string Transfer = System.Convert.ToBase64String(
    [
        1, .. Enumerable.Repeat((byte)1, 64), 1, 0, 1, 3, .. Enumerable.Repeat((byte)2, 32),
        .. Enumerable.Repeat((byte)3, 32), .. new byte[32], .. Enumerable.Repeat((byte)9, 32), 1, 2, 2, 0, 1, 12,
        2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);

    [Fact]
    public async Task GetMultipleAccounts_AtTheCapturedSlots_AnswersTheCapturedBytes()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        int compared = 0;
        foreach (Captured.Frame exchange in Captured.Frames(0).Where(f => f.Kind == CaptureFrameKind.Http))
        {
            ulong slot = JsonDocument.Parse(exchange.Text).RootElement.GetProperty("result").GetProperty("context")
                .GetProperty("slot").GetUInt64();
            while (node.Ledger.Processed.Slot < slot) node.Step();
            Assert.Equal(exchange.Text, await client.TextAsync(exchange.Request));
            compared++;
        }

        Assert.Equal(4, compared);
    }

    [Theory]
    [InlineData("getSlot", "[]", "282617399")]
    [InlineData("getHealth", "[]", "\"ok\"")]
    [InlineData("getMinimumBalanceForRentExemption", "[165]", "2039280")]
    [InlineData("getGenesisHash", "[]", "\"5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d\"")]
    [InlineData("getBlockHeight", "[{\"commitment\":\"processed\"}]", "259065950")]
    [InlineData("getRecentPrioritizationFees", "[[]]", "[{\"prioritizationFee\":0,\"slot\":282617399}]")]
    [InlineData("getEpochInfo", "[]",
        "{\"absoluteSlot\":282617399,\"blockHeight\":259065950,\"epoch\":654,\"slotIndex\":89399,"
        + "\"slotsInEpoch\":432000,\"transactionCount\":0}")]
    [InlineData("getAccountInfo", "[\"" + Nobody + "\",{\"encoding\":\"base64\"}]",
        "{\"context\":{\"apiVersion\":\"2.3.6\",\"slot\":282617399},\"value\":null}")]
    [InlineData("getSignatureStatuses", "[[\"unknown\"]]",
        "{\"context\":{\"apiVersion\":\"2.3.6\",\"slot\":282617399},\"value\":[null]}")]
    public async Task Call_BeforeTheFirstSlot_AnswersInTheNodesShape(string method, string parameters, string result)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        Assert.Equal(
            $"{{\"jsonrpc\":\"2.0\",\"result\":{result},\"id\":1}}", await client.CallTextAsync(method, parameters));
    }

    [Theory]
    [InlineData("getSlot", "[{\"minContextSlot\":300000000}]",
        "{\"code\":-32016,\"message\":\"Minimum context slot has not been reached\","
        + "\"data\":{\"contextSlot\":282617399}}")]
    [InlineData("getNothing", "[]", "{\"code\":-32601,\"message\":\"Method not found\"}")]
    [InlineData("getAccountInfo", "[\"x\"]", "{\"code\":-32602,\"message\":\"Invalid param: Invalid\"}")]
    [InlineData("getAccountInfo", "[\"" + "EHShqweXyKo7uBTfLmypgapKM2V1HWbABGo8PUoczzcp" + "\"]",
        "{\"code\":-32600,\"message\":\"Encoded binary (base 58) data should be less than 128 bytes, "
        + "please use Base64 encoding.\"}")]
    [InlineData("sendTransaction", "[\"AQ==\",{\"encoding\":\"base64\"}]",
        "{\"code\":-32602,\"message\":\"failed to deserialize solana_transaction::versioned::VersionedTransaction: "
        + "Truncated\"}")]
    public async Task Call_ThatCannotBeAnswered_GivesTheDocumentedError(string method, string parameters, string error)
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        Assert.Equal(
            $"{{\"jsonrpc\":\"2.0\",\"error\":{error},\"id\":1}}", await client.CallTextAsync(method, parameters));
    }

    [Fact]
    public async Task GetMultipleAccounts_HundredKeysAnswered_OneMoreRefused()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        string Keys(int count) => $"[[{string.Join(',', Enumerable.Repeat($"\"{Clock}\"", count))}]]";
        JsonElement full = await client.CallAsync("getMultipleAccounts", Keys(100));
        Assert.Equal(100, full.GetProperty("result").GetProperty("value").GetArrayLength());
        JsonElement over = await client.CallAsync("getMultipleAccounts", Keys(101));
        Assert.Equal(-32602, over.GetProperty("error").GetProperty("code").GetInt32());
        string? message = over.GetProperty("error").GetProperty("message").GetString();
        Assert.Equal("Too many inputs provided; max 100", message);
    }

    [Fact]
    public async Task GetProgramAccounts_FindsTheWhirlpoolsOfTheMarket_SlicedAndInContext()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        const string program = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc";
        JsonElement pools = (await client.CallAsync(
            "getProgramAccounts",
            $"[\"{program}\",{{\"encoding\":\"base64\",\"withContext\":true,"
            + "\"dataSlice\":{\"offset\":8,\"length\":4},\"filters\":[{\"dataSize\":653}]}]")).GetProperty("result");
        Assert.Equal(282617399, pools.GetProperty("context").GetProperty("slot").GetInt64());
        Assert.Equal(10, pools.GetProperty("value").GetArrayLength()); // README: orca_whirlpool 10
        foreach (JsonElement pool in pools.GetProperty("value").EnumerateArray())
        {
            JsonElement account = pool.GetProperty("account");
            Assert.Equal(4, account.GetProperty("data")[0].GetBytesFromBase64().Length);
            Assert.Equal(653, account.GetProperty("space").GetInt32());
            Assert.Equal(program, account.GetProperty("owner").GetString());
        }

        JsonElement error = await client.CallAsync(
            "getProgramAccounts", $"[\"{program}\",{{\"filters\":[{{\"memcmp\":{{\"offset\":0,\"bytes\":\"0\"}}}}]}}]");
        Assert.Equal(-32602, error.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Body_TooLargeWrongTypeOrNoJson_IsRefusedAsTheNodesServerDoes()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        using HttpResponseMessage large = await client.PostAsync(new string(' ', (50 * 1024) + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"Parse error\"},\"id\":null}",
            await client.TextAsync("{"));
        using HttpClient http = new();
        using HttpResponseMessage get = await http.GetAsync(node.Endpoints[0].RpcUrl);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Equal("ok", await http.GetStringAsync(new System.Uri(node.Endpoints[0].RpcUrl, "health")));
        const string batch = "[{\"id\":7,\"method\":\"getHealth\"},{\"id\":8,\"method\":\"getSlot\"}]";
        Assert.Equal(
            "[{\"jsonrpc\":\"2.0\",\"result\":\"ok\",\"id\":7},"
            + "{\"jsonrpc\":\"2.0\",\"result\":282617399,\"id\":8}]",
            await client.TextAsync(batch));
    }

    [Fact]
    public async Task Blockhash_LivesForHundredAndFiftyBlocks()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        JsonElement latest = (await client.CallAsync("getLatestBlockhash", "[{\"commitment\":\"processed\"}]"))
            .GetProperty("result").GetProperty("value");
        string hash = latest.GetProperty("blockhash").GetString()!;
        ulong last = latest.GetProperty("lastValidBlockHeight").GetUInt64();
        string parameters = $"[\"{hash}\",{{\"commitment\":\"processed\"}}]";
        List<(ulong Height, bool Valid)> seen = [];
        for (int i = 0; i < 156; i++)
        {
            node.Step();
            ulong height = node.Ledger.Processed.BlockHeight;
            if (height + 2 < last) continue;
            JsonElement answer = await client.CallAsync("isBlockhashValid", parameters);
            bool valid = answer.GetProperty("result").GetProperty("value").GetBoolean();
            Assert.Equal(height <= last, valid);
            seen.Add((height, valid));
        }

        Assert.Contains(seen, s => s.Valid);
        Assert.Contains(seen, s => !s.Valid);
    }

    [Fact]
    public async Task SendTransaction_Taken_LandsWithStatusLogsAndSignatureNotification()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        using PubsubClient pubsub = await PubsubClient.ConnectAsync(node.Endpoints[0]);
        node.Transactions.LandsAfterSlots = 1;
        node.Transactions.LandsWithError = _ => "{\"InstructionError\":[0,{\"Custom\":1}]}";
        string signature = Engine.Solana.Base58.Encode([.. Enumerable.Repeat((byte)1, 64)]);
        await pubsub.SubscribeAsync(
            "signatureSubscribe",
            $"[\"{signature}\",{{\"commitment\":\"processed\",\"enableReceivedNotification\":true}}]");
        await pubsub.SubscribeAsync("logsSubscribe", "[\"all\",{\"commitment\":\"processed\"}]");
        string sent = await client.CallTextAsync(
            "sendTransaction", $"[\"{Transfer}\",{{\"encoding\":\"base64\",\"skipPreflight\":true,\"maxRetries\":0}}]");
        Assert.Equal($"{{\"jsonrpc\":\"2.0\",\"result\":\"{signature}\",\"id\":1}}", sent);
        SentTransaction record = Assert.Single(node.Transactions.Sent);
        Assert.Equal(Transfer, System.Convert.ToBase64String(record.Bytes));
        Assert.True(record.SkipPreflight);
        Assert.Equal(0UL, record.MaxRetries);
        node.Step(2);
        List<string> messages = await pubsub.DrainAsync();
        Assert.Contains(messages, m => m.Contains("\"value\":\"receivedSignature\""));
        Assert.Contains(messages, m => m.Contains("\"value\":{\"err\":{\"InstructionError\":[0,{\"Custom\":1}]}}"));
        Assert.Contains(messages, m => m.Contains($"\"value\":{{\"signature\":\"{signature}\",\"err\":{{\"Instr"));
        JsonElement status = (await client.CallAsync("getSignatureStatuses", $"[[\"{signature}\"]]"))
            .GetProperty("result").GetProperty("value")[0];
        Assert.Equal("processed", status.GetProperty("confirmationStatus").GetString());
        Assert.Equal(0, status.GetProperty("confirmations").GetInt32());
        Assert.Equal(1, status.GetProperty("status").GetProperty("Err").GetProperty("InstructionError")[1]
            .GetProperty("Custom").GetInt32());
    }

    [Fact]
    public async Task Simulate_UnknownBlockhashFails_ReplacedOneGivesTheScriptedOutcome()
    {
        await using SolanaNode node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        using RpcClient client = new(node.Endpoints[0]);
        node.Transactions.OnSimulate =
            _ => new SimulationAnswer { Logs = ["Program log: \"hi\""], UnitsConsumed = 150 };
        JsonElement unknown = (await client.CallAsync(
            "simulateTransaction", $"[\"{Transfer}\",{{\"encoding\":\"base64\"}}]")).GetProperty("result");
        Assert.Equal("BlockhashNotFound", unknown.GetProperty("value").GetProperty("err").GetString());
        JsonElement value = (await client.CallAsync(
            "simulateTransaction",
            $"[\"{Transfer}\",{{\"encoding\":\"base64\",\"replaceRecentBlockhash\":true,"
            + $"\"accounts\":{{\"encoding\":\"base64\",\"addresses\":[\"{Clock}\",\"{Nobody}\"]}}}}]"))
            .GetProperty("result").GetProperty("value");
        Assert.Equal(JsonValueKind.Null, value.GetProperty("err").ValueKind);
        Assert.Equal("Program log: \"hi\"", value.GetProperty("logs")[0].GetString());
        Assert.Equal(150, value.GetProperty("unitsConsumed").GetInt32());
        Assert.Equal(40, value.GetProperty("accounts")[0].GetProperty("space").GetInt32());
        Assert.Equal(JsonValueKind.Null, value.GetProperty("accounts")[1].ValueKind);
        Assert.NotEqual(JsonValueKind.Null, value.GetProperty("replacementBlockhash").ValueKind);
        JsonElement refused = await client.CallAsync(
            "sendTransaction", $"[\"{Transfer}\",{{\"encoding\":\"base64\"}}]");
        Assert.Equal(-32002, refused.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(
            "Transaction simulation failed: Blockhash not found",
            refused.GetProperty("error").GetProperty("message").GetString());
    }
}
