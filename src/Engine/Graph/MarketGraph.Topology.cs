using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Ordered pairs of mints, their best rates, the adjacency that the search scans, and a log of changed pairs from which
/// a search keeps its own bounds up to date.
/// </summary>
public sealed partial class MarketGraph
{
    /// <summary>
    /// Changed pairs remembered. A reader that looks after every event is never further behind than the pairs of one
    /// event; whoever is further behind starts anew.
    /// </summary>
    public const int ChangeLogEntries = 4096;

    /// <summary>Lists of neighbours in the core are filled up to a multiple of so many.</summary>
    internal const int ListStep = 8;

    private const int FillMax = ListStep - 2; // mints of the core have two neighbours there at least
    private readonly double[] _bestRate;
    private readonly int[] _bestEdge;
    private readonly int[] _pairPosition;
    private readonly int[] _adjacencyStart;
    private readonly int[] _degree;
    private readonly int[] _adjacentMint;
    private readonly int[] _adjacentPair;
    private readonly int[] _adjacentRank;
    private readonly RatePair[] _adjacentRates;
    private readonly int[] _pairPoolStart;
    private readonly int[] _pairPool;
    private readonly int[] _cursor;
    private readonly int[] _changedPair = new int[ChangeLogEntries];
    private bool _topologyStale;

    /// <summary>Changes of pairs' best rates since the start; the last ones are in <see cref="ChangedPair"/>.</summary>
    public long ChangeCount { get; private set; }

    /// <summary>True if pools were added since the adjacency was laid out.</summary>
    internal bool IsTopologyStale => _topologyStale;

    /// <summary>Times the adjacency was laid out anew: ranks and rows are others then.</summary>
    internal long TopologyCount { get; private set; }

    /// <summary>
    /// Unordered pairs of mints; an ordered pair is <c>2 * pair + (0 low to high, 1 high to low)</c>.
    /// </summary>
    public int PairCount => _pairs.Count;

    /// <summary>Ordered pair of an edge. The opposite direction is the value with its lowest bit flipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int EdgePair(int edge) => _edgePair[edge];

    /// <summary>Ordered pair of two mints, or -1 if no pool trades them.</summary>
    public int FindPair(int fromMint, int toMint)
    {
        int pair = _pairs.Find(fromMint, toMint);
        return pair < 0 ? -1 : (pair << 1) | (fromMint < toMint ? 0 : 1);
    }

    /// <summary>Mint an ordered pair starts at.</summary>
    public int PairFrom(int pair) => (pair & 1) == 0 ? _pairs.Low(pair >> 1) : _pairs.High(pair >> 1);

    /// <summary>Mint an ordered pair ends at.</summary>
    public int PairTo(int pair) => PairFrom(pair ^ 1);

    /// <summary>Best marginal rate of an ordered pair over its parallel pools; 0 if none quotes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double BestRate(int pair) => _bestRate[pair];

    /// <summary>Edge with the best rate of an ordered pair, the lowest id of equal ones; -1 if none quotes.</summary>
    public int BestEdge(int pair) => _bestRate[pair] > 0 ? _bestEdge[pair] : -1;

    /// <summary>Pools that trade an ordered pair, in order of id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> PairPools(int pair)
    {
        int start = _pairPoolStart[pair >> 1];
        return _pairPool.AsSpan(start, _pairPoolStart[(pair >> 1) + 1] - start);
    }

    /// <summary>Edge of a pool in the direction of an ordered pair that the pool trades.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PoolEdge(int poolId, int pair) =>
        // PERF: the other edge's pair differs in the lowest bit; which way round a pool is no branch predictor knows.
        (poolId << 1) | ((_edgePair[poolId << 1] ^ pair) & 1);

    /// <summary>Neighbours of a mint, in a fixed order. Call <see cref="EnsureTopology"/> first.</summary>
    public ReadOnlySpan<int> Neighbours(int mint) => Slice(_adjacentMint, mint);

    /// <summary>
    /// The first of <see cref="Neighbours"/>, those in the core; none if the mint itself is not in it. No simple cycle
    /// of three legs or more leaves the core.
    /// </summary>
    public ReadOnlySpan<int> CoreNeighbours(int mint) =>
        _adjacentMint.AsSpan(_adjacencyStart[mint], _coreDegree[mint]);

    /// <summary>
    /// Length of a mint's list of <see cref="CoreNeighbours"/> filled up to a multiple of <see cref="ListStep"/>.
    /// PERF: a loop over whole steps ends after one step nearly always, where one over the neighbours ends at random.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int ListLength(int mint) => (_coreDegree[mint] + ListStep - 1) & -ListStep;

    /// <summary>
    /// Ranks by position, <see cref="ListLength"/> of them from <see cref="FirstPosition"/> on; those behind the core's
    /// neighbours are <see cref="CoreCount"/>, where every row is 0.
    /// </summary>
    internal ReadOnlySpan<int> AllRanks => _adjacentRank;

    /// <summary>The rank at a position; those of the same mint's list follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref int RankAt(int position) => ref _adjacentRank[position];

    /// <summary>The rates at a position; those of the same mint's list follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref RatePair RatesAt(int position) => ref _adjacentRates[position];

    /// <summary>Ranks of each of <see cref="CoreNeighbours"/>.</summary>
    internal ReadOnlySpan<int> CoreRanks(int mint) => _adjacentRank.AsSpan(_adjacencyStart[mint], _coreDegree[mint]);

    /// <summary>Position of a mint's first neighbour in <see cref="AllRates"/>.</summary>
    internal int FirstPosition(int mint) => _adjacencyStart[mint];

    /// <summary>Ordered pairs from a mint to each of <see cref="Neighbours"/>.</summary>
    public ReadOnlySpan<int> PairsOut(int mint) => Slice(_adjacentPair, mint);

    /// <summary>Best rates between a mint and each of <see cref="Neighbours"/>.</summary>
    public ReadOnlySpan<RatePair> Rates(int mint) => Slice(_adjacentRates, mint);

    /// <summary>Best rates of all pairs, in the order of <see cref="Neighbours"/>, mint after mint.</summary>
    internal ReadOnlySpan<RatePair> AllRates => _adjacentRates.AsSpan(0, _adjacencyStart[_mints.Count]);

    /// <summary>Most positions of <see cref="AllRates"/>.</summary>
    internal int PositionCapacity => _adjacentRates.Length;

    /// <summary>
    /// Takes a pair's best rates out of both mints' lists and the row of the mint it leads to, while cycles of three
    /// legs or more through it are searched, which pass neither again; <see cref="ShowPair"/> puts them back before
    /// anything else is done.
    /// </summary>
    internal void HidePair(int pair) => PutRates(pair, Vector128<double>.Zero);

    /// <summary>The end of <see cref="HidePair"/>.</summary>
    internal void ShowPair(int pair) =>
        PutRates(pair, Vector128.Create(_bestRate[pair], _bestRate[pair ^ 1]));

    /// <summary>PERF: whole vectors, since a vector cannot be read early from two stores of its halves.</summary>
    private void PutRates(int pair, Vector128<double> rates)
    {
        int there = _pairPosition[pair];
        int back = _pairPosition[pair ^ 1];
        Vector128<double> turned = Vector128.Shuffle(rates, Vector128.Create(1L, 0));
        RatePair.Vector(ref _adjacentRates[back]) = rates;
        RatePair.Vector(ref _adjacentRates[there]) = turned;
        int hub = _hubOf[_adjacentMint[there]] - 1;
        if (hub >= 0) RatePair.Vector(ref _rows[hub][_adjacentRank[back]]) = turned;
    }

    /// <summary>Ordered pair of a change, one of the last <see cref="ChangeLogEntries"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ChangedPair(long change) => _changedPair[(int)change & (ChangeLogEntries - 1)];

    /// <summary>
    /// Brings the adjacency up to date after pools were added; does nothing otherwise. Linear in pools plus mints, no
    /// allocation.
    /// </summary>
    public void EnsureTopology()
    {
        if (_topologyStale) RebuildTopology();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<T> Slice<T>(T[] array, int mint)
    {
        int start = _adjacencyStart[mint];
        return array.AsSpan(start, _degree[mint]);
    }

    /// <summary>Sets an edge's rate; false if it was that already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TrySetRate(int edge, double rate)
    {
        double before = _rate[edge];
        if (before == rate) return false;
        _rate[edge] = rate;
        if (_topologyStale) RebuildTopology();
        int pair = _edgePair[edge];
        double best = _bestRate[pair];
        if (rate > best) StoreBest(pair, edge, rate);
        else if (before == best || rate == best) RescanPair(pair);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreBest(int pair, int edge, double rate)
    {
        _bestEdge[pair] = edge;
        int position = _pairPosition[pair];
        _adjacentRates[position].Out = rate;
        _adjacentRates[_pairPosition[pair ^ 1]].In = rate;
        StoreInRows(PairFrom(pair), _adjacentMint[position], rate);
        if (_bestRate[pair] == rate) return;
        _bestRate[pair] = rate;
        _changedPair[(int)ChangeCount & (ChangeLogEntries - 1)] = pair;
        ChangeCount++;
    }

    private void RescanPair(int pair)
    {
        double best = 0;
        int bestEdge = -1;
        foreach (int pool in PairPools(pair))
        {
            int edge = PoolEdge(pool, pair);
            if (_rate[edge] > best) (best, bestEdge) = (_rate[edge], edge);
        }

        StoreBest(pair, bestEdge, best);
    }

    private void RebuildTopology()
    {
        _topologyStale = false;
        TopologyCount++;
        int pools = _pools.Count;
        Array.Clear(_cursor);
        for (int pool = 0; pool < pools; pool++) _cursor[(_edgePair[pool << 1] >> 1) + 1]++;
        for (int pair = 0; pair < _pairs.Count; pair++)
        {
            _cursor[pair + 1] += _cursor[pair];
            _pairPoolStart[pair] = _cursor[pair];
        }

        _pairPoolStart[_pairs.Count] = pools;
        for (int pool = 0; pool < pools; pool++) _pairPool[_cursor[_edgePair[pool << 1] >> 1]++] = pool;
        RebuildAdjacency();
        ChooseHubs();
        LayOutCore();
        for (int pair = 0; pair < 2 * _pairs.Count; pair++) RescanPair(pair);
    }

    private void RebuildAdjacency()
    {
        int mints = _mints.Count;
        Array.Clear(_degree);
        for (int pair = 0; pair < _pairs.Count; pair++)
        {
            _degree[_pairs.Low(pair)]++;
            _degree[_pairs.High(pair)]++;
        }

        Array.Clear(_coreDegree);
        LayOutLists(mints);
        for (int ordered = 0; ordered < 2 * _pairs.Count; ordered++) PutAdjacent(ordered);
        FindCore();
        LayOutLists(mints);
        _adjacentRank.AsSpan(0, _adjacencyStart[mints]).Fill(CoreCount);
        for (int order = 0; order < 3; order++)
        {
            for (int ordered = 0; ordered < 2 * _pairs.Count; ordered++)
            {
                if (PlaceOf(ordered) == order) PutAdjacent(ordered);
            }
        }
    }

    /// <summary>Where each mint's list starts, with room for the core's neighbours filled up.</summary>
    private void LayOutLists(int mints)
    {
        _adjacencyStart[0] = 0;
        for (int mint = 0; mint < mints; mint++)
            _adjacencyStart[mint + 1] = _adjacencyStart[mint] + Math.Max(_degree[mint], ListLength(mint));
        // Mints registered later than the last rebuild have empty lists until pools name them.
        _adjacencyStart.AsSpan(mints + 1).Fill(_adjacencyStart[mints]);
        Array.Copy(_adjacencyStart, _cursor, mints);
    }

    /// <summary>
    /// Neighbours in the core come first, and of them the ones with very many neighbours, because a search treats those
    /// otherwise. PERF: what a branch does then changes once a list, not at random.
    /// </summary>
    private int PlaceOf(int ordered)
    {
        if (!IsCorePair(ordered)) return 2;
        return IsDense(PairTo(ordered)) ? 0 : 1;
    }

    private void PutAdjacent(int ordered)
    {
        int to = PairTo(ordered);
        int position = _cursor[PairFrom(ordered)]++;
        _adjacentMint[position] = to;
        _adjacentPair[position] = ordered;
        _adjacentRank[position] = _rank[to] < 0 ? CoreCount : _rank[to];
        _pairPosition[ordered] = position;
    }
}
