using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The optimum of a route whose legs all stay on their first pieces, as two of three candidates do. A first piece
/// starts at 0, so its map is [[R, 0], [C, 1]] and so is the route's: two numbers in place of a matrix. The same
/// operations in the same order as the walk's, so the same numbers to the last bit (RouteCurveTests).
/// PERF: a third of the walk's time for the bounds of an event's candidates (ScoringBenchmark).
/// </summary>
internal sealed partial class RouteCurve
{
    /// <summary>
    /// Finds the optimum if it lies on the first pieces; false if it does not, or if that cannot be decided here. The
    /// route then stands as <see cref="FindOptimum"/> leaves it where the pieces before the optimum are not numbered:
    /// it cannot be moved to another piece. The legs' caps are not asked.
    /// </summary>
    internal bool TryFirstPieces(ReadOnlySpan<int> edges, double cap, out double optimum)
    {
        optimum = 0;
        if (!TryEnterFirst(edges)) return false;
        double rate = 1;
        double curvature = 0;
        double end = double.PositiveInfinity;

        // PERF: nothing is called here, so that the chain stays in registers (InputSizerBenchmark).
        for (int leg = 0; leg < edges.Length; leg++)
        {
            double length = _endIn[leg];
            double above = rate - (curvature * length);
            if (length <= double.MaxValue && above > 0) end = Math.Min(end, length / above);
            curvature = (_legs[leg].C * rate) + curvature;
            rate = _legs[leg].A * rate;
        }

        TransferMatrix<double> chain = new(rate, 0, curvature, 1);
        double top = TradeCurve.Optimum(chain);
        if (!(top <= end) && !(end >= cap)) return false;
        (Count, Chain) = (edges.Length, chain);
        (Ended, Walked, OptimumPiece) = (false, false, 0);
        (PieceStart, PieceEnd) = (0, end);
        double most = cap < end ? cap : end;
        optimum = top < most ? top : most;
        if (!(optimum > 0)) optimum = 0;
        return true;
    }

    /// <summary>Maps and lengths of all legs' first pieces; false if one has none, or a fee's cap.</summary>
    private bool TryEnterFirst(ReadOnlySpan<int> edges)
    {
        for (int leg = 0; leg < edges.Length; leg++)
        {
            if (_graph.HasFeeCap(MarketGraph.EdgePool(edges[leg]))) return false;
            ReadOnlySpan<CurveSegment> pieces = _graph.NearSegments(edges[leg]);
            if (pieces.IsEmpty || !IsUsable(in pieces[0])) return false;
            ref readonly CurveSegment first = ref pieces[0];
            _legs[leg] = new TransferMatrix<double>(first.RateOut, 0, first.Curvature, 1);
            _endIn[leg] = first.AmountInMax;
        }

        return true;
    }
}
