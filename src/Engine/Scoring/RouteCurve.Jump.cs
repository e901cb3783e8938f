using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The jump to the optimum's piece. A leg's break points are where its pieces begin; leg after leg, a binary search
/// finds the last one at which the route's slope is still above 1, given the pieces of the legs before. Time: two
/// additions and a division a piece that the graph keeps, then some logarithms. PERF: costs about what a walk over
/// eight pieces does, and a third of one over fifty (RouteCurveBenchmark), so the walk has the first eight.
/// </summary>
internal sealed partial class RouteCurve
{
    /// <summary>Pieces walked before a jump is tried.</summary>
    private const int WalkedBeforeJump = 8;

    private readonly int _prefixRoom;
    private readonly double[] _prefixIn;
    private readonly double[] _prefixOut;
    private readonly int[] _prefixPiece;
    private readonly int[] _prefixCount = new int[Events.Legs.MaxCount];
    private readonly double[] _prefixEnd = new double[Events.Legs.MaxCount];

    /// <summary>Moves to the optimum's piece, as far as the kept pieces go.</summary>
    private void Jump(double cap)
    {
        for (int leg = 0; leg < Count; leg++) SumPieces(leg);
        TransferMatrix<double> before = TransferMatrix<double>.Identity;
        (double low, double high) = (0, cap);
        int pieces = 0;
        for (int leg = 0; leg < Count; leg++)
        {
            int row = leg * _prefixRoom;
            (int first, int last) = (Find(leg, before.Apply(low)), _prefixCount[leg] - 1);
            while (first < last)
            {
                int middle = (first + last + 1) / 2;
                double amount = _prefixIn[row + middle];
                double x = Reach(before, amount);
                if (x < high && before.Slope(x) * SlopeFrom(leg, amount) > 1) first = middle;
                else last = middle - 1;
            }

            pieces += first;
            ref LegPlace at = ref _at[leg];
            (at.Segment, at.StartIn, at.StartOut) =
                (_prefixPiece[row + first], _prefixIn[row + first], _prefixOut[row + first]);
            Enter(leg, ref at, in SegmentsOf(leg)[at.Segment]);
            low = Math.Max(low, Reach(before, at.StartIn));
            high = Math.Min(high, Reach(before, at.EndIn));
            before = _legs[leg] * before;
        }

        PieceStart = low;
        PieceEnd = Math.Max(low, Compose());
        _pieces = pieces;
    }

    /// <summary>The route input that brings an amount to a leg; infinity if none does.</summary>
    private static double Reach(in TransferMatrix<double> before, double amount) =>
        double.IsFinite(amount) && before.A - (before.C * amount) > 0 ? before.Invert(amount) : double.PositiveInfinity;

    private void SumPieces(int leg)
    {
        ReadOnlySpan<CurveSegment> pieces = AllSegmentsOf(leg);
        int row = leg * _prefixRoom;
        (double input, double output, int count) = (0, 0, 0);
        for (int i = 0; i < pieces.Length && count < _prefixRoom && input < _legCap[leg]; i++)
        {
            ref readonly CurveSegment piece = ref pieces[i];
            if (!IsUsable(piece)) continue;
            (_prefixIn[row + count], _prefixOut[row + count], _prefixPiece[row + count]) = (input, output, i);
            count++;
            input += piece.AmountInMax;
            if (!double.IsFinite(input)) break;
            output += piece.RateOut * piece.AmountInMax / (1 + (piece.Curvature * piece.AmountInMax));
        }

        (_prefixCount[leg], _prefixEnd[leg]) = (count, Math.Min(input, _legCap[leg]));
    }

    /// <summary>The piece that an amount lies in, the later one at a break point.</summary>
    private int Find(int leg, double amount)
    {
        ReadOnlySpan<double> starts = _prefixIn.AsSpan(leg * _prefixRoom, _prefixCount[leg]);
        (int first, int last) = (0, starts.Length - 1);
        while (first < last)
        {
            int middle = (first + last + 1) / 2;
            if (starts[middle] <= amount) first = middle;
            else last = middle - 1;
        }

        return first;
    }

    /// <summary>Slope of the legs from one on, right of an amount before it; 0 where a leg's pieces end.</summary>
    private double SlopeFrom(int leg, double amount)
    {
        double slope = 1;
        for (; leg < Count; leg++)
        {
            if (amount >= _prefixEnd[leg]) return 0;
            int at = (leg * _prefixRoom) + Find(leg, amount);
            ref readonly CurveSegment piece = ref SegmentsOf(leg)[_prefixPiece[at]];
            double into = amount - _prefixIn[at];
            double below = 1 + (piece.Curvature * into);
            slope *= piece.RateOut / (below * below);
            amount = _prefixOut[at] + (piece.RateOut * into / below);
        }

        return slope;
    }
}
