using System;
using System.IO;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>The bundled market against the states and cycles that its generator computed independently.</summary>
public sealed class TruthTests
{
    [Fact]
    public void StateTruth_AfterEverySlot_EveryAccountIsEqual()
    {
        ReplayRun run = Tool.Replay(
            null, "--state-truth", TestFolder.Beside("truth-slots.jsonl.gz"), "--max-hops", "2");
        Assert.Equal(120, run.StateTruth!.SlotsCompared);
        Assert.True(run.StateTruth.AccountsCompared > 10_000);
        Assert.True(run.StateTruth.Passed, string.Join('\n', run.StateTruth.Differences));
    }

    [Theory]
    [InlineData("--state-truth", "truth-slots.jsonl.gz")]
    [InlineData("--ground-truth", "truth-cycles.jsonl.gz")]
    public void Truth_FileThatEndsEarly_IsNoTruth(string option, string name)
    {
        using TestFolder folder = new();
        byte[] whole = File.ReadAllBytes(TestFolder.Beside(name));
        // Every line is there, the end mark is not.
        string path = folder.Write(name, whole.AsSpan(0, whole.Length - 4));
        ToolResult result = Tool.Run("replay", "--max-hops", "2", option, path);
        Assert.Equal(65, result.Code);
        Assert.Contains($"{path}: line ", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void GroundTruth_ConstantProductVenues_NothingMissingOrWorse()
    {
        ReplayRun run = Tool.Replay(
            null, "--ground-truth", TestFolder.Beside("truth-cycles.jsonl.gz"),
            "--truth-venues", "RaydiumAmm", "RaydiumCpmm");
        Assert.Equal(120, run.GroundTruth!.SlotsCompared);
        Assert.True(run.GroundTruth.Cycles > 0);
        Assert.True(run.GroundTruth.Passed, string.Join('\n', run.GroundTruth.Differences));
    }

    [Fact]
    public void GroundTruth_AllVenues_NothingMissingOrWorse()
    {
        ReplayRun run = Tool.Replay(null, "--ground-truth", TestFolder.Beside("truth-cycles.jsonl.gz"));
        Assert.Equal(120, run.GroundTruth!.SlotsCompared);
        Assert.Equal(4303, run.GroundTruth.Cycles);
        Assert.Equal(0, run.GroundTruth.Excluded);
        Assert.True(run.GroundTruth.Passed, string.Join('\n', run.GroundTruth.Differences));
    }

    [Fact]
    public void GroundTruth_TooFewHops_IsMissingAndExitsThree()
    {
        ToolResult result = Tool.Run(
            "replay", "--max-hops", "2", "--ground-truth", TestFolder.Beside("truth-cycles.jsonl.gz"));
        Assert.Equal(3, result.Code);
        Assert.Contains("cycles missing", Assert.Single(result.ErrorLines));
        Assert.Contains("FAIL ground truth", result.Output);
    }
}
