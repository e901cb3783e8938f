using LowLatency.Engine.Chain;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Life;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// The whole machine on one page: every ring with its capacity and overflow policy, every stage with its order, and
/// which stages share a thread.
/// <code>
/// feed thread --> [event ring 16,384 x 256 B] [payload ring 64 MiB, account &lt;= 10 MiB]
///
///   group    stage         sees                     rings it writes
///   dedup    dedup         every event              -
///   market   graph         not dropped              -
///            cycles        pools touched            opportunity ring (full: WorkBound, counted)
///            scoring       opportunities, settings  has instructions write each message as its route is taken
///            instructions  every live event         message ring 1 MiB (full: counted, decision without bytes)
///            refine        opportunities            patches messages of taken routes
///            chain         chain facts, messages    -
///            life          not dropped              life ring (full: counted, label lost)
///            field         pools touched            -
///   sinks    sinks         every event              journal; releases payloads, opportunities, messages
///
///   inline   all groups on the feed's thread
///   fused    all groups on one thread
///   split    one thread a group
/// </code>
/// Graph, Cycles, Scoring and Instructions share the market thread in every layout, because they read the graph that
/// Graph writes: on different threads they would see it between two events. Event ring full: block in replay, drop
/// newest live. Opportunity, message or life ring full while earlier events are with the sinks (split): in replay the
/// market waits for these (EarlierEvents), so that only what one event has too much is lost, as inline.
/// </summary>
public static class Topology
{
    /// <summary>
    /// Entries of the event ring: at 700,000 events a second 23 ms of stall; 4 MiB, which stays in a server's L3.
    /// </summary>
    public const int EventRingEntries = 16_384;

    /// <summary>
    /// Bytes of the payload ring: a burst of 4,000 tick arrays of 10 KB, and room for six accounts of maximum size.
    /// </summary>
    public const int PayloadRingBytes = 64 * 1024 * 1024;

    /// <summary>Largest account taken: the chain's own limit of 10 MiB. Larger ones are refused and counted.</summary>
    public const int MaxAccountBytes = 10 * 1024 * 1024;

    /// <summary>Puts the stages into groups for a layout.</summary>
    /// <param name="runner">The layout.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="clock">For stamps; null for none.</param>
    /// <param name="warmRestNs">Rest behind each round of keeping warm, nanoseconds.</param>
    public static StageGroup[] Groups(RunnerKind runner, PipelineStages stages, IClock? clock, long warmRestNs)
    {
        StageSlot[] dedup = [new(stages.Dedup, StampId.Dedup, StageNeeds.All)];
        StageSlot[] market =
        [
            new(stages.Graph, StampId.Graph, StageNeeds.Live),
            new(stages.Cycles, StampId.Cycles, StageNeeds.Searchable),
            new(stages.Scoring, StampId.Scoring, StageNeeds.OpportunitiesOrSettings),
            new(stages.Instructions, StampId.None, StageNeeds.OpportunitiesOrTables),
            new(stages.Refine, StampId.Refine, StageNeeds.Opportunities),
            new(stages.Chain, StampId.None, StageNeeds.OpportunitiesOrChain),
            new(stages.Life, StampId.None, StageNeeds.Live),
            new(stages.Mispricing, StampId.None, StageNeeds.Searchable),
            .. Observers(stages.MarketObservers, StampId.Refine),
        ];
        StageSlot[] sinks =
        [
            .. Observers(stages.SinkObservers, StampId.Sinks),
            new(stages.Sinks, StampId.Sinks, StageNeeds.All),
        ];
        return runner == RunnerKind.Split
            ?
            [
                new("dedup", dedup, clock, null, warmRestNs),
                new("market", market, clock, stages.WarmStages, warmRestNs),
                new("sinks", sinks, clock),
            ]
            : [new("pipeline", [.. dedup, .. market, .. sinks], clock, stages.WarmStages, warmRestNs)];
    }

    private static StageSlot[] Observers(IStage[] observers, StampId stamp)
    {
        StageSlot[] slots = new StageSlot[observers.Length];
        for (int i = 0; i < slots.Length; i++) slots[i] = new StageSlot(observers[i], stamp, StageNeeds.All);
        return slots;
    }
}

/// <summary>The stages of one pipeline.</summary>
public sealed record PipelineStages(
    DedupStage Dedup,
    GraphStage Graph,
    CycleStage Cycles,
    ScoringStage Scoring,
    InstructionStage Instructions,
    RefineStage Refine,
    ChainStage Chain,
    LifeStage Life,
    MispricingStage Mispricing,
    SinkStage Sinks,
    IStage[] MarketObservers,
    IStage[] SinkObservers,
    WarmStages? WarmStages);
