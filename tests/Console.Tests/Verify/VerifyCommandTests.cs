using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Verify;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-verify").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Theory]
    [InlineData("raydium_amm_v4", 407, 19)]
    [InlineData("raydium_cpmm", 525, 0)]
    [InlineData("pumpswap_sdk_only", 293, 0)]
    [InlineData("token_swap", 286, 0)]
    public void Run_PublishedVectors_EveryCaseAgrees(string name, int passed, int explained)
    {
        int code = VerifyCommand.Run([VectorPath(name)], asJson: false, 5, _output, _errors);
        Assert.True(code == ExitCodes.Ok, _output.ToString());
        Assert.Contains($"total: {passed} passed, 0 failed, {explained} explained", _output.ToString(),
            StringComparison.Ordinal);
    }

    /// <summary>223 swaps, two vaults each, a balance of eight bytes; pool mint and fee account change, too.</summary>
    [Fact]
    public void Run_Swaps_SaysHowMuchOfTheAccountsWasComparedAndWhatWasNot()
    {
        string[] twice = [VectorPath("token_swap"), VectorPath("token_swap")];
        Assert.Equal(ExitCodes.Ok, VerifyCommand.Run(twice[..1], asJson: false, 5, _output, _errors));
        Assert.Contains(
            "accounts after 223 TokenSwap swaps: 3,568 bytes compared, 1,667 of them changed by the swap"
            + "; 599 changed bytes not modelled (other accounts 599)",
            _output.ToString(),
            StringComparison.Ordinal);
        StringWriter json = new();
        Assert.Equal(ExitCodes.Ok, VerifyCommand.Run(twice, asJson: true, 5, json, _errors));
        using JsonDocument document = JsonDocument.Parse(json.ToString());
        JsonElement states = Assert.Single(document.RootElement.GetProperty("states").EnumerateArray());
        Assert.Equal("TokenSwap", states.GetProperty("venue").GetString());
        Assert.Equal(2 * 223, states.GetProperty("swaps").GetInt32());
        Assert.Equal(2 * 223 * 16, states.GetProperty("comparedBytes").GetInt32());
        Assert.Equal(2 * 1_667, states.GetProperty("comparedChangedBytes").GetInt32());
        Assert.Equal(2 * 599, states.GetProperty("skippedChangedBytes").GetInt32());
        Assert.Equal(2 * 599, states.GetProperty("skippedByRole").GetProperty("other accounts").GetInt32());
    }

    [Fact]
    public void Run_ScenarioOfSixPrograms_EveryCycleAgrees()
    {
        int code = VerifyCommand.Run([VectorPath("arbitrage_scenario")], asJson: false, 5, _output, _errors);
        Assert.True(code == ExitCodes.Ok, _output.ToString());
        Assert.Contains("total: 260 passed, 0 failed, 0 explained", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ChangedAmount_FailsWithCaseAndValuesInWords()
    {
        string changed = Change("raydium_cpmm", "\"amount_out\": \"59195974722\"", "\"amount_out\": \"59195974723\"");
        Assert.Equal(ExitCodes.CheckFailed, VerifyCommand.Run([changed], asJson: false, 5, _output, _errors));
        Assert.Contains(
            "case cp-01-006: amounts: expected in 12286052098 out 59195974723, got in 12286052098 out 59195974722",
            _output.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"code\": 6005", "\"code\": 6004", "outcome")]
    [InlineData("[341, \"bb6998\"]", "[341, \"bb6999\"]", "state of Pool")]
    [InlineData("\"data\": \"8fbe5adac41e33de02474edc02", "\"data\": \"8fbe5adac41e33de02474edc03", "instruction data")]
    public void Run_OneChangedExpectation_IsFound(string from, string to, string field)
    {
        string changed = Change("raydium_cpmm", from, to);
        Assert.Equal(ExitCodes.CheckFailed, VerifyCommand.Run([changed], asJson: true, 0, _output, _errors));
        Assert.Contains($"\"field\": \"{field}", _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Rules that explain a case hold for what they are about only: not for another code of the same kind, nor for a
    /// refusal that the old rounding does not give. The instruction of a swap that fails counts as any other.
    /// </summary>
    [Theory]
    [InlineData("raydium_amm_v4", "\"code\":1}", "\"code\":2}", "outcome")]
    [InlineData("orca_whirlpool", "\"code\":3007", "\"code\":3008", "outcome")]
    [InlineData(
        "raydium_amm_v4", "\"status\":\"ok\",\"amount_in\":\"15\",\"amount_out\":\"2\"",
        "\"status\":\"error\",\"error\":{\"kind\":\"Custom\",\"code\":29}", "outcome")]
    [InlineData(
        "raydium_amm_v4", "\"data\":\"0901000000000000000000000000000000\"",
        "\"data\":\"0901000000000000000100000000000000\"", "instruction data")]
    public void Run_CaseThatARuleDoesNotCover_Fails(string name, string from, string to, string field)
    {
        string changed = Change(name, from, to);
        Assert.Equal(ExitCodes.CheckFailed, VerifyCommand.Run([changed], asJson: true, 0, _output, _errors));
        Assert.Contains("\"failed\": 1,", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"\"field\": \"{field}", _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A case's words have to fit what it executes, also where the numbers agree without them.</summary>
    [Theory]
    [InlineData("raydium_cpmm", "\"direction\": \"0_to_1\"", "\"direction\": \"1_to_0\"", "direction")]
    [InlineData("raydium_cpmm", "_name\": \"swap_base_output\"", "_name\": \"swap_base_input\"", "instruction_name")]
    [InlineData("raydium_cpmm", "\"kind\": \"Custom\"", "\"kind\": \"Custum\"", "error kind")]
    [InlineData("raydium_cpmm", "\"kind\": \"ProgramFailedToComplete\"", "\"kind\": \"ProgramFailed\"", "error kind")]
    [InlineData("raydium_cpmm", "\"output_mint\": \"3U1yq", "\"output_mint\": \"3U1yr", "output_mint")]
    [InlineData("raydium_amm_v4", "\"account_count\":17", "\"account_count\":18", "account_count")]
    [InlineData("pumpswap_sdk_only", "\"side\":\"buy\"", "\"side\":\"sell\"", "side")]
    [InlineData("pumpswap_sdk_only", "\"amount_in_terms_of\":\"base\"", "\"amount_in_terms_of\":\"quote\"",
        "amount_in_terms_of")]
    [InlineData("pumpswap_sdk_only", "\"internalQuoteAmount\":\"1\"", "\"internalQuoteAmount\":\"2\"",
        "internalQuoteAmount")]
    [InlineData("pumpswap_sdk_only", "\"maxQuote\":\"3\"", "\"maxQuote\":\"4\"", "maxQuote")]
    [InlineData("arbitrage_scenario", "\"size_with_lookup_tables\":592", "\"size_with_lookup_tables\":593",
        "size_with_lookup_tables")]
    [InlineData("arbitrage_scenario", "\"output_mint\":\"EPjF", "\"output_mint\":\"EPjG", "hop 0 mints")]
    public void Run_WordsThatContradictTheSwap_Fail(string name, string from, string to, string field)
    {
        string changed = Change(name, from, to);
        Assert.Equal(ExitCodes.CheckFailed, VerifyCommand.Run([changed], asJson: true, 0, _output, _errors));
        Assert.Contains("\"failed\": 1,", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"\"field\": \"{field}", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MemberOfAnotherType_NamesTheCaseAndNoTypeOfTheRuntime()
    {
        string changed = Change("token_swap", ":[[64,\"", ":[[\"64\",\"");
        Assert.Equal(ExitCodes.BadData, Program.Run(["verify", "--vectors", changed], _output, _errors));
        Assert.Equal(
            $"verify: {changed}: case 3 of 286: a member is not of the JSON type that the format says",
            _errors.ToString().TrimEnd());
    }

    [Fact]
    public void Run_BadFiles_SayWhatIsWrongAndExitWithTheirCode()
    {
        string cut = Path.Combine(_folder, "cut.json");
        File.WriteAllText(cut, "{\"format\": \"lowlatency-oracle/1\"");
        string other = Path.Combine(_folder, "other.json");
        File.WriteAllText(other, "{\"format\": \"something-else\"}");
        string empty = Path.Combine(_folder, "empty.json");
        File.WriteAllText(empty, "{\"format\": \"lowlatency-oracle/1\"}");
        string missing = Path.Combine(_folder, "missing.json.gz");
        List<(string Path, int Code, string Message)> expectations =
        [
            (cut, ExitCodes.BadData, "not JSON"),
            (other, ExitCodes.BadData, "format 'something-else' is not a vector format"),
            (empty, ExitCodes.BadData, "member 'cases' is missing"),
            (missing, ExitCodes.NoInput, "no such file"),
        ];
        foreach ((string path, int expected, string message) in expectations)
        {
            StringWriter errors = new();
            Assert.Equal(expected, Program.Run(["verify", "--vectors", path], _output, errors));
            Assert.Contains(path, errors.ToString(), StringComparison.Ordinal);
            Assert.Contains(message, errors.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Quote_PoolOfVectorFile_PrintsTheVectorsAmounts()
    {
        QuoteArguments arguments = new(
            VectorPath("raydium_cpmm"),
            ["49imZXr3YY5VLs6dmyfohY93rpAomAssk9BmMpk6KW3G"],
            "zDHBPVwjyY9Bvyd4Ghaa6i76QtHChKtc3mYTq5spvmP",
            12_286_052_098,
            IsExactOut: false,
            UnixTime: null,
            Epoch: null);
        Assert.Equal(ExitCodes.Ok, QuoteCommand.Run(arguments, _output));
        Assert.Contains("out          59195974722 ", _output.ToString(), StringComparison.Ordinal);
        CommandException missing = Assert.Throws<CommandException>(
            () => QuoteCommand.Run(arguments with { AccountsPath = "nowhere.json" }, _output));
        Assert.Equal(ExitCodes.NoInput, missing.ExitCode);
        CommandException wrong = Assert.Throws<CommandException>(
            () => QuoteCommand.Run(arguments with { InputMint = "short" }, _output));
        Assert.Equal(ExitCodes.Usage, wrong.ExitCode);
    }

    /// <summary>A route that passes a pool twice sees its own first swap: reserves and fees owed have moved.</summary>
    [Fact]
    public void Quote_PoolTwiceOnTheRoute_SecondLegSeesTheFirst()
    {
        const string pool = "49imZXr3YY5VLs6dmyfohY93rpAomAssk9BmMpk6KW3G";
        BigInteger amountIn = 12_286_052_098;
        BigInteger[] reserve = [170_233_771_454 - 8_403_632, 881_423_586_358 - 1_621_621];
        BigInteger firstOut = Swap(amountIn, reserve[0], reserve[1], out BigInteger owed);
        BigInteger secondOut = Swap(firstOut, reserve[1] - firstOut, reserve[0] + amountIn - owed, out _);
        QuoteArguments arguments = new(
            VectorPath("raydium_cpmm"), [pool, pool], "zDHBPVwjyY9Bvyd4Ghaa6i76QtHChKtc3mYTq5spvmP", (ulong)amountIn,
            IsExactOut: false, UnixTime: null, Epoch: null);
        Assert.Equal(ExitCodes.Ok, QuoteCommand.Run(arguments, _output));
        Assert.Contains($"route: {amountIn} zDH", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"-> {secondOut} zDH", _output.ToString(), StringComparison.Ordinal);

        // Fee 2,500 of a million, rounded up; of it 12 % and 4 % stay owed, rounded down.
        static BigInteger Swap(BigInteger given, BigInteger from, BigInteger to, out BigInteger owed)
        {
            BigInteger fee = ((given * 2_500) + 999_999) / 1_000_000;
            owed = (fee * 120_000 / 1_000_000) + (fee * 40_000 / 1_000_000);
            return to * (given - fee) / (from + given - fee);
        }
    }

    /// <summary>
    /// A file's clock holds for all its pools, as in the scenario; a node's answer has a slot only, and then the newest
    /// fees hold.
    /// </summary>
    [Fact]
    public void AccountFile_ClockOfAPool_IsTheFilesThenItsOwnThenTheAnswers()
    {
        Pubkey pool = Pubkey.Parse("6n8tznRgSphQhwJZFVLQoqthUr7JSLJxjQ4LUJck5ac5");
        ChainClock common = AccountFile.Load(VectorPath("arbitrage_scenario")).ClockOf(in pool);
        Assert.Equal(new ChainClock(400_000_200, 1_790_000_100, 925), common);
        Pubkey own = Pubkey.Parse("49imZXr3YY5VLs6dmyfohY93rpAomAssk9BmMpk6KW3G");
        Assert.Equal(925UL, AccountFile.Load(VectorPath("raydium_cpmm")).ClockOf(in own).Epoch);
        string answer = Path.Combine(_folder, "answer.json");
        File.WriteAllText(answer, """
            {"result":{"context":{"slot":77},
              "value":[{"data":["","base64"],"owner":"11111111111111111111111111111111"}]}}
            """);
        ChainClock now = AccountFile.Load(answer).ClockOf(in pool);
        Assert.Equal((77UL, ulong.MaxValue), (now.Slot, now.Epoch));
    }

    [Fact]
    public void Run_ClmmOfAnotherBuildOfTheSameName_IsJudgedByTheCurrentProgram()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "Random"));
        string changed = Change("Random/raydium_clmm_ends", "\"39bdf0d48d3d32d3", "\"00bdf0d48d3d32d3");
        Assert.Equal(ExitCodes.CheckFailed, VerifyCommand.Run([changed], asJson: false, 5, _output, _errors));
        Assert.Equal(
            ExitCodes.Ok,
            VerifyCommand.Run([VectorPath("Random/raydium_clmm_ends")], asJson: false, 5, _output, _errors));
    }

    [Theory]
    [InlineData("[\"AQI=\",\"base64\"]", "0102")]
    [InlineData("[\"5T\",\"base58\"]", "0102")]
    [InlineData("\"AQI=\"", "0102")]
    [InlineData("[\"KLUv/SAC\",\"base64+zstd\"]", "the encoding 'base64+zstd', which is not read")]
    [InlineData("{\"parsed\":{},\"program\":\"spl-token\",\"space\":165}", "the encoding 'jsonParsed'")]
    [InlineData("[\"0T\",\"base58\"]", "not Base58")]
    [InlineData("[\"AQI=\"]", "not a pair of text and encoding")]
    public void AccountFile_DataInAnEncoding_IsReadAsThatOrRefusedByItsName(string data, string expected)
    {
        string path = Path.Combine(_folder, "answer.json");
        File.WriteAllText(path, $$"""
            { "value": [ { "data": {{data}}, "owner": "11111111111111111111111111111111" } ] }
            """);
        string got;
        try
        {
            got = Convert.ToHexString(Assert.Single(AccountFile.Load(path).Accounts.Values).Data);
        }
        catch (CommandException e)
        {
            got = e.Message;
        }

        Assert.Contains(expected, got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arbitrage_scenario", 10)]
    [InlineData("raydium_cpmm", 4)]
    public void PoolOfAFile_KnowsTheDecimalsOfTheMintsItReads(string name, int poolsMin)
    {
        AccountFile file = AccountFile.Load(VectorPath(name));
        PoolBuilder builder = new(file.Accounts);
        int pools = 0;
        foreach (AccountText account in file.Accounts.Values)
        {
            if (builder.Build(account.Key, out _) is not { } pool) continue;
            if (pool.Venue == VenueId.RaydiumAmm) continue; // reads no mint, and states decimals of its own making
            pools++;
            Assert.Equal(DecimalsOf(file, pool.MintA), pool.MintDecimals(isMintA: true));
            Assert.Equal(DecimalsOf(file, pool.MintB), pool.MintDecimals(isMintA: false));
        }

        Assert.InRange(pools, poolsMin, 1_000);
    }

    private static int DecimalsOf(AccountFile file, in Pubkey mint) =>
        file.Accounts.TryGetValue(mint, out AccountText? account) ? account.Data[44] : -1;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Change(string name, string from, string to)
    {
        using FileStream file = File.OpenRead(VectorPath(name));
        using GZipStream unpacked = new(file, CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        string text = reader.ReadToEnd();
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the vectors do not contain {from}");
        string path = Path.Combine(_folder, name + ".json");
        File.WriteAllText(path, string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)));
        return path;
    }

    private static string VectorPath(string name) => Repository.Vectors(name + ".json.gz");
}
