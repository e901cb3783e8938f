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
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        if (neighbours.Length * RowScanGain > _graph.MintCount
            && (_isReversed ? _graph.RowIn(mint) : _graph.RowOut(mint)) is { } row)
        {
            return ScanRows(row, mint, legs, product, isOnResumedPath);
        }

        ReadOnlySpan<double> rates = RatesFrom(mint)[..neighbours.Length];
        double[] last = _last;
        double least = Threshold / product;
        _steps += neighbours.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < neighbours.Length; i++)
        {
            if (rates[i] * last[neighbours[i]] > least
                && !Enter(mint, neighbours[i], i, legs, product * rates[i])) return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }

    /// <summary>
    /// As <see cref="ScanLast"/> where both ends have rows: over all mint ids, without an index to follow.
    /// PERF: four products and one branch where the neighbours of a hub would be looked up one by one.
    /// </summary>
    private bool ScanRows(double[] row, int mint, int legs, double product, bool isOnResumedPath)
    {
        int mints = _graph.MintCount;
        double least = Threshold / product;
        Vector256<double> bound = Vector256.Create(least);
        ReadOnlySpan<Vector256<double>> out4 = MemoryMarshal.Cast<double, Vector256<double>>(row.AsSpan(0, mints));
        ReadOnlySpan<Vector256<double>> last4 =
            MemoryMarshal.Cast<double, Vector256<double>>(_last.AsSpan(0, mints))[..out4.Length];
        int first = isOnResumedPath ? _cursor.Branch[legs] : 0;
        _steps += mints / RowScanGain;
        for (int i = first >> 2; i < out4.Length; i++)
        {
            if (!Vector256.GreaterThanAny(out4[i] * last4[i], bound)) continue;
            for (int next = Math.Max(first, i << 2); next < (i << 2) + 4; next++)
            {
                if (!EnterIf(row[next] * _last[next] > least, mint, next, legs, product * row[next])) return false;
            }
        }

        for (int next = Math.Max(first, out4.Length << 2); next < mints; next++)
        {
            if (!EnterIf(row[next] * _last[next] > least, mint, next, legs, product * row[next])) return false;
        }

        _ = LeaveResumedPath();
        return true;
    }

    private bool EnterIf(bool enters, int mint, int next, int legs, double product)
    {
        bool isDone = !enters || Enter(mint, next, next, legs, product);
        if (isDone) _ = LeaveResumedPath();
        return isDone;
    }

    private bool Scan(int mint, int legs, double product, bool isOnResumedPath)
    {
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<double> rates = RatesFrom(mint)[..neighbours.Length];
        int left = _maxHops - legs - 1; // legs from the neighbour to the target
        double[]? walks = left - 2 < _sweep.Length ? _sweep[left - 2] : null;
        _steps += neighbours.Length;
        for (int i = isOnResumedPath ? _cursor.Branch[legs] : 0; i < neighbours.Length; i++)
        {
            double next = product * rates[i];
            bool enters = next > 0 && (walks is null || next * walks[neighbours[i]] > Threshold)
                && (_prices is null || next * PriceBound(neighbours[i], legs, left) > Threshold);
            if (enters && !Enter(mint, neighbours[i], i, legs, next)) return false;
            if (isOnResumedPath) isOnResumedPath = LeaveResumedPath();
        }

        return true;
    }

    /// <summary>What the prices say about finishing from a mint within so many legs; infinity if nothing.</summary>
    private double PriceBound(int mint, int legs, int left)
    {
        if (_targetBase >= 0)
            return _isReversed ? _prices!.Buy(mint, _targetBase, left) : _prices!.Sell(mint, _targetBase, left);
        if (_touches[legs]) return double.PositiveInfinity;
        return _isReversed ? _prices!.Through(_target, mint, left) : _prices!.Through(mint, _target, left);
    }

    private bool LeaveResumedPath()
    {
        _resumeLegs = 0;
        _resumePools = 0;
        return false;
    }

    private bool Enter(int mint, int next, int branch, int legs, double product)
    {
        if (next == _target) return true;
        for (int i = 0; i < legs; i++)
        {
            if (_pathMint[i] == next) return true;
        }

        _cursor.Branch[legs] = branch;
        _pathMint[legs] = next;
        _touches[legs + 1] = _touches[legs] || IsBase(next);
        return Extend(next, legs + 1, product);
    }
}
