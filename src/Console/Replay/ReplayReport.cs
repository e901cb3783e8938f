using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Live;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.ConsoleHost.Replay;

internal sealed record LatencyRow(
    string Step, long Count, long P50Ns, long P90Ns, long P99Ns, long P999Ns, long MaxNs);

internal sealed record EndpointReport(
    int Endpoint, string Address, long Opened, long Closed, long Delivered, long First, long Duplicates, long Missed,
    double? LossPercent, long Gaps, long SlotsTold, long SlotsAbandoned, double? ForkAccuracyPercent,
    double? LeadMsP50, double? LeadMsP99, double? LagMsP50, double? LagMsP99);

/// <summary>One of the best cycles. Refused on its bound it has no probability and no expected value.</summary>
internal sealed record RouteReport(
    string Id, ulong Slot, string Reason, string Route, string BaseMint, ulong AmountIn, ulong AmountOut,
    long GrossProfit, long NetProfitLamports, ulong TipLamports, uint? LandingPpm, long? ExpectedValueLamports,
    string AmountInText, string GrossProfitText);

internal sealed record CheckReport(string Name, bool Passed, string Summary, IReadOnlyList<string> Differences);

/// <summary>What a replay did, as data: the text and the JSON report print the same object.</summary>
internal sealed record ReplayReport
{
    public required string Capture { get; init; }
    public required string Outcome { get; init; }
    public required bool Synthetic { get; init; }
    public required string Runner { get; init; }
    public required double ElapsedSeconds { get; init; }
    public required double CaptureSeconds { get; init; }
    public required long Frames { get; init; }
    public required long Events { get; init; }
    public required double EventsPerSecond { get; init; }
    public required ulong LastSlot { get; init; }
    public required long Forks { get; init; }
    public required long Rollbacks { get; init; }
    public required IReadOnlyList<FunnelStep> Funnel { get; init; }
    public required SortedDictionary<string, long> Messages { get; init; }
    public required SortedDictionary<string, long> DecodeRefusals { get; init; }
    public required SortedDictionary<string, long> Drops { get; init; }
    public required SortedDictionary<string, long> Incidents { get; init; }
    public required SortedDictionary<string, long> PoolsByState { get; init; }
    public required SortedDictionary<string, long> PoolsByVenue { get; init; }
    public required IReadOnlyList<EndpointReport> Endpoints { get; init; }
    public required IReadOnlyList<LatencyRow> Latency { get; init; }
    public required SortedDictionary<string, long> Decisions { get; init; }
    public required long DecisionCount { get; init; }
    public required long MessagesBuilt { get; init; }
    public required long SearchesBounded { get; init; }
    public required SortedDictionary<string, long> Search { get; init; }
    public required IReadOnlyList<RouteReport> TopRoutes { get; init; }
    public required LifeReport Lives { get; init; }
    public required FieldReport Field { get; init; }
    public required string DecisionHash { get; init; }
    public required long AllocatedBytes { get; init; }
    public required double AllocatedBytesPerEvent { get; init; }
    public required int[] Collections { get; init; }
    public required IReadOnlyList<CheckReport> Checks { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The newest slot that the graph has seen, or, of slots alone, that was announced; 0 for none.</summary>
    internal static ulong LastSlotOf(MarketPipeline pipeline) =>
        pipeline.Graph.CurrentSlot != 0 ? pipeline.Graph.CurrentSlot : pipeline.Dedup.Slots.Head;

    /// <summary>Connections, snapshots and recording of a live run; null of a replay.</summary>
    public LiveReport? Live { get; init; }

    public static string HashText(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);

    public static ReplayReport From(ReplaySettings settings, ReplayRun run)
    {
        MarketPipeline pipeline = run.Pipeline!;
        FeedStatistics feed = run.Feed!;
        long events = pipeline.Sinks.Events;
        double seconds = Math.Max(run.Elapsed.TotalSeconds, 1e-9);
        return new ReplayReport
        {
            Capture = settings.CaptureName,
            Outcome = run.Outcome.ToString(),
            Synthetic = run.IsSynthetic,
            Runner = settings.Pipeline.Runner.ToString(),
            ElapsedSeconds = seconds,
            CaptureSeconds = (feed.LastUtcNs - feed.FirstUtcNs) / 1e9,
            Frames = feed.Frames,
            Events = events,
            EventsPerSecond = events / seconds,
            LastSlot = LastSlotOf(pipeline),
            Forks = pipeline.Dedup.Slots.ForkCount,
            Rollbacks = pipeline.Dedup.Rollbacks,
            Funnel = FunnelReport.Of(pipeline, feed.Total, run.Decisions),
            Messages = ReplayTables.Messages(feed.Total),
            DecodeRefusals = ReplayTables.Refusals(feed.Total),
            Drops = ReplayTables.Drops(pipeline),
            Incidents = ReplayTables.Incidents(pipeline),
            PoolsByState = ReplayTables.PoolsByState(pipeline.Graph.Market),
            PoolsByVenue = ReplayTables.PoolsByVenue(pipeline.Graph.Market),
            Endpoints = ReplayTables.Endpoints(pipeline.Dedup.Race, feed),
            Latency = ReplayTables.Latency(pipeline.Sinks.Latency),
            Decisions = ReplayTables.Decisions(run.Decisions),
            DecisionCount = run.Decisions.Count,
            MessagesBuilt = run.Decisions.Messages,
            SearchesBounded = pipeline.Cycles.WorkBoundCount,
            Search = ReplayTables.Search(pipeline),
            TopRoutes = ReplayTables.TopRoutes(run.Decisions, pipeline),
            Lives = LifeReport.Of(pipeline, run.Lives),
            Field = FieldReport.Of(pipeline),
            DecisionHash = HashText(run.Hash.Value),
            AllocatedBytes = run.AllocatedBytes,
            AllocatedBytesPerEvent = events == 0 ? 0 : (double)run.AllocatedBytes / events,
            Collections = run.Collections,
            Checks = ReplayTables.Checks(run),
            Notes = ReplayTables.Notes(settings, run),
            Live = settings.Live is { } live ? LiveReport.Of(live, pipeline, settings.RecordPath) : null,
        };
    }

    public void WriteJson(TextWriter output) => output.WriteLine(JsonOutput.Report(this));

    public void WriteText(TextWriter output) => new ReplayText(output).Write(this);
}
