using System;
using System.Runtime.CompilerServices;
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
    private readonly FirstPieces _firsts;
    private readonly int[] _edges = new int[Legs.MaxCount];
    private readonly LegPlace[] _at = new LegPlace[Legs.MaxCount];
    private readonly TransferMatrix<double>[] _legs = new TransferMatrix<double>[Legs.MaxCount];
    private readonly CurveSegment[] _long = new CurveSegment[Legs.MaxCount * LongPieces];
    private readonly int[] _longCount = new int[Legs.MaxCount];
    private readonly double[] _legCap = new double[Legs.MaxCount];
    private bool _isCapped;
    private int _pieces;

    /// <summary>Curves of a graph, whose first pieces others may share.</summary>
    internal RouteCurve(MarketGraph graph, FirstPieces? firsts = null)
    {
        _graph = graph;
        _firsts = firsts ?? new FirstPieces(graph);
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
        ref readonly CurveSegment piece = ref SegmentsOf(leg)[_at[leg].Segment];
        (rate, curvature) = (piece.RateOut, piece.Curvature);
        (inStart, outStart) = (_at[leg].StartIn, _at[leg].StartOut);
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
        Ended = false;
        if (!TryBeginFirst(edges))
        {
            CutAtCaps();
            if (!Begin()) return 0;
            if (HasCuts) return FindAcrossCuts(cap);
        }

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUsable(in CurveSegment piece) =>
        piece.RateOut > 0 && piece.AmountInMax > 0 && piece.Curvature >= 0;

    private bool Begin()
    {
        for (int leg = 0; leg < Count; leg++)
        {
            _at[leg] = new LegPlace { Segment = -1 };
            if (!FindNext(leg, ref _at[leg])) return false;
            Advance(leg, ref _at[leg]);
        }

        _pieces = 0;
        PieceStart = 0;
        PieceEnd = Compose();
        return true;
    }

    private bool Next()
    {
        double end = PieceEnd;
        Span<LegPlace> places = _at.AsSpan(0, Count);
        for (int leg = 0; leg < places.Length; leg++)
        {
            ref LegPlace at = ref places[leg];
            if (at.Limit > end) continue;
            _isCapped = at.EndIn >= _legCap[leg];
            if (_isCapped || !FindNext(leg, ref at)) return false;
        }

        // Legs whose pieces end together (within rounding) move together; the next composition corrects any remainder.
        for (int leg = 0; leg < places.Length; leg++)
        {
            if (places[leg].Limit <= end) Advance(leg, ref places[leg]);
        }

        PieceStart = end;
        PieceEnd = Math.Max(end, Compose());
        _pieces++;
        return true;
    }

    /// <summary>
    /// Multiplies the legs and returns the route input at which the first leg leaves its piece. PERF: the product's
    /// elements as numbers of their own stay in registers (ScoringBenchmark).
    /// </summary>
    private double Compose()
    {
        ReadOnlySpan<TransferMatrix<double>> legs = _legs.AsSpan(0, Count);
        Span<LegPlace> places = _at.AsSpan(0, legs.Length);
        (double a, double b, double c, double d) = (1, 0, 0, 1);
        double high = double.PositiveInfinity;
        for (int leg = 0; leg < legs.Length; leg++)
        {
            ref LegPlace at = ref places[leg];
            double end = at.EndIn;
            double above = a - (c * end);
            double limit = end <= double.MaxValue && above > 0 ? ((d * end) - b) / above : double.PositiveInfinity;
            at.Limit = limit;
            if (limit < high) high = limit;
            ref readonly TransferMatrix<double> own = ref legs[leg];
            (double ownA, double ownB, double ownC, double ownD) = (own.A, own.B, own.C, own.D);
            double a0 = a;
            double b0 = b;
            a = (ownA * a) + (ownB * c);
            b = (ownA * b) + (ownB * d);
            c = (ownC * a0) + (ownD * c);
            d = (ownC * b0) + (ownD * d);
        }

        Chain = new TransferMatrix<double>(a, b, c, d);
        return high;
    }

    /// <summary>Finds a leg's next piece that trades at all; false if there is none.</summary>
    private bool FindNext(int leg, ref LegPlace at)
    {
        ReadOnlySpan<CurveSegment> pieces = SegmentsOf(leg);
        for (int next = at.Segment + 1; next < pieces.Length; next++)
        {
            ref readonly CurveSegment piece = ref pieces[next];
            if (!IsUsable(in piece)) continue;
            (at.NextAt, at.Next) = (next, piece);
            return true;
        }

        return ReadsMore(leg, pieces.Length) && FindNext(leg, ref at);
    }

    /// <summary>
    /// The graph keeps the nearest pieces only; a walk beyond them reads the pool's curve itself, once a route. False
    /// if there are no more.
    /// </summary>
    private bool ReadsMore(int leg, int known)
    {
        if (_longCount[leg] >= 0) return false;
        if (known < _graph.Segments(_edges[leg]).Length) return true;
        if (known < _graph.SegmentCapacity) return false;
        int pool = MarketGraph.EdgePool(_edges[leg]);
        _longCount[leg] = _graph.Pool(pool).CopySegments(
            MarketGraph.EdgeDirection(_edges[leg]), _graph.Clock(pool), LongCurve(leg));
        return true;
    }

    private Span<CurveSegment> LongCurve(int leg) => _long.AsSpan(leg * LongPieces, LongPieces);

    private ReadOnlySpan<CurveSegment> SegmentsOf(int leg) =>
        _longCount[leg] >= 0 ? LongCurve(leg)[.._longCount[leg]] : _graph.NearSegments(_edges[leg]);

    private ReadOnlySpan<CurveSegment> AllSegmentsOf(int leg) =>
        _longCount[leg] >= 0 ? SegmentsOf(leg) : _graph.Segments(_edges[leg]);

    /// <summary>Moves a leg to the piece that <see cref="FindNext"/> found.</summary>
    private void Advance(int leg, ref LegPlace at)
    {
        if (at.Segment >= 0) at.StartOut = _legs[leg].Apply(at.EndIn);
        at.StartIn = at.EndIn;
        at.Segment = at.NextAt;
        Enter(leg, ref at, in at.Next);
    }

    /// <summary>Takes a piece from where the leg stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(int leg, ref LegPlace at, in CurveSegment piece)
    {
        double x0 = at.StartIn;
        double y0 = at.StartOut;
        double end = x0 + piece.AmountInMax;
        double cap = _legCap[leg];
        at.EndIn = end < cap ? end : cap;

        // out(X) = y0 + R (X - x0) / (1 + C (X - x0)) as one fraction in X.
        double one = 1 - (piece.Curvature * x0);
        _legs[leg] = new TransferMatrix<double>(
            (y0 * piece.Curvature) + piece.RateOut, (y0 * one) - (piece.RateOut * x0), piece.Curvature, one);
    }

    /// <summary>Where a leg stands on its curve.</summary>
    private struct LegPlace
    {
        internal int Segment; // its piece; -1 before the first
        internal int NextAt; // the piece behind it, and that piece
        internal CurveSegment Next;
        internal double StartIn; // leg input and output where its piece begins, and input where it ends
        internal double StartOut;
        internal double EndIn;
        internal double Limit; // route input at which that is reached
    }
}
