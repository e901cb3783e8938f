using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// What Cycles and Scoring search for and within which bounds. Read once at construction of the stages; every number is
/// part of the run's settings and so of its decision hash.
/// </summary>
public sealed record SearchSettings
{
    /// <summary>Lamports and native SOL's mint: profits in it need no conversion.</summary>
    public static readonly Pubkey WrappedSol = Pubkey.Parse("So11111111111111111111111111111111111111112");

    /// <summary>
    /// Sizes predicted per candidate where time does not matter: an audit against a brute-force search. Covers the
    /// whole range in which a better size is possible on nearly every route (20 ms at most, rarely needed).
    /// </summary>
    public const int AuditScans = 2_097_152;

    /// <summary>Exact quotes per candidate of such an audit.</summary>
    public const int AuditQuotes = 262_144;

    /// <summary>Largest <see cref="LandingSlots"/>: twice as long as cycles are followed by default.</summary>
    public const int LandingSlotsMax = 32;

    /// <summary>Most legs of a cycle, 2 to 6.</summary>
    public int MaxHops { get; init; } = 4;

    /// <summary>
    /// Mints a route may start and end with. A cycle through several of them is one route for each. Empty: any mint,
    /// one route a cycle, starting with the leg of the lowest pool id.
    /// </summary>
    public Pubkey[] BaseMints { get; init; } = [WrappedSol];

    /// <summary>
    /// Most cycles of one search; if there are more, that is counted and the search goes on at the next slot event.
    /// </summary>
    public int MaxCyclesPerEvent { get; init; } = 4096;

    /// <summary>
    /// Most adjacency entries looked at for one event (about 1 ns each). When it is reached the search stops, is
    /// counted, and goes on from there at the next slot event with <see cref="DeferredWorkFactor"/> times the bound.
    /// </summary>
    public int MaxStepsPerEvent { get; init; } = 2_000_000;

    /// <summary>How much more work a continued search may do at a slot event than an event's own.</summary>
    public int DeferredWorkFactor { get; init; } = 16;

    /// <summary>
    /// A global search, which audits the incremental one and finds longer cycles, begins at every so many slot events;
    /// 0 = never.
    /// </summary>
    public int AuditEverySlots { get; init; } = 4;

    /// <summary>Adjacency entries (about 1.5 ns each) that a global search looks at in one slot event.</summary>
    public int AuditStepsPerSlot { get; init; } = 65_536;

    /// <summary>Entries of the opportunity ring; rounded up to a power of two.</summary>
    public int OpportunityCapacity { get; init; } = 8192;

    /// <summary>
    /// Largest input by base mint, same order as <see cref="BaseMints"/>, base units (the wallet's balance). Missing:
    /// no limit.
    /// </summary>
    public ulong[] WalletRaw { get; init; } = [];

    /// <summary>Largest input in lamports' worth, whatever the base mint; ulong.MaxValue for none.</summary>
    public ulong MaxNotionalLamports { get; init; } = ulong.MaxValue;

    /// <summary>
    /// Most a leg may take in, 1/10,000 of its pool's depth: the input to the end of the known curve, or, where the
    /// curve has no end, the (virtual) reserve of the input side. 10,000: no limit.
    /// </summary>
    public int MaxDepthShareBps { get; init; } = 10_000;

    /// <summary>
    /// Share of the profit at risk by stale pools that a Go's net profit must exceed the required one by, 1/10,000. The
    /// default, 1 %, is about the share of updates that one endpoint loses (0.5 % in the recorded markets), doubled.
    /// </summary>
    public int StalenessPenaltyBps { get; init; } = 100;

    /// <summary>
    /// Most exact leg quotes of the search for a split of a Go's leg over parallel pools; 0 leaves it out.
    /// </summary>
    public int SplitQuotesMax { get; init; } = 96;

    /// <summary>
    /// Smallest sensible input, base units: below it programs round fees to nothing and prices are noise.
    /// </summary>
    public ulong MinimumInputRaw { get; init; } = 200;

    /// <summary>Least net profit of a Go, lamports.</summary>
    public long MinimumProfitLamports { get; init; } = 1;

    /// <summary>
    /// Slots from a decision until its transaction lands, for the landing probability. Default 1: what is sent in a
    /// slot is packed in the next at best, and whatever happens within that one counts as before us.
    /// </summary>
    public int LandingSlots { get; init; } = 1;

    /// <summary>
    /// Least expected value of a Go, lamports: landing probability times net profit, less the fees of a failure. Null:
    /// it is worked out and shown, and decides nothing.
    /// </summary>
    public long? MinimumExpectedValueLamports { get; init; }

    /// <summary>Tip as a share of the profit after network fees, 1/10,000.</summary>
    public int TipShareBps { get; init; } = 5000;

    /// <summary>Least tip, lamports (the block engine's minimum).</summary>
    public ulong TipFloorLamports { get; init; } = 1000;

    /// <summary>Largest tip, lamports.</summary>
    public ulong TipCapLamports { get; init; } = 100_000_000;

    /// <summary>
    /// Input, lamports' worth, above which a second endpoint must have delivered every state on the route before it is
    /// taken; null = the first copy is acted on at any value.
    /// </summary>
    public ulong? AgreementAboveLamports { get; init; }

    /// <summary>
    /// Least priority fee, millionths of a lamport per compute unit; the price while no recent fees are known.
    /// </summary>
    public ulong PriorityFeeMicroLamportsPerCu { get; init; } = 1000;

    /// <summary>Largest priority fee, whatever recent slots took, in the same unit.</summary>
    public ulong PriorityFeeCapMicroLamportsPerCu { get; init; } = 50_000_000;

    /// <summary>Margin on the compute unit limit, 1/10,000.</summary>
    public int ComputeUnitMarginBps { get; init; } = 1000;

    /// <summary>
    /// Oldest pool state on a route, slots behind the event; uint.MaxValue leaves staleness to the graph.
    /// </summary>
    public uint MaxStateAgeSlots { get; init; } = uint.MaxValue;

    /// <summary>
    /// Most sizes whose exact result the polish of one candidate predicts (about 10 ns each). On the bundled market, of
    /// 691 Go decisions a grid of 8,320 exact quotes finds a better size for 11 with 256, for one with 512 and for none
    /// with 1,024 (SizingTests): more is an audit's business (<see cref="AuditScans"/>).
    /// </summary>
    public int PolishScansMax { get; init; } = 1024;

    /// <summary>Most exact leg quotes of one polish; 10 to 70 are usual.</summary>
    public int PolishQuotesMax { get; init; } = 1024;

    /// <summary>
    /// True polishes every candidate to the unit (audits, ground truth). False polishes what would be sent: all are
    /// sized by the closed form and quoted exactly, and the Go decisions left after settling overlaps are polished.
    /// </summary>
    public bool PolishAll { get; init; }

    /// <summary>Checks the ranges once, at start-up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHops, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxHops, Legs.MaxCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BaseMints.Length, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCyclesPerEvent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStepsPerEvent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DeferredWorkFactor, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(AuditEverySlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(AuditStepsPerSlot, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(OpportunityCapacity, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(LandingSlots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LandingSlots, LandingSlotsMax);
        ArgumentOutOfRangeException.ThrowIfNegative(TipShareBps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TipShareBps, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegative(ComputeUnitMarginBps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TipFloorLamports, TipCapLamports);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            PriorityFeeMicroLamportsPerCu, PriorityFeeCapMicroLamportsPerCu);
        ArgumentOutOfRangeException.ThrowIfLessThan(PolishQuotesMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(PolishScansMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepthShareBps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDepthShareBps, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegative(StalenessPenaltyBps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StalenessPenaltyBps, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegative(SplitQuotesMax);
    }
}
