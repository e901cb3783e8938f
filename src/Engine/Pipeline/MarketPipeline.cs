using System;
using LowLatency.Engine.Chain;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Life;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// One running engine: rings, stages and runner, built once from <see cref="PipelineSettings"/>. A feed publishes into
/// <see cref="Publisher"/>; decisions come out at the sinks. Everything is allocated here.
/// </summary>
public sealed class MarketPipeline : IPoolDirectory
{
    private readonly ThreadedRunner? _threaded;
    private readonly InlineRunner? _inline;

    /// <summary>Builds a pipeline.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="sinks">Receivers of decisions, given the pipeline as the directory of pool names.</param>
    /// <param name="marketObservers">Extra stages at the end of the market group (same thread as the graph).</param>
    /// <param name="sinkObservers">Extra stages before the sinks; account bytes are still valid.</param>
    /// <param name="messages">
    /// Who gets messages written while an event is still being decided, and may take them: it hands on to
    /// <see cref="Instructions"/>, which is there by then. Null for that stage itself.
    /// </param>
    public MarketPipeline(
        PipelineSettings settings,
        Func<MarketPipeline, IDecisionSink[]>? sinks = null,
        Func<MarketPipeline, IStage[]>? marketObservers = null,
        Func<MarketPipeline, IStage[]>? sinkObservers = null,
        Func<MarketPipeline, IRouteMessages>? messages = null)
    {
        settings.Search.Validate();
        Settings = settings;

        // replay-ok: stamps and housekeeping use real time; no decision depends on them.
        IClock clock = SystemClock.Instance;
        IClock? stampClock = settings.TakeStamps ? clock : null;
        Payloads = new PayloadRing(Topology.PayloadRingBytes, Topology.MaxAccountBytes);
        bool needsAgreement = settings.Search.AgreementAboveLamports is not null;
        Dedup = new DedupStage(settings.Graph.MaxAccounts, needsAgreement);
        MarketGraph market = new(settings.Graph.MaxMints, settings.Graph.MaxPools);
        Opportunities = new OpportunityRing(settings.Search.OpportunityCapacity);
        Graph = new GraphStage(settings.Graph, market, Payloads, needsAgreement);
        Cycles = new CycleStage(market, Graph.Touched, Opportunities, settings.Search);
        (Graph.Proof, Graph.StampClock) = (Cycles.Proof, new StampClock(stampClock));
        Instructions = new InstructionStage(
            settings.Instructions, market, Graph.Accounts, Opportunities, Payloads, new BlockhashRing(Graph.Slots));
        Scoring = new ScoringStage(
            market, Opportunities, settings.Search, settings.Quarantine, Instructions.Wallet,
            messages?.Invoke(this) ?? Instructions,
            new StampClock(stampClock), Graph.Agreement);
        RefineStage refine = new(Scoring, Opportunities);
        Chain = new ChainStage(Graph, Scoring, Instructions, Opportunities, Payloads);
        Life = new LifeStage(settings.Life, Graph, Opportunities, Scoring.LifeQuarantine, Scoring.Landing);
        Mispricing = new MispricingStage(market, Graph.Touched, SearchSettings.WrappedSol);
        Sinks = new SinkStage(
            sinks?.Invoke(this) ?? [], Opportunities, Life.Ring, Instructions.Messages, Payloads, settings.TakeStamps);
        PipelineStages stages = new(
            Dedup, Graph, Cycles, Scoring, Instructions, refine, Chain, Life, Mispricing, Sinks,
            marketObservers?.Invoke(this) ?? [], sinkObservers?.Invoke(this) ?? [],
            settings.KeepWarm ? WarmStages = new WarmStages(Graph, settings.Search, stampClock) : null);
        StageGroup[] groups = Topology.Groups(settings.Runner, stages, stampClock, settings.WarmRestNs);
        Groups = groups;
        if (settings.Runner == RunnerKind.Inline)
        {
            _inline = new InlineRunner(Payloads, groups, Fatal, stampClock);
            Publisher = _inline;
            View = new PipelineView(this, groups, null);
            return;
        }

        WaitStrategy wait = settings.BusySpin ? new BusySpinWaitStrategy() : new YieldThenParkWaitStrategy();
        _threaded = new ThreadedRunner(
            Topology.EventRingEntries, Payloads, groups, wait, settings.Overflow, Fatal, clock, settings.TakeStamps,
            settings.Threads, settings.KeepWarm);
        IRoomMaker? roomMaker = _threaded.CreateRoomMaker(groups);
        Opportunities.RoomMaker = roomMaker;
        Life.Ring.RoomMaker = roomMaker;
        Instructions.RoomMaker = roomMaker;
        Publisher = _threaded;
        View = new PipelineView(this, groups, _threaded);
    }

    /// <summary>What it was built from.</summary>
    public PipelineSettings Settings { get; }

    /// <summary>Where the feed hands events in; one thread.</summary>
    public EventPublisher Publisher { get; }

    /// <summary>Ring of account bytes.</summary>
    public PayloadRing Payloads { get; }

    /// <summary>Ring of opportunities.</summary>
    public OpportunityRing Opportunities { get; }

    /// <summary>Dedup stage.</summary>
    public DedupStage Dedup { get; }

    /// <summary>Graph stage.</summary>
    public GraphStage Graph { get; }

    /// <summary>Cycle stage.</summary>
    public CycleStage Cycles { get; }

    /// <summary>Scoring stage.</summary>
    public ScoringStage Scoring { get; }

    /// <summary>Instruction stage.</summary>
    public InstructionStage Instructions { get; }

    /// <summary>Chain stage.</summary>
    public ChainStage Chain { get; }

    /// <summary>Life stage.</summary>
    public LifeStage Life { get; }

    /// <summary>Mispricing field of the market.</summary>
    public MispricingStage Mispricing { get; }

    /// <summary>Sink stage.</summary>
    public SinkStage Sinks { get; }

    /// <summary>What runs while nothing arrives; null if nothing is kept warm.</summary>
    public WarmStages? WarmStages { get; }

    /// <summary>Stage groups, in order; one thread each when threaded.</summary>
    public System.Collections.Generic.IReadOnlyList<StageGroup> Groups { get; }

    /// <summary>What others may see of it while it runs.</summary>
    public PipelineView View { get; }

    /// <summary>The fuse.</summary>
    public Fatal Fatal { get; } = new();

    /// <summary>
    /// False to leave out the stamps between the frame and the end of the search: each read of the clock also waits for
    /// all that was begun before it. Events then have no steps. Set by the publishing thread, between events.
    /// </summary>
    public bool TakesSteps
    {
        get => Publisher.TakesSteps;
        set => Publisher.TakesSteps = value;
    }

    /// <summary>Events refused because the ring was full.</summary>
    public long Refused => _threaded?.Refused ?? 0;

    /// <summary>True once every event published has passed every stage, or none will. The publishing thread.</summary>
    public bool IsDrained => _threaded is null || _threaded.OccupancyEntries == 0 || _threaded.IsHalted;

    /// <summary>Starts the threads, if the layout has any.</summary>
    public void Start() => _threaded?.Start();

    /// <summary>
    /// To be called by a feed that waits, on its thread: inline, housekeeping has no thread of its own, and what is
    /// published would stand still.
    /// </summary>
    public void OnFeedIdle() => _inline?.Housekeep();

    /// <summary>
    /// One slice of keeping warm, some hundred nanoseconds, if the stages run on the feed's thread: to be called by a
    /// feed that spins until something arrives, on its thread, which looks again after each.
    /// </summary>
    public void OnFeedSpin()
    {
        if (Settings.KeepWarm) _inline?.Warm();
    }

    /// <summary>Waits until everything published has reached the sinks, then ends the threads.</summary>
    public void DrainAndStop()
    {
        _threaded?.DrainAndStop();
        View.PublishLast();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The mints are those that its edges join: another pool at its address may name others, and never quotes.
    /// </remarks>
    public PoolDescription Describe(int poolId)
    {
        MarketGraph market = Graph.Market;
        Venues.Pool pool = market.Pool(poolId);
        int edge = MarketGraph.Edge(poolId, Venues.SwapDirection.AToB);
        int mintA = market.EdgeFrom(edge);
        int mintB = market.EdgeTo(edge);
        return new PoolDescription(
            pool.Address, market.Mint(mintA), market.Mint(mintB), (byte)pool.Venue,
            market.MintDecimals(mintA), market.MintDecimals(mintB));
    }
}
