using System;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Pipeline.View;

/// <summary>
/// What a curve of pieces says about depth. Each piece is output = RateOut x / (1 + Curvature x) for x up to its
/// AmountInMax, so its marginal rate at x is RateOut / (1 + Curvature x)^2. For display only.
/// </summary>
public static class CurveMath
{
    /// <summary>
    /// Input that lowers the marginal rate by a share of the rate at the price, base units; the whole curve's input if
    /// it ends before. 0 for an empty curve.
    /// </summary>
    public static double InputToMove(ReadOnlySpan<CurveSegment> pieces, double share)
    {
        if (pieces.IsEmpty) return 0;
        double floor = pieces[0].RateOut * (1 - share);
        double input = 0;
        foreach (ref readonly CurveSegment piece in pieces)
        {
            if (piece.RateOut <= floor) break;
            double reach = piece.Curvature > 0
                ? (Math.Sqrt(piece.RateOut / floor) - 1) / piece.Curvature
                : double.PositiveInfinity;
            double used = Math.Min(reach, piece.AmountInMax);
            if (!double.IsFinite(used)) break; // a flat piece without an end: no depth can be named
            input += used;
            if (reach <= piece.AmountInMax) break;
        }

        return input;
    }
}
