using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// What the screens draw: the console thread's own copy of everything published, taken once a frame. A figure that was
/// never published is absent (its Has flag is false) and is drawn as "no data". Allocates nothing in steady state.
/// </summary>
internal sealed class Model
{
    /// <summary>Milliseconds between two samples of rates.</summary>
    private const long SampleMs = 500;

    private readonly List<StageRow> _stages = [];
    private long _sampledMs = long.MinValue;

    private readonly Func<RuntimeFigures> _runtime;
    private FigureWatch? _watch;

    public Model(IRunSource source, Func<RuntimeFigures> runtime)
    {
        Source = source;
        _runtime = runtime;
    }

    public IRunSource Source { get; }

    /// <summary>The run at work; null before there is one.</summary>
    public WatchedRun? Run { get; private set; }

    public List<StageRow> Stages => _stages;

    public bool HasDedup { get; private set; }

    public bool HasMarket { get; private set; }

    public bool HasSinks { get; private set; }

    public bool HasProgress { get; private set; }

    public DedupFigures Dedup => _dedup;

    public MarketFigures Market => _market;

    public SinkFigures Sinks => _sinks;

    public FeedProgress Progress { get; private set; }

    public LatencyRows Latency { get; private set; } = new(null);

    public PoolNames Names { get; private set; } = new();

    public DecisionStore Decisions { get; private set; } = new();

    public EndpointRows Endpoints { get; private set; } = new();

    /// <summary>Collections and heap, taken with each frame.</summary>
    public RuntimeFigures Runtime { get; private set; }

    public SlotClock SlotClock { get; private set; } = new();

    /// <summary>True while the feed stands still because somebody paused it.</summary>
    public bool IsPaused => Run?.Control is { IsPaused: true, IsRunningToSlot: false };

    /// <summary>Slot at hand; 0 if none.</summary>
    public ulong Slot => HasProgress && Progress.Slot != 0 ? Progress.Slot : HasMarket ? Market.CurrentSlot : 0;

    private DedupFigures _dedup;
    private MarketFigures _market;
    private long[] _allocatedNow = [];
    private long[] _allocatedFirst = [];
    private SinkFigures _sinks;

    /// <summary>Copies everything again.</summary>
    public void Refresh(long nowMs)
    {
        WatchedRun? run = Source.Current;
        if (run != Run) Begin(run);
        if (run is null) return;
        PipelineView view = run.View;
        HasDedup = view.Dedup.TryRead(out _dedup);
        HasMarket = view.Market.TryRead(out _market);
        HasSinks = view.Sinks.TryRead(out _sinks);
        HasProgress = run.Progress is not null && run.Progress.TryRead(out FeedProgress progress)
            && (Progress = progress) == progress;
        RefreshStages(view, nowMs);
        Decisions.Refresh(run.Decisions, Names);
        Latency.RefreshOne();
        Endpoints.Refresh(run);
        Runtime = _runtime();
        _watch!.Look(this);
        SlotClock.Take(Slot, HasProgress ? Progress.CaptureUtcNs : nowMs * 1_000_000);
    }

    /// <summary>Events dropped by a cause, in Dedup and Graph together.</summary>
    public long Dropped(DropCause cause) => _dedup.Drops[(int)cause] + _market.Drops[(int)cause];

    /// <summary>Managed bytes that a group's thread has allocated since the first look at it.</summary>
    public long AllocatedBytes(int group) => Math.Max(0, _allocatedNow[group] - _allocatedFirst[group]);

    private void Begin(WatchedRun? run)
    {
        Run = run;
        _stages.Clear();
        Names = new PoolNames(run?.View);
        Decisions = new DecisionStore { Settings = Decisions.Settings };
        SlotClock = new SlotClock();
        Endpoints = new EndpointRows();
        _watch = new FigureWatch(Source.Log);
        HasDedup = HasMarket = HasSinks = HasProgress = false;
        _dedup = default;
        _market = default;
        _sinks = default;
        Progress = default;
        _sampledMs = long.MinValue;
        Latency = new LatencyRows(run?.View.Latency);
        if (run is null) return;
        _allocatedNow = new long[run.View.GroupCount];
        _allocatedFirst = new long[run.View.GroupCount];
        Array.Fill(_allocatedFirst, -1);
        for (int group = 0; group < run.View.GroupCount; group++)
        {
            ReadOnlySpan<Engine.Pipeline.StageSlot> slots = run.View.Stages(group);
            for (int i = 0; i < Math.Min(slots.Length, StageCounts.Length); i++)
                _stages.Add(new StageRow(slots[i].Stage.Name, run.View.GroupName(group), group, i));
        }
    }

    private void RefreshStages(PipelineView view, long nowMs)
    {
        bool isDue = _sampledMs != long.MinValue && nowMs - _sampledMs >= SampleMs;
        foreach (StageRow stage in _stages)
        {
            if (view.TryReadGroup(stage.GroupIndex, out GroupFigures figures))
            {
                stage.Take(in figures);
                _allocatedNow[stage.GroupIndex] = figures.ThreadAllocatedBytes;
                if (_allocatedFirst[stage.GroupIndex] < 0)
                    _allocatedFirst[stage.GroupIndex] = figures.ThreadAllocatedBytes;
            }

            if (IsPaused || Source.Ended is not null || _sampledMs == long.MinValue) stage.Skip();
            else if (isDue) stage.Sample((nowMs - _sampledMs) / 1e3);
        }

        if (isDue || _sampledMs == long.MinValue || IsPaused) _sampledMs = nowMs;
    }
}
