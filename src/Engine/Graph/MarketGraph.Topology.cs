using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Ordered pairs of mints, their best rates, the adjacency that the search scans, and a log of changed pairs from which
/// a search keeps its own bounds up to date.
/// </summary>
public sealed partial class MarketGraph
{
    /// <summary>
    /// Changed pairs remembered. A reader that looks after every event is never further behind than the pairs of one
    /// event; whoever is further behind starts again.
    /// </summary>
    public const int ChangeLogEntries = LogMask;

    private const int LogMask = 4095; // one entry more is written before it counts

    /// <summary>Lists of neighbours in the core are filled up to a multiple of so many.</summary>
    internal const int ListStep = 8;

    private const int FillMax = ListStep - 2; // mints of the core have two neighbours there at least
    private readonly PairPlace[] _places; // by ordered pair
    private readonly int[] _adjacencyStart;
    private readonly int[] _degree;
    private readonly int[] _adjacentMint;
    private readonly int[] _adjacentPair;
    private readonly int[] _adjacentRank;
    private readonly RatePair[] _adjacentRates;
    private readonly int[] _cursor;
    private readonly int[] _changedPair = new int[LogMask + 1];
    private bool _topologyStale;

    /// <summary>Changes of pairs' best rates since the start; the last ones are in <see cref="ChangedPair"/>.</summary>
    public long ChangeCount { get; private set; }

    /// <summary>True if pools were added since the adjacency was laid out.</summary>
    internal bool IsTopologyStale => _topologyStale;

    /// <summary>Times the adjacency was laid out again: ranks and rows are others then.</summary>
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

    /// <summary>Ordered pair from a list's mint to the neighbour at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int PairAt(int position) => _adjacentPair[position];

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

    /// <summary>Ordered pair of a change, one of the last <see cref="ChangeLogEntries"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ChangedPair(long change) => _changedPair[(int)change & LogMask];

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
        for (int pool = 0; pool < pools; pool++) PutParallel(pool, _cursor[_edgePair[pool << 1] >> 1]++);
        RebuildAdjacency();
        ChooseHubs();
        LayOutCore();
        for (int pair = 0; pair < _pairs.Count; pair++)
        {
            Place(pair << 1);
            Place((pair << 1) | 1);
            RescanPair(pair);
            PutRates(pair, BestRates(pair));
        }
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
        _places[ordered].Position = position;
    }
}
