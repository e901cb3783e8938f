using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using Xunit;

namespace LowLatency.Console.Tests.Pools;

public sealed class PoolsInspectTests
{
    /// <summary>Members of a pool's description in the vectors, and the line that has to say the same.</summary>
    private static readonly (string Member, string Line)[] Same =
    [
        ("tick_spacing", "tick spacing"), ("tick_current", "tick"), ("sqrt_price", "sqrt price x64"),
        ("sqrt_price_x64", "sqrt price x64"), ("liquidity", "liquidity"), ("active_id", "active bin"),
        ("base_factor", "base factor"), ("variable_fee_control", "dynamic fee control"),
        ("volatility_accumulator", "volatility accumulator"), ("status", "status"), ("collect_fee_mode", "fee mode"),
        ("base_fee_mode", "base fee mode"), ("need_take_pnl_coin", "owed A"), ("need_take_pnl_pc", "owed B"),
    ];

    [Theory]
    [InlineData("orca_whirlpool", 80)]
    [InlineData("raydium_clmm", 70)]
    [InlineData("raydium_cpmm", 15)]
    [InlineData("raydium_amm_v4", 40)]
    [InlineData("meteora_dlmm", 100)]
    [InlineData("meteora_damm_v2", 60)]
    public void Inspect_PoolsOfTheVectors_SaysWhatTheirDescriptionsSay(string name, int comparedMin)
    {
        Dictionary<string, Dictionary<string, string>> accounts = Read(Inspect(name));
        int compared = 0;
        using JsonDocument document = JsonDocument.Parse(Unpack(name));
        foreach (JsonElement pool in document.RootElement.GetProperty("pools").EnumerateArray())
        {
            Dictionary<string, string> shown = accounts[pool.GetProperty("pool").GetString()!];
            foreach ((string member, string line) in Same)
            {
                if (!pool.GetProperty("description").TryGetProperty(member, out JsonElement expected)) continue;
                Assert.Equal(expected.ToString(), shown[line]);
                compared++;
            }

            Assert.Contains("readiness", shown.Keys);
        }

        Assert.InRange(compared, comparedMin, 10_000);
    }

    [Theory]
    [InlineData("raydium_cpmm", "49imZXr3YY5VLs6dmyfohY93rpAomAssk9BmMpk6KW3G: RaydiumCpmm pool, 637 bytes, decode Ok")]
    [InlineData("raydium_cpmm", "transfer fee 100 bps")]
    [InlineData("raydium_cpmm", "  readiness              SwapDisabled")]
    [InlineData("arbitrage_scenario", "  fee rate               0.3 %")]
    [InlineData("arbitrage_scenario", "  bin step               0.2 %")]
    [InlineData("arbitrage_scenario", "  cliff fee rate         0.25 %")]
    [InlineData("arbitrage_scenario", "(SOL, 9 decimals)")]
    [InlineData("arbitrage_scenario", "  vault A                22,105.81004506 SOL")]
    [InlineData("arbitrage_scenario", "1 SOL sells for 151.2668, costs 152.1785 USDC; 0.5991 % for both ways")]
    [InlineData("arbitrage_scenario", "  moved by 1 %           586.97023179 SOL or 89,056.267565 USDC in")]
    [InlineData("arbitrage_scenario", "  opens at               2026-09-21 14:13:21 UTC")]
    [InlineData("arbitrage_scenario", "  first tick             -22528")]
    [InlineData("arbitrage_scenario", "  initialized ticks      2")]
    public void Inspect_VectorFile_SpeaksInWords(string name, string expected) =>
        Assert.Contains(expected, Inspect(name), StringComparison.Ordinal);

    [Fact]
    public void Inspect_ListOfPoolsWithoutTheirBytes_FindsNoAccount()
    {
        string path = Repository.MarketSmall("pools.json");
        StringWriter errors = new();
        Assert.Equal(ExitCodes.BadData, Program.Run(["pools", "inspect", path], new StringWriter(), errors));
        Assert.Equal($"pools inspect: {path}: no account found in it\n", errors.ToString());
    }

    private static string Inspect(string name)
    {
        StringWriter output = new();
        Assert.Equal(ExitCodes.Ok, PoolsCommand.Inspect(VectorPath(name), null, output));
        return output.ToString();
    }

    /// <summary>Lines by account and name.</summary>
    private static Dictionary<string, Dictionary<string, string>> Read(string shown)
    {
        Dictionary<string, Dictionary<string, string>> accounts = [];
        Dictionary<string, string> lines = [];
        foreach (string line in shown.Split('\n'))
        {
            if (!line.StartsWith("  ", StringComparison.Ordinal))
            {
                lines = [];
                accounts[line.Split(':')[0]] = lines;
                continue;
            }

            lines[line[2..25].Trim()] = line[25..].Trim();
        }

        return accounts;
    }

    private static string Unpack(string name)
    {
        using GZipStream unpacked = new(File.OpenRead(VectorPath(name)), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        return reader.ReadToEnd();
    }

    private static string VectorPath(string name) => Repository.Vectors(name + ".json.gz");
}
