using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// The continuous model of one route: each leg is a piece of its pool's curve as a Moebius map of the leg's total
/// input, the route is their product, valid up to the input at which the first leg leaves its piece. Rates only fall
/// along the route, so the piece in which the slope passes 1 holds the global optimum. A walk piece by piece finds it
/// if it is near; else prefix sums of every leg's pieces and a binary search over break points jump to it
/// (RouteCurve.Jump.cs), and the walk goes on behind the pieces that the graph keeps. Where the pieces' numbers matter
/// (the polish) it walks all the way, and where rates rise again, behind the caps of transfer fees
/// (RouteCurve.Caps.cs), to the last of them. Doubles, for search only. Owner: the sizer that made it. Scratch: 86 KiB.
/// </summary>
internal sealed partial class RouteCurve
{
    /// <summary>Most pieces of one leg's curve: three full tick arrays of Raydium, four bin arrays of DLMM.</summary>
    private const int LongPieces = 512;

    private readonly MarketGraph _graph;
    private readonly int[] _edges = new int[Legs.MaxCount];
    private readonly int[] _segment = new int[Legs.MaxCount];
    private readonly double[] _startIn = new double[Legs.MaxCount];
    private readonly double[] _startOut = new double[Legs.MaxCount];
    private readonly double[] _endIn = new double[Legs.MaxCount];
    private readonly double[] _limit = new double[Legs.MaxCount];
    private readonly TransferMatrix<double>[] _legs = new TransferMatrix<double>[Legs.MaxCount];
    private readonly CurveSegment[] _long = new CurveSegment[Legs.MaxCount * LongPieces];
    private readonly int[] _longCount = new int[Legs.MaxCount];
    private readonly double[] _legCap = new double[Legs.MaxCount];
    private bool _isCapped;
    private int _pieces;

    internal RouteCurve(MarketGraph graph)
    {
        _graph = graph;
        _prefixRoom = graph.SegmentCapacity;
        _prefixIn = new double[Legs.MaxCount * _prefixRoom];
        _prefixOut = new double[Legs.MaxCount * _prefixRoom];
        _prefixPiece = new int[Legs.MaxCount * _prefixRoom];
        Array.Fill(_legCap, double.PositiveInfinity);
    }

    /// <summary>Legs of the route.</summary>
    internal int Count { get; private set; }

    /// <summary>Maps of the legs around the optimum: leg input to leg output, both totals.</summary>
    internal ReadOnlySpan<TransferMatrix<double>> LegMaps => _legs.AsSpan(0, Count);

    /// <summary>Product of <see cref="LegMaps"/>.</summary>
    internal TransferMatrix<double> Chain { get; private set; }

    /// <summary>True if the optimum lies beyond the first piece of some leg.</summary>
    internal bool Walked { get; private set; }

    /// <summary>Route input where the current piece begins.</summary>
    internal double PieceStart { get; private set; }

    /// <summary>Route input where the current piece ends.</summary>
    internal double PieceEnd { get; private set; }

    /// <summary>True if the curve ended while the profit still rose: quotes may know more than the curve.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Pieces of the route before the one that holds the optimum.</summary>
    internal int OptimumPiece { get; private set; }

    /// <summary>
    /// Most that each leg may take in, base units of the leg's input; infinity for no cap. Set before
    /// <see cref="FindOptimum"/>.
    /// </summary>
    internal Span<double> LegCaps => _legCap;

    /// <summary>
    /// Rate and curvature of a leg's current piece, and where it begins in the leg's totals, of a route that was
    /// <see cref="Walked"/>.
    /// </summary>
    internal void Piece(int leg, out double rate, out double curvature, out double inStart, out double outStart)
    {
        ref readonly CurveSegment piece = ref SegmentsOf(leg)[_segment[leg]];
        (rate, curvature) = (piece.RateOut, piece.Curvature);
        (inStart, outStart) = (_startIn[leg], _startOut[leg]);
    }

    /// <summary>
    /// Input that takes a leg's pool to the end of its known curve, base units: the sum of the pieces, or for an
    /// endless piece the input that doubles its virtual reserve.
    /// </summary>
    internal double DepthIn(int edge)
    {
        double depth = 0;
        foreach (ref readonly CurveSegment piece in _graph.Segments(edge))
        {
            if (!IsUsable(piece)) continue;
            depth += double.IsFinite(piece.AmountInMax) ? piece.AmountInMax : 1 / piece.Curvature;
        }

        return depth;
    }

    /// <summary>
    /// Finds the input with the largest profit, at most <paramref name="cap"/>. Returns 0 if no input gains or a leg
    /// has no curve. With <paramref name="canJump"/> the pieces before the optimum are not numbered:
    /// <see cref="OptimumPiece"/> then only says whether there are any.
    /// </summary>
    internal double FindOptimum(ReadOnlySpan<int> edges, double cap, bool canJump)
    {
        Count = edges.Length;
        edges.CopyTo(_edges);
        Array.Fill(_longCount, -1, 0, Count);
        Ended = false;
        CutAtCaps();
        if (!Begin()) return 0;
        if (HasCuts) return FindAcrossCuts(cap);
        double optimum;
        while (true)
        {
            optimum = TradeCurve.Optimum(Chain);
            if (optimum <= PieceEnd || PieceEnd >= cap) break;
            if (canJump && _pieces == WalkedBeforeJump)
            {
                canJump = false;
                Jump(cap);
                continue;
            }

            if (Next()) continue;
            Ended = !_isCapped;
            break;
        }

        OptimumPiece = _pieces;
        Walked = _pieces > 0;
        return Math.Min(Math.Max(optimum, PieceStart), Math.Min(cap, PieceEnd));
    }

    /// <summary>
    /// Switches to another piece of the route, 0 being the first. False if there is none; the current piece is then the
    /// last.
    /// </summary>
    internal bool TryMoveTo(int piece)
    {
        if (piece < 0 || (piece < _pieces && !Begin())) return false;
        while (_pieces < piece)
        {
            if (!Next()) return false;
        }

        return true;
    }

    /// <summary>
    /// Rate and curvature of a leg from one of its inputs onward, on the curve piece that begins or goes on there, with
    /// transfer fees as shares also behind their caps.
    /// </summary>
    internal void PieceAt(int leg, double input, out double rate, out double curvature)
    {
        (rate, curvature) = (0, 0);
        (double start, double found, int at) = (0, 0, -1);
        ReadOnlySpan<CurveSegment> pieces = SegmentsOf(leg);
        for (int i = 0; ; i++)
        {
            // PERF: the whole curve is copied only where the nearest pieces end before the input.
            if (i == pieces.Length) pieces = AllSegmentsOf(leg);
            if (i == pieces.Length) break;
            if (!IsUsable(pieces[i])) continue;
            (found, at) = (start, i);
            start += pieces[i].AmountInMax;

            // Programs round each step's input up, so an exact start lies at or behind the curve's.
            if (start > input + 0.5) break;
        }

        if (at < 0) return;
        ref readonly CurveSegment piece = ref pieces[at];
        double below = 1 + (piece.Curvature * Math.Max(0, input - found));
        (rate, curvature) = (piece.RateOut / (below * below), piece.Curvature / below);
        _cuts[leg].TakeShares(at, ref rate, ref curvature);
    }

    private static bool IsUsable(in CurveSegment piece) =>
        piece.RateOut > 0 && piece.AmountInMax > 0 && piece.Curvature >= 0;

    private bool Begin()
    {
        for (int leg = 0; leg < Count; leg++)
        {
            (_segment[leg], _startIn[leg], _startOut[leg], _endIn[leg]) = (-1, 0, 0, 0);
            if (!Advance(leg)) return false;
        }

        _pieces = 0;
        PieceStart = 0;
        PieceEnd = Compose();
        return true;
    }

    private bool Next()
    {
        for (int leg = 0; leg < Count; leg++)
        {
            if (_limit[leg] > PieceEnd) continue;
            _isCapped = _endIn[leg] >= _legCap[leg];
            if (_isCapped || NextUsable(leg) < 0) return false;
        }

        // Legs whose pieces end together (within rounding) move together; the next composition corrects any remainder.
        for (int leg = 0; leg < Count; leg++)
        {
            if (_limit[leg] <= PieceEnd) _ = Advance(leg);
        }

        PieceStart = PieceEnd;
        PieceEnd = Math.Max(PieceStart, Compose());
        _pieces++;
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

    private int NextUsable(int leg)
    {
        ReadOnlySpan<CurveSegment> segments = SegmentsOf(leg);
        int next = _segment[leg] + 1;
        while (next < segments.Length && !IsUsable(segments[next])) next++;
        if (next < segments.Length) return next;
        if (_longCount[leg] < 0 && segments.Length < _graph.Segments(_edges[leg]).Length) return NextUsable(leg);

        // The graph keeps the nearest pieces only; a walk beyond them reads the pool's curve itself, once a route.
        if (_longCount[leg] >= 0 || segments.Length < _graph.SegmentCapacity) return -1;
        int pool = MarketGraph.EdgePool(_edges[leg]);
        _longCount[leg] = _graph.Pool(pool).CopySegments(
            MarketGraph.EdgeDirection(_edges[leg]), _graph.Clock(pool), LongCurve(leg));
        return NextUsable(leg);
    }

    private Span<CurveSegment> LongCurve(int leg) => _long.AsSpan(leg * LongPieces, LongPieces);

    private ReadOnlySpan<CurveSegment> SegmentsOf(int leg) =>
        _longCount[leg] >= 0 ? LongCurve(leg)[.._longCount[leg]] : _graph.NearSegments(_edges[leg]);

    private ReadOnlySpan<CurveSegment> AllSegmentsOf(int leg) =>
        _longCount[leg] >= 0 ? SegmentsOf(leg) : _graph.Segments(_edges[leg]);

    /// <summary>Moves a leg to its next piece that trades at all; false if there is none.</summary>
    private bool Advance(int leg)
    {
        int next = NextUsable(leg);
        if (next < 0) return false;
        ref readonly CurveSegment piece = ref SegmentsOf(leg)[next];
        if (_segment[leg] >= 0) _startOut[leg] = _legs[leg].Apply(_endIn[leg]);
        _startIn[leg] = _endIn[leg];
        _segment[leg] = next;
        Enter(leg, piece);
        return true;
    }

    /// <summary>Takes a piece from where the leg stands.</summary>
    private void Enter(int leg, in CurveSegment piece)
    {
        double x0 = _startIn[leg];
        double y0 = _startOut[leg];
        _endIn[leg] = Math.Min(x0 + piece.AmountInMax, _legCap[leg]);

        // out(X) = y0 + R (X - x0) / (1 + C (X - x0)) as one fraction in X.
        double one = 1 - (piece.Curvature * x0);
        _legs[leg] = new TransferMatrix<double>(
            (y0 * piece.Curvature) + piece.RateOut, (y0 * one) - (piece.RateOut * x0), piece.Curvature, one);
    }
}
