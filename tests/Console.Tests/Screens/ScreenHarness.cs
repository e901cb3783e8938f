using System;
using System.Diagnostics;
using System.Threading;
using LowLatency.Console.Tests.Rendering;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// The screens over a replay of the bundled capture, paused, with a clock that stands still.
/// </summary>
internal sealed class ScreenHarness : IDisposable
{
    public const ulong Slot = 282617450;

    private readonly ReplaySession _session;
    private readonly ScreenView _view;

    public ScreenHarness(int columns, int rows, bool stamps = false, RunnerKind runner = RunnerKind.Inline)
    {
        _session = new ReplaySession(Settings(stamps, runner), isPaused: true);
        _view = new ScreenView(_session, columns, rows);
        _session.Start();
        WaitUntil(() => _session.Current is { Control.IsWaiting: true });
        _view.Draw();
    }

    public ScreenApp App => _view.App;

    public ReplaySession Session => _session;

    public VirtualTerminal Screen => _view.Screen;

    public static ReplaySettings Settings(bool stamps, RunnerKind runner) => new()
    {
        CapturePath = BundledCapture.FilePath,
        CaptureName = "the bundled capture market-small",
        CaptureTitle = "replay market-small",
        Pipeline = new PipelineSettings
        {
            TakeStamps = stamps,
            Runner = runner,
            Search = new SearchSettings
            {
                BaseMints = [SearchSettings.WrappedSol, Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")],
                MinimumProfitLamports = 10_000,
            },
        },
    };

    /// <summary>Runs on to a slot and waits until everything up to it is published.</summary>
    public ScreenHarness RunTo(ulong slot)
    {
        _session.Current!.Control!.RunToSlot(slot);
        return Settle();
    }

    /// <summary>Waits until the replay stands still and the frame no longer changes.</summary>
    public ScreenHarness Settle()
    {
        string? before = null;
        WaitUntil(() =>
        {
            if (_session.Current is not { Control: { IsRunningToSlot: false } control }) return false;
            if (!control.IsWaiting && _session.Ended is null) return false;
            Thread.Sleep(100);
            AwaitHousekeeping();
            _view.Draw();
            string now = Screen.Text();
            bool isSame = now == before;
            before = now;
            return isSame;
        });
        return this;
    }

    /// <summary>Ten rounds of every group, however long a busy machine takes; none come after the end.</summary>
    private void AwaitHousekeeping()
    {
        const int Rounds = 10;
        PipelineView view = _session.Current!.View;
        long dedup = view.Dedup.Published + Rounds;
        long market = view.Market.Published + Rounds;
        long sinks = view.Sinks.Published + Rounds;
        WaitUntil(() => _session.Ended is not null
            || (view.Dedup.Published >= dedup && view.Market.Published >= market && view.Sinks.Published >= sinks));
    }

    public ScreenHarness Type(string keys)
    {
        _view.Type(keys);
        return this;
    }

    /// <summary>Ends the run.</summary>
    public ReplayRun Finish(bool mustEnd)
    {
        _session.Finish(mustEnd);
        return _session.Run!;
    }

    public void Dispose()
    {
        _session.Finish(mustEnd: true);
        _session.Dispose();
    }

    public static void WaitUntil(Func<bool> isDone)
    {
        long started = Stopwatch.GetTimestamp();
        while (!isDone())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > 90) throw new TimeoutException();
            Thread.Sleep(5);
        }
    }
}
