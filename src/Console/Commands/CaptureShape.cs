using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>What <c>inspect --json</c> prints; times in nanoseconds since 1970, sizes in bytes.</summary>
internal sealed record CaptureShape
{
    public required string File { get; init; }

    public required string Format { get; init; }

    public required bool Synthetic { get; init; }

    public required bool Intact { get; init; }

    public required string? Fault { get; init; }

    public required long GoodBytes { get; init; }

    public required long FileBytes { get; init; }

    public required long Frames { get; init; }

    public required long FramesWithDerivedTime { get; init; }

    public required long ClockStepsBack { get; init; }

    public required long FirstUtcNs { get; init; }

    public required long LastUtcNs { get; init; }

    public required ulong FirstSlot { get; init; }

    public required ulong LastSlot { get; init; }

    public required int DistinctAccounts { get; init; }

    public required long AccountBytes { get; init; }

    public required SortedDictionary<string, long> AccountsByOwner { get; init; }

    public required List<EndpointShape> Endpoints { get; init; }

    public required SortedDictionary<string, long> Messages { get; init; }

    public required SortedDictionary<string, long> DecodeRefusals { get; init; }

    public static CaptureShape Of(CaptureSummary summary)
    {
        FeedStatistics s = summary.Statistics;
        List<EndpointShape> endpoints = [];
        foreach (EndpointStatistics e in s.Endpoints)
            endpoints.Add(new EndpointShape(e.EndpointId, e.Address, e.Opens, e.Closes, e.Frames));
        return new CaptureShape
        {
            File = summary.FilePath,
            Format = InspectCommand.Format(summary),
            Synthetic = summary.Header?.IsSynthetic ?? false,
            Intact = summary.IsIntact,
            Fault = s.Fault?.ToString(),
            GoodBytes = summary.GoodBytes,
            FileBytes = s.FileBytes,
            Frames = s.Frames,
            FramesWithDerivedTime = s.FramesWithDerivedTime,
            ClockStepsBack = s.ClockStepsBack,
            FirstUtcNs = s.FirstUtcNs,
            LastUtcNs = s.LastUtcNs,
            FirstSlot = summary.FirstSlot,
            LastSlot = summary.LastSlot,
            DistinctAccounts = summary.DistinctAccounts,
            AccountBytes = summary.AccountBytes,
            AccountsByOwner = InspectCommand.Owners(summary),
            Endpoints = endpoints,
            Messages = ReplayTables.Messages(s.Total),
            DecodeRefusals = ReplayTables.Refusals(s.Total),
        };
    }

    /// <summary>An endpoint's part.</summary>
    internal sealed record EndpointShape(byte Endpoint, string Address, long Opens, long Closes, long Frames);
}
