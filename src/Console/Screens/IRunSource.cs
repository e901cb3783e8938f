using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>One pipeline at work, as far as screens may see it: published figures and controls, no stage.</summary>
internal sealed class WatchedRun
{
    /// <summary>Figures of the pipeline.</summary>
    public required PipelineView View { get; init; }

    /// <summary>The newest decisions.</summary>
    public required RecentDecisions Decisions { get; init; }

    /// <summary>How far the feed has come; null if it has no end.</summary>
    public SnapshotCell<FeedProgress>? Progress { get; init; }

    /// <summary>Pace, pause, steps; null if the feed cannot be steered.</summary>
    public ReplayControl? Control { get; init; }

    /// <summary>Address of an endpoint; empty if unknown.</summary>
    public required Func<int, string> AddressOf { get; init; }

    /// <summary>Health of the endpoint of a connection, as last published; null where nobody judges it.</summary>
    public Func<int, EndpointHealthStatus?>? HealthOf { get; init; }

    /// <summary>What decisions are explained with.</summary>
    public required JournalRunInfo Info { get; init; }

    /// <summary>Settings that changed while it ran.</summary>
    public SettingTrail Trail { get; init; } = new();
}

/// <summary>
/// Whatever runs a pipeline for the screens: a replay, later a live run. All members may be used by the console's
/// thread at any time.
/// </summary>
internal interface IRunSource
{
    /// <summary>Verb and input, for the first line.</summary>
    string Title { get; }

    /// <summary>The run at work; another object after a restart; null before the first event.</summary>
    WatchedRun? Current { get; }

    /// <summary>How it ended, in words; null while it runs.</summary>
    string? Ended { get; }

    /// <summary>What may be sent.</summary>
    TradingGate Gate { get; }

    /// <summary>What happened.</summary>
    RunLog Log { get; }

    /// <summary>Settings in force.</summary>
    IReadOnlyList<SettingRow> Settings { get; }

    /// <summary>Reads the configuration again; what becomes of that, in a sentence.</summary>
    string Reload();

    /// <summary>Begins again and runs to a slot; false if this source cannot.</summary>
    bool TryRestart(ulong slot);
}
