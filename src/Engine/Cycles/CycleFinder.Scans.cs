using System;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>From a mint on the path to the next ones.</summary>
public sealed partial class CycleFinder
{
    /// <summary>Two legs are left: to a neighbour, and from it to the target.</summary>
    private bool ScanLast(int mint, int legs, double product, bool isOnResumedPath)
    {
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        if (ranks.Length * RowScanGain > _graph.CoreCount
            && _graph.Row(mint) is { } row)
        {
            return ScanRows(row, mint, legs, product, isOnResumedPath);
        }

        ReadOnlySpan<RatePair> rates = _graph.Rates(mint)[..ranks.Length];
        RatePair[] last = _aim.Last;
        bool isReversed = _isReversed;
        double least = _least / product;
        _steps += ranks.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < ranks.Length; i++)
        {
            double rate = rates[i].Of(isReversed);
            if (rate * last[ranks[i]].Of(isReversed) > least && !EnterAt(mint, i, legs, product * rate)) return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }

    /// <summary>
    /// As <see cref="ScanLast"/> where both ends have rows: over all ranks, without an index to follow.
    /// PERF: four products each way and one branch where the neighbours of a hub would be looked up one by one.
    /// </summary>
    private bool ScanRows(RatePair[] row, int mint, int legs, double product, bool isOnResumedPath)
    {
        double least = _least / product;
        Vector512<double> bounds = RowProducts.Bounds(least, _isReversed);
        ReadOnlySpan<Vector512<double>> rates = RowProducts.Fours(row, _graph.CoreCount);
        ReadOnlySpan<Vector512<double>> last = RowProducts.Fours(_aim.Last, _graph.CoreCount)[..rates.Length];
        int first = isOnResumedPath ? _cursor.Branch[legs] : 0;
        _steps += _graph.CoreCount / RowScanGain;
        for (int i = first >> 2; i < rates.Length; i++)
        {
            if (!Vector512.GreaterThanAny(RowProducts.Turn(rates[i]) * last[i], bounds)) continue;
            for (int next = Math.Max(first, i << 2); next < (i << 2) + 4; next++)
            {
                double rate = row[next].Of(!_isReversed);
                if (!EnterIf(rate * Last(next) > least, mint, next, legs, product * rate)) return false;
            }
        }

        _ = LeaveResumedPath();
        return true;
    }

    private bool EnterIf(bool enters, int mint, int rank, int legs, double product)
    {
        bool isDone = true;
        if (enters)
        {
            int next = _graph.MintOfRank(rank);
            isDone = Enter(next, _graph.FindPair(mint, next), rank, legs, product);
        }

        if (isDone) _ = LeaveResumedPath();
        return isDone;
    }

    private bool Scan(int mint, int legs, double product, bool isOnResumedPath)
    {
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint)[..ranks.Length];
        int left = _maxHops - legs - 1; // legs from the neighbour to the target
        double[]? walks = left - 2 < _sweep.Length ? _sweep[left - 2] : null;
        _steps += ranks.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < ranks.Length; i++)
        {
            double next = product * rates[i].Of(_isReversed);
            bool enters = next > 0 && (walks is null || next * walks[ranks[i]] > _least)
                && (_prices is null || next * PriceBound(_graph.CoreNeighbours(mint)[i], legs, left) > _least);
            if (enters && !EnterAt(mint, i, legs, next)) return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }

    /// <summary>What the prices say about finishing from a mint within so many legs; infinity if nothing.</summary>
    private double PriceBound(int mint, int legs, int left)
    {
        if (_aim.TargetBase >= 0)
        {
            return _isReversed
                ? _prices!.Buy(mint, _aim.TargetBase, left)
                : _prices!.Sell(mint, _aim.TargetBase, left);
        }

        if (_touches[legs]) return double.PositiveInfinity;
        return _isReversed ? _prices!.Through(_aim.Target, mint, left) : _prices!.Through(mint, _aim.Target, left);
    }

    private bool LeaveResumedPath()
    {
        _resumeLegs = 0;
        _resumePools = 0;
        return false;
    }

    private bool EnterAt(int mint, int index, int legs, double product) =>
        Enter(_graph.CoreNeighbours(mint)[index], _graph.PairsOut(mint)[index], index, legs, product);

    private bool Enter(int next, int pair, int branch, int legs, double product)
    {
        if (next == _aim.Target) return true;
        for (int i = 0; i < legs; i++)
        {
            if (_pathMint[i] == next) return true;
        }

        _cursor.Branch[legs] = branch;
        _pathMint[legs] = next;
        _pathPair[legs] = pair;
        _touches[legs + 1] = _touches[legs] || IsBase(next);
        return Extend(next, legs + 1, product);
    }
}
