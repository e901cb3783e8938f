using System.Collections.Generic;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>An engine under measurement, for screens.</summary>
internal sealed class BenchSource(MarketPipeline pipeline, RecentDecisions decisions) : IRunSource
{
    public string Title => "bench";

    public WatchedRun? Current { get; } = new()
    {
        View = pipeline.View,
        Decisions = decisions,
        AddressOf = _ => "memory",
        Info = new JournalRunInfo { Capture = "bench" },
    };

    public string? Ended => null;

    public TradingGate Gate { get; } = new();

    public RunLog Log { get; } = new();

    public IReadOnlyList<SettingRow> Settings { get; } = [];

    public string Reload() => "the settings of a measurement stand";

    public bool TryRestart(ulong slot) => false;
}
