using System.Collections.Generic;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>What the console costs, measured.</summary>
internal sealed record UiCostResult
{
    public required MachineBlock Machine { get; init; }

    public required string Runner { get; init; }

    public required double SecondsPerTurn { get; init; }

    /// <summary>Without the console, a result a turn.</summary>
    public required List<BenchLoadResult> Without { get; init; }

    /// <summary>With it, a result a turn.</summary>
    public required List<BenchLoadResult> With { get; init; }

    public required ConsoleCost Console { get; init; }
}

/// <summary>The console's own thread over all turns.</summary>
/// <param name="Frames">Frames drawn.</param>
/// <param name="Seconds">Time it drew for.</param>
/// <param name="CpuSeconds">Processor time of its thread; negative if this system does not say.</param>
/// <param name="AllocatedBytes">Managed bytes that its thread allocated, the first two seconds of each turn not
/// counted.</param>
/// <param name="CountedFrames">Frames in that time.</param>
/// <param name="Bytes">Bytes written to the terminal.</param>
internal readonly record struct ConsoleCost(
    long Frames, double Seconds, double CpuSeconds, long AllocatedBytes, long CountedFrames, long Bytes);

/// <summary>
/// The same load on two engines of one process in turns: one as it runs without <c>--ui</c>, one watched by the real
/// screen loop on a thread of its own, into a terminal of 200 by 60 cells that takes every byte at once and goes from
/// screen to screen. What differs between the two is what the console costs.
/// </summary>
internal sealed class UiCostRun(BenchSettings settings, int turns)
{
    private readonly BenchRun _plain = new(settings);
    private readonly RecentDecisions _decisions = new();

    /// <summary>Runs all turns.</summary>
    /// <exception cref="CommandException">The capture cannot be used.</exception>
    public UiCostResult Execute(TextWriter progress)
    {
        MachineBlock machine = MachineBlock.Read();
        BenchRun watched = new(settings, _decisions);
        List<BenchLoadResult> without = [];
        List<BenchLoadResult> with = [];
        ConsoleCost cost = default;
        try
        {
            _plain.Begin(progress);
            watched.Begin(progress, recorded: _plain);
            for (int turn = 0; turn < turns && !settings.Cancellation.IsCancellationRequested; turn++)
            {
                foreach (BenchLoad load in settings.Loads)
                {
                    progress.WriteLine($"bench: load {load.Name}, turn {turn + 1} of {turns}");
                    bool isPlainFirst = turn % 2 == 0;
                    if (isPlainFirst) without.Add(_plain.Measure(load));
                    with.Add(MeasureWatched(watched, load, ref cost));
                    if (!isPlainFirst) without.Add(_plain.Measure(load));
                }
            }
        }
        finally
        {
            _plain.End();
            watched.End();
        }

        return new UiCostResult
        {
            Machine = machine,
            Runner = settings.Pipeline.Runner.ToString().ToLowerInvariant(),
            SecondsPerTurn = settings.Seconds,
            Without = without,
            With = with,
            Console = cost,
        };
    }

    private BenchLoadResult MeasureWatched(BenchRun watched, BenchLoad load, ref ConsoleCost cost)
    {
        SilentTerminal terminal = new();
        FrameEncoder encoder = new(new Palette(ColorDepth.Palette), asciiOnly: false);
        ScreenApp app = new(new BenchSource(watched.Pipeline, _decisions));
        ScreenLoop loop = new(terminal, app, encoder, () => false);
        Thread thread = new(() => loop.Run()) { Name = "console", IsBackground = true };
        thread.Start();
        BenchLoadResult result = watched.Measure(load);
        terminal.End();
        thread.Join();
        ConsoleCost one = terminal.Cost;
        cost = new ConsoleCost(
            cost.Frames + one.Frames, cost.Seconds + one.Seconds,
            cost.CpuSeconds < 0 || one.CpuSeconds < 0 ? -1 : cost.CpuSeconds + one.CpuSeconds,
            cost.AllocatedBytes + one.AllocatedBytes, cost.CountedFrames + one.CountedFrames, cost.Bytes + one.Bytes);
        return result;
    }
}
