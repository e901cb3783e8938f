using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The optimum of a route whose legs all stay on their first pieces, as two of three candidates do. A first piece
/// starts at 0, so its map is [[R, 0], [C, 1]] and so is the route's: two numbers in place of a matrix a leg. The same
/// operations in the same order as the walk's, so the same numbers to the last bit (RouteCurveTests).
/// PERF: a third of the walk's time for the bounds of an event's candidates (ScoringBenchmark).
/// </summary>
internal sealed partial class RouteCurve
{
    /// <summary>
    /// Finds the optimum if it lies on the first pieces; false if it does not, or if that cannot be told here. Only the
    /// product is known then, no leg's map. The legs' caps are not asked.
    /// </summary>
    internal bool TryFirstPieces(ReadOnlySpan<int> edges, double cap, out double optimum)
    {
        optimum = 0;
        double rate = 1;
        double curvature = 0;
        double end = double.PositiveInfinity;
        foreach (int edge in edges)
        {
            if (_graph.HasFeeCap(MarketGraph.EdgePool(edge))) return false;
            ReadOnlySpan<CurveSegment> pieces = _graph.NearSegments(edge);
            if (pieces.IsEmpty || !IsUsable(in pieces[0])) return false;
            ref readonly CurveSegment first = ref pieces[0];
            double above = rate - (curvature * first.AmountInMax);
            if (double.IsFinite(first.AmountInMax) && above > 0) end = Math.Min(end, first.AmountInMax / above);
            curvature = (first.Curvature * rate) + curvature;
            rate = first.RateOut * rate;
        }

        TransferMatrix<double> chain = new(rate, 0, curvature, 1);
        double top = TradeCurve.Optimum(chain);
        if (!(top <= end) && !(end >= cap)) return false;
        (Count, Chain) = (edges.Length, chain);
        (Ended, Walked, OptimumPiece) = (false, false, 0);
        (PieceStart, PieceEnd) = (0, end);
        optimum = Math.Min(Math.Max(top, 0), Math.Min(cap, end));
        return true;
    }

    /// <summary>
    /// <see cref="TryFirstPieces"/> with the legs' maps, as <see cref="FindOptimum"/> leaves them where the pieces before
    /// the optimum are not numbered: the route cannot be moved to another piece.
    /// </summary>
    internal bool TryFirstMaps(ReadOnlySpan<int> edges, double cap, out double optimum)
    {
        if (!TryFirstPieces(edges, cap, out optimum)) return false;
        for (int leg = 0; leg < edges.Length; leg++)
        {
            ref readonly CurveSegment first = ref _graph.NearSegments(edges[leg])[0];
            _legs[leg] = new TransferMatrix<double>(first.RateOut, 0, first.Curvature, 1);
            (_edges[leg], _longCount[leg], _segment[leg]) = (edges[leg], -1, 0);
            (_startIn[leg], _startOut[leg]) = (0, 0);
        }

        return true;
    }
}
