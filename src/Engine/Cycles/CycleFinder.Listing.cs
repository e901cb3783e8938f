using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Lists the cycles of three and four legs over a first branch where nothing is asked but which are profitable. PERF:
/// the last two legs of all mints behind the branch are laid out first (<see cref="TailList"/>), then multiplied with
/// each pool of the branch.
/// </summary>
public sealed partial class CycleFinder
{
    /// <summary>
    /// Lists the cycles of three legs over all branches whose weight is above a bound. False, and nothing is listed, if
    /// a bound might be met: then they are entered one by one.
    /// </summary>
    private bool ListClosing(ReadOnlySpan<Vector512<double>> weights, double rate, Vector512<double> bounds)
    {
        TailList tails = _found.Tails;
        tails.Clear();
        int first = _graph.FirstPosition(_aim.Start);
        for (int i = 0; i < weights.Length; i++)
        {
            ulong above = Vector512.GreaterThan(weights[i] * rate, bounds).ExtractMostSignificantBits();
            for (; above != 0; above &= above - 1)
            {
                int position = first + (i << 2) + (BitOperations.TrailingZeroCount(above) >> 1);
                if (!AppendTail(_graph.PairAt(position), _graph.MintOfRank(_graph.RankAt(position)))) return false;
            }
        }

        if (tails.Count == 0) return true;
        if (tails.Count > _found.Room || tails.Count > _stepsMax - _steps) return false;
        _entered++;
        _steps += tails.Count;
        _found.Multiply(_edge, FoundCycles.NoEdge, rate, 1, 0, tails.Count);
        return true;
    }

    /// <summary>
    /// Lists the cycles of three and four legs over a branch of the start that passed. False, and nothing is listed, if
    /// a bound might be met: then they are entered one by one.
    /// </summary>
    private bool ListBranch(int start, int branch)
    {
        if (_steps > _stepsMax) return false;
        int position = _graph.FirstPosition(start) + branch;
        int rank = _graph.RankAt(position);
        int mint = _graph.MintOfRank(rank);
        int pair = _graph.PairAt(position);
        bool touches = _touches[1] || IsBase(mint);
        double rate = _graph.Rate(_edge);
        double best = _graph.RatesAt(position).Of(_isReversed);
        TailList tails = _found.Tails;
        tails.Clear();
        if (touches && rate * best * Last(rank) > _least && !AppendTail(pair, mint)) return false;
        int middle = tails.Count; // before it what closes after three legs, behind it after four
        if (!AppendTails(mint, _least / (rate * best), touches)) return false;
        int pools = _graph.PoolsOf(pair, out int place);
        long ways = middle + ((tails.Count - middle) * (long)pools);
        if (ways > _found.Room || ways > _stepsMax - _steps) return false;
        _entered++;
        _steps += ways;
        if (middle > 0) _found.Multiply(_edge, FoundCycles.NoEdge, rate, 1, 0, middle);
        if (middle == tails.Count) return true;
        double least = _least * best / _branches[branch].Of(_isReversed); // of both rates before the best tail
        int turn = (pair ^ (_isReversed ? 1 : 0)) & 1;
        for (int i = 0; i < pools; i++)
        {
            int edge = _graph.ParallelEdgeAt(place + i) ^ turn;
            double next = _graph.Rate(edge);
            if (!(rate * next > least)) continue;
            if (_isReversed) _found.Multiply(edge, _edge, next, rate, middle, tails.Count);
            else _found.Multiply(_edge, edge, rate, next, middle, tails.Count);
        }

        return true;
    }

    /// <summary>Appends the ways over two legs from a mint to the target whose best rates are above a bound.</summary>
    private bool AppendTails(int mint, double bound, bool touches)
    {
        Vector512<double> bounds = RowProducts.Bounds(bound, _isReversed);
        int first = _graph.FirstPosition(mint);
        int length = _graph.ListLength(mint);
        ReadOnlySpan<int> ranks = _graph.AllRanks.Slice(first, length);
        ReadOnlySpan<Vector512<double>> rates =
            MemoryMarshal.Cast<RatePair, Vector512<double>>(_graph.AllRates.Slice(first, length));
        RatePair[] last = _aim.Last;
        _steps += length;
        for (int i = 0; i < rates.Length; i++)
        {
            int of = i << 2;
            Vector512<double> lasts = RowProducts.Gather(last, ranks, of);
            ulong above = Vector512.GreaterThan(rates[i] * lasts, bounds).ExtractMostSignificantBits();
            for (; above != 0; above &= above - 1)
            {
                int at = of + (BitOperations.TrailingZeroCount(above) >> 1);
                int next = _graph.MintOfRank(ranks[at]);
                if (!touches && !IsBase(next)) continue;
                if (!AppendTail(_graph.PairAt(first + at), next)) return false;
            }
        }

        return true;
    }

    /// <summary>Appends the ways over a pair to a mint and from it to the target; false if there is no room.</summary>
    private bool AppendTail(int pair, int mint)
    {
        int closing = _graph.FindPair(mint, _aim.Target);
        return _isReversed
            ? _found.Tails.TryAppend(closing ^ 1, pair ^ 1)
            : _found.Tails.TryAppend(pair, closing);
    }
}
