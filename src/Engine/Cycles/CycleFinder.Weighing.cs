using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Before cycles are listed each first branch is weighed: the largest product of best rates over all paths of up to
/// three legs that begin with it, both directions in one pass, because both pass the same mints. What is not above the
/// threshold is not entered; if no branch is, that is the proof that no cycle gains; and the largest one is the product
/// of the best cycle, from which <see cref="FindBest"/> enters that one only.
/// </summary>
public sealed partial class CycleFinder
{
    /// <summary>Most legs of the cycles that are weighed: two legs behind a branch are one pass over its mint.</summary>
    private const int WeighedHops = 4;

    /// <summary>Decides from which end of the pool's pair to search and lays out the rates of the other end.</summary>
    private void AimAt(int edge)
    {
        int from = _graph.EdgeFrom(edge);
        int to = _graph.EdgeTo(edge);
        int pair = _graph.EdgePair(edge);
        bool isOut = _graph.Reach(to) <= _graph.Reach(from);
        (_aim.Start, _aim.Target) = isOut ? (to, from) : (from, to);
        _aim.TargetBase = _baseIndex[_aim.Target] - 1;
        _aim.Hops = _graph.IsCorePair(pair) ? _maxHops : 2;
        _aim.IsWeighed = false;
        _pathMint[0] = _aim.Start;
        _touches[1] = IsBase(from) || IsBase(to);
        _aim.TwoLegsOut = _touches[1] ? BestOther(isOut ? pair ^ 1 : pair, edge >> 1) : 0;
        _aim.TwoLegsIn = _touches[1] ? BestOther(isOut ? pair : pair ^ 1, edge >> 1) : 0;
        (_aim.BestOut, _aim.BestIn) = (_aim.TwoLegsOut, _aim.TwoLegsIn);
        if (_aim.Hops > 2) LayOutTarget();
    }

    /// <summary>Best rate of an ordered pair by another pool than the given one.</summary>
    private double BestOther(int pair, int pool)
    {
        if (_graph.BestEdge(pair) >> 1 != pool) return _graph.BestRate(pair);
        double best = 0;
        foreach (int other in _graph.PairPools(pair))
        {
            if (other != pool) best = Math.Max(best, _graph.Rate(_graph.PoolEdge(other, pair)));
        }

        return best;
    }

    private void LayOutTarget()
    {
        int target = _aim.Target;
        _aim.StartRank = _graph.Rank(_aim.Start);
        _aim.LastIn = _graph.RowIn(target) ?? _scatteredIn;
        _aim.LastOut = _graph.RowOut(target) ?? _scatteredOut;
        if (_aim.LastIn != _scatteredIn) return;
        ReadOnlySpan<int> ranks = _graph.CoreRanks(target);
        ReadOnlySpan<double> ratesIn = _graph.RatesIn(target)[..ranks.Length];
        ReadOnlySpan<double> ratesOut = _graph.RatesOut(target)[..ranks.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            _scatteredIn[ranks[i]] = ratesIn[i];
            _scatteredOut[ranks[i]] = ratesOut[i];
        }

        _steps += ranks.Length;
    }

    private void EndAim()
    {
        if (_aim.Hops == 2 || _aim.LastIn != _scatteredIn) return;
        foreach (int rank in _graph.CoreRanks(_aim.Target))
        {
            _scatteredIn[rank] = 0;
            _scatteredOut[rank] = 0;
        }
    }

    /// <summary>Largest product of the cycles through an edge's pool that were weighed.</summary>
    private double BestWeighed(int edge)
    {
        bool isReversed = _graph.EdgeFrom(edge) == _aim.Start;
        return Math.Max(
            _graph.Rate(edge) * _aim.Best(isReversed), _graph.Rate(edge ^ 1) * _aim.Best(!isReversed));
    }

    private void Weigh()
    {
        int start = _aim.Start;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(start);
        ReadOnlySpan<int> ranks = _graph.CoreRanks(start);
        ReadOnlySpan<int> pairs = _graph.PairsOut(start);
        ReadOnlySpan<double> ratesOut = _graph.RatesOut(start);
        ReadOnlySpan<double> ratesIn = _graph.RatesIn(start);
        bool isFree = _touches[1];
        bool isDeep = _maxHops > 3;
        double bestOut = _aim.BestOut;
        double bestIn = _aim.BestIn;
        for (int i = 0; i < neighbours.Length; i++)
        {
            int mint = neighbours[i];
            double pathOut = 0;
            double pathIn = 0;
            if (mint != _aim.Target)
            {
                bool isAny = isFree || IsBase(mint);
                if (isAny) (pathOut, pathIn) = (_aim.LastIn[ranks[i]], _aim.LastOut[ranks[i]]);
                if (isDeep && isAny) WeighMint(mint, _graph.IndexOfFrom(pairs[i]), ref pathOut, ref pathIn);
                else if (isDeep) WeighBases(mint, _graph.IndexOfFrom(pairs[i]), ref pathOut, ref pathIn);
            }

            _branchOut[i] = pathOut *= ratesOut[i];
            _branchIn[i] = pathIn *= ratesIn[i];
            bestOut = double.MaxNative(bestOut, pathOut);
            bestIn = double.MaxNative(bestIn, pathIn);
        }

        (_aim.BestOut, _aim.BestIn) = (bestOut, bestIn);
        _aim.IsWeighed = _aim.Hops <= WeighedHops;
        _steps += neighbours.Length;
    }

    /// <summary>
    /// Raises the products to those of the best two legs between a mint and the target, not through the start, which
    /// has the given place among the mint's neighbours.
    /// </summary>
    private void WeighMint(int mint, int startIndex, ref double pathOut, ref double pathIn)
    {
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        if (ranks.Length * RowScanGain > _graph.CoreCount && _graph.RowOut(mint) is { } rowOut)
        {
            WeighHub(rowOut, _graph.RowIn(mint)!, ref pathOut, ref pathIn);
            return;
        }

        ReadOnlySpan<double> ratesOut = _graph.RatesOut(mint)[..ranks.Length];
        ReadOnlySpan<double> ratesIn = _graph.RatesIn(mint)[..ranks.Length];
        _steps += ranks.Length;
        double bestOut = pathOut;
        double bestIn = pathIn;
        ref double lastIn = ref MemoryMarshal.GetArrayDataReference(_aim.LastIn);
        ref double lastOut = ref MemoryMarshal.GetArrayDataReference(_aim.LastOut);
        for (int i = 0; i < ranks.Length; i++)
        {
            if (i == startIndex) continue;
            int rank = ranks[i];

            // SAFETY: ranks in the core's adjacency are below CoreCount, and rows are at least as long.
            bestOut = double.MaxNative(bestOut, ratesOut[i] * Unsafe.Add(ref lastIn, rank));
            // SAFETY: as above.
            bestIn = double.MaxNative(bestIn, ratesIn[i] * Unsafe.Add(ref lastOut, rank));
        }

        (pathOut, pathIn) = (bestOut, bestIn);
    }

    /// <summary>
    /// As <see cref="WeighMint"/>, row times row. The start's own product is in it and below the largest nearly always;
    /// if not, the rows are passed again on both sides of it.
    /// </summary>
    private void WeighHub(double[] rowOut, double[] rowIn, ref double pathOut, ref double pathIn)
    {
        int skip = _aim.StartRank;
        int end = _graph.CoreCount;
        double[] lastIn = _aim.LastIn;
        double[] lastOut = _aim.LastOut;
        _steps += end / RowScanGain;
        (double bestOut, double bestIn) = LargestProducts(rowOut, lastIn, rowIn, lastOut, end);
        if (bestOut > pathOut && bestOut <= rowOut[skip] * lastIn[skip]) bestOut = LargestWithout(rowOut, lastIn);
        if (bestIn > pathIn && bestIn <= rowIn[skip] * lastOut[skip]) bestIn = LargestWithout(rowIn, lastOut);
        pathOut = Math.Max(pathOut, bestOut);
        pathIn = Math.Max(pathIn, bestIn);
    }

    private double LargestWithout(double[] row, double[] last)
    {
        double best = 0;
        for (int rank = 0; rank < _graph.CoreCount; rank++)
        {
            if (rank != _aim.StartRank) best = double.MaxNative(best, row[rank] * last[rank]);
        }

        return best;
    }

    /// <summary>As <see cref="WeighMint"/> where only the mint behind it can be the cycle's base.</summary>
    private void WeighBases(int mint, int startIndex, ref double pathOut, ref double pathIn)
    {
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(mint);
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        _steps += ranks.Length;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (i == startIndex || _baseIndex[neighbours[i]] == 0) continue;
            pathOut = Math.Max(pathOut, _graph.RatesOut(mint)[i] * _aim.LastIn[ranks[i]]);
            pathIn = Math.Max(pathIn, _graph.RatesIn(mint)[i] * _aim.LastOut[ranks[i]]);
        }
    }

    /// <summary>
    /// Largest products, rank by rank, of two pairs of rows. PERF: over all ranks, without an index to follow; a
    /// maximum does not depend on the order, so the width of the vectors does not show.
    /// </summary>
    private static (double First, double Second) LargestProducts(
        double[] left1, double[] right1, double[] left2, double[] right2, int count)
    {
        nuint end = (nuint)MarketGraph.RowLength(count);
        if ((nuint)left1.Length < end || (nuint)right1.Length < end) return default;
        if ((nuint)left2.Length < end || (nuint)right2.Length < end) return default;
        ref double a = ref MemoryMarshal.GetArrayDataReference(left1);
        ref double b = ref MemoryMarshal.GetArrayDataReference(right1);
        ref double c = ref MemoryMarshal.GetArrayDataReference(left2);
        ref double d = ref MemoryMarshal.GetArrayDataReference(right2);
        Vector512<double> first = Vector512<double>.Zero;
        Vector512<double> second = Vector512<double>.Zero;
        for (nuint i = 0; i < end; i += (nuint)Vector512<double>.Count)
        {
            // SAFETY: end is a multiple of the vector's length and within all four arrays, which is checked above.
            first = Vector512.MaxNative(first, Vector512.LoadUnsafe(ref a, i) * Vector512.LoadUnsafe(ref b, i));
            // SAFETY: as above.
            second = Vector512.MaxNative(second, Vector512.LoadUnsafe(ref c, i) * Vector512.LoadUnsafe(ref d, i));
        }

        return (Largest(first), Largest(second));
    }

    private static double Largest(Vector512<double> vector)
    {
        Vector256<double> four = Vector256.MaxNative(vector.GetLower(), vector.GetUpper());
        Vector128<double> two = Vector128.MaxNative(four.GetLower(), four.GetUpper());
        return double.MaxNative(two[0], two[1]);
    }

    /// <summary>From the start to the branches that hold something of interest.</summary>
    private bool ScanWeighed(double product, bool isOnResumedPath)
    {
        int start = _aim.Start;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(start);
        ReadOnlySpan<int> pairs = _graph.PairsOut(start);
        ReadOnlySpan<double> rates = RatesFrom(start)[..neighbours.Length];
        double[] weights = _isReversed ? _branchIn : _branchOut;
        _steps += neighbours.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[1] : 0; i < neighbours.Length; i++)
        {
            if (product * weights[i] > _least && !Enter(neighbours[i], pairs[i], i, 1, product * rates[i]))
                return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }
}
