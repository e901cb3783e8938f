using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Parallel pools of each pair of mints and the best of their rates. PERF: a pool's two rates, a pair's two best ones
/// and all places that hold them are vectors of both directions, so that an update takes maxima and stores them without
/// a branch that depends on a price.
/// </summary>
public sealed partial class MarketGraph
{
    private readonly double[] _bestRate; // by ordered pair
    private readonly int[] _pairPoolStart;
    private readonly int[] _pairPool;
    private readonly int[] _pairEdge; // beside the pools: their edges from the lower mint to the higher
    private readonly RatePair[] _parallelRates; // beside the pools: as seen from the higher mint
    private readonly int[] _parallelAt; // by pool: where it lies in the lists above
    private readonly RatePair[] _noRow = new RatePair[1];

    /// <summary>Best marginal rate of an ordered pair over its parallel pools; 0 if none quotes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double BestRate(int pair) => _bestRate[pair];

    /// <summary>Edge with the best rate of an ordered pair, the lowest id of equal ones; -1 if none quotes.</summary>
    public int BestEdge(int pair)
    {
        double best = _bestRate[pair];
        if (!(best > 0)) return -1;
        ReadOnlySpan<RatePair> rates = ParallelRates(pair);
        int at = 0;
        while (rates[at].Of((pair & 1) == 0) != best) at++;
        return ParallelEdge(pair, at);
    }

    /// <summary>Pools that trade an ordered pair, in order of id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> PairPools(int pair)
    {
        int start = _pairPoolStart[pair >> 1];
        return _pairPool.AsSpan(start, _pairPoolStart[(pair >> 1) + 1] - start);
    }

    /// <summary>
    /// Rates of each of <see cref="PairPools"/>, as seen from the higher mint: the way in is that of the even pair.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<RatePair> ParallelRates(int pair)
    {
        int start = _pairPoolStart[pair >> 1];
        return _parallelRates.AsSpan(start, _pairPoolStart[(pair >> 1) + 1] - start);
    }

    /// <summary>
    /// Edges of each of <see cref="PairPools"/> from the lower mint to the higher; back is the other of the pool.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<int> ParallelEdges(int pair)
    {
        int start = _pairPoolStart[pair >> 1];
        return _pairEdge.AsSpan(start, _pairPoolStart[(pair >> 1) + 1] - start);
    }

    /// <summary>Edge in the direction of an ordered pair of the pool at an index of <see cref="PairPools"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int ParallelEdge(int pair, int index) => _pairEdge[_pairPoolStart[pair >> 1] + index] ^ (pair & 1);

    /// <summary>Number of pools that trade a pair, and where they begin in the lists beside each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int PoolsOf(int pair, out int start)
    {
        start = _pairPoolStart[pair >> 1];
        return _pairPoolStart[(pair >> 1) + 1] - start;
    }

    /// <summary>
    /// Rate of the pool at a place of <see cref="PoolsOf"/> in the direction of its ordered pair; that of the next one
    /// is two doubles behind it, and <see cref="ListStep"/> may be read at once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref double RateAt(int place, int pair) =>
        // SAFETY: a pair of rates is two doubles, the way in first, which is that of even pairs.
        ref Unsafe.Add(ref Unsafe.As<RatePair, double>(ref _parallelRates[place]), pair & 1);

    /// <summary>Edge from the lower mint to the higher of the pool at a place; those of the next ones follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref int ParallelEdgeAt(int place) => ref _pairEdge[place];

    /// <summary>Edges of so many pools as a vector has room for, in the direction of their ordered pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<long> EdgesAt(int place, int pair)
    {
        // SAFETY: the list is longer by a step than there are pools.
        Vector256<int> edges = Unsafe.As<int, Vector256<int>>(ref _pairEdge[place]);
        (Vector256<long> low, Vector256<long> high) = Vector256.Widen(edges ^ Vector256.Create(pair & 1));
        return Vector512.Create(low, high);
    }

    /// <summary>Edge of a pool in the direction of an ordered pair that the pool trades.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PoolEdge(int poolId, int pair) =>
        // PERF: the other edge's pair differs in the lowest bit; which way round a pool is no branch predictor knows.
        (poolId << 1) | ((_edgePair[poolId << 1] ^ pair) & 1);

    /// <summary>
    /// Best rates of a pair by other pools than the given one, seen from the mint that the ordered pair starts at.
    /// </summary>
    internal Vector128<double> BestOther(int pair, int poolId)
    {
        int own = _parallelAt[poolId];
        int start = _pairPoolStart[pair >> 1];
        int end = _pairPoolStart[(pair >> 1) + 1];
        Vector128<double> best = default;
        for (int at = start; at < end; at++)
        {
            Vector128<double> rates = RatePair.Vector(ref _parallelRates[at]);
            best = Vector128.MaxNative(best, at == own ? default : rates);
        }

        return Orient(best, ~pair);
    }

    /// <summary>
    /// Takes a pair's best rates out of both mints' lists and rows, while cycles of three legs or more through it are
    /// searched, which pass neither again; <see cref="ShowPair"/> puts them back before anything else is done.
    /// </summary>
    internal void HidePair(int pair) => PutRates(pair >> 1, Vector128<double>.Zero);

    /// <summary>The end of <see cref="HidePair"/>.</summary>
    internal void ShowPair(int pair) => PutRates(pair >> 1, BestRates(pair >> 1));

    /// <summary>Best rates of a pair, seen from the mint that the ordered pair starts at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector128<double> BestBoth(int pair) => Orient(BestRates(pair >> 1), ~pair);

    /// <summary>Both rates of a pool as a vector, A to B first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Vector128<double> EdgeRates(int poolId) =>
        // SAFETY: an even index and the next one are within the array, as it has two rates a pool.
        ref Unsafe.As<double, Vector128<double>>(ref _rate[poolId << 1]);

    /// <summary>Best rates of an unordered pair, low to high first: as seen from the higher mint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Vector128<double> BestRates(int pair) =>
        // SAFETY: an even index and the next one are within the array, as it has two rates a pair.
        ref Unsafe.As<double, Vector128<double>>(ref _bestRate[pair << 1]);

    /// <summary>Rates with both directions exchanged where the lowest bit of <paramref name="turns"/> is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Orient(Vector128<double> rates, int turns)
    {
        Vector128<double> turned = Vector128.Shuffle(rates, Vector128.Create(1L, 0));
        Vector128<double> isTurned = Vector128.Create(-(long)(turns & 1)).AsDouble();
        return Vector128.ConditionalSelect(isTurned, turned, rates);
    }

    /// <summary>
    /// Keeps a pool's rates, A to B first, and what follows from them, for a pool whose rates are others.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SetRates(int poolId, Vector128<double> rates)
    {
        EdgeRates(poolId) = rates;
        if (_topologyStale)
        {
            RebuildTopology();
            return;
        }

        int forward = _edgePair[poolId << 1];
        RatePair.Vector(ref _parallelRates[_parallelAt[poolId]]) = Orient(rates, forward);
        RescanPair(forward >> 1);
    }

    private void RescanPair(int pair)
    {
        int end = _pairPoolStart[pair + 1];
        Vector128<double> best = default;
        for (int at = _pairPoolStart[pair]; at < end; at++)
            best = Vector128.MaxNative(best, RatePair.Vector(ref _parallelRates[at]));
        Vector128<double> before = BestRates(pair);
        if (before == best) return;
        BestRates(pair) = best;
        PutRates(pair, best);
        uint isSame = Vector128.Equals(before, best).ExtractMostSignificantBits();
        long count = ChangeCount;
        _changedPair[(int)count & LogMask] = pair << 1;
        count += (isSame & 1) ^ 1;
        _changedPair[(int)count & LogMask] = (pair << 1) | 1; // is not counted if that one did not change
        ChangeCount = count + ((isSame >> 1) ^ 1);
    }

    /// <summary>PERF: whole vectors, since a vector cannot be read early from two stores of its halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PutRates(int pair, Vector128<double> rates)
    {
        ref PairPlace low = ref _places[pair << 1];
        ref PairPlace high = ref _places[(pair << 1) | 1];
        Vector128<double> turned = Vector128.Shuffle(rates, Vector128.Create(1L, 0));
        RatePair.Vector(ref _adjacentRates[low.Position]) = turned;
        RatePair.Vector(ref _adjacentRates[high.Position]) = rates;
        RatePair.Vector(ref low.Row[low.Rank]) = turned;
        RatePair.Vector(ref high.Row[high.Rank]) = rates;
    }

    private void PutParallel(int poolId, int at)
    {
        int forward = _edgePair[poolId << 1];
        _pairPool[at] = poolId;
        _pairEdge[at] = (poolId << 1) | (forward & 1);
        _parallelAt[poolId] = at;
        RatePair.Vector(ref _parallelRates[at]) = Orient(EdgeRates(poolId), forward);
    }

    /// <summary>After the hubs are chosen.</summary>
    private void Place(int ordered)
    {
        int hub = _hubOf[PairTo(ordered)] - 1;
        int rank = _rank[PairFrom(ordered)];
        bool isInRow = hub >= 0 && rank >= 0;
        _places[ordered].Row = isInRow ? _rows[hub] : _noRow;
        _places[ordered].Rank = isInRow ? rank : 0;
    }
}
