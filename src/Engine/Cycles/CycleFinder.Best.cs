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

    /// <summary>Takes the cycle through an edge's pool that has the weight if it is the only one; else false.</summary>
    private bool TryTakeOnly(int edge)
    {
        if (!_aim.IsWeighed || !_touches[1]) return false;
        int edgeOut = _graph.EdgeFrom(edge) == _aim.Start ? edge ^ 1 : edge;
        double rateOut = _graph.Rate(edgeOut);
        double rateIn = _graph.Rate(edgeOut ^ 1);
        if (Math.Max(rateOut * _aim.TwoLegsOut, rateIn * _aim.TwoLegsIn) > _least) return false;
        int branch = OnlyBranch(rateOut, rateIn);
        if (branch < 0) return false;
        _isReversed = (branch & 1) != 0;
        branch >>= 1;
        _edge = _isReversed ? edgeOut ^ 1 : edgeOut;
        _last = _isReversed ? _aim.LastOut : _aim.LastIn;
        int mint = _graph.CoreNeighbours(_aim.Start)[branch];
        _pathMint[1] = mint;
        _pathPair[1] = _graph.PairsOut(_aim.Start)[branch];
        double bound = _least / ((_isReversed ? rateIn : rateOut) * RatesFrom(_aim.Start)[branch]);
        int ways = _maxHops > 3 ? TakeSecond(mint, bound) : 0;
        bool closes = _last[_graph.Rank(mint)] > bound;
        if (ways + (closes ? 1 : 0) != 1) return false;
        int count = closes ? 3 : 4;
        LayOut(count);
        return ChooseBest(count) && Emit(count);
    }

    /// <summary>
    /// Twice the index of the only branch of interest, plus 1 if it is one inwards; -1 if there is none or another.
    /// </summary>
    private int OnlyBranch(double rateOut, double rateIn)
    {
        int length = _graph.ListLength(_aim.Start);
        ReadOnlySpan<Vector512<double>> branchOut = Eights(_branchOut, length);
        ReadOnlySpan<Vector512<double>> branchIn = Eights(_branchIn, length);
        Vector512<double> least = Vector512.Create(_least);
        int found = -1;
        for (int i = 0; i < branchOut.Length && i < branchIn.Length; i++)
        {
            ulong above = Vector512.GreaterThan(branchOut[i] * rateOut, least).ExtractMostSignificantBits()
                | (Vector512.GreaterThan(branchIn[i] * rateIn, least).ExtractMostSignificantBits() << 8);
            if (above == 0) continue;
            if (found >= 0 || !BitOperations.IsPow2(above)) return -1;
            int bit = BitOperations.TrailingZeroCount(above);
            found = (((i << 3) + (bit & 7)) << 1) | (bit >> 3);
        }

        return found;
    }

    /// <summary>
    /// Puts the last mint with two legs above a bound, from a mint over it to the target, on the path. Returns how many
    /// there are, 2 for more.
    /// </summary>
    private int TakeSecond(int mint, double bound)
    {
        return (_isReversed ? _graph.RowIn(mint) : _graph.RowOut(mint)) is { } row && _graph.IsDense(mint)
            ? TakeSecondInRow(row, mint, bound)
            : TakeSecondInList(mint, bound);
    }

    private int TakeSecondInList(int mint, double bound)
    {
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        ReadOnlySpan<double> rates = RatesFrom(mint)[..ranks.Length];
        double[] last = _last;
        int found = -1;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (!(rates[i] * last[ranks[i]] > bound)) continue;
            if (found >= 0) return 2;
            found = i;
        }

        if (found < 0) return 0;
        _pathMint[2] = _graph.CoreNeighbours(mint)[found];
        _pathPair[2] = _graph.PairsOut(mint)[found];
        return 1;
    }

    private int TakeSecondInRow(double[] row, int mint, double bound)
    {
        int length = MarketGraph.RowLength(_graph.CoreCount);
        ReadOnlySpan<Vector512<double>> rates = Eights(row, length);
        ReadOnlySpan<Vector512<double>> last = Eights(_last, length);
        Vector512<double> bounds = Vector512.Create(bound);
        int found = -1;
        for (int i = 0; i < rates.Length && i < last.Length; i++)
        {
            ulong above = Vector512.GreaterThan(rates[i] * last[i], bounds).ExtractMostSignificantBits();
            if (above == 0) continue;
            if (found >= 0 || !BitOperations.IsPow2(above)) return 2;
            found = (i << 3) + BitOperations.TrailingZeroCount(above);
        }

        if (found < 0) return 0;
        _pathMint[2] = _graph.MintOfRank(found);
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
            ReadOnlySpan<int> pools = _graph.PairPools(pair);
            Choose(i, count, _graph.BestEdge(pair));
            if (pools.Length == 1) continue;
            double alike = _graph.BestRate(pair) * Alike;
            int alikeCount = 0;
            foreach (int pool in pools)
            {
                if (_graph.Rate(_graph.PoolEdge(pool, pair)) > alike) alikeCount++;
            }

            if (alikeCount > 1) return false;
        }

        return true;
    }

    private static ReadOnlySpan<Vector512<double>> Eights(double[] values, int length) =>
        MemoryMarshal.Cast<double, Vector512<double>>(values.AsSpan(0, length));
}
