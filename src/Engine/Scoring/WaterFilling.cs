using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Spreads an amount over parallel pools so that the sum of their outputs is largest. Outputs are concave and made of
/// pieces r x / (1 + c x), so the optimum is where the marginal rate r / (1 + c x)^2 of every piece in use is the same
/// lambda, higher on used-up pieces and lower on unused ones (KKT). With s = 1 / sqrt(lambda) a piece takes
/// x(s) = (s sqrt(r) - 1) / c, between 0 and its end: linear in s. The sum over all pieces rises with s, so
/// interpolation and bisection find it; between the last two s the pieces are linear (or, without curvature, jump), so
/// interpolating there is exact. Doubles, for search only. Scratch: 14 KiB, from the constructor. Time: about 2 ns a
/// piece and step.
/// </summary>
internal sealed class WaterFilling
{
    /// <summary>Pieces of a pool that are looked at; less depth than there is may be used.</summary>
    internal const int PiecesPerPool = 64;

    /// <summary>Steps of the bisection: a double's mantissa and some for its exponent.</summary>
    private const int StepsMax = 80;

    /// <summary>
    /// A sum this near to the total is it: shares are cut to whole units, and the rest is given away.
    /// </summary>
    private const double NearRaw = 0.25;

    /// <summary>Ends this near to each other, as a share, differ by roundings only.</summary>
    private const double NarrowShare = 1e-14;

    private readonly double[] _root = new double[SplitParts.MaxCount * PiecesPerPool];
    private readonly double[] _curvature = new double[SplitParts.MaxCount * PiecesPerPool];
    private readonly double[] _end = new double[SplitParts.MaxCount * PiecesPerPool];
    private readonly int[] _first = new int[SplitParts.MaxCount + 1];
    private int _pools;

    /// <summary>Forgets all pools.</summary>
    internal void Clear() => _pools = 0;

    /// <summary>Output of a curve for an input, as far as the curve goes.</summary>
    internal static double Output(ReadOnlySpan<CurveSegment> curve, double amount)
    {
        double slope = 1;
        return Output(curve, amount, ref slope);
    }

    /// <summary>
    /// The same; <paramref name="slope"/> is multiplied by the curve's at the input, 0 behind its end.
    /// </summary>
    internal static double Output(ReadOnlySpan<CurveSegment> curve, double amount, ref double slope)
    {
        double output = 0;
        double last = 0;
        foreach (ref readonly CurveSegment piece in curve)
        {
            if (amount <= 0) break;
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0)) continue;
            double x = Math.Min(amount, piece.AmountInMax);
            double below = 1 + (piece.Curvature * x);
            output += piece.RateOut * x / below;
            last = piece.RateOut / (below * below);
            amount -= x;
        }

        slope *= amount > 0 ? 0 : last;
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
    internal double MarginalRate { get; private set; }

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
            _root[at] = Math.Sqrt(piece.RateOut);
            _curvature[at] = piece.Curvature;
            _end[at] = Math.Min(piece.AmountInMax, total);
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
        int count = _first[_pools];
        double low = double.PositiveInfinity;
        double high = 0;
        double room = 0;
        for (int i = 0; i < count; i++)
        {
            low = Math.Min(low, 1 / _root[i]);
            high = Math.Max(high, (1 + (_curvature[i] * _end[i])) / _root[i]);
            room += _end[i];
        }

        if (count == 0 || room < total) return false;
        Narrow(total, count, ref low, ref high, room);
        double below = Sum(low, 0, count);
        double span = Sum(high, 0, count) - below;
        double part = span > 0 ? Math.Clamp((total - below) / span, 0, 1) : 0;
        double level = low + (part * (high - low));
        MarginalRate = 1 / (level * level);
        for (int pool = 0; pool < _pools; pool++)
        {
            double least = Sum(low, _first[pool], _first[pool + 1]);
            amounts[pool] = least + (part * (Sum(high, _first[pool], _first[pool + 1]) - least));
        }

        return true;
    }

    /// <summary>
    /// Brings two ends together around the s that gives the total: by interpolation, which is exact as soon as no piece
    /// begins or ends between them, and by halving where that did not halve the distance (a jump, a bend).
    /// </summary>
    private void Narrow(double total, int count, ref double low, ref double high, double room)
    {
        high = Math.BitIncrement(high);
        (double below, double above) = (0, room);
        bool halves = false;
        for (int step = 0; step < StepsMax; step++)
        {
            double width = high - low;
            double part = halves ? 0.5 : (total - below) / (above - below);
            double middle = low + (width * part);
            if (!(middle > low) || !(middle < high)) middle = low + (width / 2);
            if (width <= NarrowShare * high || middle <= low || middle >= high) return;
            double sum = Sum(middle, 0, count);
            if (Math.Abs(sum - total) <= NearRaw)
            {
                (low, high) = (middle, middle);
                return;
            }

            if (sum < total) (low, below) = (middle, sum);
            else (high, above) = (middle, sum);
            halves = high - low > width / 2;
        }
    }

    private double Sum(double s, int from, int to)
    {
        double sum = 0;
        for (int i = from; i < to; i++)
        {
            double over = (s * _root[i]) - 1;
            if (!(over > 0)) continue;
            sum += over < _curvature[i] * _end[i] ? over / _curvature[i] : _end[i];
        }

        return sum;
    }
}
