using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Audits the incremental search with the global one, and hands on cycles of more legs than it looks for. Every few
/// slot events a global search begins on a copy of the rates; each slot event does a bounded part of it. Slot events
/// are part of the input, so the parts, and what is found, are the same in every run. Each gain is looked at in the
/// graph of now: within the hop bound and through a base mint, the incremental search must have listed it. It has, if
/// each of its pools has the rates with which it was last searched (then the last of those searches saw all of them)
/// and a search of one of its pools lists it now. Owner: the market group's thread. Allocates nothing after
/// construction.
/// </summary>
public sealed class CycleAudit
{
    private readonly MarketGraph _graph;
    private readonly CycleFinder _finder;
    private readonly DeferredSearches _deferred;
    private readonly GlobalCycleFinder _global;
    private readonly int _maxHops;
    private readonly long _stepsPerSlot;
    private readonly long _searchStepsMax;
    private readonly int _everySlots;
    private readonly double[] _searchedRate; // of each edge when its pool was last searched
    private readonly int[] _edges = new int[Legs.MaxCount];
    private long _slots;
    private bool _isRunning;
    private int _poolsAtBegin;
    private long _stepsLeft;

    internal CycleAudit(
        MarketGraph graph, CycleFinder finder, DeferredSearches deferred, SearchSettings settings)
    {
        _graph = graph;
        _finder = finder;
        _deferred = deferred;
        _global = new GlobalCycleFinder(graph);
        _maxHops = settings.MaxHops;
        _everySlots = settings.AuditEverySlots;
        _stepsPerSlot = settings.AuditStepsPerSlot;
        _searchStepsMax = settings.MaxStepsPerEvent;
        _searchedRate = new double[2 * graph.PoolCapacity];
    }

    /// <summary>Global searches that came to their end.</summary>
    public long CompletedCount { get; private set; }

    /// <summary>Global searches begun again because pools were added meanwhile.</summary>
    public long RestartedCount { get; private set; }

    /// <summary>Gains within the hop bound that were compared with the incremental search.</summary>
    public long AuditedCount { get; private set; }

    /// <summary>Of those, the ones it had not listed: faults of the engine.</summary>
    public long DisagreementCount { get; private set; }

    /// <summary>Gains whose search is not complete yet, so that nothing can be said.</summary>
    public long WaitingCount { get; private set; }

    /// <summary>Cycles longer than the hop bound, handed to scoring.</summary>
    public long LongerCount { get; private set; }

    /// <summary>Cycles of more legs than a route can have.</summary>
    public long TooLongCount { get; private set; }

    /// <summary>Gains through no base mint.</summary>
    public long NoBaseCount { get; private set; }

    /// <summary>Gains that were gone when they were found.</summary>
    public long OutdatedCount { get; private set; }

    /// <summary>Remembers the rates with which a pool is searched now.</summary>
    internal void NoteSearch(int pool)
    {
        _searchedRate[pool << 1] = _graph.Rate(pool << 1);
        _searchedRate[(pool << 1) | 1] = _graph.Rate((pool << 1) | 1);
    }

    /// <summary>Reads what <see cref="NoteSearch"/> writes; nothing is said with it.</summary>
    internal double Touch(int pool) => _searchedRate[pool << 1];

    /// <summary>A slot event: begins an audit if it is time, and gives it its steps of the event.</summary>
    internal void OnSlot()
    {
        _stepsLeft = _stepsPerSlot;
        bool isTime = _everySlots > 0 && _slots++ % _everySlots == 0;
        if (_isRunning && _poolsAtBegin != _graph.PoolCount)
        {
            RestartedCount++;
            _isRunning = false;
            isTime = true;
        }

        if (_isRunning || !isTime) return;
        _isRunning = true;
        _poolsAtBegin = _graph.PoolCount;
        _global.Begin();
    }

    /// <summary>
    /// Goes on with the audit; true if it found a longer cycle for scoring, to be called again.
    /// </summary>
    internal bool TryNext(out Cycle longer)
    {
        longer = default;
        while (_isRunning && _stepsLeft > 0) // FindNext may go past it by one mint's neighbours
        {
            long before = _global.Steps;
            int legs = _global.FindNext(_edges, _stepsLeft);
            _stepsLeft -= _global.Steps - before + _graph.MintCount; // planting the tree again is work too
            if (legs < 0) return false;
            if (legs == 0)
            {
                CompletedCount++;
                _isRunning = false;
                return false;
            }

            if (legs > Legs.MaxCount) TooLongCount++;
            else if (!TryRead(legs, out Cycle cycle)) OutdatedCount++;
            else if (!TouchesBase(cycle)) NoBaseCount++;
            else if (legs <= _maxHops) Compare(cycle);
            else
            {
                LongerCount++;
                longer = cycle;
                return true;
            }
        }

        return false;
    }

    /// <summary>The cycle at the rates of now, in canonical rotation; false if it gains nothing any more.</summary>
    private bool TryRead(int legs, out Cycle cycle)
    {
        cycle = new Cycle { LegCount = legs, MarginalProduct = 1 };
        int first = 0;
        for (int i = 0; i < legs; i++)
        {
            if (_edges[i] < 0) return false;
            if (_edges[i] < _edges[first]) first = i;
        }

        for (int i = 0; i < legs; i++)
        {
            cycle.Edges[i] = _edges[(first + i) % legs];
            cycle.MarginalProduct *= _graph.Rate(cycle.Edges[i]);
        }

        return cycle.MarginalProduct > 1;
    }

    private bool TouchesBase(in Cycle cycle)
    {
        for (int i = 0; i < cycle.LegCount; i++)
        {
            if (_finder.IsBase(_graph.EdgeFrom(cycle.Edges[i]))) return true;
        }

        return false;
    }

    private void Compare(in Cycle cycle)
    {
        AuditedCount++;
        bool isSearched = true;
        for (int i = 0; i < cycle.LegCount; i++)
        {
            int edge = cycle.Edges[i];
            if (_deferred.Contains(edge >> 1))
            {
                WaitingCount++;
                return;
            }

            isSearched &= _searchedRate[edge] == _graph.Rate(edge);
        }

        if (!isSearched)
        {
            DisagreementCount++;
            return;
        }

        SearchStatus status = _finder.Find(cycle.Edges[0] >> 1, _searchStepsMax);
        for (int rank = 0; rank < _finder.Count; rank++)
        {
            if (Cycle.Compare(cycle, _finder[rank]) == 0) return;
        }

        if (status == SearchStatus.Complete) DisagreementCount++;
        else WaitingCount++;
    }
}
