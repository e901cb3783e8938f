using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
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

    /// <summary>
    /// Pools without anything else that they need (arrays, mints, vaults): the price that their own account states,
    /// between what the whole pool sells and buys for, and said not to be tradable.
    /// </summary>
    [Fact]
    public void Inspect_PoolsThatAreNotReady_ShowThePriceTheyState()
    {
        Dictionary<string, Dictionary<string, string>> whole = Read(Inspect("arbitrage_scenario"));
        string path = Path.GetTempFileName();
        try
        {
            using JsonDocument document = JsonDocument.Parse(Unpack("arbitrage_scenario"));
            Dictionary<string, JsonElement> kept = [];
            foreach (JsonProperty account in document.RootElement.GetProperty("accounts").EnumerateObject())
            {
                if (whole.TryGetValue(account.Name, out var said) && said.ContainsKey("readiness"))
                    kept.Add(account.Name, account.Value);
            }

            File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, object> { ["accounts"] = kept }));
            StringWriter output = new();
            Assert.Equal(ExitCodes.Ok, PoolsCommand.Inspect(path, null, output));
            HashSet<string> venues = [];
            foreach ((string address, Dictionary<string, string> lines) in Read(output.ToString()))
            {
                if (!lines.TryGetValue("price", out string? price) || price.Contains("sells for")) continue;
                Match stated = Regex.Match(
                    price,
                    @"^1 (.+) = (\S+) (.+), as the pool states it; not tradable \((.+)\)$");
                Assert.True(stated.Success, price);
                string readiness = lines["readiness"].Split(',')[0];
                Assert.Equal(readiness == "Ok" ? "no liquidity known" : readiness, stated.Groups[4].Value);
                Match quoted = Regex.Match(whole[address]["price"], @"sells for (\S+), costs (\S+) ");
                // Of well-known mints the decimals are known without their bytes.
                double scale = stated.Groups[1].Value == "base unit of A"
                    ? Math.Pow(10, Decimals(whole[address]["mint A"]) - Decimals(whole[address]["mint B"]))
                    : 1;
                Assert.InRange(Number(stated, 2) * scale, Number(quoted, 1), Number(quoted, 2));
                venues.Add(lines.ContainsKey("tick") ? "ticks" : "bins");
            }

            Assert.Equal(["bins", "ticks"], venues.Order());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int Decimals(string mint) =>
        int.Parse(Regex.Match(mint, @"(\d+) decimals").Groups[1].Value, CultureInfo.InvariantCulture);

    private static double Number(Match match, int group) =>
        double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

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
