using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

public sealed class SolanaRpcTests : IDisposable
{
    private const string Account =
        "{\"lamports\":5,\"data\":[\"AQID\",\"base64\"],\"owner\":\"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\","
        + "\"executable\":false,\"rentEpoch\":18446744073709551615,\"space\":3}";

    private readonly List<string> _requests = [];
    private readonly List<IDisposable> _owned = [];
    private MiniServer? _server;

    public void Dispose()
    {
        foreach (IDisposable owned in _owned) owned.Dispose();
        Assert.Null(_server?.ScriptError);
    }

    [Fact]
    public async Task GetMultipleAccounts_MoreThanANodeTakes_IsSplitAndPutTogether()
    {
        using SolanaRpc rpc = Serve(request =>
        {
            int count = request.GetProperty("params")[0].GetArrayLength();
            string accounts = string.Join(',', Enumerable.Range(0, count).Select(i => i % 2 == 0 ? Account : "null"));
            return $"{{\"context\":{{\"slot\":{1_000 - count}}},\"value\":[{accounts}]}}";
        });
        Pubkey[] keys = new Pubkey[230];
        RpcResult<RpcAccount?[]> result = await rpc.GetMultipleAccountsAsync(keys, minContextSlot: 7);
        Assert.True(result.IsOk, result.Error?.Message);
        Assert.Equal((230, 900UL), (result.Value.Length, result.ContextSlot));
        Assert.Equal(115, result.Value.Count(a => a is null));
        Assert.Equal([1, 2, 3], result.Value[0]!.Data);
        Assert.Equal((5UL, ProgramIds.Token, 970UL), (result.Value[228]!.Lamports, result.Value[228]!.Owner,
            result.Value[228]!.ContextSlot));
        Assert.Equal(3, _requests.Count);
        Assert.EndsWith(
            "{\"encoding\":\"base64\",\"commitment\":\"processed\",\"minContextSlot\":7}]}", _requests[2]);
    }

    [Fact]
    public async Task GetMultipleAccounts_WithASink_GivesTheRawExchangeToTheFeed()
    {
        InboxSignal signal = new();
        MessageInbox inbox = new(3, signal, 1 << 15);
        using ExchangeInbox exchanges = new(inbox);
        using SolanaRpc rpc = Serve(
            _ => $"{{\"context\":{{\"slot\":9}},\"value\":[{Account}]}}",
            new SolanaRpcOptions { AccountExchanges = exchanges });
        Assert.True((await rpc.GetMultipleAccountsAsync(new Pubkey[1])).IsOk);
        Assert.True((await rpc.GetSlotAsync()).Error is { Kind: RpcErrorKind.MalformedAnswer });
        Assert.True(inbox.TryRead(out CaptureFrame frame));
        Assert.Equal((CaptureFrameKind.Http, (byte)3), (frame.Kind, frame.EndpointId));
        Assert.True(frame.HttpRequest.SequenceEqual(Encoding.UTF8.GetBytes(_requests[0])));
        Assert.True(frame.AskedUtcNs > 0 && frame.AskedUtcNs <= frame.ReceiveUtcNs);
        inbox.Release();
        Assert.True(inbox.IsEmpty); // a slot is no account
    }

    [Fact]
    public async Task EveryOtherMethod_AnswerOfANode_IsRead()
    {
        Pubkey key = ProgramIds.Memo;
        string hash = ProgramIds.Token.ToString();
        using SolanaRpc rpc = Serve(request => request.GetProperty("method").GetString() switch
        {
            "getProgramAccounts" =>
                $"{{\"context\":{{\"slot\":8}},\"value\":[{{\"pubkey\":\"{key}\",\"account\":{Account}}}]}}",
            "getAccountInfo" => $"{{\"context\":{{\"slot\":8}},\"value\":null}}",
            "getLatestBlockhash" =>
                $"{{\"context\":{{\"slot\":8}},\"value\":{{\"blockhash\":\"{hash}\",\"lastValidBlockHeight\":77}}}}",
            "isBlockhashValid" => "{\"context\":{\"slot\":8},\"value\":true}",
            "getSignatureStatuses" =>
                "{\"context\":{\"slot\":8},\"value\":[null,{\"slot\":5,\"confirmations\":null,"
                + "\"err\":{\"InstructionError\":[0,{\"Custom\":1}]},\"confirmationStatus\":\"finalized\"}]}",
            "getRecentPrioritizationFees" =>
                "[{\"slot\":1,\"prioritizationFee\":0},{\"slot\":2,\"prioritizationFee\":9}]",
            "getEpochInfo" => "{\"absoluteSlot\":5,\"blockHeight\":4,\"epoch\":3,\"slotIndex\":2,\"slotsInEpoch\":1}",
            "getHealth" => "\"ok\"",
            "getGenesisHash" => $"\"{hash}\"",
            "getVersion" => "{\"feature-set\":1,\"solana-core\":\"4.2.0\"}",
            "sendTransaction" => "\"signature\"",
            _ => "42",
        });
        RpcResult<RpcAccount[]> accounts = await rpc.GetProgramAccountsAsync(
            key, [AccountFilter.DataSize(3), AccountFilter.Memcmp(0, [1])], new DataSlice(0, 0));
        Assert.Equal((key, 8UL), (Assert.Single(accounts.Value).Key, accounts.ContextSlot));
        Assert.EndsWith("\"withContext\":true,\"filters\":[{\"dataSize\":3},{\"memcmp\":{\"offset\":0,\"bytes\":\"2\","
            + "\"encoding\":\"base58\"}}],\"dataSlice\":{\"offset\":0,\"length\":0}}]}", _requests[0]);
        Assert.Null((await rpc.GetAccountAsync(key)).Value);
        Assert.Equal(new LatestBlockhash(ProgramIds.Token, 77), (await rpc.GetLatestBlockhashAsync()).Value);
        Assert.True((await rpc.IsBlockhashValidAsync(ProgramIds.Token, Commitment.Confirmed, 7)).Value);
        Assert.EndsWith(
            $"\"params\":[\"{hash}\",{{\"commitment\":\"confirmed\",\"minContextSlot\":7}}]}}", _requests[^1]);
        SignatureStatus?[] statuses = (await rpc.GetSignatureStatusesAsync(["a", "b"])).Value;
        Assert.Null(statuses[0]);
        Assert.Equal(
            new SignatureStatus(5, null, "{\"InstructionError\":[0,{\"Custom\":1}]}", Commitment.Finalized),
            statuses[1]);
        Assert.Equal(
            [new PrioritizationFee(1, 0), new PrioritizationFee(2, 9)],
            (await rpc.GetRecentPrioritizationFeesAsync(new[] { key })).Value);
        Assert.Equal(new EpochInfo(3, 2, 1, 5, 4), (await rpc.GetEpochInfoAsync()).Value);
        Assert.True((await rpc.GetHealthAsync()).Value);
        Assert.Equal(ProgramIds.Token, (await rpc.GetGenesisHashAsync()).Value);
        Assert.Equal("4.2.0", (await rpc.GetVersionAsync()).Value);
        Assert.Equal("signature", (await rpc.SendTransactionAsync(new byte[] { 1, 2 }, new SendRequest())).Value);
        Assert.Contains("[\"AQI=\",{\"encoding\":\"base64\",\"skipPreflight\":true,", _requests[^1]);
        Assert.Equal(42UL, (await rpc.GetMinimumBalanceForRentExemptionAsync(165)).Value);
        Assert.Equal(42UL, (await rpc.GetSlotAsync()).Value);
        Assert.Equal(42UL, (await rpc.GetBlockHeightAsync()).Value);
        Assert.Equal(rpc.Counters.Calls, rpc.Counters.Attempts);
    }

    [Fact]
    public async Task SimulateTransaction_Result_HasUnitsOfEachProgramAndStates()
    {
        string swap = ProgramIds.Memo.ToString();
        string token = ProgramIds.Token.ToString();
        string[] logs =
        [
            $"Program {swap} invoke [1]", "Program log: consumed 1 of 2 compute units", $"Program {token} invoke [2]",
            $"Program {token} consumed 4645 of 180000 compute units", $"Program {token} success",
            $"Program {swap} consumed 30001 of 200000 compute units", $"Program {swap} success",
        ];
        using SolanaRpc rpc = Serve(_ =>
            $"{{\"context\":{{\"slot\":8}},\"value\":{{\"err\":null,\"logs\":{JsonSerializer.Serialize(logs)},"
            + $"\"accounts\":[{Account}],\"unitsConsumed\":30151,\"loadedAccountsDataSize\":99,\"fee\":5000}}}}");
        SimulationRequest request = new() { Accounts = [ProgramIds.Token] };
        RpcResult<SimulationResult> result = await rpc.SimulateTransactionAsync(new byte[100], request);
        SimulationResult simulation = result.Value;
        Assert.Equal((null, 30151UL, 99UL, 5000UL), (simulation.Error, simulation.UnitsConsumed,
            simulation.LoadedAccountsDataBytes, simulation.FeeLamports));
        Assert.Equal(
            [new ProgramUnits(ProgramIds.Token, 2, 4645), new ProgramUnits(ProgramIds.Memo, 1, 30001)],
            simulation.Programs);
        Assert.Equal(5UL, Assert.Single(simulation.Accounts)!.Lamports);
        await Assert.ThrowsAsync<ArgumentException>(
            () => rpc.SimulateTransactionAsync(new byte[1], new SimulationRequest { SigVerify = true }));
    }

    [Theory]
    [InlineData(-32001, RpcErrorKind.BlockCleanedUp, 1)]
    [InlineData(-32002, RpcErrorKind.PreflightFailure, 1)]
    [InlineData(-32003, RpcErrorKind.SignatureVerificationFailure, 1)]
    [InlineData(-32004, RpcErrorKind.BlockNotAvailable, 3)]
    [InlineData(-32005, RpcErrorKind.NodeUnhealthy, 3)]
    [InlineData(-32006, RpcErrorKind.PrecompileVerificationFailure, 1)]
    [InlineData(-32007, RpcErrorKind.SlotSkipped, 1)]
    [InlineData(-32008, RpcErrorKind.NoSnapshot, 1)]
    [InlineData(-32009, RpcErrorKind.LongTermStorageSlotSkipped, 1)]
    [InlineData(-32010, RpcErrorKind.KeyExcludedFromIndex, 1)]
    [InlineData(-32011, RpcErrorKind.HistoryNotAvailable, 1)]
    [InlineData(-32012, RpcErrorKind.ScanError, 3)]
    [InlineData(-32013, RpcErrorKind.SignatureLengthMismatch, 1)]
    [InlineData(-32014, RpcErrorKind.BlockStatusNotAvailable, 3)]
    [InlineData(-32015, RpcErrorKind.UnsupportedTransactionVersion, 1)]
    [InlineData(-32016, RpcErrorKind.MinContextSlotNotReached, 3)]
    [InlineData(-32017, RpcErrorKind.EpochRewardsPeriodActive, 3)]
    [InlineData(-32018, RpcErrorKind.SlotNotEpochBoundary, 1)]
    [InlineData(-32019, RpcErrorKind.LongTermStorageUnreachable, 3)]
    [InlineData(-32700, RpcErrorKind.ParseError, 1)]
    [InlineData(-32600, RpcErrorKind.InvalidRequest, 1)]
    [InlineData(-32601, RpcErrorKind.MethodNotFound, 1)]
    [InlineData(-32602, RpcErrorKind.InvalidParams, 1)]
    [InlineData(-32603, RpcErrorKind.InternalError, 1)]
    [InlineData(-1, RpcErrorKind.Other, 1)]
    public async Task Error_EveryCode_IsTypedAndOnlyPassingOnesAreRetried(int code, RpcErrorKind kind, int attempts)
    {
        string data = "{\"numSlotsBehind\":4,\"contextSlot\":6,\"err\":\"AccountNotFound\",\"logs\":[\"l\"],"
            + "\"unitsConsumed\":12}";
        using SolanaRpc rpc = ServeHttp((_, id) => Ok(
            $"{{\"jsonrpc\":\"2.0\",\"error\":{{\"code\":{code},\"message\":\"for secret\",\"data\":{data}}},"
            + $"\"id\":{id}}}"));
        RpcError error = (await rpc.GetSlotAsync()).Error!;
        Assert.Equal((kind, code, 4UL, 6UL), (error.Kind, error.Code, error.SlotsBehind, error.ContextSlot));
        Assert.Equal("for ***", error.Message);
        Assert.Equal(attempts, _requests.Count);
        Assert.Equal(attempts, rpc.Counters[kind]);
        if (kind == RpcErrorKind.PreflightFailure)
        {
            Assert.Equal(("\"AccountNotFound\"", 12UL), (error.Simulation!.Error, error.Simulation.UnitsConsumed));
            Assert.Equal(["l"], error.Simulation.Logs);
        }
    }

    [Fact]
    public async Task TooManyRequests_RetryAfter_HoldsTheWholeEndpoint()
    {
        int answered = 0;
        using SolanaRpc rpc = ServeHttp((_, id) => Interlocked.Increment(ref answered) == 1
            ? "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
            : Ok($"{{\"jsonrpc\":\"2.0\",\"result\":7,\"id\":{id}}}"));
        long start = Stopwatch.GetTimestamp();
        Task<RpcResult<ulong>> first = rpc.GetSlotAsync();
        while (rpc.Counters[RpcErrorKind.RateLimited] == 0) await Task.Delay(5);
        await Task.Delay(20);
        RpcResult<ulong> second = await rpc.GetSlotAsync();
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(950));
        Assert.Equal((7UL, 7UL), ((await first).Value, second.Value));
        Assert.Equal((3L, 1L), (rpc.Counters.Attempts, rpc.Counters.Retries));
    }

    [Theory]
    [InlineData("HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n", RpcErrorKind.Unauthorized, 1)]
    [InlineData("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", RpcErrorKind.ServerUnavailable, 3)]
    [InlineData("HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", RpcErrorKind.HttpStatus, 1)]
    [InlineData("<html", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("{}", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("{\"id\":1,\"error\":3", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("{\"id\":1,\"error\":{\"code\":99999999999}}", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("{\"id\":9999,\"result\":12}", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("{\"id\":1,\"result\":\"x\"}", RpcErrorKind.MalformedAnswer, 1)]
    [InlineData("HTTP/1.1 200 x\r\nContent-Length: 20000\r\n\r\n", RpcErrorKind.AnswerTooLong, 1)]
    [InlineData("nonsense\r\n\r\n", RpcErrorKind.ConnectFailed, 3)]
    public async Task Call_BadHttp_IsTyped(string answer, RpcErrorKind kind, int attempts)
    {
        string whole = answer.Contains("\r\n") ? answer : Ok(answer);
        using SolanaRpc rpc = ServeHttp((_, _) => whole, new SolanaRpcOptions { MaxAnswerBytes = 10_000 });
        RpcError error = (await rpc.GetSlotAsync()).Error!;
        Assert.Equal(kind, error.Kind);
        Assert.Equal(attempts, rpc.Counters.Attempts);
        Assert.DoesNotContain("secret", error.Message);
    }

    /// <summary>
    /// Whatever stands where a result should: no call throws, and the next call of the same client is answered.
    /// </summary>
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-1")]
    [InlineData("1e400")]
    [InlineData("0.5")]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[[]]")]
    [InlineData("{}")]
    [InlineData("{\"context\":null,\"value\":null}")]
    [InlineData("{\"context\":{\"slot\":-1},\"value\":[]}")]
    [InlineData("{\"context\":{\"slot\":1},\"value\":[[]]}")]
    [InlineData("{\"context\":{\"slot\":1},\"value\":[{\"lamports\":\"5\"}]}")]
    [InlineData("{\"context\":{\"slot\":1},\"value\":{\"data\":[],\"owner\":7}}")]
    [InlineData("{\"context\":{\"slot\":1},\"value\":{\"lamports\":5,\"data\":[\"*\",\"base64\"]}}")]
    [InlineData("{\"context\":{\"slot\":1},\"value\":{\"blockhash\":\"\\ud800\"}}")]
    [InlineData("{\"\\ud800\":{},\"context\":{\"\\udc00\":1},\"value\":7}")]
    [InlineData("{\"solana-core\":7,\"absoluteSlot\":\"5\"}")]
    public async Task EveryMethod_WrongResult_IsMalformed(string result)
    {
        using SolanaRpc rpc = Serve(request =>
            request.GetProperty("method").GetString() == "getBlockHeight" ? "42" : result);
        Pubkey key = ProgramIds.Memo;
        RpcError?[] ends =
        [
            (await rpc.GetMultipleAccountsAsync(new Pubkey[2])).Error,
            (await rpc.FetchMultipleAccountsAsync(new Pubkey[2], Commitment.Processed, null, default)).Error,
            (await rpc.GetProgramAccountsAsync(key, [])).Error,
            (await rpc.GetSlotAsync()).Error,
            (await rpc.GetEpochInfoAsync()).Error,
            (await rpc.GetGenesisHashAsync()).Error,
            (await rpc.GetVersionAsync()).Error,
            (await rpc.GetLatestBlockhashAsync()).Error,
            (await rpc.IsBlockhashValidAsync(key, Commitment.Confirmed, 7)).Error,
        ];
        Assert.All(ends, end => Assert.Equal(RpcErrorKind.MalformedAnswer, end?.Kind));

        // These may take it for an answer: no account, no fees, not healthy; they do not throw either.
        _ = await rpc.GetAccountAsync(key);
        _ = await rpc.SimulateTransactionAsync(new byte[64], new SimulationRequest());
        _ = await rpc.GetHealthAsync();
        _ = await rpc.GetSignatureStatusesAsync(["a"]);
        _ = await rpc.GetRecentPrioritizationFeesAsync(new[] { key });
        Assert.Equal(42UL, (await rpc.GetBlockHeightAsync()).Value);
    }

    /// <summary>A body that is no answer to this call, in the ways of proxies and of other calls.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><html><body>502</body></html>")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}]")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":5}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":5}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1e400,\"result\":5}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"\\ud800\":1,\"id\":77,\"result\":5}")]
    public async Task Body_ThatIsNoAnswerToTheCall_IsMalformed(string body)
    {
        using SolanaRpc rpc = ServeHttp((_, _) => Ok(body));
        Assert.Equal(RpcErrorKind.MalformedAnswer, (await rpc.GetSlotAsync()).Error?.Kind);
        RpcResult<int> fetched =
            await rpc.FetchMultipleAccountsAsync(new Pubkey[2], Commitment.Processed, null, default);
        Assert.Equal(RpcErrorKind.MalformedAnswer, fetched.Error?.Kind);
    }

    [Fact]
    public async Task Call_AnswerWithoutAccounts_IsHeldToAShorterBound()
    {
        string padded = new(' ', 2_000);
        SolanaRpcOptions options = new() { MaxShortAnswerBytes = 1_000 };
        using SolanaRpc rpc = ServeHttp((_, id) => Ok($"{{\"id\":{id},\"result\":{padded}12}}"), options);
        Assert.Equal(RpcErrorKind.AnswerTooLong, (await rpc.GetSlotAsync()).Error!.Kind);
        Assert.Equal(RpcErrorKind.MalformedAnswer, (await rpc.GetAccountAsync(default)).Error!.Kind);
    }

    [Fact]
    public async Task Call_NoAnswerInTime_OrCancelled_OrNobodyThere_Ends()
    {
        using ManualResetEventSlim never = new();
        using SolanaRpc rpc = ServeHttp(
            (_, _) =>
            {
                never.Wait(20_000);
                return string.Empty;
            },
            new SolanaRpcOptions { TimeoutNs = 100_000_000 });
        Assert.Equal(RpcErrorKind.Timeout, (await rpc.GetSlotAsync()).Error!.Kind);
        Assert.Equal(3, rpc.Counters.Attempts);
        using CancellationTokenSource stop = new(20);
        Assert.Equal(RpcErrorKind.Cancelled, (await rpc.GetSlotAsync(cancellation: stop.Token)).Error!.Kind);
        never.Set();
        using SolanaRpc nobody = new(new Uri("http://127.0.0.1:1/?key=secret"), Fast(new()), SystemClock.Instance);
        Assert.Equal(RpcErrorKind.ConnectFailed, (await nobody.GetSlotAsync()).Error!.Kind);
        Assert.Equal("http://127.0.0.1:1/?key=***", nobody.Name);
    }

    [Fact]
    public void TokenBucket_Burst_ThenTheStatedRate()
    {
        const long Second = 1_000_000_000;
        TokenBucket bucket = new(10, 3, 0);
        for (int i = 0; i < 3; i++) Assert.True(bucket.TryTake(0, out _));
        Assert.False(bucket.TryTake(0, out long waitNs));
        Assert.Equal(Second / 10, waitNs);
        Assert.True(bucket.TryTake(waitNs, out _));
        bucket.PauseUntil(5 * Second);
        bucket.PauseUntil(2 * Second);
        Assert.False(bucket.TryTake(3 * Second, out waitNs));
        Assert.Equal(2 * Second, waitNs);
        for (int i = 0; i < 3; i++) Assert.True(bucket.TryTake(5 * Second, out _));
        Assert.False(bucket.TryTake(5 * Second, out _));
    }

    private static SolanaRpcOptions Fast(SolanaRpcOptions options) => options with
    {
        MaxAttempts = 3,
        Backoff = new BackoffOptions { FirstNs = 1_000_000, LongestNs = 2_000_000 },
        CallsPerSecond = 10_000,
    };

    private static string Ok(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private SolanaRpc Serve(Func<JsonElement, string> result, SolanaRpcOptions? options = null) => ServeHttp(
        (request, id) => Ok($"{{\"jsonrpc\":\"2.0\",\"result\":{result(request)},\"id\":{id}}}"), options);

    private SolanaRpc ServeHttp(Func<JsonElement, ulong, string> answer, SolanaRpcOptions? options = null)
    {
        _server = new MiniServer(peer =>
        {
            while (true)
            {
                Assert.StartsWith("POST /?api-key=secret ", peer.ReadHead());
                string body = peer.ReadBody();
                lock (_requests) _requests.Add(body);
                using JsonDocument document = JsonDocument.Parse(body);
                peer.Write(answer(document.RootElement, document.RootElement.GetProperty("id").GetUInt64()));
            }
        });
        _owned.Add(_server);
        Uri address = new($"http://127.0.0.1:{_server.Port}/?api-key=secret");
        return new SolanaRpc(address, Fast(options ?? new SolanaRpcOptions()), SystemClock.Instance);
    }
}
