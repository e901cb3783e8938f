using System;
using System.IO;
using System.Text.RegularExpressions;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Dispatch;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>The screens watch and steer; they decide nothing.</summary>
public sealed class ScreenTruthTests
{
    [Theory]
    [InlineData(RunnerKind.Inline)]
    [InlineData(RunnerKind.Fused)]
    [InlineData(RunnerKind.Split)]
    public void Replay_WatchedAndSteered_HasTheHashOfAnUnwatchedOne(RunnerKind runner)
    {
        ReplayRun plain = new(ScreenHarness.Settings(stamps: false, runner), null);
        Assert.Null(plain.Execute());
        using ScreenHarness harness = new(120, 40, runner: runner);
        harness.RunTo(ScreenHarness.Slot).Type("2<Down><Enter><Escape>sf/go<Enter>").Type("....").Type("pK");
        harness.Type("y").Type("+-").Type(" ");
        ReplayRun watched = harness.Finish(mustEnd: false);
        Assert.Equal(FeedOutcome.Completed, watched.Outcome);
        Assert.Equal(plain.Hash.Value, watched.Hash.Value);
        Assert.Equal(plain.Hash.Count, watched.Hash.Count);
    }

    [Fact]
    public void SeekBack_BeginsAgain_AndShowsWhatItShowedThere()
    {
        using ScreenHarness harness = new(120, 40);
        harness.RunTo(ScreenHarness.Slot);
        string there = harness.Screen.Text();
        harness.RunTo(ScreenHarness.Slot + 30);
        Assert.NotEqual(there, harness.Screen.Text());
        object first = harness.Session.Current!;
        Assert.True(harness.Session.TryRestart(ScreenHarness.Slot));
        ScreenHarness.WaitUntil(() => !ReferenceEquals(harness.Session.Current, first));
        harness.Settle();
        Assert.Equal(there, harness.Screen.Text());
    }

    [Fact]
    public void Step_OneSlot_StandsStillInTheNext()
    {
        using ScreenHarness harness = new(80, 24);
        harness.RunTo(ScreenHarness.Slot);
        ulong before = harness.App.Model.Slot;
        harness.Type(".").Settle();
        Assert.InRange(harness.App.Model.Slot, before + 1, before + 4); // slots may be skipped
    }

    /// <summary>In the first slots arrays and vaults are not there yet.</summary>
    [Fact]
    public void Graph_PoolsThatCannotQuote_ShowWhatTheyStateInBrackets()
    {
        using ScreenHarness harness = new(120, 40);
        int bracketed = 0;
        for (ulong slot = 282617402; slot < 282617412 && bracketed == 0; slot++)
        {
            harness.RunTo(slot).Type("4").Settle();
            for (int y = 0; y < 40; y++)
            {
                string row = harness.Screen.Row(y);
                if (!Regex.IsMatch(row, @" \([0-9.E+-]+( raw)?\) ")) continue;
                Assert.Matches("NotReady|Torn|Gapped|Stale|BelowFloor", row);
                bracketed++;
            }
        }

        Assert.True(bracketed > 0, harness.Screen.Text());
    }

    [Fact]
    public void Kill_NeedsAYes_AndIsFinal()
    {
        using ScreenHarness harness = new(80, 24);
        harness.Type("Kn");
        Assert.Equal(TradingState.Active, harness.Session.Gate.State);
        harness.Type("p");
        Assert.Equal(TradingState.Reducing, harness.Session.Gate.State);
        Assert.False(harness.Session.Gate.MaySend);
        Assert.Contains("withheld", harness.Screen.Text());
        harness.Type("p");
        Assert.True(harness.Session.Gate.MaySend);
        harness.Type("Ky").Type("p").Type(":trading resume<Enter>");
        Assert.Equal(TradingState.Halted, harness.Session.Gate.State);
    }

    [Theory]
    [InlineData(":qui<Tab><Enter>", true)]
    [InlineData(":quti<Enter>", false)]
    [InlineData("q", true)]
    public void Command_ByName_OrSaysWhatWasMeant(string keys, bool quits)
    {
        using ScreenHarness harness = new(80, 24);
        harness.Type(keys);
        Assert.Equal(quits, harness.App.IsQuit);
        if (!quits) Assert.Contains("quit", harness.Screen.Row(23));
    }

    [Fact]
    public void Session_JournalThatCannotBeMade_IsToldAtTheEnd()
    {
        ReplaySettings settings = ScreenHarness.Settings(stamps: false, RunnerKind.Inline) with
        {
            JournalPath = Path.Combine(Path.GetTempPath(), $"none-{Guid.NewGuid():N}", "run.journal"),
        };
        using ReplaySession session = new(settings, isPaused: false);
        session.Start();
        ScreenHarness.WaitUntil(() => session.HasFailed);
        Assert.ThrowsAny<Exception>(() => session.Finish(mustEnd: true));
    }

    /// <summary>A whole frame, figures taken anew and drawn, on every screen, while decisions come in.</summary>
    [Fact]
    public void Draw_AfterWarmUp_AllocatesNothing()
    {
        using ScreenHarness harness = new(200, 60, stamps: true, runner: RunnerKind.Fused);
        harness.RunTo(ScreenHarness.Slot);
        FrameProbe probe = new(harness.App);
        for (int screen = 1; screen <= LowLatency.ConsoleHost.Screens.ScreenApp.ScreenNames.Count; screen++)
        {
            harness.Type($"{screen}");
            probe.Warm(200);

            // A line for the log or a new pool costs once; what a frame costs would show in every round.
            long least = long.MaxValue;
            for (int round = 0; round < 5 && least != 0; round++)
            {
                harness.Session.Current!.Control!.StepSlot();
                least = Math.Min(least, probe.Measure(100));
            }

            Assert.True(least == 0, $"screen {screen}: {least} bytes in 100 frames");
        }
    }
}
