using System;
using System.Numerics;
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
        _aim.Hops = (_graph.Rank(from) | _graph.Rank(to)) >= 0 ? _maxHops : 2;
        _aim.IsWeighed = false;
        _pathMint[0] = _aim.Start;
        _touches[1] = IsBase(from) || IsBase(to);
        int outwards = isOut ? pair ^ 1 : pair;
        Vector128<double> twoLegs = _touches[1] ? _graph.BestOther(outwards, edge >> 1) : default;
        RatePair.Vector(ref _aim.TwoLegs) = twoLegs;
        RatePair.Vector(ref _aim.Best) = twoLegs;
        if (_aim.Hops > 2) LayOutTarget(outwards);
    }

    private void LayOutTarget(int pair)
    {
        int target = _aim.Target;
        _aim.Pair = pair;
        RatePair[]? row = _graph.Row(target);
        if (_aim.Hops >= WeighedHops)
        {
            _hubPairs.Aim(target, _aim.Start);
            _graph.HidePair(pair);
        }

        _aim.Last = row ?? _scattered;
        if (row is not null) return;
        ReadOnlySpan<int> ranks = _graph.CoreRanks(target);
        ref RatePair rates = ref _graph.RatesAt(_graph.FirstPosition(target));
        for (int i = 0; i < ranks.Length; i++)
        {
            // SAFETY: the mint's list has as many rates as ranks.
            Vector128<double> turned = RowProducts.Turn(RatePair.Vector(ref Unsafe.Add(ref rates, i)));
            RatePair.Vector(ref _scattered[ranks[i]]) = turned;
        }

        _steps += ranks.Length;
    }

    private void EndAim()
    {
        if (_aim.Hops == 2) return;
        if (_aim.Hops >= WeighedHops) _graph.ShowPair(_aim.Pair);
        if (_aim.Last != _scattered) return;
        foreach (int rank in _graph.CoreRanks(_aim.Target)) _scattered[rank] = default;
    }

    /// <summary>Largest product of the cycles through an edge's pool that were weighed.</summary>
    private double BestWeighed(int edge)
    {
        bool isReversed = _graph.EdgeFrom(edge) == _aim.Start;
        return double.MaxNative(
            _graph.Rate(edge) * _aim.Best.Of(isReversed), _graph.Rate(edge ^ 1) * _aim.Best.Of(!isReversed));
    }

    private void Weigh()
    {
        CoreMint start = _graph.Core[_graph.Rank(_aim.Start)];
        if (_maxHops < WeighedHops)
        {
            WeighClosing(start);
            return;
        }

        Span<Vector512<double>> fours =
            MemoryMarshal.Cast<RatePair, Vector512<double>>(_branches.AsSpan(0, start.Length));
        fours[^2] = fours[^1] = Vector512<double>.Zero;
        bool isPlain = _anyMint || _touches[1];
        for (int i = 0; i < start.Degree; i++)
        {
            if (isPlain)
            {
                i = WeighHubs(start, i);
                i = WeighWalks(start, i);
            }

            if (i < start.Degree) WeighBranch(start, i);
        }

        _aim.IsWeighed = _aim.Hops <= WeighedHops;
        _steps += start.Degree;
    }

    /// <summary>
    /// Weighs the start's branches for cycles of three legs: one rate is behind each. PERF: the pair of both ends need
    /// not be hidden, because no mint has a rate to itself.
    /// </summary>
    private void WeighClosing(in CoreMint start)
    {
        ref int ranks = ref _graph.RankAt(start.First);
        ref RatePair rates = ref _graph.RatesAt(start.First);
        ref RatePair last = ref MemoryMarshal.GetArrayDataReference(_aim.Last);
        ref RatePair branches = ref MemoryMarshal.GetArrayDataReference(_branches);
        bool isFree = _touches[1];
        Vector256<double> best = Vector256<double>.Zero;
        for (int i = 0; i < start.Length; i += 2)
        {
            Vector256<double> path = Two(ref ranks, ref rates, ref last, i);
            if (!isFree) path *= BasesAmong(start, i);
            // SAFETY: there are as many branches as a list filled up has positions.
            Unsafe.As<RatePair, Vector256<double>>(ref Unsafe.Add(ref branches, i)) = path;
            best = Vector256.MaxNative(best, path);
        }

        Vector128<double> most = Vector128.MaxNative(best.GetLower(), best.GetUpper());
        RatePair.Vector(ref _aim.Best) = Vector128.MaxNative(RatePair.Vector(ref _aim.Best), most);
        _aim.IsWeighed = true;
        _steps += start.Degree;
    }

    /// <summary>1 for each of two neighbours that is a base, else 0.</summary>
    private Vector256<double> BasesAmong(in CoreMint start, int i)
    {
        ReadOnlySpan<int> mints = _graph.CoreNeighbours(start.Mint);
        double even = i < mints.Length && _baseIndex[mints[i]] != 0 ? 1 : 0;
        double odd = i + 1 < mints.Length && _baseIndex[mints[i + 1]] != 0 ? 1 : 0;
        return Vector256.Create(even, even, odd, odd);
    }

    /// <summary>
    /// Weighs the start's branches from one on to mints with rows, as long as what is known of pairs of hubs or a walk
    /// from the target tells. Returns the first that is left. PERF: nothing is called here and in
    /// <see cref="WeighWalks"/>, so that no vector goes through memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int WeighHubs(in CoreMint start, int from)
    {
        ref int ranks = ref _graph.RankAt(start.First);
        ref RatePair rates = ref _graph.RatesAt(start.First);
        ref readonly CoreMint target = ref _graph.Core[_graph.Rank(_aim.Target)];
        int smallDegree = target.Degree < _graph.CoreCount / RowScanGain ? target.Degree : int.MaxValue;
        HubPairs hubPairs = _hubPairs;
        Vector128<double> best = RatePair.Vector(ref _aim.Best);
        int i = from;
        for (; i < start.Degree; i++)
        {
            // SAFETY: i is below the length of the start's list.
            int rank = Unsafe.Add(ref ranks, i);
            ref readonly CoreMint mint = ref _graph.Core[rank];
            if (mint.Hub == 0) break;
            Vector128<double> path;
            if (hubPairs.IsAimed)
            {
                if (!hubPairs.TryGet(rank, out path)) break;
            }
            else if (smallDegree < mint.Degree)
            {
                path = RowProducts.Turn(WeighWalk(target, _graph.Row(mint)));
            }
            else break;

            path = Vector128.MaxNative(path, RatePair.Vector(ref _aim.Last[rank]));
            // SAFETY: as above.
            path *= RatePair.Vector(ref Unsafe.Add(ref rates, i));
            RatePair.Vector(ref _branches[i]) = path;
            best = Vector128.MaxNative(best, path);
        }

        RatePair.Vector(ref _aim.Best) = best;
        return i;
    }

    /// <summary>
    /// Weighs the start's branches from one on to mints without rows, by walks; returns the first that has a row.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int WeighWalks(in CoreMint start, int from)
    {
        ref int ranks = ref _graph.RankAt(start.First);
        ref RatePair rates = ref _graph.RatesAt(start.First);
        ref int allRanks = ref _graph.RankAt(0);
        ref RatePair allRates = ref _graph.RatesAt(0);
        ref CoreMint core = ref MemoryMarshal.GetReference(_graph.Core);
        ref RatePair last = ref MemoryMarshal.GetArrayDataReference(_aim.Last);
        ref RatePair branches = ref MemoryMarshal.GetArrayDataReference(_branches);
        Vector128<double> best = RatePair.Vector(ref _aim.Best);
        int steps = 0;
        int i = from;
        for (; i < start.Degree; i++)
        {
            // SAFETY: i is below the length of the start's list; ranks of neighbours in the core are below its size.
            int rank = Unsafe.Add(ref ranks, i);
            // SAFETY: as above.
            ref CoreMint mint = ref Unsafe.Add(ref core, rank);
            if (mint.Hub != 0) break;
            int length = mint.Length;
            steps += length;
            // SAFETY: a mint's first position is within the lists.
            Vector128<double> path = Walk(
                ref Unsafe.Add(ref allRanks, mint.First), ref Unsafe.Add(ref allRates, mint.First), ref last, length);
            // SAFETY: as above; there are as many branches as neighbours.
            path = Vector128.MaxNative(path, RatePair.Vector(ref Unsafe.Add(ref last, rank)));
            path *= RatePair.Vector(ref Unsafe.Add(ref rates, i));
            RatePair.Vector(ref Unsafe.Add(ref branches, i)) = path;
            best = Vector128.MaxNative(best, path);
        }

        RatePair.Vector(ref _aim.Best) = best;
        _steps += steps;
        return i;
    }

    /// <summary>Weighs any branch of the start.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WeighBranch(in CoreMint start, int i)
    {
        int rank = _graph.RankAt(start.First + i);
        ref readonly CoreMint mint = ref _graph.Core[rank];
        bool isFree = _touches[1] || IsBase(mint.Mint);
        Vector128<double> path = isFree
            ? Vector128.MaxNative(RatePair.Vector(ref _aim.Last[rank]), WeighTwo(mint, rank))
            : WeighBases(mint.Mint);
        path *= RatePair.Vector(ref _graph.RatesAt(start.First + i));
        RatePair.Vector(ref _branches[i]) = path;
        RatePair.Vector(ref _aim.Best) = Vector128.MaxNative(RatePair.Vector(ref _aim.Best), path);
    }

    /// <summary>
    /// Products of the best two legs between a mint and the target, both ways. The start is not between them, because
    /// the pair of both ends is hidden.
    /// </summary>
    private Vector128<double> WeighTwo(in CoreMint mint, int rank)
    {
        return mint.Hub == 0 ? WeighWalk(mint, _aim.Last)
            : _hubPairs.IsAimed && _hubPairs.TryFind(rank, out Vector128<double> known) ? known
            : WeighHub(mint);
    }

    /// <summary>
    /// Best two legs between a mint with a row and the target: the shortest of a walk over either's neighbours, and row
    /// times row.
    /// </summary>
    private Vector128<double> WeighHub(in CoreMint mint)
    {
        RatePair[] row = _graph.Row(mint);
        ref readonly CoreMint target = ref _graph.Core[_graph.Rank(_aim.Target)];
        int walkMax = _graph.CoreCount / RowScanGain; // more neighbours than that: a pass over the row is shorter
        if (target.Degree < Math.Min(mint.Degree, walkMax))
        {
            // From the target's end the paths are walked backwards: both directions trade places.
            return RowProducts.Turn(WeighWalk(target, row));
        }

        if (mint.Degree <= walkMax) return WeighWalk(mint, _aim.Last);
        _steps += _graph.CoreCount / RowScanGain;
        return RowProducts.Largest(row, _aim.Last, _graph.CoreCount);
    }

    /// <summary>
    /// Largest products of one end's rates with the other end's row, both ways, over the first end's neighbours.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<double> WeighWalk(in CoreMint mint, RatePair[] row)
    {
        _steps += mint.Length;
        return Walk(
            ref _graph.RankAt(mint.First), ref _graph.RatesAt(mint.First),
            ref MemoryMarshal.GetArrayDataReference(row), mint.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Walk(ref int rank, ref RatePair rate, ref RatePair row, int length)
    {
        Vector256<double> best = Largest(ref rank, ref rate, ref row);
        for (nint i = MarketGraph.ListStep; i < length; i += MarketGraph.ListStep)
        {
            // SAFETY: i is below the length of the list, which is one step at least: mints of the core have neighbours.
            best = Vector256.MaxNative(
                best, Largest(ref Unsafe.Add(ref rank, i), ref Unsafe.Add(ref rate, i), ref row));
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

    /// <summary>As <see cref="WeighTwo"/> where only the mint between can be the cycle's base.</summary>
    private Vector128<double> WeighBases(int mint)
    {
        Vector128<double> best = default;
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
        int count = _graph.CoreNeighbours(start).Length;
        ReadOnlySpan<Vector512<double>> fours =
            MemoryMarshal.Cast<RatePair, Vector512<double>>(_branches.AsSpan(0, _graph.ListLength(start)));
        Vector512<double> bounds = RowProducts.Bounds(_least, _isReversed);
        int first = isOnResumedPath ? _cursor.Branch[1] : 0;
        bool lists = !_isBestOnly && _onlyAbovePool < 0;
        _steps += count;
        if (lists && !isOnResumedPath && _aim.Hops == 3 && ListClosing(fours, product, bounds)) return true;
        lists &= _aim.Hops == WeighedHops;
        for (int four = first >> 2; four < fours.Length; four++)
        {
            ulong above = Vector512.GreaterThan(fours[four] * product, bounds).ExtractMostSignificantBits();
            for (; above != 0; above &= above - 1)
            {
                int i = (four << 2) + (BitOperations.TrailingZeroCount(above) >> 1);
                if (i < first) continue;
                if (i > first) isOnResumedPath = LeaveResumedPath();
                if (lists && !isOnResumedPath && ListBranch(start, i)) continue;
                if (!EnterWeighed(start, i, product)) return false;
                _ = LeaveResumedPath();
            }
        }

        _ = LeaveResumedPath();
        return true;
    }

    private bool EnterWeighed(int start, int i, double product)
    {
        // In a search for the best one the bound has risen meanwhile.
        if (!(product * _branches[i].Of(_isReversed) > _least)) return true;
        return EnterAt(start, i, 1, product * _graph.Rates(start)[i].Of(_isReversed));
    }
}
