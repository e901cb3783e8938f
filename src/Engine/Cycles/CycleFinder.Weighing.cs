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
        int target = _aim.Target;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(start);
        ReadOnlySpan<double> ratesOut = _graph.RatesOut(start)[..neighbours.Length];
        ReadOnlySpan<double> ratesIn = _graph.RatesIn(start)[..neighbours.Length];
        Span<double> branchOut = _branchOut.AsSpan(0, neighbours.Length);
        Span<double> branchIn = _branchIn.AsSpan(0, neighbours.Length);
        bool isFree = _touches[1];
        double bestOut = _aim.BestOut;
        double bestIn = _aim.BestIn;
        for (int i = 0; i < neighbours.Length; i++)
        {
            int mint = neighbours[i];
            double pathOut = 0;
            double pathIn = 0;
            if (mint != target) (pathOut, pathIn) = isFree || IsBase(mint) ? WeighMint(mint) : WeighBases(mint);
            pathOut *= ratesOut[i];
            pathIn *= ratesIn[i];
            branchOut[i] = pathOut;
            branchIn[i] = pathIn;
            bestOut = double.MaxNative(bestOut, pathOut);
            bestIn = double.MaxNative(bestIn, pathIn);
        }

        _branchOut.AsSpan(neighbours.Length, _graph.ListLength(start) - neighbours.Length).Clear();
        _branchIn.AsSpan(neighbours.Length, _graph.ListLength(start) - neighbours.Length).Clear();
        (_aim.BestOut, _aim.BestIn) = (bestOut, bestIn);
        _aim.IsWeighed = _aim.Hops <= WeighedHops;
        _steps += neighbours.Length;
    }

    /// <summary>
    /// Products of the best one or two legs between a mint and the target, out and in. The start is not between them,
    /// because the pair of both ends is hidden.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (double Out, double In) WeighMint(int mint)
    {
        int rank = _graph.Rank(mint);
        (double Out, double In) one = (_aim.LastIn[rank], _aim.LastOut[rank]);
        if (_maxHops < WeighedHops) return one;
        (double Out, double In) two = _graph.RowOut(mint) is { } rowOut
            ? WeighHub(mint, rowOut, _graph.RowIn(mint)!)
            : WeighWalk(mint, _aim.LastIn, _aim.LastOut);
        return (double.MaxNative(one.Out, two.Out), double.MaxNative(one.In, two.In));
    }

    /// <summary>
    /// Best two legs between a mint with rows and the target: the shortest of a walk over either's neighbours, what is
    /// known of the pair of hubs, and row times row.
    /// </summary>
    private (double Out, double In) WeighHub(int mint, double[] rowOut, double[] rowIn)
    {
        int degree = _graph.CoreNeighbours(mint).Length;
        int targetDegree = _graph.CoreNeighbours(_aim.Target).Length;
        int walkMax = _graph.CoreCount / RowScanGain; // more neighbours than that: a pass over the row is shorter
        if (targetDegree < Math.Min(degree, walkMax))
        {
            // From the target's end the paths are walked backwards: both directions trade places.
            (double walkedIn, double walkedOut) = WeighWalk(_aim.Target, rowIn, rowOut);
            return (walkedOut, walkedIn);
        }

        if (degree <= walkMax) return WeighWalk(mint, _aim.LastIn, _aim.LastOut);
        if (_aim.LastIn != _scatteredIn
            && _hubPairs.TryGet(mint, _aim.Target, _aim.Pair, out double forth, out double back))
        {
            return (forth, back);
        }

        _steps += _graph.CoreCount / RowScanGain;
        return RowProducts.Largest(rowOut, _aim.LastIn, rowIn, _aim.LastOut, _graph.CoreCount);
    }

    /// <summary>
    /// Largest products of one end's rates with the other end's rows, both directions, over the first end's neighbours.
    /// </summary>
    private (double Out, double In) WeighWalk(int mint, double[] rowIn, double[] rowOut)
    {
        int first = _graph.FirstPosition(mint);
        int length = _graph.ListLength(mint);
        ref int rank = ref MemoryMarshal.GetReference(_graph.AllRanks.Slice(first, length));
        ref double rateOut = ref MemoryMarshal.GetReference(_graph.AllRatesOut.Slice(first, length));
        ref double rateIn = ref MemoryMarshal.GetReference(_graph.AllRatesIn.Slice(first, length));
        ref double firstIn = ref MemoryMarshal.GetArrayDataReference(rowIn);
        ref double firstOut = ref MemoryMarshal.GetArrayDataReference(rowOut);
        _steps += length;
        double bestOut = 0;
        double bestIn = 0;
        for (nint i = 0; i < length; i += MarketGraph.ListStep)
        {
            // SAFETY: i is below the length that the three lists were sliced to.
            double eightOut = Largest(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rateOut, i), ref firstIn);
            double eightIn = Largest(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rateIn, i), ref firstOut);
            bestOut = double.MaxNative(bestOut, eightOut);
            bestIn = double.MaxNative(bestIn, eightIn);
        }

        return (bestOut, bestIn);
    }

    /// <summary>Largest of eight products of one direction, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Largest(ref int rank, ref double rate, ref double row)
    {
        return double.MaxNative(
            double.MaxNative(
                double.MaxNative(At(ref rank, ref rate, ref row, 0), At(ref rank, ref rate, ref row, 1)),
                double.MaxNative(At(ref rank, ref rate, ref row, 2), At(ref rank, ref rate, ref row, 3))),
            double.MaxNative(
                double.MaxNative(At(ref rank, ref rate, ref row, 4), At(ref rank, ref rate, ref row, 5)),
                double.MaxNative(At(ref rank, ref rate, ref row, 6), At(ref rank, ref rate, ref row, 7))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double At(ref int rank, ref double rate, ref double row, int i)
    {
        // SAFETY: lists are filled up to multiples of eight, and their ranks, CoreCount at most, are within every row.
        return Unsafe.Add(ref rate, i) * Unsafe.Add(ref row, Unsafe.Add(ref rank, i));
    }

    /// <summary>As <see cref="WeighMint"/> where only the mint behind it can be the cycle's base.</summary>
    private (double Out, double In) WeighBases(int mint)
    {
        if (_maxHops < WeighedHops) return (0, 0);
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(mint);
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        _steps += ranks.Length;
        double bestOut = 0;
        double bestIn = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (_baseIndex[neighbours[i]] == 0) continue;
            bestOut = Math.Max(bestOut, _graph.RatesOut(mint)[i] * _aim.LastIn[ranks[i]]);
            bestIn = Math.Max(bestIn, _graph.RatesIn(mint)[i] * _aim.LastOut[ranks[i]]);
        }

        return (bestOut, bestIn);
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
