using System.Collections.Generic;
using LowLatency.Engine.Metrics;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>A distribution in figures, nanoseconds.</summary>
internal sealed record BenchTimes(
    long Count, long P50, long P90, long P99, long P999, long P9999, long Max, double Mean)
{
    public static BenchTimes Of(LatencyHistogram h) => new(
        h.Count, h.ValueAtPercentile(50), h.ValueAtPercentile(90), h.ValueAtPercentile(99), h.ValueAtPercentile(99.9),
        h.ValueAtPercentile(99.99), h.MaxNs, System.Math.Round(h.MeanNs, 1));
}

/// <summary>One load: its schedule, what was done, and the times by point.</summary>
internal sealed record BenchLoadResult
{
    public required string Load { get; init; }

    /// <summary>Probe beside this load: least nanoseconds a step, before and after.</summary>
    public required double ProbeNs { get; init; }

    public required long Messages { get; init; }

    public required double Seconds { get; init; }

    public required double MessagesPerSecond { get; init; }

    /// <summary>False if the schedule could not be held for twice its length: the load is above the capacity.</summary>
    public required bool KeptUp { get; init; }

    public required long Decisions { get; init; }

    /// <summary>Events refused because a ring was full.</summary>
    public required long Refused { get; init; }

    /// <summary>Messages that tell an account, with what sets up connections.</summary>
    public long AccountUpdates { get; init; }

    /// <summary>By cause, what was refused or dropped, with what sets up connections.</summary>
    public SortedDictionary<string, long> Losses { get; set; } = [];

    /// <summary>Pools by their state at the end.</summary>
    public SortedDictionary<string, long> Pools { get; set; } = [];

    /// <summary>True if a signal ended it before its time.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>Managed bytes allocated by the feed's and all stage threads.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Collections per generation.</summary>
    public required int[] Collections { get; init; }

    /// <summary>From the intended arrival, by point; closed loop: from the frame in memory.</summary>
    public required SortedDictionary<string, BenchTimes> Response { get; init; }

    /// <summary>From the moment the feed took the message up, by point; inline only.</summary>
    public required SortedDictionary<string, BenchTimes> Service { get; init; }

    /// <summary>By step, waiting before it included.</summary>
    public required SortedDictionary<string, BenchTimes> Steps { get; init; }
}

/// <summary>A whole run.</summary>
internal sealed record BenchResult
{
    public const int CurrentVersion = 2;

    public required int Version { get; init; }

    public required string CreatedUtc { get; init; }

    /// <summary>Version of the program with its commit, if the build knew it.</summary>
    public required string Build { get; init; }

    public required string Capture { get; init; }

    public required string CaptureSha256 { get; init; }

    public required string Runner { get; init; }

    public required MachineBlock Machine { get; init; }

    /// <summary>True if a generator made the capture.</summary>
    public bool Synthetic { get; init; }

    /// <summary>True if the capture has no receive times: a recorded pace is then of 400 ms a slot.</summary>
    public bool HasNominalPace { get; init; }

    /// <summary>True if a signal ended the run: later loads are missing, the last may be short.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>Resident memory at the end, bytes.</summary>
    public required long ResidentBytes { get; init; }

    public required List<BenchLoadResult> Loads { get; init; }
}
