using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Cycles;

/// <summary>From a mint on the path to the next ones.</summary>
public sealed partial class CycleFinder
{
    /// <summary>Two legs are left: to a neighbour, and from it to the target.</summary>
    private bool ScanLast(int mint, int legs, double product, bool isOnResumedPath)
    {
        ReadOnlySpan<int> ranks = _graph.CoreRanks(mint);
        if (ranks.Length * RowScanGain > _graph.CoreCount
            && (_isReversed ? _graph.RowIn(mint) : _graph.RowOut(mint)) is { } row)
        {
            return ScanRows(row, mint, legs, product, isOnResumedPath);
        }

        ReadOnlySpan<double> rates = RatesFrom(mint)[..ranks.Length];
        double[] last = _last;
        double least = _least / product;
        _steps += ranks.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < ranks.Length; i++)
        {
            if (rates[i] * last[ranks[i]] > least && !EnterAt(mint, i, legs, product * rates[i])) return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }

    /// <summary>
    /// As <see cref="ScanLast"/> where both ends have rows: over all ranks, without an index to follow.
    /// PERF: four products and one branch where the neighbours of a hub would be looked up one by one.
    /// </summary>
    private bool ScanRows(double[] row, int mint, int legs, double product, bool isOnResumedPath)
    {
        int ranks = _graph.CoreCount;
        double least = _least / product;
        Vector256<double> bound = Vector256.Create(least);
        ReadOnlySpan<Vector256<double>> out4 = MemoryMarshal.Cast<double, Vector256<double>>(row.AsSpan(0, ranks));
        ReadOnlySpan<Vector256<double>> last4 =
            MemoryMarshal.Cast<double, Vector256<double>>(_last.AsSpan(0, ranks))[..out4.Length];
        int first = isOnResumedPath ? _cursor.Branch[legs] : 0;
        _steps += ranks / RowScanGain;
        for (int i = first >> 2; i < out4.Length; i++)
        {
            if (!Vector256.GreaterThanAny(out4[i] * last4[i], bound)) continue;
            for (int next = Math.Max(first, i << 2); next < (i << 2) + 4; next++)
            {
                if (!EnterIf(row[next] * _last[next] > least, mint, next, legs, product * row[next])) return false;
            }
        }

        for (int next = Math.Max(first, out4.Length << 2); next < ranks; next++)
        {
            if (!EnterIf(row[next] * _last[next] > least, mint, next, legs, product * row[next])) return false;
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
        ReadOnlySpan<double> rates = RatesFrom(mint)[..ranks.Length];
        int left = _maxHops - legs - 1; // legs from the neighbour to the target
        double[]? walks = left - 2 < _sweep.Length ? _sweep[left - 2] : null;
        _steps += ranks.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < ranks.Length; i++)
        {
            double next = product * rates[i];
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
