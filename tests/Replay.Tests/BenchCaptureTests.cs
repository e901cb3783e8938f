using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Bench;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Replay;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>
/// <c>bench</c> on captures of every kind: each lap is the recorded market anew, or the verb says why nothing came out.
/// </summary>
public sealed class BenchCaptureTests
{
    private const int WhirlpoolMessages = 19_407;

    private static string WhirlpoolDay =>
        Path.Combine(TestFolder.RepositoryData, "feeds", "whirlpool_2022-04-06_0000-1800.jsonl.gz");

    /// <summary>No openings, no requests, no receive times; the ids are named by a file beside it.</summary>
    [Theory]
    [InlineData("inline")]
    [InlineData("split")]
    public void FramesOnly_NothingIsStaleInAnyLap(string runner)
    {
        BenchResult result = Measure(
            WhirlpoolDay, "--load", "max", "--seconds", "0.3", "--warm-up", "2", "--runner", runner);
        BenchLoadResult load = result.Loads[0];
        Assert.True(result.HasNominalPace);
        Assert.Empty(load.Losses);
        Assert.True(load.Messages > 0);
        Assert.Equal(load.Messages, load.AccountUpdates);
        long halves = load.Response["1 no opportunity"].Count;

        // Every other message; of threads, what has arrived by then on a busy machine.
        if (runner == "inline") Assert.InRange(halves, (load.Messages / 2) - 100, (load.Messages / 2) + 100);
        else Assert.InRange(halves, 1, load.Messages);
        Assert.Equal(["1 no opportunity", "7 no opportunity, searched"], load.Response.Keys);
        Assert.Equal(9, load.Pools["NotReady (Incomplete)"]);
        Assert.Equal(0, load.AllocatedBytes);
    }

    [Fact]
    public void FramesOnly_Text_SaysThatNoPoolMayQuoteAndThatThePaceIsNominal()
    {
        ToolResult said = Bench(WhirlpoolDay, "--load", "max", "1x", "--seconds", "0.1", "--warm-up", "1");
        Assert.Equal(0, said.Code);
        Assert.Contains("no receive times in it", said.Output);
        Assert.Contains("pools at its end: NotReady (Incomplete) 9", said.Output);
        Assert.Contains("no pool may quote", said.Output);
        Assert.Contains("response: no opportunity", said.Output);
    }

    /// <summary>
    /// The first lap is a replay. The later ones are all alike; they lack what a replay decides while it comes to know
    /// the pools.
    /// </summary>
    [Fact]
    public void BundledCapture_LapsDecideWhatAReplayDecides()
    {
        ReplayRun replay = Tool.Replay(null, TestFolder.MarketSmall);
        MarketPipeline pipeline = new(Tool.Settings(TestFolder.MarketSmall).Pipeline);
        CaptureLoop loop = new(TestFolder.MarketSmall, pipeline.Publisher, null);
        pipeline.Start();
        Assert.Null(loop.Bootstrap());
        Assert.Equal(replay.Decisions.Count, pipeline.Sinks.Decisions);
        List<long> decisions = [];
        for (int lap = 0; lap < 3; lap++)
        {
            long before = pipeline.Sinks.Decisions;
            long accepted = pipeline.Dedup.Accepted;
            Assert.True(loop.RunLap());
            decisions.Add(pipeline.Sinks.Decisions - before);
            Assert.Equal(replay.Pipeline!.Dedup.Accepted, pipeline.Dedup.Accepted - accepted);
        }

        pipeline.DrainAndStop();
        Assert.Equal([decisions[0], decisions[0], decisions[0]], decisions);
        Assert.InRange(decisions[0], replay.Decisions.Count * 0.99, replay.Decisions.Count);
    }

    [Fact]
    public void SyntheticMarket_IsLabelled()
    {
        using TestFolder folder = new();
        string path = folder.At("made.llcap");
        Assert.Equal(0, Tool.Run("record", "--synthetic", "12x30", "--out", path).Code);
        ToolResult said = Bench(path, "--load", "max", "--seconds", "0.1", "--warm-up", "1");
        Assert.Contains("SYNTHETIC: made by a seeded generator", said.Output);
        Assert.DoesNotContain(
            "SYNTHETIC", Bench(TestFolder.MarketSmall, "--load", "max", "--seconds", "0.1", "--warm-up", "0").Output);
    }

    [Fact]
    public void SlotsOnly_SaysThatNoMessageToldAnAccount()
    {
        using TestFolder folder = new();
        ToolResult said = Bench(Lines(folder, 3, i => Slot(100 + i)), "--load", "max", "--seconds", "0.1");
        Assert.Equal(0, said.Code);
        Assert.Contains("NO OUTCOME WAS MEASURED: no message told an account", said.Output);
        Assert.DoesNotContain("p99.9", said.Output);
    }

    [Fact]
    public void UnknownSubscriptions_SaysThatAllWereRefusedAndWhy()
    {
        using TestFolder folder = new();
        ToolResult said = Bench(Lines(folder, 3, i => Account(7, 100 + i)), "--load", "max", "--seconds", "0.1");
        Assert.Equal(0, said.Code);
        Assert.Contains("refused by the decoder: UnknownSubscription", said.Output);
        Assert.Contains("NO OUTCOME WAS MEASURED: all were refused or dropped", said.Output);
    }

    [Fact]
    public void PaceSlowerThanTheLoadIsLong_SaysThatTooLittleWasDue()
    {
        using TestFolder folder = new();
        string capture = Lines(folder, 2, i => Account(7, 100 + i));
        File.WriteAllText(
            folder.At("lines.subscriptions.json"),
            """[{"subscription":7,"pubkey":"4fuUiYxTQ6QCrdSq9ouBYcTM7bqSwYTSyLueGZLTy4T4"}]""");
        ToolResult said = Bench(capture, "--load", "0.001x", "--seconds", "0.1", "--warm-up", "0");
        Assert.Equal(0, said.Code);
        Assert.Contains("1 messages in", said.Output);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{\"t\":1,\"ep\":0,\"k\":\"open\",\"url\":\"wss://a.example/\"}\n", "there is nothing to measure")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"result\":24040,\"id\":1}\n", "there is nothing to measure")]
    [InlineData("slot,pool,reserve\n1,2,3\n", "this is no capture")]
    public void NothingToPlay_IsRefusedBeforeAnythingIsMeasured(string text, string words)
    {
        using TestFolder folder = new();
        ToolResult said = Bench(folder.Write("few.jsonl", Encoding.UTF8.GetBytes(text)), "--load", "max");
        Assert.Equal(65, said.Code);
        Assert.Contains(words, Assert.Single(said.ErrorLines));
        Assert.Empty(said.Output);
    }

    [Fact]
    public void CutCapture_IsRefusedWithItsPlace()
    {
        using TestFolder folder = new();
        byte[] whole = File.ReadAllBytes(TestFolder.MarketSmall);
        ToolResult said = Bench(folder.Write("cut.jsonl.gz", whole.AsSpan(0, whole.Length / 2)), "--load", "max");
        Assert.Equal(65, said.Code);
        Assert.Contains("gzip", Assert.Single(said.ErrorLines));
    }

    private static string Slot(int slot) => Json(
        $"{{'jsonrpc':'2.0','method':'slotNotification','params':{{'result':{{'parent':{slot - 1},'root':9,"
        + $"'slot':{slot}}},'subscription':1}}}}");

    private static string Account(int subscription, int slot) => Json(
        $"{{'jsonrpc':'2.0','method':'accountNotification','params':{{'result':{{'context':{{'slot':{slot}}},"
        + "'value':{'lamports':1,'data':['AAAA','base64'],'owner':'11111111111111111111111111111111',"
        + $"'executable':false,'rentEpoch':0,'space':3}}}},'subscription':{subscription}}}}}");

    private static string Json(string text) => text.Replace('\'', '"');

    private static string Lines(TestFolder folder, int count, Func<int, string> line)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++) text.Append(line(i)).Append('\n');
        return folder.Write("lines.jsonl", Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static BenchResult Measure(params string[] arguments)
    {
        ToolResult said = Bench([.. arguments, "--json"]);
        Assert.Equal(0, said.Code);
        return JsonSerializer.Deserialize<BenchResult>(said.Output, JsonOutput.Indented)!;
    }

    private static ToolResult Bench(params string[] arguments) => Tool.Run(["bench", .. arguments]);
}
