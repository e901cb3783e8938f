using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Spreads an amount over parallel pools so that the sum of their outputs is largest. Outputs are concave and made of
/// pieces r x / (1 + c x), so the optimum is where the marginal rate r / (1 + c x)^2 of every piece in use is the same
/// lambda, higher on used-up pieces and lower on unused ones (KKT). With s = 1 / sqrt(lambda) a piece takes
/// x(s) = (s - 1 / sqrt(r)) sqrt(r) / c, between 0 and its end: linear in s. The sum over all pieces rises with s and
/// is straight from one beginning or end of a piece to the next, so Newton's step is exact as soon as none lies on its
/// way; where a piece without curvature begins the sum jumps, and between the two s around that, interpolating is
/// exact. Doubles, for search only. Scratch: 8 KiB, from the constructor. PERF: two looks at all pieces are usual, a
/// product and a sum each, no division; the s found last is where the next search begins (SplitRouter asks for amounts
/// near to each other).
/// </summary>
internal sealed class WaterFilling
{
    /// <summary>Pieces of a pool that are looked at; less depth than there is may be used.</summary>
    internal const int PiecesPerPool = 64;

    /// <summary>Newton's steps before jumps are tried one by one.</summary>
    private const int JumpsAfter = 3;

    /// <summary>Steps that need not halve the distance; every fourth one behind them does.</summary>
    private const int FreeSteps = 8;

    /// <summary>Steps: four times a double's mantissa and some for its exponent.</summary>
    private const int StepsMax = FreeSteps + 320;

    /// <summary>
    /// A sum this near to the total is it: shares are cut to whole units, and the rest is given away.
    /// </summary>
    private const double NearRaw = 0.25;

    /// <summary>Ends this near to each other, as a share, differ by roundings only.</summary>
    private const double NarrowShare = 1e-14;

    private readonly double[] _from = new double[SplitParts.MaxCount * PiecesPerPool]; // s where a piece begins
    private readonly double[] _slope = new double[SplitParts.MaxCount * PiecesPerPool]; // what it takes a unit of s
    private readonly double[] _end = new double[SplitParts.MaxCount * PiecesPerPool];
    private readonly int[] _first = new int[SplitParts.MaxCount + 1];
    private bool _isConcave; // rates fall from piece to piece in every pool
    private int _pools;
    private double _low; // s below which nothing is taken
    private double _high; // and from which on everything is
    private double _room;
    private double _level;
    private double _taken; // what all pieces take a unit of s there; 0 where the sum jumps

    /// <summary>Forgets all pools; the search begins where the marginal rate is this, if it can be.</summary>
    internal void Clear(double marginalRate = 0)
    {
        (_pools, _isConcave) = (0, true);
        (_low, _high, _room, _level) = (double.PositiveInfinity, 0, 0, 1 / Math.Sqrt(marginalRate));
    }

    /// <summary>Output of a curve for an input, as far as the curve goes.</summary>
    internal static double Output(ReadOnlySpan<CurveSegment> curve, double amount)
    {
        double output = 0;
        foreach (ref readonly CurveSegment piece in curve)
        {
            if (amount <= 0) break;
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0)) continue;
            double x = Math.Min(amount, piece.AmountInMax);
            output += piece.RateOut * x / (1 + (piece.Curvature * x));
            amount -= x;
        }

        return output;
    }

    /// <summary>
    /// The same; <paramref name="slope"/> goes on with the curve's at the input, which is 0 behind its end.
    /// </summary>
    internal static double Output(ReadOnlySpan<CurveSegment> curve, double amount, ref CurveSlope slope)
    {
        double output = 0;
        CurveSlope last = default;
        foreach (ref readonly CurveSegment piece in curve)
        {
            if (amount <= 0) break;
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0)) continue;
            double x = Math.Min(amount, piece.AmountInMax);
            double part = 1 / (1 + (piece.Curvature * x));
            output += piece.RateOut * x * part;
            amount -= x;
            if (amount <= 0) last = new(piece.RateOut * part * part, -2 * piece.Curvature * part);
        }

        slope.Follow(last);
        return output;
    }

    /// <summary>Input of a curve that gives an output; NaN if the curve ends before.</summary>
    internal static double Input(ReadOnlySpan<CurveSegment> curve, double output)
    {
        double input = 0;
        foreach (ref readonly CurveSegment piece in curve)
        {
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0)) continue;
            double above = piece.RateOut - (piece.Curvature * output);
            double x = above > 0 ? output / above : double.PositiveInfinity;
            if (x <= piece.AmountInMax && double.IsFinite(x)) return input + x;
            if (!double.IsFinite(piece.AmountInMax)) break;
            input += piece.AmountInMax;
            output -= piece.RateOut * piece.AmountInMax / (1 + (piece.Curvature * piece.AmountInMax));
        }

        return double.NaN;
    }

    /// <summary>What one more unit of the total gave at the last allocation: the same in every pool.</summary>
    internal CurveSlope Slope { get; private set; }

    /// <summary>Adds a pool's curve as far as <paramref name="total"/> could reach into it.</summary>
    internal void Add(ReadOnlySpan<CurveSegment> curve, double total)
    {
        int at = _first[_pools];
        int limit = at + PiecesPerPool;
        double reach = 0;
        foreach (ref readonly CurveSegment piece in curve)
        {
            if (at == limit || reach >= total) break;
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0) || !(piece.Curvature >= 0)) continue;
            double root = Math.Sqrt(piece.RateOut);
            double end = piece.AmountInMax < total ? piece.AmountInMax : total;
            (double from, double last) = (1 / root, (1 + (piece.Curvature * end)) / root);
            (_from[at], _slope[at], _end[at]) = (from, root / piece.Curvature, end);
            _isConcave &= at == _first[_pools] || from >= _from[at - 1];
            if (from < _low) _low = from;
            if (last > _high) _high = last;
            _room += end;
            reach += piece.AmountInMax;
            at++;
        }

        _first[++_pools] = at;
    }

    /// <summary>
    /// Writes each pool's share of <paramref name="total"/>, in the order they were added; false if the pools together
    /// cannot take it.
    /// </summary>
    internal bool TryAllocate(double total, Span<double> amounts)
    {
        if (_pools == 0 || !(_room >= total) || _room == 0) return false;
        if (!TryFind(total, amounts, out double low, out double high)) ShareJump(total, low, high, amounts);
        Slope = new(1 / (_level * _level), _taken > 0 ? -2 / (_level * _taken) : 0);
        return true;
    }

    /// <summary>
    /// Finds the s that gives the total; false if the sum jumps past it, between two s that are as near as they get.
    /// </summary>
    private bool TryFind(double total, Span<double> amounts, out double low, out double high)
    {
        (low, high) = (_low, Math.BitIncrement(_high));
        if (!(_level > low) || !(_level < high)) _level = low + ((high - low) * (total / _room));
        for (int step = 0; step < StepsMax; step++)
        {
            double sum = Take(_level, amounts, out double slope);
            _taken = slope;
            if (Math.Abs(sum - total) <= NearRaw) return true;
            if (sum < total) low = _level;
            else high = _level;
            double next = _level + ((total - sum) / slope);
            if (step >= JumpsAfter && step % 4 != 0) next = Jump(low, high, next);
            else if (step >= FreeSteps) next = low;
            if (!(next > low) || !(next < high)) next = low + ((high - low) / 2);
            if (high - low <= NarrowShare * high || !(next > low) || !(next < high)) return false;
            _level = next;
        }

        return false;
    }

    /// <summary>
    /// Where a piece without curvature begins between two s, or right behind that; else what is offered.
    /// </summary>
    private double Jump(double low, double high, double other)
    {
        for (int i = 0; i < _first[_pools]; i++)
        {
            if (double.IsFinite(_slope[i]) || !(_from[i] >= low)) continue;
            double at = _from[i] > low ? _from[i] : Math.BitIncrement(low);
            if (at < high) return at;
        }

        return other;
    }

    /// <summary>The sum jumps between two s: each pool's share on the straight line between them.</summary>
    private void ShareJump(double total, double low, double high, Span<double> amounts)
    {
        Span<double> least = stackalloc double[SplitParts.MaxCount];
        double below = Take(low, least, out _);
        double span = Take(high, amounts, out _) - below;
        double part = span > 0 ? Math.Clamp((total - below) / span, 0, 1) : 0;
        for (int pool = 0; pool < _pools; pool++) amounts[pool] = least[pool] + (part * (amounts[pool] - least[pool]));
        (_level, _taken) = (low + (part * (high - low)), 0);
    }

    /// <summary>
    /// What each pool takes at an s, all together, and how much more a unit of s. PERF: where rates fall, a pool's
    /// first piece that takes nothing ends it: of the pieces laid out most are behind.
    /// </summary>
    private double Take(double s, Span<double> amounts, out double slope)
    {
        double sum = 0;
        double steep = 0;
        int at = 0;
        for (int pool = 0; pool < _pools; pool++)
        {
            double taken = 0;
            int end = _first[pool + 1];
            for (; at < end; at++)
            {
                double over = s - _from[at];
                if (!(over > 0))
                {
                    if (_isConcave) break;
                    continue;
                }

                double x = over * _slope[at];
                double most = _end[at];
                if (x < most) steep += _slope[at];
                else x = most;
                taken += x;
            }

            at = end;
            amounts[pool] = taken;
            sum += taken;
        }

        slope = steep;
        return sum;
    }
}
