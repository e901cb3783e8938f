using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Life;
using LowLatency.Engine.Scoring;

namespace LowLatency.Engine.Pipeline;

/// <summary>How stages are put on threads.</summary>
public enum RunnerKind : byte
{
    /// <summary>On the feed's own thread (replay, tests).</summary>
    Inline = 0,

    /// <summary>All stages on one thread behind the ring (default for live running below 6 cores).</summary>
    Fused = 1,

    /// <summary>Dedup, market and sinks on a thread each.</summary>
    Split = 2,
}

/// <summary>Everything a pipeline is built from; together with the capture it determines every decision.</summary>
public sealed record PipelineSettings
{
    private const int TruthCycles = 65_536;

    /// <summary>Threads.</summary>
    public RunnerKind Runner { get; init; } = RunnerKind.Inline;

    /// <summary>Overflow policy of the event ring (fused and split).</summary>
    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.Block;

    /// <summary>
    /// True to spin while waiting, false to yield and park. Spinning needs a core of its own for each group.
    /// </summary>
    public bool BusySpin { get; init; }

    /// <summary>
    /// True to exercise between events what the next one will need, on threads that spin while they wait.
    /// </summary>
    public bool KeepWarm { get; init; } = true;

    /// <summary>
    /// Rest behind each round of keeping warm, nanoseconds: a tenth of the time in which caches forget, and five times
    /// what a round takes, since what arrives in a round waits for its slice.
    /// </summary>
    public long WarmRestNs { get; init; } = 10_000;

    /// <summary>Where the threads run.</summary>
    public ThreadPlacement Threads { get; init; } = new();

    /// <summary>True if whoever runs it is to ask the system for huge pages once it is built.</summary>
    public bool HugePages { get; init; }

    /// <summary>True to take a time stamp after each stage (about 25 ns each).</summary>
    public bool TakeStamps { get; init; } = true;

    /// <summary>Market graph.</summary>
    public GraphSettings Graph { get; init; } = new();

    /// <summary>Search, sizing, costs.</summary>
    public SearchSettings Search { get; init; } = new();

    /// <summary>How profitable cycles are followed.</summary>
    public LifeSettings Life { get; init; } = new();

    /// <summary>When failing routes are left alone.</summary>
    public QuarantineSettings Quarantine { get; init; } = new();

    /// <summary>Wallet and instructions.</summary>
    public InstructionSettings Instructions { get; init; } = new();

    /// <summary>
    /// The settings for a comparison with brute-force truth: inline, no cap on size, no minimum profit, no quarantine,
    /// and no bound of work that a market of some hundred pools could meet: what is put off is not found in time.
    /// </summary>
    public PipelineSettings ForGroundTruth() => this with
    {
        Runner = RunnerKind.Inline,
        TakeStamps = false,
        Quarantine = new QuarantineSettings { AfterFailures = 0 },
        Search = new SearchSettings
        {
            MaxHops = Search.MaxHops,
            BaseMints = Search.BaseMints,
            SplitQuotesMax = 0,
            MaxCyclesPerEvent = TruthCycles,
            MaxStepsPerEvent = int.MaxValue,
            OpportunityCapacity = TruthCycles,
        },
    };
}
