using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Live;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>One replay, as asked for on the command line.</summary>
internal sealed record ReplaySettings
{
    /// <summary>Live connections instead of a capture; null = the capture.</summary>
    public LiveRun? Live { get; init; }

    /// <summary>Verb that lines of progress and faults begin with.</summary>
    public string Verb { get; init; } = "replay";

    /// <summary>Capture file; of a live run the one it records to.</summary>
    public required string CapturePath { get; init; }

    /// <summary>Capture that a live run writes; null = none.</summary>
    public string? RecordPath { get; init; }

    /// <summary>What reports call it.</summary>
    public required string CaptureName { get; init; }

    /// <summary>Its name in a line that is short: file name, or what was generated.</summary>
    public string CaptureTitle { get; init; } = string.Empty;

    /// <summary>Settings in force and where each comes from.</summary>
    public IReadOnlyList<SettingRow> Rows { get; init; } = [];

    /// <summary>What may be sent.</summary>
    public TradingGate Gate { get; init; } = new();

    /// <summary>What happened, for screens.</summary>
    public RunLog Log { get; init; } = new();

    /// <summary>Settings that changed while it ran.</summary>
    public SettingTrail Trail { get; init; } = new();

    /// <summary>Reads the configuration again, in a sentence; null where settings stand.</summary>
    public Func<string>? Reload { get; init; }

    /// <summary>Gets the pipeline's published figures when it is made; null if nobody wants them.</summary>
    public Action<PipelineView>? OnView { get; init; }

    /// <summary>Engine.</summary>
    public required PipelineSettings Pipeline { get; init; }

    /// <summary>Times recorded pace; 0 = as fast as possible.</summary>
    public double Speed { get; init; }

    /// <summary>First slot.</summary>
    public ulong? FromSlot { get; init; }

    /// <summary>Last slot.</summary>
    public ulong? ToSlot { get; init; }

    /// <summary>Decision journal to write; null = none.</summary>
    public string? JournalPath { get; init; }

    /// <summary>Folder that keeps the run for <c>report</c>, its journal in it; null = none.</summary>
    public string? RunFolder { get; init; }

    /// <summary>Folder for one JSON file per taken decision; null = none.</summary>
    public string? TransactionsFolder { get; init; }

    /// <summary>truth-cycles file; null = no comparison.</summary>
    public string? GroundTruthPath { get; init; }

    /// <summary>truth-slots file; null = no comparison.</summary>
    public string? StateTruthPath { get; init; }

    /// <summary>Venues in the comparison with the ground truth; empty = all that this build prices.</summary>
    public IReadOnlySet<VenueId> TruthVenues { get; init; } = new HashSet<VenueId>();

    /// <summary>Ends the replay early, in order.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Keys of the configuration that file, environment or command line set.</summary>
    public IReadOnlyList<string> ChangedKeys { get; init; } = [];
}
