using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    /// <summary>Most legs of cycles that are weighed: two legs behind a branch are one pass over its mint.</summary>
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
        if (_aim.Hops > 2) LayOutTarget(isOut ? pair ^ 1 : pair);
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

    private void LayOutTarget(int pair)
    {
        int target = _aim.Target;
        _aim.Pair = pair;
        if (_graph.RowIn(target) is not null) _hubPairs.Absorb();
        _graph.HidePair(pair);
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
        if (_aim.Hops == 2) return;
        _graph.ShowPair(_aim.Pair);
        if (_aim.LastIn != _scatteredIn) return;
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
                if (isDeep && isAny) WeighMint(mint, ref pathOut, ref pathIn);
                else if (isDeep) WeighBases(mint, ref pathOut, ref pathIn);
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
    /// Raises the products to those of the best two legs between a mint and the target. The start is not between them,
    /// because the pair of both ends is hidden.
    /// </summary>
    private void WeighMint(int mint, ref double pathOut, ref double pathIn)
    {
        int degree = _graph.CoreRanks(mint).Length;
        int targetDegree = _graph.CoreRanks(_aim.Target).Length;
        int walkMax = _graph.CoreCount / RowScanGain; // more neighbours than that: a pass over the row is shorter
        double[]? rowOut = _graph.RowOut(mint);
        if (rowOut is not null && targetDegree < Math.Min(degree, walkMax))
        {
            // From the target's end the paths are walked backwards: both directions trade places.
            WeighWalk(_aim.Target, _graph.RowIn(mint)!, rowOut, ref pathIn, ref pathOut);
        }
        else if (rowOut is not null && degree > walkMax)
        {
            WeighHub(mint, rowOut, _graph.RowIn(mint)!, ref pathOut, ref pathIn);
        }
        else
        {
            WeighWalk(mint, _aim.LastIn, _aim.LastOut, ref pathOut, ref pathIn);
        }
    }

    /// <summary>
    /// Largest products of one end's rates with the other end's rows, both directions, over the first end's neighbours.
    /// </summary>
    private void WeighWalk(int mint, double[] rowIn, double[] rowOut, ref double pathOut, ref double pathIn)
    {
        int first = _graph.FirstPosition(mint);
        int length = _graph.ListLength(mint);
        ref int rank = ref MemoryMarshal.GetReference(_graph.AllRanks.Slice(first, length));
        ref double rateOut = ref MemoryMarshal.GetReference(_graph.AllRatesOut.Slice(first, length));
        ref double rateIn = ref MemoryMarshal.GetReference(_graph.AllRatesIn.Slice(first, length));
        ref double firstIn = ref MemoryMarshal.GetArrayDataReference(rowIn);
        ref double firstOut = ref MemoryMarshal.GetArrayDataReference(rowOut);
        _steps += length;
        double bestOut = pathOut;
        double bestIn = pathIn;
        for (int i = 0; i < length; i += MarketGraph.ListStep)
        {
            Step(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rateOut, i), ref firstIn, ref bestOut);
            Step(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rateIn, i), ref firstOut, ref bestIn);
        }

        (pathOut, pathIn) = (bestOut, bestIn);
    }

    /// <summary>Eight products of one direction, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref int rank, ref double rate, ref double row, ref double best)
    {
        // SAFETY: lists are filled up to multiples of eight, and their ranks, CoreCount at most, are within every row.
        double a = double.MaxNative(best, rate * Unsafe.Add(ref row, rank));
        double b = Unsafe.Add(ref rate, 1) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 1));
        a = double.MaxNative(a, Unsafe.Add(ref rate, 2) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 2)));
        b = double.MaxNative(b, Unsafe.Add(ref rate, 3) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 3)));
        a = double.MaxNative(a, Unsafe.Add(ref rate, 4) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 4)));
        b = double.MaxNative(b, Unsafe.Add(ref rate, 5) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 5)));
        a = double.MaxNative(a, Unsafe.Add(ref rate, 6) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 6)));
        b = double.MaxNative(b, Unsafe.Add(ref rate, 7) * Unsafe.Add(ref row, Unsafe.Add(ref rank, 7)));
        best = double.MaxNative(a, b);
    }

    /// <summary>
    /// As <see cref="WeighMint"/> for a hub: what is known of the pair of hubs, else row times row.
    /// </summary>
    private void WeighHub(int mint, double[] rowOut, double[] rowIn, ref double pathOut, ref double pathIn)
    {
        double bestOut = 0;
        double bestIn = 0;
        if (_aim.LastIn == _scatteredIn || !_hubPairs.TryGet(mint, _aim.Target, _aim.Pair, out bestOut, out bestIn))
        {
            _steps += _graph.CoreCount / RowScanGain;
            (bestOut, bestIn) = RowProducts.Largest(rowOut, _aim.LastIn, rowIn, _aim.LastOut, _graph.CoreCount);
        }

        pathOut = Math.Max(pathOut, bestOut);
        pathIn = Math.Max(pathIn, bestIn);
    }

    /// <summary>As <see cref="WeighMint"/> where only the mint behind it can be the cycle's base.</summary>
    private void WeighBases(int mint, ref double pathOut, ref double pathIn)
    {
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(mint);
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        _steps += ranks.Length;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (_baseIndex[neighbours[i]] == 0) continue;
            pathOut = Math.Max(pathOut, _graph.RatesOut(mint)[i] * _aim.LastIn[ranks[i]]);
            pathIn = Math.Max(pathIn, _graph.RatesIn(mint)[i] * _aim.LastOut[ranks[i]]);
        }
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
