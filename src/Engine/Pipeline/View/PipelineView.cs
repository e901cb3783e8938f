using System;
using System.Threading;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Sinks;

namespace LowLatency.Engine.Pipeline.View;

/// <summary>
/// All that a console, report or gateway may see of a running pipeline: figures that each stage group publishes in its
/// housekeeping, on the thread that owns them. Readers copy; nothing they do, and no pace at which they do it, reaches
/// a stage. Any thread reads.
/// </summary>
public sealed class PipelineView
{
    private readonly MarketPipeline _pipeline;
    private readonly ThreadedRunner? _threaded;
    private readonly SnapshotCell<GroupFigures>[] _groups;
    private readonly SnapshotTable<EndpointFigures> _endpoints = new(EndpointRace.MaxEndpoints);
    private readonly PoolPublisher _pools;
    private readonly StageGroup _marketGroup;
    private readonly StageGroup _sinkGroup;
    private bool _isStopped;

    internal PipelineView(MarketPipeline pipeline, StageGroup[] groups, ThreadedRunner? threaded)
    {
        _pipeline = pipeline;
        _threaded = threaded;
        _pools = new PoolPublisher(pipeline.Graph.Market, pipeline.Mispricing);
        _groups = new SnapshotCell<GroupFigures>[groups.Length];
        _marketGroup = groups[Math.Min(1, groups.Length - 1)];
        _sinkGroup = groups[^1];
        for (int i = 0; i < groups.Length; i++)
        {
            _groups[i] = new SnapshotCell<GroupFigures>();
            StageGroup group = groups[i];
            SnapshotCell<GroupFigures> cell = _groups[i];
            group.Publish = () => Publish(group, cell);
        }
    }

    /// <summary>Stage groups.</summary>
    public int GroupCount => _groups.Length;

    /// <summary>Slots a profitable cycle is followed.</summary>
    public int FollowSlots => _pipeline.Settings.Life.FollowSlots;

    /// <summary>Dedup's figures.</summary>
    public SnapshotCell<DedupFigures> Dedup { get; } = new();

    /// <summary>Graph's, Cycles', Scoring's and Instructions' figures.</summary>
    public SnapshotCell<MarketFigures> Market { get; } = new();

    /// <summary>The sinks' figures.</summary>
    public SnapshotCell<SinkFigures> Sinks { get; } = new();

    /// <summary>Endpoints by id.</summary>
    public SnapshotTable<EndpointFigures> Endpoints => _endpoints;

    /// <summary>Pools by id; empty until <see cref="Watch"/>.</summary>
    public SnapshotTable<PoolFigures> Pools => _pools.Rows;

    /// <summary>Account and mints of a pool below the count of <see cref="Pools"/>; they never change.</summary>
    public PoolDescription Describe(int poolId) => _pipeline.Describe(poolId);

    /// <summary>Mints by id; empty until <see cref="Watch"/>.</summary>
    public SnapshotTable<MintFigures> Mints => _pools.Mints;

    /// <summary>The curve of the pool that <see cref="CurveRequest"/> asks for.</summary>
    public SnapshotCell<CurveFigures> Curve => _pools.Curve;

    /// <summary>
    /// Pool whose curve is published; -1 for none. One thread sets it; after the pipeline has stopped, that thread
    /// publishes.
    /// </summary>
    public int CurveRequest
    {
        get => _pools.CurveRequest;
        set
        {
            _pools.CurveRequest = value;
            if (Volatile.Read(ref _isStopped)) _pools.PublishCurve(); // no group runs: the asking thread is the owner
        }
    }

    /// <summary>Latency histograms, readable by any thread; null if no stamps are taken.</summary>
    public PipelineLatency? Latency => _pipeline.Sinks.Latency;

    /// <summary>Entries of the event ring; 0 inline, where there is none.</summary>
    public int EventRingEntries => _threaded?.CapacityEntries ?? 0;

    /// <summary>Entries of the event ring that the last group has not finished.</summary>
    public long EventRingOccupancy => _threaded?.OccupancyEntries ?? 0;

    /// <summary>Events refused because the ring was full.</summary>
    public long Refused => _pipeline.Refused;

    /// <summary>Bytes of the payload ring.</summary>
    public int PayloadRingBytes => _pipeline.Payloads.CapacityBytes;

    /// <summary>Bytes of the payload ring in use.</summary>
    public long PayloadRingUsedBytes => _pipeline.Payloads.UsedBytes;

    /// <summary>Why the pipeline stopped on its own; null while all is well.</summary>
    public FatalFault? Fault => _pipeline.Fatal.Fault;

    /// <summary>Name of a group.</summary>
    public string GroupName(int group) => _pipeline.Groups[group].Name;

    /// <summary>Stages of a group.</summary>
    public ReadOnlySpan<StageSlot> Stages(int group) => _pipeline.Groups[group].Stages;

    /// <summary>Figures of a group; false if none are published yet.</summary>
    public bool TryReadGroup(int group, out GroupFigures figures) => _groups[group].TryRead(out figures);

    /// <summary>Events published that a group has not finished; 0 inline.</summary>
    public long GroupLagEntries(int group) => _threaded?.LagEntries(group) ?? 0;

    /// <summary>Histograms of an endpoint's lead and lag; null if it never delivered. Any thread.</summary>
    public EndpointRow? RaceOf(int endpointId) => _pipeline.Dedup.Race.Find(endpointId);

    /// <summary>
    /// Asks for pool rows from now on: they cost the market thread a look at some pools each millisecond.
    /// </summary>
    public void Watch() => _pools.Watch();

    /// <summary>
    /// Publishes everything once more, when no group runs any longer: the last figures are the final ones.
    /// </summary>
    internal void PublishLast()
    {
        foreach (StageGroup group in _pipeline.Groups) group.Publish?.Invoke();
        for (int i = 0; i < _pipeline.Graph.Market.PoolCount; i++) _pools.PublishSome();
        Volatile.Write(ref _isStopped, true);
    }

    private void Publish(StageGroup group, SnapshotCell<GroupFigures> cell)
    {
        GroupFigures figures = new()
        {
            Events = group.Events,
            ThreadAllocatedBytes = group.ThreadAllocatedBytes,
        };
        for (int i = 0; i < Math.Min(group.Stages.Length, StageCounts.Length); i++) figures.Seen[i] = group.SeenBy(i);
        cell.Publish(in figures);
        if (group == _pipeline.Groups[0]) PublishDedup();
        if (group == _marketGroup) PublishMarket();
        if (group == _sinkGroup) PublishSinks();
    }

    private void PublishDedup()
    {
        DedupStage dedup = _pipeline.Dedup;
        DedupFigures figures = new()
        {
            Accepted = dedup.Accepted,
            Rollbacks = dedup.Rollbacks,
            Forks = dedup.Slots.ForkCount,
            Accounts = dedup.AccountCount,
            Endpoints = dedup.Race.Count,
            OpenMask = dedup.Race.OpenMask,
            HeadSlot = dedup.Slots.Head,
        };
        for (int i = 0; i < DropCounts.Length; i++) figures.Drops[i] = dedup.Dropped((DropCause)i);
        for (int i = 0; i < dedup.Race.Count; i++)
        {
            EndpointRow row = dedup.Race[i];
            EndpointFigures endpoint = new()
            {
                Delivered = row.Delivered,
                Wins = row.Wins,
                Duplicates = row.Duplicates,
                Missed = row.Missed,
                Opened = row.Opened,
                Closed = row.Closed,
                Gaps = row.Gaps,
                SlotsTold = row.SlotsTold,
                SlotsAbandoned = row.SlotsAbandoned,
                SlotMax = row.SlotMax,
            };
            _endpoints.Publish(i, in endpoint);
        }

        _endpoints.Count = dedup.Race.Count;
        Dedup.Publish(in figures);
    }

    private void PublishMarket()
    {
        Graph.GraphStage graph = _pipeline.Graph;
        MarketFigures figures = new()
        {
            CurrentSlot = graph.CurrentSlot,
            ChainUnixSeconds = graph.Clock.UnixTimestamp,
            Pools = graph.Market.PoolCount,
            Mints = graph.Market.MintCount,
            Accounts = graph.Accounts.Count,
            BufferAllocations = graph.Accounts.BufferAllocations,
            Gaps = graph.Gaps,
            StaleTimes = graph.StaleTimes,
            SettledPools = graph.SettledPools,
            TableFull = graph.TableFull,
            Searches = _pipeline.Cycles.SearchCount,
            Cycles = _pipeline.Cycles.CycleCount,
            Opportunities = _pipeline.Cycles.OpportunityCount,
            WorkBound = _pipeline.Cycles.WorkBoundCount,
            OpportunityRingFull = _pipeline.Cycles.RingFullCount,
            CycleBufferFull = _pipeline.Cycles.BufferFullCount,
            Deferred = _pipeline.Cycles.DeferredCount,
            Decisions = _pipeline.Scoring.DecisionCount,
            Quotes = _pipeline.Scoring.QuoteCount,
            MessagesBuilt = _pipeline.Instructions.Built,
            MessagesWithTables = _pipeline.Instructions.BuiltWithTables,
            MessageRingFull = _pipeline.Instructions.MessageRingFull,
            LookupTables = _pipeline.Instructions.Tables.Count,
        };
        for (int i = 0; i < DropCounts.Length; i++) figures.Drops[i] = graph.Dropped((DropCause)i);
        for (int i = 1; i <= (int)LastDecodeStatus; i++)
            figures.Refused += graph.DecodeFailures((Venues.DecodeStatus)i);
        Market.Publish(in figures);
        _pools.PublishSome();
    }

    private static readonly Venues.DecodeStatus LastDecodeStatus =
        (Venues.DecodeStatus)(Enum.GetValues<Venues.DecodeStatus>().Length - 1);

    private void PublishSinks()
    {
        SinkFigures figures = new()
        {
            Events = _pipeline.Sinks.Events,
            Decisions = _pipeline.Sinks.Decisions,
        };
        for (int i = 0; i < ReasonCounts.Length; i++) figures.Reasons[i] = _pipeline.Sinks.CountOf((DecisionReason)i);
        Sinks.Publish(in figures);
    }
}
