using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// For each event that changed a pool: finds the profitable cycles through it and writes one opportunity for each cycle
/// and base mint on it. A pool whose search met a bound waits in a queue with the cursor of its search, and the search
/// goes on from there, with a larger bound, one pool at each slot event until it is complete; slot events are part of
/// the input, so this is the same in every run. A pool that is touched again is searched again. Owner: the market
/// group's thread; only writer of the opportunity ring. The stage must see the graph as it is after its event and
/// before the next, so Graph, Cycles and Scoring run event by event.
/// </summary>
public sealed class CycleStage : IStage, IWarmable
{
    /// <summary>Adjacency entries for making prices exact at each slot event, about 2 microseconds.</summary>
    private const int PriceStepsPerSlot = 4096;

    /// <summary>Opportunities to come whose place is looked at: those of most events.</summary>
    private const int WarmEntries = 8;

    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly OpportunityRing _ring;
    private readonly CycleFinder _finder;
    private readonly bool _anyMint;
    private readonly long _stepsMax;
    private readonly long _deferredStepsMax;
    private readonly DeferredSearches _deferred;
    private readonly RecentIds _recent = new();
    private readonly bool[] _isRecent; // by pool
    private Opportunity _warmScratch;
    private int _warmRank;
    private double _warmed; // keeps the work from being optimized away

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
        _deferred = new DeferredSearches(graph.PoolCapacity);
        _isRecent = new bool[graph.PoolCapacity];
        Audit = new CycleAudit(graph, _finder, _deferred, settings);
    }

    /// <inheritdoc/>
    public string Name => "cycles";

    /// <summary>The audit of this search by the global one.</summary>
    public CycleAudit Audit { get; }

    /// <summary>What proves that a pool cannot gain, by the prices of this search.</summary>
    internal IGainProof Proof => _finder;

    /// <summary>Searches made.</summary>
    public long SearchCount { get; private set; }

    /// <summary>Profitable cycles found (each once, whatever its base mints).</summary>
    public long CycleCount { get; private set; }

    /// <summary>Opportunities written.</summary>
    public long OpportunityCount { get; private set; }

    /// <summary>Opportunities of updates of which it was foreseen that none follows: faults of the engine.</summary>
    public long ContradictionCount { get; private set; }

    /// <summary>Searches that met the step or buffer bound.</summary>
    public long WorkBoundCount { get; private set; }

    /// <summary>Opportunities that found the ring full (WorkBound).</summary>
    public long RingFullCount { get; private set; }

    /// <summary>Searches that filled the finder's buffer; the rest is found when the search goes on.</summary>
    public long BufferFullCount { get; private set; }

    /// <summary>Searches that ended with the proof of the reference prices.</summary>
    public long RejectedCount => _finder.RejectedCount;

    /// <summary>Pools whose search is not complete yet.</summary>
    public int DeferredCount => _deferred.Count;

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            ref MarketEvent e = ref batch[i];
            e.OpportunityPosition = _ring.BeginEvent();
            e.OpportunityCount = 0;
            ReadOnlySpan<int> touched = _touched.Ids;
            for (int rank = 0; rank < touched.Length; rank++)
                Search(ref e, firstSequence + i, touched[rank]);
            // After the event's own searches: the audit holds a changed rate without a search for a fault.
            if (e.Kind == EventKind.Slot && e.Drop == DropCause.None)
                OnSlot(ref e, firstSequence + i);
            if (e.ForeseenAfterNs != 0 && e.OpportunityCount != 0) ContradictionCount++;
            work += touched.Length;
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    /// <inheritdoc/>
    public void Warm()
    {
        int pool = _recent.Next();
        if (pool < 0) return;
        _warmed += Audit.Touch(pool) + _touched.Rank(pool) + SearchCount + _deferred.Count + (_isRecent[pool] ? 1 : 0);
        _finder.Warm(pool);
        if (_finder.Count != 0) RouteBuilder.Fill(ref _warmScratch, _graph, _finder[0], 0, 0);
        _warmRank = (_warmRank + 1) % WarmEntries;
        _warmScratch.Slot += _ring[_ring.Next + _warmRank].Slot;
    }

    private void NoteRecent(int pool)
    {
        _isRecent[pool] = true;
        int gone = _recent.Add(pool);
        if (gone >= 0) _isRecent[gone] = false;
    }

    private void OnSlot(ref MarketEvent cause, long sequence)
    {
        _finder.TightenPrices(PriceStepsPerSlot);
        if (_deferred.TryTake(out SearchCursor cursor)) GoOn(ref cause, sequence, cursor);
        Audit.OnSlot();
        while (Audit.TryNext(out Cycle longer)) Write(ref cause, sequence, longer);
    }

    private void GoOn(ref MarketEvent cause, long sequence, in SearchCursor cursor)
    {
        SearchCount++;
        SearchStatus status = _finder.Resume(cursor, _deferredStepsMax);
        Note(status);
        for (int rank = 0; rank < _finder.Count; rank++) Write(ref cause, sequence, _finder[rank]);
    }

    private void Search(ref MarketEvent cause, long sequence, int pool)
    {
        SearchCount++;
        if (!_isRecent[pool]) NoteRecent(pool);
        Audit.NoteSearch(pool);
        SearchStatus status = _finder.Find(pool, _stepsMax);
        if (status == SearchStatus.Complete) _deferred.Remove(pool);
        Note(status);
        bool isOnly = _touched.Count == 1;
        for (int rank = 0; rank < _finder.Count; rank++)
        {
            Cycle cycle = _finder[rank];
            if (isOnly || IsFirstTouchedOf(pool, cycle)) Write(ref cause, sequence, cycle);
        }
    }

    private void Note(SearchStatus status)
    {
        CycleCount += _finder.Count;
        if (status == SearchStatus.Complete) return;
        WorkBoundCount++;
        if (status == SearchStatus.BufferFull) BufferFullCount++;
        _deferred.Put(_finder.Cursor);
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
