using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>What a rehearsal may not do: leave anything behind.</summary>
public sealed class RehearsalTests
{
    [Theory]
    [InlineData(RunnerKind.Inline, false)]
    [InlineData(RunnerKind.Split, true)]
    public void Run_BeforeAReplay_ChangesNoDecision(RunnerKind runner, bool wrapSol)
    {
        PipelineSettings settings = new EngineConfig { Runner = runner, WrapSol = wrapSol }
            .Build(CaptureSidecar.DryRunWallet, new Dictionary<Pubkey, Pubkey>(), stamps: true);
        ulong before = Replay(settings);
        StringWriter errors = new();
        Rehearsal.Run(settings, "test", errors, CancellationToken.None);
        int venues = Enum.GetValues<VenueId>().Length - 1; // without None
        Assert.Matches(@$"rehearsed [\d,]{{6,}} events, messages on {venues} venues,", errors.ToString());
        Assert.Equal(before, Replay(settings));
    }

    [Fact]
    public void Run_Cancelled_EndsAtOnce()
    {
        PipelineSettings settings = new EngineConfig()
            .Build(CaptureSidecar.DryRunWallet, new Dictionary<Pubkey, Pubkey>(), stamps: false);
        StringWriter errors = new();
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Rehearsal.Run(settings, "test", errors, cancelled.Token);
        Assert.Contains("rehearsed 0 events", errors.ToString());
    }

    private static ulong Replay(PipelineSettings settings)
    {
        DecisionHash hash = new();
        MarketPipeline pipeline = new(settings, _ => [hash]);
        using ReplayFeed feed = ReplayFeed.Open(BundledCapture.FilePath, new ReplayOptions(), out _)!;
        pipeline.Start();
        Assert.Equal(FeedOutcome.Completed, feed.Run(pipeline.Publisher, new ReplayClock()));
        pipeline.DrainAndStop();
        return hash.Value;
    }
}
