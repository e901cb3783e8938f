using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The continuous model of one route: each leg is a piece of its pool's curve as a Moebius map of the leg's total input, the
/// route is their product, valid up to the input at which the first leg leaves its piece. Walks outward piece by piece
/// until the optimum lies inside; rates only fall along the walk, so the first such piece holds the global optimum.
/// Pieces are read once each: time is proportional to the ticks or bins that the optimal trade crosses. Doubles, for search
/// only. Owner: the sizer that made it. Scratch: a few hundred bytes.
/// </summary>
internal sealed class RouteCurve
{
    private readonly MarketGraph _graph;
    private readonly int[] _edges = new int[Legs.MaxCount];
    private readonly int[] _segment = new int[Legs.MaxCount];
    private readonly double[] _startIn = new double[Legs.MaxCount];
    private readonly double[] _startOut = new double[Legs.MaxCount];
    private readonly double[] _endIn = new double[Legs.MaxCount];
    private readonly double[] _limit = new double[Legs.MaxCount];
    private readonly TransferMatrix<double>[] _legs = new TransferMatrix<double>[Legs.MaxCount];
    private readonly TransferMatrix<double>[] _before = new TransferMatrix<double>[Legs.MaxCount];
    private double _pieceStart;
    private double _pieceEnd;

    internal RouteCurve(MarketGraph graph) => _graph = graph;

    /// <summary>Legs of the route.</summary>
    internal int Count { get; private set; }

    /// <summary>Maps of the legs around the optimum: leg input to leg output, both totals.</summary>
    internal ReadOnlySpan<TransferMatrix<double>> LegMaps => _legs.AsSpan(0, Count);

    /// <summary>Product of <see cref="LegMaps"/>.</summary>
    internal TransferMatrix<double> Chain { get; private set; }

    /// <summary>True if the optimum lies beyond the first piece of some leg.</summary>
    internal bool Walked { get; private set; }

    /// <summary>True if the optimum is on the leg's first piece: no tick or bin is crossed.</summary>
    internal bool IsFirstPiece(int leg) => _startIn[leg] == 0;

    /// <summary>
    /// Finds the input with the largest profit, at most <paramref name="cap"/>. Returns 0 if no input gains or a leg has no
    /// curve.
    /// </summary>
    internal double FindOptimum(ReadOnlySpan<int> edges, double cap)
    {
        Count = edges.Length;
        Walked = false;
        for (int leg = 0; leg < Count; leg++)
        {
            _edges[leg] = edges[leg];
            (_segment[leg], _startIn[leg], _startOut[leg], _endIn[leg]) = (-1, 0, 0, 0);
            if (!Advance(leg)) return 0;
        }

        double low = 0;
        while (true)
        {
            double high = Compose();
            (_pieceStart, _pieceEnd) = (low, high);
            double optimum = TradeCurve.Optimum(Chain);
            if (optimum <= high || high >= cap) return Math.Min(Math.Max(optimum, low), Math.Min(cap, high));
            _legs.CopyTo(_before, 0);
            if (!AdvanceReached(high)) return high;
            Walked = true;
            low = high;
        }
    }

    /// <summary>
    /// Switches to the maps of the piece that ends where the optimum's piece begins, if there is one and it begins within
    /// <paramref name="reach"/> of <paramref name="optimum"/>: at a kink the best integer input may lie on either side.
    /// </summary>
    internal bool TryStepBack(double optimum, double reach)
    {
        if (!Walked || optimum - _pieceStart > reach) return false;
        _before.CopyTo(_legs, 0);
        Chain = TransferChain.Product<double>(_legs.AsSpan(0, Count));
        return true;
    }

    /// <summary>Switches to the maps of the piece after the optimum's, if it begins within <paramref name="reach"/>.</summary>
    internal bool TryStepOn(double optimum, double reach)
    {
        if (_pieceEnd - optimum > reach || !AdvanceReached(_pieceEnd)) return false;
        Compose();
        return true;
    }

    /// <summary>Multiplies the legs and returns the route input at which the first leg leaves its piece.</summary>
    private double Compose()
    {
        TransferMatrix<double> before = TransferMatrix<double>.Identity;
        double high = double.PositiveInfinity;
        for (int leg = 0; leg < Count; leg++)
        {
            double end = _endIn[leg];
            double limit = double.PositiveInfinity;
            if (double.IsFinite(end) && before.A - (before.C * end) > 0) limit = before.Invert(end);
            _limit[leg] = limit;
            high = Math.Min(high, limit);
            before = _legs[leg] * before;
        }

        Chain = before;
        return high;
    }

    private bool AdvanceReached(double high)
    {
        // Legs whose pieces end together (within rounding) move together; the next composition corrects any remainder.
        bool all = true;
        for (int leg = 0; leg < Count; leg++)
        {
            if (_limit[leg] <= high) all &= Advance(leg);
        }

        return all;
    }

    /// <summary>Moves a leg to its next piece that trades at all; false if there is none.</summary>
    private bool Advance(int leg)
    {
        ReadOnlySpan<CurveSegment> segments = _graph.Segments(_edges[leg]);
        if (_segment[leg] >= 0) _startOut[leg] = _legs[leg].Apply(_endIn[leg]);
        _startIn[leg] = _endIn[leg];
        for (int next = _segment[leg] + 1; next < segments.Length; next++)
        {
            ref readonly CurveSegment piece = ref segments[next];
            if (!(piece.RateOut > 0) || !(piece.AmountInMax > 0) || !(piece.Curvature >= 0)) continue;
            _segment[leg] = next;
            double x0 = _startIn[leg];
            double y0 = _startOut[leg];
            _endIn[leg] = x0 + piece.AmountInMax;

            // out(X) = y0 + R (X - x0) / (1 + C (X - x0)) as one fraction in X.
            double one = 1 - (piece.Curvature * x0);
            _legs[leg] = new TransferMatrix<double>(
                (y0 * piece.Curvature) + piece.RateOut, (y0 * one) - (piece.RateOut * x0), piece.Curvature, one);
            return true;
        }

        return false;
    }
}
