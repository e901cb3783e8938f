using System;
using System.IO;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>record, inspect, and captures other than the bundled one.</summary>
public sealed class CaptureVerbTests
{
    [Fact]
    public void Record_ToBinaryAndBack_ReplaysToTheSameDecisions()
    {
        using TestFolder folder = new();
        File.Copy(TestFolder.MarketSmall, folder.At("a.jsonl.gz")); // without the sidecar: same wallet for all three
        ToolResult there = Tool.Run("record", "--import", folder.At("a.jsonl.gz"), "--out", folder.At("b.llcap"));
        ToolResult back = Tool.Run("record", "--import", folder.At("b.llcap"), "--out", folder.At("c.jsonl"));
        Assert.Equal(0, there.Code);
        Assert.Contains("3,311 frames as the binary format", there.Output);
        Assert.Equal(0, back.Code);
        Assert.Contains("3,311 frames as JSON lines", back.Output);
        ulong hash = Tool.Replay(null, folder.At("a.jsonl.gz"), "--max-hops", "2").Hash.Value;
        Assert.Equal(hash, Tool.Replay(null, folder.At("b.llcap"), "--max-hops", "2").Hash.Value);
        Assert.Equal(hash, Tool.Replay(null, folder.At("c.jsonl"), "--max-hops", "2").Hash.Value);
    }

    /// <summary>A capture without requests is nothing without the file that names its subscription ids.</summary>
    [Fact]
    public void Record_CaptureWithSubscriptionFile_TakesTheFileAlong()
    {
        using TestFolder folder = new();
        string day = Path.Combine(TestFolder.RepositoryData, "feeds", "whirlpool_2022-04-06_0000-1800.jsonl.gz");
        ToolResult there = Tool.Run("record", "--import", day, "--out", folder.At("day.llcap"));
        Assert.Equal(0, there.Code);
        Assert.Contains($"{folder.At("day.subscriptions.json")}: which accounts", there.Output);
        ToolResult back = Tool.Run("record", "--import", folder.At("day.llcap"), "--out", folder.At("back.jsonl.gz"));
        Assert.Equal(0, back.Code);
        Assert.True(File.Exists(folder.At("back.subscriptions.json")));
        foreach (string name in new[] { "day.llcap", "back.jsonl.gz" })
        {
            ToolResult replay = Tool.Run("replay", folder.At(name), "--json", "--max-hops", "2");
            Assert.Equal(9, replay.Json.GetProperty("pools_by_venue").GetProperty("OrcaWhirlpool").GetInt64());
            Assert.Empty(replay.Json.GetProperty("decode_refusals").EnumerateObject());
        }

        // Its name begins with the stem of a file that says the same: no second one.
        ToolResult beside = Tool.Run("record", "--import", folder.At("day.llcap"), "--out", folder.At("day2.llcap"));
        Assert.Equal(0, beside.Code);
        Assert.False(File.Exists(folder.At("day2.subscriptions.json")));
    }

    [Fact]
    public void Record_TargetExists_IsRefusedAndLeftAlone()
    {
        using TestFolder folder = new();
        string path = folder.Write("there.llcap", "precious"u8);
        ToolResult result = Tool.Run("record", "--import", TestFolder.MarketSmall, "--out", path);
        Assert.Equal(73, result.Code);
        Assert.Equal(
            [$"record: --out {path}: the file exists; remove it or give another name"], result.ErrorLines);
        Assert.Equal("precious", File.ReadAllText(path));
    }

    [Fact]
    public void Record_SourceMissing_ExitsNoInput()
    {
        using TestFolder folder = new();
        ToolResult result = Tool.Run("record", "--import", "none.jsonl", "--out", folder.At("x.llcap"));
        Assert.Equal(66, result.Code);
        Assert.Equal(["record: none.jsonl: there is no such file. Check the path."], result.ErrorLines);
        Assert.False(File.Exists(folder.At("x.llcap")));
    }

    [Fact]
    public void Inspect_WholeCapture_CountsMessagesAndEndpoints()
    {
        ToolResult result = Tool.Run("inspect", TestFolder.MarketSmall, "--json");
        Assert.Equal(0, result.Code);
        Assert.True(result.Json.GetProperty("intact").GetBoolean());
        Assert.Equal(3311, result.Json.GetProperty("frames").GetInt64());
        Assert.Equal(282617529UL, result.Json.GetProperty("last_slot").GetUInt64());
        Assert.Equal(2090, result.Json.GetProperty("messages").GetProperty("AccountNotification").GetInt64());
        Assert.Equal(2, result.Json.GetProperty("endpoints").GetArrayLength());
        Assert.Contains("intact", Tool.Run("inspect", TestFolder.MarketSmall).Output);
    }

    [Fact]
    public void Inspect_CutCapture_SumsUpTheRestAndExitsBadData()
    {
        using TestFolder folder = new();
        Assert.Equal(0, Tool.Run("record", "--import", TestFolder.MarketSmall, "--out", folder.At("a.llcap")).Code);
        byte[] whole = File.ReadAllBytes(folder.At("a.llcap"));
        string path = folder.Write("cut.llcap", whole.AsSpan(0, whole.Length - 5));
        ToolResult result = Tool.Run("inspect", path);
        Assert.Equal(65, result.Code);
        Assert.Contains("DAMAGED after", result.Output);
        Assert.Contains("3,310 frames", result.Output);
        Assert.Contains("the file ends inside frame 3311", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void Replay_OrcaDay_RunsToItsEndWithDerivedTimes()
    {
        string path = Path.Combine(TestFolder.RepositoryData, "feeds", "whirlpool_2022-04-06_0000-1800.jsonl.gz");
        ToolResult result = Tool.Run("replay", path, "--json", "--max-hops", "2");
        Assert.Equal(0, result.Code);
        Assert.Equal("Completed", result.Json.GetProperty("outcome").GetString());
        Assert.Equal(19407, result.Json.GetProperty("frames").GetInt64());
        Assert.Contains("no receive times", result.Output);
        Assert.Contains(
            "9 pools cannot quote for want of accounts that never came: Mint 6, TickArray 9, Vault 2.", result.Output);
    }

    [Fact]
    public void Replay_Synthetic_IsLabelledAndRepeatable()
    {
        using TestFolder folder = new();
        string journal = folder.At("run.journal");
        string[] args = ["replay", "--synthetic", "12x30", "--seed", "7"];
        ToolResult text = Tool.Run([.. args, "--journal", journal]);
        ToolResult json = Tool.Run([.. args, "--json"]);
        Assert.Equal(0, text.Code);
        Assert.StartsWith("SYNTHETIC MARKET", text.Output);
        Assert.Contains("replay (synthetic)", text.Errors);
        Assert.True(json.Json.GetProperty("synthetic").GetBoolean());
        Assert.True(json.Json.GetProperty("decision_count").GetInt64() > 0);
        Assert.Contains(json.Json.GetProperty("decision_hash").GetString()!, text.Output);
        Assert.Contains("(SYNTHETIC MARKET)", Tool.Run("explain", "--journal", journal, "--all").Output);
        ToolResult other = Tool.Run("replay", "--synthetic", "12x30", "--seed", "8", "--json");
        Assert.NotEqual(
            json.Json.GetProperty("decision_hash").GetString(), other.Json.GetProperty("decision_hash").GetString());
    }

    [Fact]
    public void Help_EveryVerbOfOurs_EndsWithExamplesAndExitCodes()
    {
        foreach (string verb in new[] { "replay", "explain", "record", "inspect" })
        {
            ToolResult result = Tool.Run(verb, "--help");
            Assert.Equal(0, result.Code);
            Assert.Contains("Examples:", result.Output);
            Assert.Contains("Exit codes:", result.Output);
        }

        Assert.Contains("explain <id>", Tool.Run().Output, StringComparison.Ordinal);
    }
}
