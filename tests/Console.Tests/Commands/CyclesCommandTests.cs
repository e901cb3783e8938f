using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Threading;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

public sealed class CyclesCommandTests : IDisposable
{
    private const string Sol = "So11111111111111111111111111111111111111112";
    private const string Header = "pool_id,dex,token_a,token_b,reserve_a,reserve_b,fee_bps\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-cycles").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Run_GraphWithATwoPoolGain_ListsAndSizesIt()
    {
        string path = Write("g.csv", Header + Row(2, 3, 1_000_000_000, 1_000_000_000)
            + Row(4, 3, 1_000_000_000, 1_100_000_000));
        Assert.Equal(ExitCodes.Ok, Run(path, isJson: true));
        using JsonDocument json = JsonDocument.Parse(_output.ToString());
        Assert.Equal(1, json.RootElement.GetProperty("cycles").GetInt64());
        JsonElement best = json.RootElement.GetProperty("best")[0];
        Assert.Equal("Ok", best.GetProperty("status").GetString());
        Assert.True(long.Parse(best.GetProperty("profitRaw").GetString()!) > 0);
    }

    [Fact]
    public void Run_AccountsOfSixPrograms_SizesWithTheVenuesIntegers()
    {
        string path = Repository.Vectors("arbitrage_scenario.json.gz");
        Assert.Equal(ExitCodes.Ok, Run(path, isJson: true, bases: [Sol]));
        using JsonDocument json = JsonDocument.Parse(_output.ToString());
        JsonElement root = json.RootElement;
        Assert.True(root.GetProperty("exact").GetBoolean());
        Assert.True(root.GetProperty("cycles").GetInt64() > 0, _errors.ToString());
        foreach (JsonElement route in root.GetProperty("best").EnumerateArray())
            Assert.Equal(Sol, route.GetProperty("start").GetString());
    }

    [Theory]
    [InlineData("pool_id,dex\n", "line 1: no column 'token_a'")]
    [InlineData(Header + "x,y\n", "line 2: 2 columns where the header has 7")]
    [InlineData(Header + "?,orca_v2,a,b,1,1,30\n", "line 2: '?' is not an address")]
    [InlineData("", "line 1: empty file")]
    public void Run_BadGraph_NamesTheLine(string text, string expected)
    {
        string path = Write("bad.csv", text);
        Assert.Equal(ExitCodes.BadData, Run(path));
        Assert.Contains(expected, _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("bad.csv", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GzipCutBetweenTwoRows_IsNoGraph()
    {
        // Two members, cut in the second's end mark: every row that is read is whole.
        string path = Path.Combine(_folder, "cut.csv.gz");
        byte[] first = Gzip(Header + Row(2, 3, 1_000_000_000, 1_000_000_000));
        byte[] second = Gzip(Row(4, 3, 1_000_000_000, 1_100_000_000));
        File.WriteAllBytes(path, [.. first, .. second]);
        Assert.Equal(ExitCodes.Ok, Run(path));
        File.WriteAllBytes(path, [.. first, .. second.AsSpan(0, second.Length - 4)]);
        Assert.Equal(ExitCodes.BadData, Run(path));
        Assert.Contains("ends early", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not JSON: line 1, byte 2: Expected depth to be zero")]
    [InlineData("", "the file is empty")]
    [InlineData("{}\n{}\n", "Expected end of data. (a JSON value a line, as in a capture: ")]
    [InlineData("[]", "no account found")]
    [InlineData("""[{"pubkey":"So11111111111111111111111111111111111111112","account":{"data":"AA=="}}]""",
        "account 0: member 'owner' is missing")]
    [InlineData("""{"result":{"value":[{"data":["*","base64"],"owner":"11111111111111111111111111111111"}]}}""",
        "account 0:")]
    [InlineData("""{"result":{"value":[{"data":["","base64"],"owner":"11111111111111111111111111111111"}]}}""",
        "no pool in 1 accounts")]
    public void Run_BadAccounts_NamesAccountAndField(string text, string expected)
    {
        string path = Write("accounts.json", text);
        Assert.Equal(ExitCodes.BadData, Run(path));
        Assert.Contains(expected, _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("accounts.json", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Folder_SaysThatItIsOne()
    {
        Assert.Equal(ExitCodes.NoInput, Run(_folder));
        Assert.Contains("it is a folder", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WrongArguments_SayWhich()
    {
        string path = Write("g.csv", Header);
        Assert.Equal(ExitCodes.Usage, Run(path, bases: ["SOL"]));
        Assert.Contains("--base 'SOL'", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, Run(path, hops: 7));
        Assert.Contains("--max-hops 7", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NoInput, Run(Path.Combine(_folder, "none.csv")));
        Assert.Equal(ExitCodes.NoInput, Run(Path.Combine(_folder, "none.json")));
    }

    [Fact]
    public void Run_BaseThatNoPoolTrades_SaysSoAndFindsNothing()
    {
        string path = Write("g.csv", Header + Row(2, 3, 1000, 1000) + Row(4, 3, 1000, 1100));
        Assert.Equal(ExitCodes.Ok, Run(path, bases: [Sol]));
        Assert.Contains($"no pool of the snapshot trades {Sol}", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("0 profitable cycles", _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// 4,000 pools of the same two mints have 8 million cycles of two legs, minutes of sizing: the verb ends when its
    /// time is up, lists what it has and says what is missing.
    /// </summary>
    [Fact]
    public void Run_MoreCyclesThanTime_EndsAndSaysWhatIsLeftOut()
    {
        StringBuilder text = new(Header);
        for (int pool = 0; pool < 4000; pool++)
        {
            byte[] bytes = new byte[32];
            BitConverter.TryWriteBytes(bytes, pool + 1000);
            string key = Pubkey.Read(bytes).ToString();
            text.Append($"{key},orca_v2,{new string('1', 31)}2,{new string('1', 31)}5,"
                + $"{1_000_000_000 + (pool * 7_000_000L)},1000000000,0\n");
        }

        string path = Write("dense.csv", text.ToString());
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(ExitCodes.Ok, Run(path, isJson: true, limit: TimeSpan.FromSeconds(1.5)));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 30);
        using JsonDocument json = JsonDocument.Parse(_output.ToString());
        Assert.False(json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal(20, json.RootElement.GetProperty("best").GetArrayLength());
        Assert.Contains("of 4,000 pools searched", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("% of the pools", _errors.ToString(), StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Interrupted, Run(path, stop: new CancellationToken(true)));
        Assert.Contains("interrupted: 0 of 4,000", _errors.ToString(), StringComparison.Ordinal);

        // A report of it would take hours: it ends likewise, and says from which row on it is not whole.
        long began = TimeProvider.System.GetTimestamp();
        Assert.Equal(ExitCodes.Ok, Run(path, isReport: true, limit: TimeSpan.FromSeconds(1)));
        Assert.Contains(": this row and later ones are left out", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Interrupted, Run(path, isReport: true, stop: new CancellationToken(true)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 60);
    }

    [Fact]
    public void Run_Report_ProcessesEverySnapshotOfTheFolder()
    {
        string folder = Repository.PathOf("data", "graphs");
        List<string> names = [];
        foreach (string file in Directory.GetFiles(folder, "*.csv.gz")) names.Add(Path.GetFileName(file));
        Assert.Equal(ExitCodes.Ok, Run(folder, hops: 3, isReport: true));
        string text = _output.ToString();
        foreach (string name in names)
            Assert.Contains(name.Replace(".csv.gz", string.Empty), text, StringComparison.Ordinal);
        Assert.Contains($"{names.Count} snapshots processed", text, StringComparison.Ordinal);
    }

    private static string Row(int pool, int mint, long reserveA, long reserveB)
    {
        string key = new('1', 31);
        return $"{key}{pool},orca_v2,{key}{mint},{key}5,{reserveA},{reserveB},30\n";
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream result = new();
        using (GZipStream gzip = new(result, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return result.ToArray();
    }

    private int Run(
        string path, bool isJson = false, bool isReport = false, int hops = 4, string[]? bases = null,
        TimeSpan limit = default, CancellationToken stop = default) =>
        Program.Guard("cycles", _errors, () => CyclesCommand.Run(
            new CyclesArguments(path, bases ?? [], hops, 20, isJson, isReport, null) { Limit = limit },
            stop, _output, _errors));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
