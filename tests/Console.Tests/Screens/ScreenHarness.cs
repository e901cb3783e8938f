using System;
using System.Diagnostics;
using System.Text;
using System.Threading;
using LowLatency.Console.Tests.Rendering;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// The screens over a replay of the bundled capture, paused, without stamps and with a clock that stands still: every
/// cell of a frame is then determined by the capture. Frames go through the encoder into a virtual terminal.
/// </summary>
internal sealed class ScreenHarness : IDisposable
{
    public const ulong Slot = 282617450;

    private readonly ReplaySession _session;
    private readonly FrameEncoder _encoder = new(new Palette(ColorDepth.Palette), asciiOnly: false);
    private readonly CellBuffer _buffer = new();

    public ScreenHarness(int columns, int rows, bool stamps = false, RunnerKind runner = RunnerKind.Inline)
    {
        _session = new ReplaySession(Settings(stamps, runner), isPaused: true);
        App = new ScreenApp(_session);
        Resize(columns, rows);
        _session.Start();
        WaitUntil(() => _session.Current is { Control.IsWaiting: true });
        Draw();
    }

    public ScreenApp App { get; }

    public ReplaySession Session => _session;

    public VirtualTerminal Screen { get; private set; } = null!;

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
            Thread.Sleep(100); // ten rounds of housekeeping
            Draw();
            string now = Screen.Text();
            bool isSame = now == before;
            before = now;
            return isSame;
        });
        return this;
    }

    /// <summary>Types keys: characters, or names in angle brackets such as &lt;Enter&gt;.</summary>
    public ScreenHarness Type(string keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            int close = keys[i] == '<' ? keys.IndexOf('>', i) : -1;
            if (close < 0)
            {
                App.OnKey(new KeyPress(Key.Character, keys[i]));
                continue;
            }

            App.OnKey(new KeyPress(Enum.Parse<Key>(keys[(i + 1)..close])));
            i = close;
        }

        Draw();
        return this;
    }

    public void Resize(int columns, int rows)
    {
        Screen = new VirtualTerminal(columns, rows);
        _buffer.Resize(columns, rows);
        _encoder.Invalidate();
    }

    public void Draw()
    {
        App.Draw(_buffer, nowMs: 1_000_000);
        Screen.Feed(_encoder.Encode(_buffer));
        for (int y = 0; y < _buffer.Rows; y++)
        {
            StringBuilder wanted = new();
            foreach (Cell cell in _buffer.Row(y))
            {
                if (!cell.IsTail) wanted.Append(new Rune(cell.Rune));
            }

            string shown = Screen.Row(y);
            if (wanted.ToString().TrimEnd() != shown) throw new InvalidOperationException($"row {y} shows: {shown}");
        }
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
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > 60) throw new TimeoutException();
            Thread.Sleep(5);
        }
    }
}
