using System;
using System.IO;
using System.IO.Compression;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

/// <summary>tx build against the executed cycles of the scenario file: same bytes of every swap, same sizes.</summary>
public sealed class TxBuildCommandTests : IDisposable
{
    private static readonly string Scenario = Repository.Vectors("arbitrage_scenario.json.gz");

    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();
    private readonly JsonDocument _scenario = Load();

    public void Dispose() => _scenario.Dispose();

    [Fact]
    public void Build_ExecutedCycles_HaveTheirInstructionsAndSize()
    {
        int compared = 0;
        int withAmmV4 = 0;
        foreach (JsonElement cycle in _scenario.RootElement.GetProperty("cycles").EnumerateArray())
        {
            if (compared == 24) break;
            if (HasAmmV4(cycle)) withAmmV4++;
            else if (compared - withAmmV4 >= 12) continue; // the rest are of the other kind
            JsonElement hops = cycle.GetProperty("hops");
            ulong last = ulong.Parse(hops[hops.GetArrayLength() - 1].GetProperty("amount_out").GetString()!);
            TxBuildArguments arguments = Arguments(cycle) with
            {
                Version = "v0",
                AmmV4 = "legacy18", // as executed
                TablePaths = [Scenario],
                MinimumOut = last,
                AsJson = true,
            };
            _output.GetStringBuilder().Clear();
            int code = TxBuildCommand.Run(arguments, _output, _errors);
            Assert.True(code == ExitCodes.Ok, $"{cycle.GetProperty("id")}: {_errors}");
            using JsonDocument built = JsonDocument.Parse(_output.ToString());
            JsonElement transaction = built.RootElement.GetProperty("transaction");
            JsonElement instructions = transaction.GetProperty("instructions");
            JsonElement expected = cycle.GetProperty("instructions");
            Assert.Equal(expected.GetArrayLength() + 1, instructions.GetArrayLength());
            for (int i = 0; i < expected.GetArrayLength(); i++)
                AssertSame(expected[i], instructions[i + 1], $"{cycle.GetProperty("id")} hop {i}");
            int expectedBytes = cycle.GetProperty("size_with_lookup_tables").GetInt32();
            Assert.Equal(expectedBytes, transaction.GetProperty("size_bytes").GetInt32());
            compared++;
        }

        Assert.Equal(24, compared);
        Assert.True(withAmmV4 >= 12, $"{withAmmV4} with AMM v4");
    }

    [Fact]
    public void Build_SolCycle_MinimumCoversPrincipalFeesAndTip()
    {
        JsonElement cycle = FirstOf("So11111111111111111111111111111111111111112");
        TxBuildArguments arguments = Arguments(cycle) with
        {
            TablePaths = [Scenario],
            Tip = 7_000,
            PriceMicroLamports = 2_000_000,
            ComputeUnitLimit = 500_000,
        };
        Assert.Equal(ExitCodes.Ok, TxBuildCommand.Run(arguments, _output, _errors));
        ulong minimum = arguments.Amount + 5_000 + 1_000_000 + 7_000 + 1;
        Assert.Contains($"at least {minimum}\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "1000000 priority, 7000 tip; 500000 compute units", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Message_IsReadBackByInspectWithEveryAccountNamed()
    {
        TxBuildArguments arguments = Arguments(FirstOf("So11111111111111111111111111111111111111112")) with
        {
            Version = "v0",
            TablePaths = [Scenario],
            AsJson = true,
        };
        Assert.Equal(ExitCodes.Ok, TxBuildCommand.Run(arguments, _output, _errors));
        using JsonDocument built = JsonDocument.Parse(_output.ToString());
        string message = built.RootElement.GetProperty("message_base64").GetString()!;
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(message, _output, Scenario, asJson: true));
        using JsonDocument inspected = JsonDocument.Parse(_output.ToString());
        Assert.True(inspected.RootElement.GetProperty("writable_lookups").GetInt32() > 0);
        foreach (JsonElement instruction in inspected.RootElement.GetProperty("instructions").EnumerateArray())
        {
            foreach (JsonElement account in instruction.GetProperty("accounts").EnumerateArray())
                Assert.True(Pubkey.TryParse(account.GetProperty("key").GetString(), out _));
        }

        // Without the table the same account has no key, only its entry.
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(message, _output));
        Assert.Contains(": not given, writable [", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TooLargeForItsVersion_NamesSizeAndAccounts()
    {
        int refused = 0;
        foreach (JsonElement cycle in _scenario.RootElement.GetProperty("cycles").EnumerateArray())
        {
            _errors.GetStringBuilder().Clear();
            int code = TxBuildCommand.Run(Arguments(cycle) with { Version = "legacy" }, _output, _errors);
            if (code == ExitCodes.Ok) continue;
            Assert.Equal(ExitCodes.CheckFailed, code);
            string[] lines = _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Contains("more than fit", lines[0], StringComparison.Ordinal);
            int named = int.Parse(lines[2].Split(' ')[0]);
            Assert.True(named > 20 && lines.Length == 3 + named, _errors.ToString());

            // One of these routes fits version 1, whose limit is larger.
            Assert.Equal(
                ExitCodes.Ok, TxBuildCommand.Run(Arguments(cycle) with { Version = "v1" }, _output, _errors));
            refused++;
            break;
        }

        Assert.Equal(1, refused);
    }

    [Fact]
    public void Build_WrongArguments_SayWhich()
    {
        TxBuildArguments good = Arguments(FirstOf("So11111111111111111111111111111111111111112"));
        AssertUsage(good with { IsDry = false }, "--dry");
        AssertUsage(good with { Route = "nothing" }, "--route");
        AssertUsage(good with { InputMint = "x" }, "--in");
        AssertUsage(good with { Wallet = "x" }, "--wallet");
        AssertUsage(good with { Version = "2" }, "--version");
        AssertUsage(good with { AmmV4 = "v3" }, "--amm-v4");
        AssertUsage(good with { Version = "legacy", TablePaths = [Scenario] }, "--table");
        CommandException missing = Assert.Throws<CommandException>(
            () => TxBuildCommand.Run(good with { AccountsPath = "missing.json" }, _output, _errors));
        Assert.Equal(ExitCodes.NoInput, missing.ExitCode);
    }

    private void AssertUsage(TxBuildArguments arguments, string named)
    {
        CommandException wrong = Assert.Throws<CommandException>(
            () => TxBuildCommand.Run(arguments, _output, _errors));
        Assert.Equal(ExitCodes.Usage, wrong.ExitCode);
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(JsonElement expected, JsonElement got, string what)
    {
        Assert.True(expected.GetProperty("program_id").GetString() == got.GetProperty("program").GetString(), what);
        Assert.True(expected.GetProperty("data").GetString() == got.GetProperty("data_hex").GetString(), what);
        JsonElement accounts = expected.GetProperty("accounts");
        Assert.True(accounts.GetArrayLength() == got.GetProperty("accounts").GetArrayLength(), what);
        for (int i = 0; i < accounts.GetArrayLength(); i++)
        {
            string? key = got.GetProperty("accounts")[i].GetProperty("key").GetString();
            Assert.True(accounts[i][0].GetString() == key, $"{what} account {i}");
        }
    }

    private JsonElement FirstOf(string mint)
    {
        foreach (JsonElement cycle in _scenario.RootElement.GetProperty("cycles").EnumerateArray())
        {
            if (cycle.GetProperty("hops")[0].GetProperty("input_mint").GetString() == mint) return cycle;
        }

        throw new InvalidDataException("no such cycle");
    }

    private TxBuildArguments Arguments(JsonElement cycle)
    {
        string route = string.Empty;
        foreach (JsonElement hop in cycle.GetProperty("hops").EnumerateArray())
            route += (route.Length == 0 ? string.Empty : ">") + hop.GetProperty("pool").GetString();
        JsonElement first = cycle.GetProperty("hops")[0];
        return new TxBuildArguments
        {
            Route = route,
            InputMint = first.GetProperty("input_mint").GetString()!,
            Amount = ulong.Parse(first.GetProperty("amount_in").GetString()!),
            AccountsPath = Scenario,
            IsDry = true,
            Wallet = _scenario.RootElement.GetProperty("user").GetString(),
            ComputeUnitLimit = NetworkFees.MaxComputeUnits,
        };
    }

    private static bool HasAmmV4(JsonElement cycle)
    {
        foreach (JsonElement hop in cycle.GetProperty("hops").EnumerateArray())
        {
            if (hop.GetProperty("dex").GetString() == "raydium_amm_v4") return true;
        }

        return false;
    }

    private static JsonDocument Load()
    {
        using FileStream file = File.OpenRead(Scenario);
        using GZipStream unpacked = new(file, CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked);
    }
}
