using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// For each event that changed a pool: finds the profitable cycles through it and writes one opportunity for each cycle
/// and base mint on it. A pool whose search met a bound waits in a queue and is searched again, with a larger bound, at
/// the next slot event; slot events are part of the input, so this is the same in every run. Owner: the market group's
/// thread; only writer of the opportunity ring. The stage must see the graph as it is after its event and before the
/// next, so Graph, Cycles and Scoring run event by event.
/// </summary>
public sealed class CycleStage : IStage
{
    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly OpportunityRing _ring;
    private readonly CycleFinder _finder;
    private readonly bool _anyMint;
    private readonly long _stepsMax;
    private readonly long _deferredStepsMax;
    private readonly int[] _deferred;
    private readonly bool[] _isDeferred;
    private int _deferredHead;
    private int _deferredCount;

    /// <summary>A stage that searches the graph and appends to the ring.</summary>
    public CycleStage(MarketGraph graph, TouchedPools touched, OpportunityRing ring, SearchSettings settings)
    {
        _graph = graph;
        _touched = touched;
        _ring = ring;
        _finder = new CycleFinder(graph, settings);
        _anyMint = settings.BaseMints.Length == 0;
        _stepsMax = settings.MaxStepsPerEvent;
        _deferredStepsMax = _stepsMax * settings.DeferredWorkFactor;
        _deferred = new int[graph.PoolCapacity];
        _isDeferred = new bool[graph.PoolCapacity];
    }

    /// <inheritdoc/>
    public string Name => "cycles";

    /// <summary>Searches made.</summary>
    public long SearchCount { get; private set; }

    /// <summary>Profitable cycles found (each once, whatever its base mints).</summary>
    public long CycleCount { get; private set; }

    /// <summary>Opportunities written.</summary>
    public long OpportunityCount { get; private set; }

    /// <summary>Searches that met the step or buffer bound.</summary>
    public long WorkBoundCount { get; private set; }

    /// <summary>Searches of deferred pools that met their larger bound too: left to the global search.</summary>
    public long AbandonedCount { get; private set; }

    /// <summary>Opportunities that found the ring full (WorkBound).</summary>
    public long RingFullCount { get; private set; }

    /// <summary>Cycles that found the finder's buffer full; the worst products are the ones left out.</summary>
    public long DroppedCycleCount => _finder.DroppedCycles;

    /// <summary>Pools waiting for another search.</summary>
    public int DeferredCount => _deferredCount;

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            ref MarketEvent one = ref batch[i];
            one.OpportunityPosition = _ring.Next;
            one.OpportunityCount = 0;
            if (one.Kind == EventKind.Slot && one.Drop == DropCause.None && _deferredCount > 0)
                SearchDeferred(ref one, firstSequence + i);
            ReadOnlySpan<int> touched = _touched.Ids;
            for (int rank = 0; rank < touched.Length; rank++)
                Search(ref one, firstSequence + i, touched[rank], false);
            work += touched.Length;
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void SearchDeferred(ref MarketEvent cause, long sequence)
    {
        int pool = _deferred[_deferredHead];
        _deferredHead = (_deferredHead + 1) % _deferred.Length;
        _deferredCount--;
        _isDeferred[pool] = false;
        Search(ref cause, sequence, pool, true);
    }

    private void Search(ref MarketEvent cause, long sequence, int pool, bool again)
    {
        SearchCount++;
        SearchStatus status = _finder.Find(pool, again ? _deferredStepsMax : _stepsMax);
        CycleCount += _finder.Count;
        if (status != SearchStatus.Complete)
        {
            WorkBoundCount++;
            if (again || status == SearchStatus.BufferFull) AbandonedCount++;
            else Defer(pool);
        }

        for (int rank = 0; rank < _finder.Count; rank++)
        {
            if (again || IsFirstTouchedOf(pool, _finder[rank])) Write(ref cause, sequence, _finder[rank]);
        }
    }

    /// <summary>
    /// A cycle through several touched pools belongs to the one touched first, so it is written once.
    /// </summary>
    private bool IsFirstTouchedOf(int pool, in Cycle cycle)
    {
        int rank = _touched.Rank(pool);
        for (int leg = 0; leg < cycle.LegCount; leg++)
        {
            int other = _touched.Rank(MarketGraph.EdgePool(cycle.Edges[leg]));
            if (other >= 0 && other < rank) return false;
        }

        return true;
    }

    private void Defer(int pool)
    {
        if (_isDeferred[pool]) return;
        _isDeferred[pool] = true;
        _deferred[(_deferredHead + _deferredCount) % _deferred.Length] = pool;
        _deferredCount++;
    }

    private void Write(ref MarketEvent cause, long sequence, in Cycle cycle)
    {
        for (int start = 0; start < cycle.LegCount; start++)
        {
            int mint = _graph.EdgeFrom(cycle.Edges[start]);
            if (_anyMint ? start > 0 : !_finder.IsBase(mint)) continue;
            if (!_ring.TryAppend(out long position))
            {
                RingFullCount++;
                continue;
            }

            ref Opportunity one = ref _ring[position];
            one.Sequence = sequence;
            one.Ordinal = cause.OpportunityCount++;
            one.ReceiveUtcNs = cause.ReceiveUtcNs;
            RouteBuilder.Fill(ref one, _graph, cycle, start, cause.Slot);
            OpportunityCount++;
        }
    }
}
