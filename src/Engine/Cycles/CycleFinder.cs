using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>How a search ended.</summary>
public enum SearchStatus : byte
{
    /// <summary>Every profitable cycle within the hop bound was found.</summary>
    Complete = 0,

    /// <summary>The work bound was reached; what was found is valid but may not be all.</summary>
    WorkBound = 1,

    /// <summary>More cycles than the buffer holds; the ones with the highest marginal product were kept.</summary>
    BufferFull = 2,
}

/// <summary>
/// Finds, after an update of one pool, every profitable cycle of 2 to N legs through that pool in both directions:
/// simple in mints, distinct in pools, all parallel pools considered, product of marginal rates above 1, through at
/// least one base mint. Owner: the market group's thread. Bounds: steps and cycles a call, both settings; nothing is
/// cut silently.
///
/// Method. Let the pool lead u to v with rate r. A cycle is r followed by a path from v to u. The search walks ordered
/// pairs of mints, not pools, always with the best rate of the pair, depth first from v, and expands parallel pools
/// only for mint cycles that pass.
///
/// Why nothing is missed. Let w be the best rates and B[k](x) the largest product of w over walks of 1 to k legs from x
/// to u: B[1](x) = w(x, u), B[k](x) = max(B[k-1](x), max over y of w(x, y) * B[k-1](y)). A simple path is a walk and
/// each pool's rate is at most its pair's best, so for every way to finish a prefix with product P at x within k legs
/// the cycle's product is at most P * B[k](x). A branch is left only if that bound is not above 1. The same with the
/// suffix of best rates prunes the expansion. Bound and final product multiply the same numbers in another order: at
/// most 2 * 6 roundings of 2^-53 each, so branches are kept down to 1 - <see cref="Slack"/> and the last test is the
/// exact one: product in canonical order > 1.
///
/// Why nothing is found twice. A cycle contains the pool once, in one direction; the path after it is enumerated once,
/// since depth-first search visits each mint sequence once and each choice of pools once. With three or more legs
/// distinct mints make distinct pairs, hence distinct pools; with two legs the pool itself is excluded.
///
/// A marginal product above 1 is necessary for a profit at any size above dust because no venue gets cheaper with size:
/// the rate at size x is at most the marginal rate. The exception are inputs so small that a program rounds its fee to
/// nothing (under about 200 base units), which are not searched.
/// </summary>
public sealed class CycleFinder
{
    /// <summary>
    /// 2 * 6 roundings of 2^-53 are 1.4e-15; a thousand times that still costs no measurable pruning.
    /// </summary>
    internal const double Slack = 1e-12;

    private const double Threshold = 1 - Slack;
    private readonly MarketGraph _graph;
    private readonly int _maxHops;
    private readonly bool _anyMint;
    private readonly bool[] _isBase;
    private readonly double[][] _bound;
    private readonly int[] _pathMint = new int[Legs.MaxCount];
    private readonly int[] _pathPair = new int[Legs.MaxCount];
    private readonly int[] _chosen = new int[Legs.MaxCount];
    private readonly double[] _suffix = new double[Legs.MaxCount + 1];
    private readonly Cycle[] _cycles;
    private readonly int[] _order;
    private int _count;
    private int _edge;
    private int _target;
    private int _onlyAbovePool;
    private long _steps;
    private long _stepsMax;
    private bool _bufferFull;

    /// <summary>A finder on a graph; registers the base mints there.</summary>
    public CycleFinder(MarketGraph graph, SearchSettings settings)
    {
        settings.Validate();
        _graph = graph;
        _maxHops = settings.MaxHops;
        _anyMint = settings.BaseMints.Length == 0;
        _isBase = new bool[graph.MintCapacity];
        foreach (Solana.Pubkey mint in settings.BaseMints)
        {
            int id = graph.AddMint(mint);
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(settings));
            _isBase[id] = true;
        }

        _bound = new double[Math.Max(1, _maxHops - 3)][];
        for (int k = 0; k < _bound.Length; k++) _bound[k] = new double[graph.MintCapacity];
        _cycles = new Cycle[settings.MaxCyclesPerEvent];
        _order = new int[settings.MaxCyclesPerEvent];
    }

    /// <summary>Cycles found by the last call.</summary>
    public int Count => _count;

    /// <summary>Adjacency entries looked at by the last call.</summary>
    public long Steps => _steps;

    /// <summary>Profitable cycles that found no room, since the start.</summary>
    public long DroppedCycles { get; private set; }

    /// <summary>The last call's cycle of a rank, best marginal product first.</summary>
    public ref readonly Cycle this[int rank] => ref _cycles[_order[rank]];

    /// <summary>True if routes may start with the mint.</summary>
    public bool IsBase(int mintId) => _anyMint || _isBase[mintId];

    /// <summary>Finds the cycles through a pool, within a bound of work.</summary>
    public SearchStatus Find(int poolId, long stepsMax) => Find(poolId, stepsMax, -1);

    /// <summary>
    /// Finds the cycles through a pool all of whose other pools have higher ids: called for every pool it lists each
    /// cycle of the graph exactly once.
    /// </summary>
    public SearchStatus FindOwned(int poolId, long stepsMax) => Find(poolId, stepsMax, poolId);

    private SearchStatus Find(int poolId, long stepsMax, int onlyAbovePool)
    {
        _graph.EnsureTopology();
        _count = 0;
        _steps = 0;
        _stepsMax = stepsMax;
        _bufferFull = false;
        _onlyAbovePool = onlyAbovePool;
        SearchFrom(poolId << 1);
        SearchFrom((poolId << 1) | 1);
        CycleOrder.Sort(_cycles, _order.AsSpan(0, _count));
        if (_steps > _stepsMax) return SearchStatus.WorkBound;
        return _bufferFull ? SearchStatus.BufferFull : SearchStatus.Complete;
    }

    private void SearchFrom(int edge)
    {
        double rate = _graph.Rate(edge);
        if (!(rate > 0)) return;
        _edge = edge;
        _target = _graph.EdgeFrom(edge);
        int start = _graph.EdgeTo(edge);
        FillBounds();
        _pathMint[0] = start;
        _pathPair[0] = _graph.EdgePair(edge);
        Extend(start, 1, rate);
        ClearBounds();
    }

    private void FillBounds()
    {
        double[] last = _bound[0];
        ReadOnlySpan<int> neighbours = _graph.Neighbours(_target);
        ReadOnlySpan<double> rates = _graph.RatesIn(_target);
        for (int i = 0; i < neighbours.Length; i++) last[neighbours[i]] = rates[i];
        for (int k = 1; k < _bound.Length; k++) SweepBound(_bound[k - 1], _bound[k]);
        _steps += neighbours.Length;
    }

    private void SweepBound(double[] shorter, double[] longer)
    {
        int mints = _graph.MintCount;
        for (int mint = 0; mint < mints; mint++)
        {
            double best = shorter[mint];
            ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
            ReadOnlySpan<double> rates = _graph.RatesOut(mint);
            for (int i = 0; i < neighbours.Length; i++) best = Math.Max(best, rates[i] * shorter[neighbours[i]]);
            longer[mint] = best;
            _steps += neighbours.Length;
        }
    }

    private void ClearBounds()
    {
        double[] last = _bound[0];
        foreach (int mint in _graph.Neighbours(_target)) last[mint] = 0;
    }

    /// <summary>
    /// At <paramref name="mint"/> after <paramref name="legs"/> legs with the given product of best rates.
    /// </summary>
    private void Extend(int mint, int legs, double product)
    {
        if (product * _bound[0][mint] > Threshold) CloseAt(mint, legs);
        int left = _maxHops - legs;
        if (left < 2 || _steps > _stepsMax) return;
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<double> rates = _graph.RatesOut(mint);
        _steps += neighbours.Length;

        // The bound for one leg less than remain; where no such array is kept (the first level), every neighbour is
        // entered.
        int bound = left - 2;
        double[]? remaining = bound < _bound.Length ? _bound[bound] : null;
        for (int i = 0; i < neighbours.Length; i++)
        {
            double next = product * rates[i];
            if (remaining is null ? next > 0 : next * remaining[neighbours[i]] > Threshold) Enter(mint, i, legs, next);
        }
    }

    private void Enter(int mint, int neighbour, int legs, double product)
    {
        int next = _graph.Neighbours(mint)[neighbour];
        if (next == _target) return;
        for (int i = 0; i < legs; i++)
        {
            if (_pathMint[i] == next) return;
        }

        _pathMint[legs] = next;
        _pathPair[legs] = _graph.PairsOut(mint)[neighbour];
        Extend(next, legs + 1, product);
    }

    private void CloseAt(int mint, int legs)
    {
        bool touchesBase = IsBase(_target);
        for (int i = 0; i < legs; i++) touchesBase |= IsBase(_pathMint[i]);
        if (!touchesBase) return;
        _pathPair[legs] = _graph.FindPair(mint, _target);
        int count = legs + 1;
        _suffix[count] = 1;
        for (int i = count - 1; i > 0; i--) _suffix[i] = _suffix[i + 1] * _graph.BestRate(_pathPair[i]);
        _chosen[0] = _edge;
        Expand(1, count, _graph.Rate(_edge));
    }

    private void Expand(int level, int count, double product)
    {
        if (level == count)
        {
            Emit(count);
            return;
        }

        int pair = _pathPair[level];
        ReadOnlySpan<int> pools = _graph.PairPools(pair);
        _steps += pools.Length;
        foreach (int pool in pools)
        {
            if (pool <= _onlyAbovePool || pool == _edge >> 1) continue;
            int edge = _graph.PoolEdge(pool, pair);
            double next = product * _graph.Rate(edge);
            if (!(next * _suffix[level + 1] > Threshold)) continue;
            if (_steps > _stepsMax) return;
            _chosen[level] = edge;
            Expand(level + 1, count, next);
        }
    }

    private void Emit(int count)
    {
        int first = 0;
        for (int i = 1; i < count; i++)
        {
            if (_chosen[i] < _chosen[first]) first = i;
        }

        Cycle cycle = new() { LegCount = count, MarginalProduct = 1 };
        for (int i = 0; i < count; i++)
        {
            int edge = _chosen[(first + i) % count];
            cycle.Edges[i] = edge;
            cycle.MarginalProduct *= _graph.Rate(edge);
        }

        if (cycle.MarginalProduct > 1) Keep(cycle);
    }

    private void Keep(in Cycle cycle)
    {
        if (_count < _cycles.Length)
        {
            _order[_count] = _count;
            _cycles[_count++] = cycle;
            return;
        }

        _bufferFull = true;
        DroppedCycles++;
        int worst = 0;
        for (int i = 1; i < _count; i++)
        {
            if (Cycle.Compare(_cycles[i], _cycles[worst]) > 0) worst = i;
        }

        _steps += _count;
        if (Cycle.Compare(cycle, _cycles[worst]) < 0) _cycles[worst] = cycle;
    }
}
