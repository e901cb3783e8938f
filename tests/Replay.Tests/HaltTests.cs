using System;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Dispatch;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>A stage that throws is a broken invariant: the engine stops, says where, and never decides on.</summary>
public sealed class HaltTests
{
    private const long FailAt = 1000;

    [Theory]
    [InlineData("inline")]
    [InlineData("fused")]
    [InlineData("split")]
    public void Replay_StageThrows_HaltsAndReportsTheEvent(string runner)
    {
        ReplayRun run = Tool.Replay(_ => [new ThrowingStage(FailAt)], "--runner", runner, "--max-hops", "2");
        Assert.Equal(FeedOutcome.Halted, run.Outcome);
        Assert.NotNull(run.Pipeline!.Fatal.Fault);
        Assert.Equal("broken on purpose", run.Pipeline.Fatal.Fault.Cause.Message);
        Assert.InRange(FailAt, run.Pipeline.Fatal.Fault.FirstSequence, run.Pipeline.Fatal.Fault.LastSequence);
        Assert.True(run.Pipeline.Sinks.Events <= FailAt, $"{run.Pipeline.Sinks.Events} events reached the sinks");
        Assert.Equal(1, ConsoleHost.Commands.ReplayCommand.ExitCode(null, run, "replay", TextWriter.Null));
    }

    [Fact]
    public void Replay_Cancelled_EndsInOrderWithTheInterruptCode()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        ReplaySettings settings = Tool.Settings("--max-hops", "2") with { Cancellation = cancelled.Token };
        ReplayRun run = new(settings, null);
        Assert.Null(run.Execute());
        Assert.Equal(FeedOutcome.Cancelled, run.Outcome);
        Assert.Null(run.Pipeline!.Fatal.Fault);
        Assert.Equal(130, ConsoleHost.Commands.ReplayCommand.ExitCode(null, run, "replay", TextWriter.Null));
    }

    private sealed class ThrowingStage(long failAt) : IStage
    {
        public string Name => "throwing";

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            if (firstSequence + batch.Length > failAt) throw new InvalidOperationException("broken on purpose");
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }
}
