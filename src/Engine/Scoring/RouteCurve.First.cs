using System;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The beginning of a route whose legs' first pieces are known, as they mostly are. A first piece starts at 0, so its
/// map is [[R, 0], [C, 1]] and so is the route's: two numbers in place of a matrix. The same operations in the same
/// order as a composition's, so the same numbers to the last bit (RouteCurveTests). Two of three candidates have their
/// optimum there, the others walk on from there.
/// </summary>
internal sealed partial class RouteCurve
{
    /// <summary>
    /// Begins a route at its first pieces; false if some leg's must be looked for, or has a fee's cap.
    /// </summary>
    private bool TryBeginFirst(ReadOnlySpan<int> edges)
    {
        Count = edges.Length;
        edges.CopyTo(_edges);
        Span<LegPlace> places = _at.AsSpan(0, edges.Length);
        Span<TransferMatrix<double>> legs = _legs.AsSpan(0, edges.Length);
        ulong bounds = 1;
        ulong isOld = 0;
        for (int leg = 0; leg < legs.Length; leg++)
        {
            ref readonly FirstPiece first = ref _firsts.Peek(edges[leg], ref isOld);
            bounds &= first.Mark;
            _longCount[leg] = -1;
            ref LegPlace at = ref places[leg];
            (at.Segment, at.StartIn, at.StartOut) = (0, 0, 0);
            double cap = _legCap[leg];
            at.EndIn = first.AmountInMax < cap ? first.AmountInMax : cap;
            legs[leg] = new TransferMatrix<double>(first.RateOut, 0, first.Curvature, 1);
        }

        if (isOld != 0)
        {
            foreach (int edge in edges) _ = _firsts.Of(edge);
            return TryBeginFirst(edges);
        }

        if (bounds == 0) return false;
        if (HasCuts) DropCuts();
        double rate = 1;
        double curvature = 0;
        double end = double.PositiveInfinity;

        // PERF: nothing is called here, so that the chain stays in registers (InputSizerBenchmark).
        for (int leg = 0; leg < legs.Length; leg++)
        {
            double length = places[leg].EndIn;
            double above = rate - (curvature * length);
            double limit = length <= double.MaxValue && above > 0 ? length / above : double.PositiveInfinity;
            places[leg].Limit = limit;
            if (limit < end) end = limit;
            ref readonly TransferMatrix<double> own = ref legs[leg];
            curvature = (own.C * rate) + curvature;
            rate = own.A * rate;
        }

        Chain = new TransferMatrix<double>(rate, 0, curvature, 1);
        (_pieces, PieceStart, PieceEnd) = (0, 0, end);
        return true;
    }
}
