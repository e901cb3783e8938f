using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>How a search ended.</summary>
public enum SearchStatus : byte
{
    /// <summary>Every profitable cycle within the hop bound was found.</summary>
    Complete = 0,

    /// <summary>The work bound was reached; the rest is found by going on from the cursor.</summary>
    WorkBound = 1,

    /// <summary>The buffer is full; the rest is found by going on from the cursor.</summary>
    BufferFull = 2,
}

/// <summary>
/// Finds, after an update of one pool, every profitable cycle of 2 to N legs through that pool in both directions:
/// simple in mints, distinct in pools, all parallel pools considered, product of marginal rates above 1, through at
/// least one base mint. Owner: the market group's thread. Bounds: steps and cycles a call, both settings; a call that
/// meets one says so and leaves a cursor from which <see cref="Resume"/> goes on, so nothing is cut.
///
/// Method. First <see cref="BasePrices"/>: if they prove that no profitable cycle through a base can pass the pool,
/// that is all. Else, let the pool lead u to v with rate r. A cycle is r followed by a path from v to u. The search
/// walks ordered pairs of mints, not pools, always with the best rate of the pair, depth first, from v forwards or from
/// u backwards, whichever has fewer mints two legs away; the other end is then the hub, whose rates lie in a row by
/// rank in the graph's core (which no cycle of three legs leaves), so that the last two legs are one pass over a mint's
/// neighbours: rate times row. Up to four legs the first branches are weighed so, both ways at once, before any is
/// entered. Parallel pools are expanded only for mint cycles that pass.
///
/// Why nothing is missed. Let w be the best rates and B[k](x) an upper bound of the product of w over every path of 1
/// to k legs from x to u that makes the cycle pass a base. Each pool's rate is at most its pair's best, so for every
/// way to finish a prefix with product P at x within k legs the cycle's product is at most P * B[k](x). A branch is
/// left only if that bound is not above 1 (or, where only the best cycle is asked for, not above the best so far). B is
/// the row for one leg, a branch's weight, the prices' proof if the path has yet to meet a base or ends at one, and for
/// bounds above four legs the largest product over walks: B[k](x) = max(B[k-1](x), max over y of w(x, y) * B[k-1](y)).
/// The suffix of best rates prunes the expansion. Backwards it is the same with all
/// pairs turned. Bound and final product multiply the same numbers in another order: at most 2 * 6 roundings of 2^-53
/// each, so branches are kept down to 1 - <see cref="Slack"/> and the last test is the exact one: product in canonical
/// order > 1.
///
/// Why nothing is found twice. A cycle contains the pool once, in one direction; the path after it is enumerated once,
/// since depth-first search visits each mint sequence once and each choice of pools once. With three or more legs
/// distinct mints make distinct pairs, hence distinct pools; with two legs the pool itself is excluded.
///
/// A marginal product above 1 is necessary for a profit at any size above dust because no venue gets cheaper with size:
/// the rate at size x is at most the marginal rate. The exception are inputs so small that a program rounds its fee to
/// nothing (under about 200 base units), which are not searched.
/// </summary>
public sealed partial class CycleFinder
{
    /// <summary>
    /// 2 * 6 roundings of 2^-53 are 1.4e-15; a thousand times that still costs no measurable pruning.
    /// </summary>
    internal const double Slack = 1e-12;

    private const double Threshold = 1 - Slack;
    private const int PricedBasesMax = 8; // more bases than this cost more to price than to search
    private const int RowScanGain = 4; // a row is scanned so many times faster than a list of neighbours
    private const int TightenDegreeMax = 32; // neighbours of a mint whose prices are made exact before a search
    private const int WarmSteps = 64; // to keep warm: most searches of a market of some hundred pools
    private readonly MarketGraph _graph;
    private readonly int _maxHops;
    private readonly bool _anyMint;
    private readonly int[] _baseIndex; // of a mint, + 1; 0 = no base
    private readonly BasePrices? _prices;
    private readonly HubPairs _hubPairs;
    private readonly FoundCycles _found;
    private readonly double[] _closing; // by rank: the last leg, where bounds of more legs begin
    private readonly double[][] _sweep;
    private readonly RatePair[] _scattered;
    private readonly RatePair[] _branches; // weights of the start's branches
    private readonly int[] _pathMint = new int[Legs.MaxCount];
    private readonly int[] _pathPair = new int[Legs.MaxCount]; // from the mint before to that mint
    private readonly bool[] _touches = new bool[Legs.MaxCount + 1]; // by legs: a base is among u, v and the path
    private Aim _aim;
    private double _least; // products up to this are of no interest
    private bool _isBestOnly;
    private int _edge;
    private bool _isReversed;
    private int _onlyAbovePool;
    private long _steps;
    private long _stepsMax;
    private long _entered;
    private int _resumeLegs;
    private int _resumePools;
    private SearchCursor _cursor;

    /// <summary>A finder on a graph; registers the base mints there.</summary>
    public CycleFinder(MarketGraph graph, SearchSettings settings)
    {
        settings.Validate();
        _graph = graph;
        _maxHops = settings.MaxHops;
        _anyMint = settings.BaseMints.Length == 0;
        _baseIndex = new int[graph.MintCapacity];
        int[] bases = new int[settings.BaseMints.Length];
        for (int i = 0; i < bases.Length; i++)
        {
            bases[i] = graph.AddMint(settings.BaseMints[i]);
            ArgumentOutOfRangeException.ThrowIfNegative(bases[i], nameof(settings));
            _baseIndex[bases[i]] = i + 1;
        }

        if (!_anyMint && bases.Length <= PricedBasesMax) _prices = new BasePrices(graph, bases, _maxHops);
        _hubPairs = new HubPairs(graph);
        _scattered = new RatePair[MarketGraph.RowLength(graph.MintCapacity)];
        _branches = new RatePair[MarketGraph.RowLength(graph.MintCapacity)];
        _aim.Last = _scattered;
        _closing = new double[_maxHops > WeighedHops ? graph.MintCapacity : 0];
        _sweep = new double[Math.Max(0, _maxHops - 4)][];
        for (int k = 0; k < _sweep.Length; k++) _sweep[k] = new double[graph.MintCapacity];
        _found = new FoundCycles(graph, settings.MaxCyclesPerEvent);
    }

    /// <summary>Cycles found by the last call.</summary>
    public int Count => _found.Count;

    /// <summary>Adjacency entries looked at by the last call.</summary>
    public long Steps => _steps;

    /// <summary>Searches that ended with the prices' proof, since the start.</summary>
    public long RejectedCount { get; private set; }

    /// <summary>Where the last call stopped; of use only if it was not complete.</summary>
    public ref readonly SearchCursor Cursor => ref _cursor;

    /// <summary>The last call's cycle of a rank, best marginal product first.</summary>
    public Cycle this[int rank]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _found[rank];
    }

    /// <summary>True if routes may start with the mint.</summary>
    public bool IsBase(int mintId) => _anyMint || _baseIndex[mintId] != 0;

    /// <summary>Finds the cycles through a pool, within a bound of work.</summary>
    public SearchStatus Find(int poolId, long stepsMax)
    {
        _graph.EnsureTopology();
        if (_prices is null) return Begin(poolId, stepsMax, -1);
        // PERF: a pool that does not quote is on no cycle, whatever the prices are. They take its change in when the
        // next pool is searched, and by then it mostly quotes again
        // (perf/Notes/graph-and-search.md, "The back half by instructions").
        if (_graph.HasRates(poolId))
        {
            _prices.Absorb();
            if (MayGainEither(poolId << 1)) return FindDespiteAlarm(poolId, stepsMax);
        }

        _found.Clear();
        _steps = 0;
        RejectedCount++;
        return SearchStatus.Complete;
    }

    /// <summary>
    /// Finds the cycle through a pool that comes first in the order of <see cref="Find"/>, also if it gains nothing;
    /// it is then the only one, rank 0. False if no cycle passes the pool. Not bounded.
    /// </summary>
    public bool FindBest(int poolId)
    {
        _graph.EnsureTopology();
        _prices?.Absorb();
        StartAt(poolId, -1);
        Reset(long.MaxValue);
        AimAt(poolId << 1);
        if (_aim.Hops > 2) Weigh();
        _isBestOnly = true;
        _least = BestWeighed(poolId << 1) * (1 - Slack);
        if (_least > 0 || _aim.Hops > WeighedHops)
        {
            _ = TryTakeOnly(poolId << 1) || (SearchFrom(poolId << 1) && SearchFrom((poolId << 1) | 1));
        }

        EndAim();
        return _found.Count > 0;
    }

    /// <summary>
    /// Finds the cycles through a pool all of whose other pools have higher ids: called for every pool it lists each
    /// cycle of the graph exactly once.
    /// </summary>
    public SearchStatus FindOwned(int poolId, long stepsMax)
    {
        _graph.EnsureTopology();
        _prices?.Absorb();
        return Begin(poolId, stepsMax, poolId);
    }

    /// <summary>Goes on with a search that met a bound.</summary>
    public SearchStatus Resume(in SearchCursor cursor, long stepsMax)
    {
        _graph.EnsureTopology();
        _prices?.Absorb();
        if (cursor.PoolCount != _graph.PoolCount) return Begin(cursor.PoolId, stepsMax, cursor.OnlyAbovePool);
        _cursor = cursor;
        _resumeLegs = cursor.Legs;
        _resumePools = cursor.Pools;
        return Run(stepsMax);
    }

    /// <summary>Makes prices that are too high exact, in turn: bounded upkeep between events.</summary>
    public void TightenPrices(int stepsMax) => _prices?.TightenInTurn(stepsMax);

    /// <summary>
    /// Searches as <see cref="Find"/> does and changes nothing: prices are asked as they are, nothing is counted. What
    /// is found is of no use but to go on with.
    /// </summary>
    internal void Warm(int poolId)
    {
        _found.Clear();
        if (_graph.IsTopologyStale) return;
        int edge = poolId << 1;
        if (_prices is null || MayGainEither(edge)) _ = Begin(poolId, WarmSteps, -1);
    }

    private SearchStatus Begin(int poolId, long stepsMax, int onlyAbovePool)
    {
        StartAt(poolId, onlyAbovePool);
        return Run(stepsMax);
    }

    private void StartAt(int poolId, int onlyAbovePool)
    {
        _cursor.PoolId = poolId;
        _cursor.PoolCount = _graph.PoolCount;
        _cursor.OnlyAbovePool = onlyAbovePool;
        _cursor.Side = 0;
        _resumeLegs = 0;
        _resumePools = 0;
    }

    /// <summary>
    /// Prices may be too high where rates fell. They are made exact around the pool if the search finds nothing, so
    /// that the next alarm is less likely; before it where they bound the search.
    /// </summary>
    private SearchStatus FindDespiteAlarm(int poolId, long stepsMax)
    {
        int from = _graph.EdgeFrom(poolId << 1);
        int to = _graph.EdgeTo(poolId << 1);
        if (_maxHops > WeighedHops)
        {
            TightenSmall(from);
            TightenSmall(to);
        }

        SearchStatus status = Begin(poolId, stepsMax, -1);
        if (_found.Count > 0 || status != SearchStatus.Complete) return status;
        int small = _graph.Neighbours(from).Length < _graph.Neighbours(to).Length ? from : to;
        if (_graph.Neighbours(small).Length <= TightenDegreeMax)
        {
            foreach (int mint in _graph.Neighbours(small)) _steps += _prices!.Tighten(mint);
        }

        TightenSmall(from);
        TightenSmall(to);
        return status;
    }

    private void TightenSmall(int mint)
    {
        if (_graph.Neighbours(mint).Length <= TightenDegreeMax) _steps += _prices!.Tighten(mint);
    }

    private void Reset(long stepsMax)
    {
        _found.Clear();
        _steps = 0;
        _entered = 0;
        _stepsMax = stepsMax;
        _onlyAbovePool = _cursor.OnlyAbovePool;
        _least = Threshold;
        _isBestOnly = false;
    }

    /// <summary>Searches from the cursor on.</summary>
    private SearchStatus Run(long stepsMax)
    {
        Reset(stepsMax);
        AimAt(_cursor.PoolId << 1);
        if (_aim.Hops is > 2 and <= WeighedHops && _graph.Reach(_aim.Start) <= stepsMax) Weigh();
        SearchStatus status = SearchStatus.Complete;
        while (true)
        {
            if (!SearchFrom((_cursor.PoolId << 1) | _cursor.Side))
            {
                status = _found.Room == 0 ? SearchStatus.BufferFull : SearchStatus.WorkBound;
                break;
            }

            if (_cursor.Side == 1) break;
            _cursor.Side = 1;
            _resumeLegs = 0;
            _resumePools = 0;
        }

        EndAim();
        _found.Sort();
        return status;
    }

    /// <summary>Searches one direction of the pool; false if a bound was met.</summary>
    private bool SearchFrom(int edge)
    {
        double rate = _graph.Rate(edge);
        _isReversed = _graph.EdgeFrom(edge) == _aim.Start;
        bool mayGain = _aim.IsWeighed || _aim.Hops == 2
            ? rate * _aim.Best.Of(_isReversed) > _least
            : rate > 0 && (_isBestOnly || MayGain(edge));
        if (!mayGain) return true;
        _edge = edge;
        if (_aim.Hops > WeighedHops) SweepBounds();
        return Extend(_aim.Start, 1, rate);
    }

    private void SweepBounds()
    {
        double[] shorter = _closing;
        for (int rank = 0; rank < _graph.CoreCount; rank++) shorter[rank] = Last(rank);
        foreach (double[] longer in _sweep)
        {
            SweepBound(shorter, longer);
            shorter = longer;
        }
    }

    private void SweepBound(double[] shorter, double[] longer)
    {
        int mints = _graph.CoreCount;
        for (int rank = 0; rank < mints; rank++)
        {
            int mint = _graph.MintOfRank(rank);
            double best = shorter[rank];
            ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
            ReadOnlySpan<RatePair> rates = _graph.Rates(mint);
            for (int i = 0; i < ranks.Length; i++)
                best = Math.Max(best, rates[i].Of(_isReversed) * shorter[ranks[i]]);
            longer[rank] = best;
            _steps += ranks.Length;
        }
    }

    /// <summary>Best rate from a rank to the target (reversed: from the target to the rank).</summary>
    private double Last(int rank) => _aim.Last[rank].Of(_isReversed);

    /// <summary>
    /// At <paramref name="mint"/> after <paramref name="legs"/> legs with the given product of best rates. False if a
    /// bound was met; the cursor then names this mint or one behind it.
    /// </summary>
    private bool Extend(int mint, int legs, double product)
    {
        bool isOnResumedPath = legs < _resumeLegs;
        if (!isOnResumedPath)
        {
            _resumeLegs = 0;
            if (_steps > _stepsMax && _entered > 0) return Stop(legs);
            _entered++;
            double close = legs == 1 ? _aim.TwoLegs.Of(_isReversed) : Last(_graph.Rank(mint));
            if (product * close > _least && !CloseAt(legs)) return Stop(legs);
            _resumePools = 0;
        }

        int left = _aim.Hops - legs;
        if (left < 2) return true;
        if (legs == 1 && _aim.IsWeighed) return ScanWeighed(product, isOnResumedPath);
        return left == 2
            ? ScanLast(mint, legs, product, isOnResumedPath)
            : Scan(mint, legs, product, isOnResumedPath);
    }

    private bool Stop(int legs)
    {
        _cursor.Legs = (byte)legs;
        return false;
    }
}
