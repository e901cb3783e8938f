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
        _aim.TwoLegs = default;
        if (_touches[1])
        {
            _aim.TwoLegs.Out = BestOther(isOut ? pair ^ 1 : pair, edge >> 1);
            _aim.TwoLegs.In = BestOther(isOut ? pair : pair ^ 1, edge >> 1);
        }

        _aim.Best = _aim.TwoLegs;
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
        RatePair[]? row = _graph.Row(target);
        if (row is not null) _hubPairs.Absorb();
        _graph.HidePair(pair);
        _aim.Last = row ?? _scattered;
        if (row is not null) return;
        ReadOnlySpan<int> ranks = _graph.CoreRanks(target);
        ReadOnlySpan<RatePair> rates = _graph.Rates(target)[..ranks.Length];
        for (int i = 0; i < ranks.Length; i++)
            _scattered[ranks[i]] = new RatePair { In = rates[i].Out, Out = rates[i].In };
        _steps += ranks.Length;
    }

    private void EndAim()
    {
        if (_aim.Hops == 2) return;
        _graph.ShowPair(_aim.Pair);
        if (_aim.Last != _scattered) return;
        foreach (int rank in _graph.CoreRanks(_aim.Target)) _scattered[rank] = default;
    }

    /// <summary>Largest product of the cycles through an edge's pool that were weighed.</summary>
    private double BestWeighed(int edge)
    {
        bool isReversed = _graph.EdgeFrom(edge) == _aim.Start;
        return Math.Max(
            _graph.Rate(edge) * _aim.Best.Of(isReversed), _graph.Rate(edge ^ 1) * _aim.Best.Of(!isReversed));
    }

    private void Weigh()
    {
        int start = _aim.Start;
        int target = _aim.Target;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(start);
        ReadOnlySpan<RatePair> rates = _graph.Rates(start)[..neighbours.Length];
        Span<RatePair> branches = _branches.AsSpan(0, _graph.ListLength(start));
        bool isFree = _touches[1];
        Vector128<double> best = RatePair.Vector(ref _aim.Best);
        for (int i = 0; i < neighbours.Length; i++)
        {
            int mint = neighbours[i];
            Vector128<double> path = default;
            if (mint != target) path = isFree || IsBase(mint) ? WeighMint(mint) : WeighBases(mint);
            path *= Vector128.Create(rates[i].In, rates[i].Out);
            RatePair.Vector(ref branches[i]) = path;
            best = Vector128.MaxNative(best, path);
        }

        branches[neighbours.Length..].Clear();
        RatePair.Vector(ref _aim.Best) = best;
        _aim.IsWeighed = _aim.Hops <= WeighedHops;
        _steps += neighbours.Length;
    }

    /// <summary>
    /// Products of the best one or two legs between a mint and the target, both ways. The start is not between them,
    /// because the pair of both ends is hidden.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<double> WeighMint(int mint)
    {
        Vector128<double> one = RatePair.Vector(ref _aim.Last[_graph.Rank(mint)]);
        if (_maxHops < WeighedHops) return one;
        return Vector128.MaxNative(
            one, _graph.Row(mint) is { } row ? WeighHub(mint, row) : WeighWalk(mint, _aim.Last));
    }

    /// <summary>
    /// Best two legs between a mint with a row and the target: the shortest of a walk over either's neighbours, what is
    /// known of the pair of hubs, and row times row.
    /// </summary>
    private Vector128<double> WeighHub(int mint, RatePair[] row)
    {
        int degree = _graph.CoreNeighbours(mint).Length;
        int targetDegree = _graph.CoreNeighbours(_aim.Target).Length;
        int walkMax = _graph.CoreCount / RowScanGain; // more neighbours than that: a pass over the row is shorter
        if (targetDegree < Math.Min(degree, walkMax))
        {
            // From the target's end the paths are walked backwards: both directions trade places.
            return Vector128.Shuffle(WeighWalk(_aim.Target, row), Vector128.Create(1L, 0));
        }

        if (degree <= walkMax) return WeighWalk(mint, _aim.Last);
        if (_aim.Last != _scattered
            && _hubPairs.TryGet(mint, _aim.Target, _aim.Pair, out Vector128<double> known))
        {
            return known;
        }

        _steps += _graph.CoreCount / RowScanGain;
        return RowProducts.Largest(row, _aim.Last, _graph.CoreCount);
    }

    /// <summary>
    /// Largest products of one end's rates with the other end's row, both ways, over the first end's neighbours.
    /// </summary>
    private Vector128<double> WeighWalk(int mint, RatePair[] row)
    {
        int first = _graph.FirstPosition(mint);
        int length = _graph.ListLength(mint);
        ref int rank = ref MemoryMarshal.GetReference(_graph.AllRanks.Slice(first, length));
        ref RatePair rate = ref MemoryMarshal.GetReference(_graph.AllRates.Slice(first, length));
        ref RatePair start = ref MemoryMarshal.GetArrayDataReference(row);
        _steps += length;
        Vector256<double> best = default;
        for (nint i = 0; i < length; i += MarketGraph.ListStep)
        {
            // SAFETY: i is below the length that both lists were sliced to.
            best = Vector256.MaxNative(best, Largest(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rate, i), ref start));
        }

        return Vector128.MaxNative(best.GetLower(), best.GetUpper());
    }

    /// <summary>Largest of eight products of both directions, of even and of odd ones, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Largest(ref int rank, ref RatePair rate, ref RatePair row)
    {
        return Vector256.MaxNative(
            Vector256.MaxNative(Two(ref rank, ref rate, ref row, 0), Two(ref rank, ref rate, ref row, 2)),
            Vector256.MaxNative(Two(ref rank, ref rate, ref row, 4), Two(ref rank, ref rate, ref row, 6)));
    }

    /// <summary>Products of two neighbours, both ways.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Two(ref int rank, ref RatePair rate, ref RatePair row, int i)
    {
        // SAFETY: lists are filled up to multiples of eight, and their ranks, CoreCount at most, are within every row.
        Vector256<double> rates = Unsafe.As<RatePair, Vector256<double>>(ref Unsafe.Add(ref rate, i));
        // SAFETY: as above.
        Vector128<double> even = RatePair.Vector(ref Unsafe.Add(ref row, Unsafe.Add(ref rank, i)));
        // SAFETY: as above.
        Vector128<double> odd = RatePair.Vector(ref Unsafe.Add(ref row, Unsafe.Add(ref rank, i + 1)));
        return rates * Vector256.Create(even, odd);
    }

    /// <summary>As <see cref="WeighMint"/> where only the mint behind it can be the cycle's base.</summary>
    private Vector128<double> WeighBases(int mint)
    {
        Vector128<double> best = default;
        if (_maxHops < WeighedHops) return best;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(mint);
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint)[..ranks.Length];
        _steps += ranks.Length;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (_baseIndex[neighbours[i]] == 0) continue;
            Vector128<double> first = Vector128.Create(rates[i].In, rates[i].Out);
            best = Vector128.MaxNative(best, first * RatePair.Vector(ref _aim.Last[ranks[i]]));
        }

        return best;
    }

    /// <summary>From the start to the branches that hold something of interest.</summary>
    private bool ScanWeighed(double product, bool isOnResumedPath)
    {
        int start = _aim.Start;
        ReadOnlySpan<int> neighbours = _graph.CoreNeighbours(start);
        ReadOnlySpan<int> pairs = _graph.PairsOut(start);
        ReadOnlySpan<RatePair> rates = _graph.Rates(start)[..neighbours.Length];
        ReadOnlySpan<RatePair> weights = _branches.AsSpan(0, neighbours.Length);
        bool isReversed = _isReversed;
        _steps += neighbours.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[1] : 0; i < neighbours.Length; i++)
        {
            if (product * weights[i].Of(isReversed) > _least
                && !Enter(neighbours[i], pairs[i], i, 1, product * rates[i].Of(isReversed)))
            {
                return false;
            }

            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }
}
