using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using Xunit;

namespace LowLatency.Console.Tests.Config;

/// <summary>
/// Settings from file, environment and flags: precedence, strictness, and errors that name the place.
/// </summary>
public sealed class ConfigLayersTests
{
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const string Usdt = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB";

    [Fact]
    public void File_EveryKey_IsAppliedAndReachesThePipeline()
    {
        ConfigLayers layers = new();
        WithFile($$"""
            // comments and trailing commas are welcome
            {
              "baseMints": ["{{Usdc}}", "{{Usdt}}"],
              "maxHops": 3, "maxCyclesPerEvent": 11, "maxStepsPerEvent": 12, "deferredWorkFactor": 13,
              "opportunityCapacity": 14, "maxInputRaw": { "{{Usdt}}": 15 }, "maxNotionalLamports": 16,
              "minimumInputRaw": 17, "maxStateAgeSlots": 18, "polishQuotesMax": 19, "polishScansMax": 20,
              "polishAll": true, "maxDepthShareBps": 32, "splitQuotesMax": 33, "agreementAboveLamports": 40,
              "auditEverySlots": 37, "auditStepsPerSlot": 38,
              "costs": { // sections are optional
                "minimumProfitLamports": 21, "tipShareBps": 22, "tipFloorLamports": 23, "tipCapLamports": 24,
                "priorityFeeMicroLamportsPerCu": 25, "computeUnitMarginBps": 26,
                "priorityFeeCapMicroLamportsPerCu": 27,
                "stalenessPenaltyBps": 34, "minimumExpectedValueLamports": 39, "landingSlots": 3,
              },
              "followSlots": 32, "maxFollowed": 33, "quarantineAfterFailures": 34, "quarantineBaseSlots": 35,
              "quarantineCapSlots": 36,
              "denied": ["{{Usdt}}"], "settleWindowMs": 28, "maxAccounts": 29, "maxPools": 30, "maxMints": 31,
              "wallet": "{{Usdc}}", "tokenAccounts": { "{{Usdc}}": "{{Usdt}}" }, "raydiumAmmLegacy": true,
              "createTokenAccounts": "always", "wrapSol": true, "memo": "hi", "messageVersion": "v1", "allowV1": true,
              "rentLamportsPerByte": 37,
              "runner": "fused", "busySpin": true, "keepWarm": false, "pause": true, "cpus": "2,3", "threadPriority": 5,
              "hugePages": true,
              "feedThread": "connection", "receiveSpinMicroseconds": 700,
              "endpoints": [{ "http": "http://a.example" }],
              "blockhashEveryMs": 41, "priorityFeesEveryMs": 42, "simulate": true, "simulationsPerSecond": 43,
              "blockhashAgreement": false,
              "demoteEndpoints": false, "demoteLateMs": 44, "demoteLossBps": 45, "demoteRetrySeconds": 46,
              "compressAccounts": true, "silentMs": 547,
              "watch": {
                "pools": ["{{Usdc}}"], "accounts": ["{{Usdt}}"], "file": "watch.json", "allow": ["PumpSwap"],
                "deny": ["{{Usdt}}"], "liquidityFloorRaw": { "{{Usdt}}": 37 },
              },
            }
            """, layers.AddFile);
        layers.Config.Validate();
        PipelineSettings s = layers.Config.Build(default, new Dictionary<Pubkey, Pubkey>(), stamps: false);
        Assert.Equal([Pubkey.Parse(Usdc), Pubkey.Parse(Usdt)], s.Search.BaseMints);
        Assert.Equal([ulong.MaxValue, 15UL], s.Search.WalletRaw);
        Assert.Equal((3, 11, 12, 13, 14), (s.Search.MaxHops, s.Search.MaxCyclesPerEvent, s.Search.MaxStepsPerEvent,
            s.Search.DeferredWorkFactor, s.Search.OpportunityCapacity));
        Assert.Equal((16UL, 17UL, 18U, 19, 20, true), (s.Search.MaxNotionalLamports, s.Search.MinimumInputRaw,
            s.Search.MaxStateAgeSlots, s.Search.PolishQuotesMax, s.Search.PolishScansMax, s.Search.PolishAll));
        Assert.Equal((39L, 3), (s.Search.MinimumExpectedValueLamports, s.Search.LandingSlots));
        Assert.Equal(40UL, s.Search.AgreementAboveLamports);
        Assert.Equal((37, 38), (s.Search.AuditEverySlots, s.Search.AuditStepsPerSlot));
        Assert.Equal((32, 33, 34), (s.Search.MaxDepthShareBps, s.Search.SplitQuotesMax, s.Search.StalenessPenaltyBps));
        Assert.Equal((21L, 22, 23UL, 24UL), (s.Search.MinimumProfitLamports, s.Search.TipShareBps,
            s.Search.TipFloorLamports, s.Search.TipCapLamports));
        Assert.Equal((25UL, 27UL, 26), (s.Search.PriorityFeeMicroLamportsPerCu,
            s.Search.PriorityFeeCapMicroLamportsPerCu, s.Search.ComputeUnitMarginBps));
        Assert.Equal((41, 42, true, 43), (layers.Config.Chain.BlockhashEveryMs, layers.Config.Chain.FeesEveryMs,
            layers.Config.Simulate, layers.Config.SimulationsPerSecond));
        Assert.False(layers.Config.Chain.AgreesOnBlockhashes);
        Assert.Equal((true, 547_000_000L), (layers.Config.CompressAccounts, layers.Config.SilentNs));
        EndpointHealthOptions health = layers.Config.Health;
        Assert.Equal((false, 44_000_000L, 4500, 46_000_000_000L), (health.IsOn, health.LateNs, health.LossPpm,
            health.FirstWaitNs));
        Assert.Equal((28_000_000L, 29, 30, 31), (s.Graph.SettleWindowNs, s.Graph.MaxAccounts, s.Graph.MaxPools,
            s.Graph.MaxMints));
        Assert.Equal((32, 33), (s.Life.FollowSlots, s.Life.MaxFollowed));
        Assert.Equal((34, 35UL, 36UL), (s.Quarantine.AfterFailures, s.Quarantine.BaseSlots, s.Quarantine.CapSlots));
        Assert.Contains(Pubkey.Parse(Usdt), s.Graph.Denied);
        Assert.Equal(Pubkey.Parse(Usdc), s.Instructions.Wallet);
        Assert.Equal(Pubkey.Parse(Usdt), s.Instructions.TokenAccounts[Pubkey.Parse(Usdc)]);
        Assert.True(s.Instructions.RaydiumAmmLegacy);
        Assert.Equal((TokenAccountCreation.Always, true, "hi", MessageVersionChoice.V1, true, 37UL), (
            s.Instructions.CreateTokenAccounts, s.Instructions.WrapSol, s.Instructions.Memo,
            s.Instructions.MessageVersion, s.Instructions.AllowV1, s.Instructions.RentLamportsPerByte));
        Assert.Equal((RunnerKind.Fused, true, false, false), (s.Runner, s.BusySpin, s.KeepWarm, s.TakeStamps));
        Assert.Equal([2, 3], s.Threads.Cpus);
        Assert.Equal(5, s.Threads.Priority);
        Assert.True(s.HugePages);
        Assert.Equal((FeedThread.Connection, 700UL), (layers.Config.FeedThread, layers.Config.ReceiveSpinMicroseconds));
        Assert.Equal(TradingState.Reducing, layers.Config.BuildGate().State);
        Assert.Equal(ConfigCatalog.Keys.Count, layers.Config.Origins.Count);
    }

    [Fact]
    public void Layers_LaterWins_FlagsOverEnvironmentOverFile()
    {
        ConfigLayers layers = new();
        WithFile("""{ "maxHops": 2, "tipShareBps": 100, "tipFloorLamports": 7 }""", layers.AddFile);
        layers.AddEnvironment(new Dictionary<string, string>
        {
            ["LOWLATENCY__Search__MaxHops"] = "3",
            ["LOWLATENCY_TIP_SHARE_BPS"] = "2_00",
            ["UNRELATED"] = "x",
            ["LOWLATENCY_CONFIG"] = "is read elsewhere",
        });
        layers.AddFlag("--max-hops", "maxHops", "5");
        Assert.Equal(5, layers.Config.MaxHops);
        Assert.Equal(200, layers.Config.TipShareBps);
        Assert.Equal(7UL, layers.Config.TipFloorLamports);
        Assert.Equal(10_000, layers.Config.MinimumProfitLamports);
        Assert.Equal(ConfigLayer.CommandLine, layers.Config.Origins["maxHops"].Layer);
        Assert.Equal(ConfigLayer.Environment, layers.Config.Origins["tipShareBps"].Layer);
    }

    [Theory]
    [InlineData("{ \"maxHop\": 3 }", "line 1, column 3: unknown key 'maxHop'; did you mean 'maxHops'?")]
    [InlineData("{\n\n   \"zzzzzz\": 3 }", "line 3, column 4: unknown key 'zzzzzz'")]
    [InlineData("{ \"maxHops\": 3, \"maxHops\": 4 }", "line 1, column 17: key 'maxHops' is there twice; keep one")]
    [InlineData("{ \"maxHops\": 9 }", "line 1, column 14: maxHops '9': give a whole number from 2 to 6")]
    [InlineData("{ \"maxHops\": -3 }", "line 1, column 14: maxHops '-3': give a whole number from 2 to 6")]
    [InlineData("{ \"maxAccounts\": 1048576 }",
        "line 1, column 18: maxAccounts '1048576': give a whole number from 1 to 1048575")]
    [InlineData("{ \"maxPools\": 16777216 }",
        "line 1, column 15: maxPools '16777216': give a whole number from 1 to 1048575")]
    [InlineData("{ \"maxMints\": 1 }", "line 1, column 15: maxMints '1': give a whole number from 2 to 1048575")]
    [InlineData("{ \"maxHops\": 3.5 }", "line 1, column 14: maxHops '3.5': give a whole number from 2 to 6")]
    [InlineData("{ \"tipShareBps\": null }",
        "line 1, column 18: tipShareBps: give a number, text, true or false (leave the key out for its default)")]
    [InlineData("{ \"baseMints\": \"SOL\" }", "line 1, column 16: baseMints: give a list [ ]")]
    [InlineData("{ \"baseMints\": [] }", "line 1, column 16: baseMints '': give at least one mint")]
    [InlineData("{ // the mints\n \"baseMints\": [\"So11111111111111111111111111111111111111112\", \"USDC\"] }",
        "line 2, column 63: baseMints[1] 'USDC': not an address (give the Base58 text of 32 bytes)")]
    [InlineData("{ \"tokenAccounts\": [] }", "line 1, column 20: tokenAccounts: give an object { }")]
    [InlineData("{ \"tokenAccounts\": { \"x\": \"y\" } }",
        "line 1, column 22: tokenAccounts name 'x': not an address (give the Base58 text of 32 bytes)")]
    [InlineData("{ \"graph\": { \"maxHops\": 3 } }",
        "line 1, column 14: key 'maxHops' belongs to section 'Search', not 'Graph'")]
    [InlineData("{ \"runner\": \"turbo\" }", "line 1, column 13: runner 'turbo': give inline, fused, split")]
    [InlineData("[]", "line 1, column 1: a configuration is one JSON object { }")]
    public void File_Wrong_ExitsConfigAndNamesThePlace(string text, string expected)
    {
        ConfigLayers layers = new();
        string path = string.Empty;
        CommandException fault = Assert.Throws<CommandException>(() => WithFile(text, p =>
        {
            path = p;
            layers.AddFile(p);
        }));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.Equal($"{path}, {expected}", fault.Message);
    }

    [Theory]
    [InlineData("{ \"maxHops\": 3")]
    [InlineData("{ \"maxHops\" 3 }")]
    [InlineData("{ } { }")]
    [InlineData("")]
    public void File_NotJson_ExitsConfigWithLineAndColumn(string text)
    {
        ConfigLayers layers = new();
        CommandException fault = Assert.Throws<CommandException>(() => WithFile(text, layers.AddFile));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.Contains(", line 1, column ", fault.Message);
        Assert.DoesNotContain("LineNumber", fault.Message);
    }

    [Fact]
    public void File_Missing_ExitsConfig()
    {
        CommandException fault = Assert.Throws<CommandException>(() => new ConfigLayers().AddFile("none.json"));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.StartsWith("--config none.json: ", fault.Message);
    }

    [Theory]
    [InlineData("LOWLATENCY_MAX_HOP", "3", "no such setting; did you mean 'LOWLATENCY_MAX_HOPS'?; correct or unset it")]
    [InlineData("LOWLATENCY__Search__MaxHop", "3",
        "no such setting; did you mean 'LOWLATENCY__Search__MaxHops'?; correct or unset it")]
    public void Environment_Unknown_ExitsConfigWithSuggestion(string name, string value, string expected)
    {
        CommandException fault = Assert.Throws<CommandException>(
            () => new ConfigLayers().AddEnvironment(new Dictionary<string, string> { [name] = value }));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.Equal($"environment {name}: {expected}", fault.Message);
    }

    [Fact]
    public void Environment_WrongValue_NamesTheVariable()
    {
        CommandException fault = Assert.Throws<CommandException>(
            () => new ConfigLayers().AddEnvironment(new Dictionary<string, string> { ["LOWLATENCY_WALLET"] = "me" }));
        Assert.Equal(
            "environment LOWLATENCY_WALLET 'me': not an address (give the Base58 text of 32 bytes)", fault.Message);
    }

    [Fact]
    public void Validate_TipFloorAboveCap_NamesBoth()
    {
        ConfigLayers layers = new();
        layers.AddAssignment("tipFloorLamports=9");
        layers.AddAssignment("tipCapLamports=8");
        CommandException fault = Assert.Throws<CommandException>(layers.Config.Validate);
        Assert.Equal("--set tipFloorLamports '9': the tip's floor (9) is above its cap (8)", fault.Message);
    }

    [Fact]
    public void Validate_MaxInputOfAnotherMint_IsRefused()
    {
        ConfigLayers layers = new();
        layers.AddAssignment($"maxInputRaw={Usdt}=5");
        CommandException fault = Assert.Throws<CommandException>(layers.Config.Validate);
        Assert.Contains("not one of baseMints", fault.Message);
    }

    [Fact]
    public void Catalog_Documentation_NamesEveryKey()
    {
        string text = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            Assert.Contains($"`{key.Name}`", text);
            Assert.Equal(key, ConfigCatalog.Find(key.Name));
        }
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("maxHops", "maxHop", 1)]
    [InlineData("abc", "", 3)]
    public void Nearest_Distance_CountsEdits(string a, string b, int expected)
    {
        Assert.Equal(expected, Nearest.Distance(a, b));
        Assert.Equal(expected, Nearest.Distance(b, a));
    }

    private static void WithFile(string text, Action<string> use)
    {
        string path = Path.Combine(Path.GetTempPath(), $"lowlatency-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        try
        {
            use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
