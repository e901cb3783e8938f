using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Tests.Support;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>Same capture, settings and binary: same decisions, whatever the threads and the clock do.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void Replay_InlineFusedSplitTwice_GivesOneHash()
    {
        ReplayRun first = Tool.Replay(null, "--runner", "inline");
        Assert.True(first.Decisions.Count > 1000, $"only {first.Decisions.Count} decisions");
        foreach (string runner in new[] { "inline", "fused", "fused", "split", "split" })
        {
            ReplayRun again = Tool.Replay(null, "--runner", runner);
            Assert.Equal(FeedOutcome(first), FeedOutcome(again));
            Assert.Equal(first.Hash.Count, again.Hash.Count);
            Assert.True(
                first.Hash.Value == again.Hash.Value,
                $"{runner}: {again.Hash.Value:x16}, inline {first.Hash.Value:x16}");
            Assert.Equal(LivesAndField(first), LivesAndField(again));
        }
    }

    [Theory]
    [InlineData(RunnerKind.Inline)]
    [InlineData(RunnerKind.Fused)]
    [InlineData(RunnerKind.Split)]
    public void Replay_WithoutStamps_GivesTheSameHash(RunnerKind runner)
    {
        string name = runner.ToString();
        ReplayRun without = Tool.Replay(null, "--runner", name, "--no-stamps", "--max-hops", "3");
        ReplayRun with = Tool.Replay(null, "--runner", name, "--max-hops", "3");
        Assert.Equal(with.Hash.Value, without.Hash.Value);
        Assert.NotNull(with.Pipeline!.Sinks.Latency);
        Assert.Null(without.Pipeline!.Sinks.Latency);
    }

    /// <summary>
    /// The opportunity ring is smaller than what the events of a batch write: with a thread of their own the sinks lag,
    /// and nothing may be lost by it that inline is not lost.
    /// </summary>
    [Theory]
    [InlineData(512, false)]
    [InlineData(16, true)]
    public void Replay_SmallOpportunityRing_LosesTheSameInEveryLayout(int capacity, bool loses)
    {
        string setting = $"opportunityCapacity={capacity}";
        ReplayRun inline = Tool.Replay(null, "--runner", "inline", "--set", setting);
        Assert.Equal(loses, inline.Pipeline!.Cycles.RingFullCount > 0);
        ReplayRun split = Tool.Replay(null, "--runner", "split", "--set", setting);
        Assert.Equal(inline.Pipeline!.Cycles.RingFullCount, split.Pipeline!.Cycles.RingFullCount);
        Assert.Equal(inline.Hash.Value, split.Hash.Value);
        Assert.Equal(LivesAndField(inline), LivesAndField(split));
    }

    /// <summary>How a node wrote the bytes down is not what they are.</summary>
    [Theory]
    [InlineData("inline")]
    [InlineData("split")]
    public void Replay_AccountsCompressed_GivesTheSameHash(string runner)
    {
        using TestFolder folder = new();
        string capture = folder.Write("zstd.jsonl", Compressed.Capture(TestFolder.MarketSmall, out int accounts));
        Assert.True(accounts > 2_000, $"{accounts}");
        string copy = folder.Write("plain.jsonl.gz", File.ReadAllBytes(TestFolder.MarketSmall));
        ReplayRun plain = Tool.Replay(null, copy, "--runner", runner);
        ReplayRun compressed = Tool.Replay(null, capture, "--runner", runner);
        Assert.True(plain.Decisions.Count > 1000, $"only {plain.Decisions.Count} decisions");
        Assert.Equal(plain.Decisions.Count, compressed.Decisions.Count);
        Assert.Equal(plain.Hash.Value, compressed.Hash.Value);
    }

    [Fact]
    public void Replay_OtherSettings_GiveAnotherHash()
    {
        ReplayRun three = Tool.Replay(null, "--max-hops", "3");
        ReplayRun two = Tool.Replay(null, "--max-hops", "2");
        Assert.NotEqual(three.Hash.Value, two.Hash.Value);
        Assert.True(three.Decisions.Count > two.Decisions.Count);
    }

    [Fact]
    public void Assert_OwnHashPasses_OtherHashExitsThree()
    {
        string hash = ReplayReport.HashText(Tool.Replay(null, "--max-hops", "2").Hash.Value);
        Assert.Equal(0, Tool.Run("replay", "--max-hops", "2", "--assert", hash).Code);
        ToolResult other = Tool.Run("replay", "--max-hops", "2", "--assert", "0123456789abcdef");
        Assert.Equal(3, other.Code);
        Assert.Equal([$"replay: decision hash {hash}, asserted 0123456789abcdef"], other.ErrorLines);
    }

    /// <summary>How every followed cycle ended, and the mispricing field at the end, as reported.</summary>
    private static string LivesAndField(ReplayRun run)
    {
        LifeReport lives = LifeReport.Of(run.Pipeline!, run.Lives);
        Assert.True(lives.Labels["Captured"] > 100);
        Assert.False(lives.Labels.ContainsKey("OurError"));
        FieldReport field = FieldReport.Of(run.Pipeline!);
        Assert.True(field.Pools.Count > 20);
        return JsonSerializer.Serialize(lives) + JsonSerializer.Serialize(field);
    }

    private static string FeedOutcome(ReplayRun run) => run.Outcome.ToString();
}
