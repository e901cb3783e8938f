using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// The best cycle where nothing is as good to within rounding: one branch has the weight, one way of finishing it, and
/// one pool of each pair the rate. It is then taken without a search. Otherwise the search compares what is alike.
/// </summary>
public sealed partial class CycleFinder
{
    private const double Alike = 1 - (8 * Slack); // rates below this share of the best one cannot make the best cycle
    private const int NoBranch = -1;
    private const int ManyBranches = -2;

    /// <summary>Takes the cycle through an edge's pool that has the weight if it is the only one; else false.</summary>
    private bool TryTakeOnly(int edge)
    {
        if (!_aim.IsWeighed || !_touches[1]) return false;
        int edgeOut = _graph.EdgeFrom(edge) == _aim.Start ? edge ^ 1 : edge;
        double rateOut = _graph.Rate(edgeOut);
        double rateIn = _graph.Rate(edgeOut ^ 1);
        bool isBackOut = rateOut * _aim.TwoLegs.Out > _least;
        bool isBackIn = rateIn * _aim.TwoLegs.In > _least;
        int branch = OnlyBranch(rateOut, rateIn);
        if (isBackOut | isBackIn)
        {
            return branch == NoBranch && isBackOut != isBackIn
                && TryTakeTwoLegs(isBackOut ? edgeOut : edgeOut ^ 1, _aim.TwoLegs.Of(isBackIn));
        }

        if (branch < 0) return false;
        _isReversed = (branch & 1) != 0;
        branch >>= 1;
        _edge = _isReversed ? edgeOut ^ 1 : edgeOut;
        int mint = _graph.CoreNeighbours(_aim.Start)[branch];
        _pathMint[1] = mint;
        _pathPair[1] = _graph.PairsOut(_aim.Start)[branch];
        double bound = _least / ((_isReversed ? rateIn : rateOut) * _graph.Rates(_aim.Start)[branch].Of(_isReversed));
        int ways = _maxHops > 3 ? TakeSecond(mint, bound) : 0;
        bool closes = Last(_graph.Rank(mint)) > bound;
        if (ways + (closes ? 1 : 0) != 1) return false;
        int count = closes ? 3 : 4;
        LayOut(count);
        return ChooseBest(count) && Emit(count);
    }

    /// <summary>Takes the cycle of an edge and back by another pool; false if two pools have that rate.</summary>
    private bool TryTakeTwoLegs(int edge, double rateBack)
    {
        int pair = _graph.EdgePair(edge) ^ 1;
        double alike = rateBack * Alike;
        int back = -1;
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        for (int i = 0; i < rates.Length; i++)
        {
            int other = _graph.ParallelEdge(pair, i);
            if (other == (edge ^ 1) || !(rates[i].Of((pair & 1) == 0) > alike)) continue;
            if (back >= 0) return false;
            back = other;
        }

        Choose(0, 2, edge);
        Choose(1, 2, back);
        return back >= 0 && Emit(2);
    }

    /// <summary>
    /// Twice the index of the only branch of interest, plus 1 if it is one inwards; else <see cref="NoBranch"/> or
    /// <see cref="ManyBranches"/>.
    /// </summary>
    private int OnlyBranch(double rateOut, double rateIn)
    {
        ReadOnlySpan<Vector512<double>> branches =
            MemoryMarshal.Cast<RatePair, Vector512<double>>(_branches.AsSpan(0, _graph.ListLength(_aim.Start)));
        Vector512<double> rate = RowProducts.Four(Vector128.Create(rateIn, rateOut));
        Vector512<double> least = Vector512.Create(_least);
        ulong found = 0;
        int at = 0;
        for (int i = 0; i < branches.Length; i++)
        {
            ulong above = Vector512.GreaterThan(branches[i] * rate, least).ExtractMostSignificantBits();
            if (above == 0) continue;
            if (found != 0) return ManyBranches;
            (found, at) = (above, i << 3);
        }

        if (found == 0) return NoBranch;
        return BitOperations.IsPow2(found) ? (at + BitOperations.TrailingZeroCount(found)) ^ 1 : ManyBranches;
    }

    /// <summary>
    /// Puts the last mint with two legs above a bound, from a mint over it to the target, on the path. Returns how many
    /// there are, 2 for more.
    /// </summary>
    private int TakeSecond(int mint, double bound)
    {
        Vector512<double> bounds = RowProducts.Bounds(bound, _isReversed);
        return _graph.Row(mint) is { } row && _graph.IsDense(mint)
            ? TakeSecondInRow(row, mint, bounds)
            : TakeSecondInList(mint, bounds);
    }

    private int TakeSecondInList(int mint, Vector512<double> bounds)
    {
        int length = _graph.ListLength(mint);
        int first = _graph.FirstPosition(mint);
        ReadOnlySpan<int> ranks = _graph.AllRanks.Slice(first, length);
        ReadOnlySpan<Vector512<double>> rates =
            MemoryMarshal.Cast<RatePair, Vector512<double>>(_graph.AllRates.Slice(first, length));
        RatePair[] last = _aim.Last;
        ulong found = 0;
        int at = 0;
        for (int i = 0; i < rates.Length; i++)
        {
            int of = i << 2;
            Vector512<double> lasts = RowProducts.Gather(last, ranks, of);
            ulong above = Vector512.GreaterThan(rates[i] * lasts, bounds).ExtractMostSignificantBits();
            if (above == 0) continue;
            if (found != 0) return 2;
            (found, at) = (above, of);
        }

        if (found == 0) return 0;
        if (!BitOperations.IsPow2(found)) return 2;
        at += BitOperations.TrailingZeroCount(found) >> 1;
        _pathMint[2] = _graph.CoreNeighbours(mint)[at];
        _pathPair[2] = _graph.PairsOut(mint)[at];
        return 1;
    }

    private int TakeSecondInRow(RatePair[] row, int mint, Vector512<double> bounds)
    {
        ReadOnlySpan<Vector512<double>> rates = RowProducts.Fours(row, _graph.CoreCount);
        ReadOnlySpan<Vector512<double>> last = RowProducts.Fours(_aim.Last, _graph.CoreCount);
        ulong found = 0;
        int at = 0;
        for (int i = 0; i < rates.Length && i < last.Length; i++)
        {
            Vector512<double> products = RowProducts.Turn(rates[i]) * last[i];
            ulong above = Vector512.GreaterThan(products, bounds).ExtractMostSignificantBits();
            if (above == 0) continue;
            if (found != 0) return 2;
            (found, at) = (above, i << 2);
        }

        if (found == 0) return 0;
        if (!BitOperations.IsPow2(found)) return 2;
        _pathMint[2] = _graph.MintOfRank(at + (BitOperations.TrailingZeroCount(found) >> 1));
        _pathPair[2] = _graph.FindPair(mint, _pathMint[2]);
        return 1;
    }

    /// <summary>Chooses each pair's best pool; false if a pair has two that are alike.</summary>
    private bool ChooseBest(int count)
    {
        Choose(0, count, _edge);
        for (int i = 1; i < count; i++)
        {
            int pair = _cyclePair[i];
            ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
            bool isIn = (pair & 1) == 0;
            double alike = _graph.BestRate(pair) * Alike;
            int alikeCount = 0;
            int best = 0;
            for (int at = 0; at < rates.Length; at++)
            {
                bool isAlike = rates[at].Of(isIn) > alike;
                best = isAlike ? at : best;
                alikeCount += isAlike ? 1 : 0;
            }

            if (alikeCount > 1) return false;
            Choose(i, count, _graph.ParallelEdge(pair, best));
        }

        return true;
    }
}
