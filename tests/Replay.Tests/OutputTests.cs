using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>What a run writes down is what it decided.</summary>
public sealed class OutputTests
{
    [Fact]
    public void Report_OfACaptureOfSlotsAlone_NamesTheNewestSlot()
    {
        using TestFolder folder = new();
        byte[] told = JsonSerializer.SerializeToUtf8Bytes(new
        {
            t = 1000,
            ep = 0,
            m = """{"method":"slotNotification","params":{"result":{"parent":6,"root":1,"slot":7},"subscription":1}}""",
        });
        string path = folder.Write("slots.jsonl", told);
        Assert.Contains("up to slot 7)", Tool.Run("replay", path, "--no-stamps").Output.ReplaceLineEndings(" "));
        string without = folder.Write("none.jsonl", """{"t":1000,"ep":0,"m":"{}"}"""u8);
        Assert.Contains("no slot)", Tool.Run("replay", without, "--no-stamps").Output.ReplaceLineEndings(" "));
    }

    [Fact]
    public void Journal_ReadBack_EqualsStatisticsAndHash()
    {
        using TestFolder folder = new();
        ReplayRun run = Tool.Replay(null, "--max-hops", "3", "--journal", folder.At("run.journal"));
        using FileStream file = File.OpenRead(folder.At("run.journal"));
        JournalReader journal = JournalReader.Read(file, "run.journal");
        Assert.Null(journal.Damage);
        Assert.Equal(run.Hash.Value, journal.Hash);
        DecisionHash hash = new();
        DecisionStatistics statistics = new();
        foreach (JournalledDecision journalled in journal.Decisions)
        {
            hash.OnDecision(journalled.Decision, journalled.Message);
            statistics.OnDecision(journalled.Decision, journalled.Message);
            Assert.True(journalled.Decision.DecisionLatencyNs > 0);
        }

        Assert.Equal(run.Hash.Value, hash.Value);
        Assert.Equal(run.Decisions.Count, statistics.Count);
        Assert.Equal(run.Decisions.Messages, statistics.Messages);
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
            Assert.Equal(run.Decisions.By(reason), statistics.By(reason));
    }

    [Fact]
    public void EmitTransactions_Files_HoldTheJournalsMessages()
    {
        using TestFolder folder = new();
        ReplayRun run = Tool.Replay(
            null, "--max-hops", "3", "--journal", folder.At("run.journal"), "--emit-transactions", folder.At("tx"));
        using FileStream file = File.OpenRead(folder.At("run.journal"));
        Dictionary<string, JournalledDecision> taken = [];
        foreach (JournalledDecision d in JournalReader.Read(file, "run.journal").Decisions)
        {
            if (d.Decision.Reason == DecisionReason.Go)
                taken[string.Create(CultureInfo.InvariantCulture, $"{d.Decision.Sequence}.{d.Decision.Ordinal}")] = d;
        }

        string[] files = Directory.GetFiles(folder.At("tx"));
        Assert.NotEmpty(files);
        Assert.Equal(taken.Count, files.Length);
        Assert.Equal(run.Transactions!.Written, files.Length);
        foreach (string path in files)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            JournalledDecision decision = taken[json.RootElement.GetProperty("id").GetString()!];
            Assert.Equal(decision.Message, json.RootElement.GetProperty("message_base64").GetBytesFromBase64());
            Assert.Equal(decision.Decision.Slot, json.RootElement.GetProperty("slot").GetUInt64());
            Assert.Equal(decision.Decision.LegCount, json.RootElement.GetProperty("legs").GetArrayLength());
        }
    }

    [Fact]
    public void SlotRange_DecidesOnlyInside_WithTheStateBeforeCarriedIn()
    {
        const ulong From = 282617430;
        const ulong To = 282617460;
        ReplayRun run = Tool.Replay(null, "--max-hops", "2", "--from-slot", $"{From}", "--to-slot", $"{To}");
        ReplayRun whole = Tool.Replay(null, "--max-hops", "2");
        Assert.True(run.Feed!.StatesCarriedIn > 100);
        Assert.True(run.Feed.EventsAfterRange > 0);
        Assert.InRange(run.Decisions.Count, 1, whole.Decisions.Count - 1);
        foreach (ref readonly Opportunity o in run.Decisions.Top) Assert.InRange(o.Slot, From - 2, To);
        Assert.Equal(whole.Pipeline!.Graph.Market.PoolCount, run.Pipeline!.Graph.Market.PoolCount);
    }

    [Fact]
    public void Json_Report_HoldsWhatTheRunCounted()
    {
        ToolResult result = Tool.Run("replay", "--max-hops", "2", "--json");
        Assert.Equal(0, result.Code);
        ReplayRun run = Tool.Replay(null, "--max-hops", "2");
        Assert.Equal(run.Decisions.Count, result.Json.GetProperty("decision_count").GetInt64());
        Assert.Equal(ReplayReport.HashText(run.Hash.Value), result.Json.GetProperty("decision_hash").GetString());
        Assert.False(result.Json.GetProperty("synthetic").GetBoolean());
    }

    [Fact]
    public void Text_Report_FitsEightyColumnsAndSaysWhatHappened()
    {
        ToolResult result = Tool.Run("replay", "--max-hops", "3");
        Assert.StartsWith("Replayed 53.0 s of the bundled capture market-small", result.Output);
        foreach (string line in result.Output.Split('\n')) Assert.True(line.Length <= 80, $"{line.Length}: {line}");
        Assert.Contains("decisions", result.Errors); // progress
    }

    [Fact]
    public void ReadmesExcerpt_IsWhatReplayPrints()
    {
        string[] blocks = File.ReadAllText(Repository.PathOf("README.md")).Split("```");
        string excerpt = Array.Find(blocks, block => block.Contains("the engine decided"))!;
        string printed = Tool.Run("replay").Output.ReplaceLineEndings("\n");
        foreach (string part in excerpt.Split("...", StringSplitOptions.RemoveEmptyEntries))
            Assert.Contains(part, printed);
    }
}
