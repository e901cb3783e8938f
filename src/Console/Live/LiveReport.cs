using System;
using System.Collections.Generic;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Live;

namespace LowLatency.ConsoleHost.Live;

internal sealed record ConnectionReport(
    int Connection, string Name, bool IsOpen, long Opens, int Subscriptions, string LastEnd, long DroppedFrames,
    ReplaysReport? Replays);

/// <summary>Replays from an earlier slot that a stream asked for when it opened.</summary>
/// <param name="Asked">Times it asked.</param>
/// <param name="Refused">Of these, refused: what was missed was fetched.</param>
/// <param name="Without">Times it opened again from the present only.</param>
internal sealed record ReplaysReport(long Asked, long Refused, long Without);

/// <summary>How often an endpoint was left alone, why, and what became of it.</summary>
internal sealed record HealthReport(
    string Endpoint, string State, long Demotions, long Late, long Loss, long SlotsBehind, long Breaks, long Retries,
    long Readmissions, long Kept);

/// <summary>What connections, snapshots and recording of a live run did, as data.</summary>
internal sealed record LiveReport
{
    public required IReadOnlyList<ConnectionReport> Connections { get; init; }
    public required IReadOnlyList<HealthReport> Health { get; init; }
    public required int AccountsWatched { get; init; }
    public required long SubscriptionsRefused { get; init; }
    public required long WatchListReloads { get; init; }
    public required long AccountsDropped { get; init; }
    public required long PoolsRefused { get; init; }
    public required int PoolsBelowFloor { get; init; }
    public required long FallsBelowFloor { get; init; }
    public required string? WatchListFault { get; init; }
    public required double SlotTimeMs { get; init; }
    public required long CoverLost { get; init; }
    public required long CoverRestored { get; init; }
    public required int InDoubt { get; init; }
    public required long SnapshotRequests { get; init; }
    public required long SnapshotFailures { get; init; }
    public required long SnapshotsBehind { get; init; }
    public required long AccountsAudited { get; init; }
    public required long AuditRepairs { get; init; }
    public required long ImplausibleSlots { get; init; }
    public required long FeedThreadAllocatedBytes { get; init; }
    public required long CopiesConfirmed { get; init; }
    public required long CopiesInConflict { get; init; }
    public required long ConflictsRead { get; init; }
    public required long ConflictsDropped { get; init; }
    public required ChainReport Chain { get; init; }
    public required string? Recording { get; init; }
    public required long RecordedFrames { get; init; }
    public required long RecordedBytes { get; init; }
    public required long UnrecordedFrames { get; init; }
    public required string? RecordingFailure { get; init; }

    public static LiveReport Of(LiveRun run, MarketPipeline pipeline, string? recordPath)
    {
        List<ConnectionReport> connections = [];
        foreach (ConnectionStatus c in run.Pool.GetStatus())
        {
            connections.Add(new ConnectionReport(
                c.ConnectionId, c.Name, c.IsOpen, c.Opens, c.Active, c.LastEnd.Cause.ToString(), c.DroppedFrames,
                c.IsStream ? ReplaysOf(c) : null));
        }

        List<HealthReport> health = [];
        foreach (EndpointHealthStatus h in run.Health?.Status ?? [])
        {
            health.Add(new HealthReport(
                h.Name, h.State.ToString(), h.Demotions, h.Late, h.Loss, h.SlotsBehind, h.Breaks, h.Retries,
                h.Readmissions, h.Kept));
        }

        return new LiveReport
        {
            Connections = connections,
            Health = health,
            AccountsWatched = run.Pool.Watched,
            SubscriptionsRefused = run.Pool.Refused,
            WatchListReloads = run.Reloads,
            AccountsDropped = run.AccountsDropped,
            PoolsRefused = pipeline.Graph.RefusedPools,
            PoolsBelowFloor = pipeline.Graph.Floor?.BelowCount ?? 0,
            FallsBelowFloor = pipeline.Graph.Floor?.Falls ?? 0,
            WatchListFault = run.ReloadFault,
            SlotTimeMs = run.Pool.SlotTimeNs() / 1e6,
            CoverLost = run.Feed?.Coverage?.Losses ?? 0,
            CoverRestored = run.Feed?.Coverage?.Repairs ?? 0,
            InDoubt = run.Feed?.Coverage?.Doubtful ?? 0,
            SnapshotRequests = run.Bootstrap.Counters.Requests,
            SnapshotFailures = run.Bootstrap.Counters.Failures,
            SnapshotsBehind = run.Bootstrap.Counters.MinContextSlot,
            AccountsAudited = run.Bootstrap.Counters.Audited,
            AuditRepairs = pipeline.Graph.SnapshotRepairs,
            ImplausibleSlots = pipeline.Dedup.Belief.Refused,
            FeedThreadAllocatedBytes = run.Feed?.ThreadAllocatedBytes ?? 0,
            CopiesConfirmed = pipeline.Graph.Agreement?.Confirmed ?? 0,
            CopiesInConflict = pipeline.Graph.Agreement?.Conflicts ?? 0,
            ConflictsRead = run.Bootstrap.Counters.Reread,
            ConflictsDropped = run.ConflictsDropped,
            Chain = ChainReport.Of(run, pipeline),
            Recording = recordPath,
            RecordedFrames = run.Recorder?.Frames ?? 0,
            RecordedBytes = run.Recorder?.FileBytes ?? 0,
            UnrecordedFrames = run.Recorder?.LostFrames ?? 0,
            RecordingFailure = run.Recorder?.Failure,
        };
    }

    private static ReplaysReport ReplaysOf(in ConnectionStatus c) => new(
        c.Replays + c.ReplaysRefused, c.ReplaysRefused, Math.Max(0, c.Opens - 1 - c.Replays - c.ReplaysRefused));
}
