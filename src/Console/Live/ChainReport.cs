using System;
using System.Collections.Generic;
using LowLatency.Engine.Chain;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Submission;

namespace LowLatency.ConsoleHost.Live;

/// <summary>What became of the requests of one kind.</summary>
internal sealed record ChainRequests(long Asked, long Answered, long RateLimited, long Behind, long Failed)
{
    public static ChainRequests Of(ChainRequestCounters c) =>
        new(c.Requests, c.Answers, c.RateLimited, c.Behind, c.Failures);
}

/// <summary>What simulations returned.</summary>
internal sealed record SimulationReport
{
    public required long Offered { get; init; }
    public required long BeyondRate { get; init; }
    public required long QueueFull { get; init; }
    public required long Unreadable { get; init; }
    public required long Asked { get; init; }
    public required long Answered { get; init; }
    public required IReadOnlyDictionary<string, long> FailedCalls { get; init; }
    public required IReadOnlyDictionary<string, long> Ends { get; init; }
    public required long Unmatched { get; init; }
    public required long SwapsLearned { get; init; }
    public required long RouteFailures { get; init; }

    public static SimulationReport Of(Simulator simulator, ChainCounters counters)
    {
        SortedDictionary<string, long> failed = new(StringComparer.Ordinal);
        foreach (RpcErrorKind kind in Enum.GetValues<RpcErrorKind>())
        {
            if (simulator.FailedOf(kind) != 0) failed[kind.ToString()] = simulator.FailedOf(kind);
        }

        SortedDictionary<string, long> ends = new(StringComparer.Ordinal);
        foreach (SimulationEnd end in Enum.GetValues<SimulationEnd>())
        {
            if (counters[end] != 0) ends[end.ToString()] = counters[end];
        }

        return new SimulationReport
        {
            Offered = simulator.Offered,
            BeyondRate = simulator.Skipped,
            QueueFull = simulator.Overflows,
            Unreadable = simulator.Unreadable,
            Asked = simulator.Asked,
            Answered = simulator.Answered,
            FailedCalls = failed,
            Ends = ends,
            Unmatched = counters.Unmatched,
            SwapsLearned = counters.SwapsLearned,
            RouteFailures = counters.RouteFailures,
        };
    }
}

/// <summary>What a live run knew of the chain besides accounts.</summary>
internal sealed record ChainReport
{
    public required ChainRequests BlockhashRequests { get; init; }
    public required ChainRequests BlockhashChecks { get; init; }
    public required long Blockhashes { get; init; }
    public required long BlockhashesOfStreams { get; init; }
    public required long BlockhashesToAgree { get; init; }
    public required long BlockhashesAgreed { get; init; }
    public required long BlockhashesTakenAlone { get; init; }
    public required long BlockhashesDenied { get; init; }
    public required long BlockhashContradictions { get; init; }
    public required long BlockhashesRefused { get; init; }
    public required long BlockhashesExpired { get; init; }
    public required int BlocksLeftLeast { get; init; }
    public required int BlocksLeft { get; init; }
    public required ulong BlockHeight { get; init; }
    public required ChainRequests FeeRequests { get; init; }
    public required int FeeAccounts { get; init; }
    public required long FeeSlots { get; init; }
    public required long FeeSlotsRefused { get; init; }
    public required ulong MicroLamportsPerCu { get; init; }
    public required string PriceRule { get; init; }
    public required double CongestionPercent { get; init; }
    public required SimulationReport? Simulation { get; init; }

    public static ChainReport Of(LiveRun run, MarketPipeline pipeline)
    {
        BlockhashRing ring = pipeline.Instructions.Blockhashes;
        BlockhashVoices voices = pipeline.Chain.Voices;
        PriorityFeeEstimate price = pipeline.Scoring.Fees.PriorityFees.Estimate();
        ChainCounters counters = pipeline.Chain.Counters;
        return new ChainReport
        {
            BlockhashRequests = ChainRequests.Of(run.Chain.Blockhashes),
            BlockhashChecks = ChainRequests.Of(run.Chain.BlockhashChecks),
            Blockhashes = ring.Taken,
            BlockhashesOfStreams = run.Feed?.GetStatistics().Total.BlockhashesTold ?? 0,
            BlockhashesToAgree = voices.Told,
            BlockhashesAgreed = voices.Agreed,
            BlockhashesTakenAlone = voices.TakenAlone,
            BlockhashesDenied = voices.Denials,
            BlockhashContradictions = voices.Contradictions,
            BlockhashesRefused = ring.Implausible,
            BlockhashesExpired = ring.ExpiredCount,
            BlocksLeftLeast = ring.LeastBlocksLeft,
            BlocksLeft = ring.BlocksLeft(pipeline.Graph.CurrentSlot),
            BlockHeight = ring.Height,
            FeeRequests = ChainRequests.Of(run.Chain.Fees),
            FeeAccounts = run.Chain.FeeAccounts,
            FeeSlots = counters.FeeSlots,
            FeeSlotsRefused = counters.FeeSlotsRefused,
            MicroLamportsPerCu = price.Price,
            PriceRule = price.Rule.ToString(),
            CongestionPercent = price.CongestionBps / 100.0,
            Simulation = run.Simulator is { } simulator ? SimulationReport.Of(simulator, counters) : null,
        };
    }
}
