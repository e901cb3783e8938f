using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Upper bounds of the profit of up to <see cref="Width"/> candidates whose legs all stay on their first pieces. Such a
/// route is the map [[R, 0], [C, 1]], so a candidate is a few numbers, and everything from the legs on is done for four
/// candidates at once. The same operations in the same order as <see cref="InputSizer.LocateBound"/>, element by
/// element, so the same numbers to the last bit (FirstBoundsTests). A route that is shorter than others has legs that
/// change nothing behind its own. PERF: a candidate's root waits for no other's (ScoringBenchmark). Owner: the scoring
/// thread.
/// </summary>
internal sealed class FirstBounds(FirstPieces pieces, ulong minimumInput)
{
    /// <summary>Candidates of one call.</summary>
    internal const int Width = 8;

    private readonly FirstPiece[] _pieces = new FirstPiece[Legs.MaxCount * Width]; // by leg, then candidate
    private readonly double[] _cap = new double[Width];
    private readonly double[] _input = new double[Width];
    private readonly double[] _profit = new double[Width];
    private int _legs;
    private uint _bounded; // a bit for each candidate
    private uint _known;

    /// <summary>Begins with none.</summary>
    internal void Clear() => (_legs, _bounded, _known) = (0, 0, 0);

    /// <summary>Takes the next candidate, with an input of at most <paramref name="capRaw"/>.</summary>
    internal void Set(int lane, in Opportunity one, ulong capRaw)
    {
        ReadOnlySpan<Leg> legs = ((ReadOnlySpan<Leg>)one.Legs)[..one.LegCount];
        Span<FirstPiece> own = _pieces.AsSpan(lane);
        ulong marks = 1;
        ulong isOld = 0;
        int at = 0;
        foreach (ref readonly Leg of in legs)
        {
            ref readonly FirstPiece piece = ref pieces.Peek(EdgeOf(in of), ref isOld);
            marks &= piece.Mark;
            own[at] = piece;
            at += Width;
        }

        if (isOld != 0)
        {
            foreach (ref readonly Leg of in legs) _ = pieces.Of(EdgeOf(in of));
            Set(lane, in one, capRaw);
            return;
        }

        for (; at < own.Length; at += Width) own[at] = FirstPiece.None;
        if (legs.Length > _legs) _legs = legs.Length;
        _bounded |= (uint)(marks & 1) << lane;
        _cap[lane] = capRaw;
    }

    /// <summary>Finds the optima of the first so many candidates.</summary>
    internal void Solve(int count)
    {
        _known = Solve4(0);
        if (count > Vector256<double>.Count)
            _known |= Solve4(Vector256<double>.Count) << Vector256<double>.Count;
        _known &= _bounded;
    }

    /// <summary>True if all pools of a candidate quote, exactly on their curves up to rounding.</summary>
    internal bool IsBounded(int lane) => (_bounded >> lane & 1) != 0;

    /// <summary>True if the optimum lies on the first pieces; if not, nothing is known of it here.</summary>
    internal bool IsKnown(int lane) => (_known >> lane & 1) != 0;

    /// <summary>Input of the optimum, base units.</summary>
    internal double Input(int lane) => _input[lane];

    /// <summary>What no exact quote exceeds.</summary>
    internal double ProfitBound(int lane) => _profit[lane];

    /// <summary>As <see cref="InputSizer.LocateBound"/> says it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SizingStatus Status(int lane)
    {
        double input = _input[lane];
        if (!(input > 0)) return SizingStatus.NoGain;
        return input < minimumInput || _cap[lane] < minimumInput ? SizingStatus.TooSmall : SizingStatus.Ok;
    }

    private static int EdgeOf(in Leg of) => MarketGraph.Edge(of.PoolId, (SwapDirection)of.Direction);

    /// <summary>
    /// A bit for each of four candidates whose optimum lies on the pieces. PERF: four loads of what was stored one by
    /// one are forwarded, one wide load waits for the stores.
    /// </summary>
    private uint Solve4(int from)
    {
        Vector256<double> one = Vector256<double>.One;
        Vector256<double> zero = Vector256<double>.Zero;
        Vector256<double> endless = Vector256.Create(double.PositiveInfinity);
        Vector256<double> rate = one;
        Vector256<double> curvature = zero;
        Vector256<double> end = endless;
        for (int leg = 0; leg < _legs; leg++)
        {
            ReadOnlySpan<FirstPiece> four = _pieces.AsSpan((leg * Width) + from, Vector256<double>.Count);
            ref readonly FirstPiece p0 = ref four[0];
            ref readonly FirstPiece p1 = ref four[1];
            ref readonly FirstPiece p2 = ref four[2];
            ref readonly FirstPiece p3 = ref four[3];
            Vector256<double> length =
                Vector256.Create(p0.AmountInMax, p1.AmountInMax, p2.AmountInMax, p3.AmountInMax);
            Vector256<double> above = rate - (curvature * length);
            Vector256<double> limit = length / above;
            Vector256<double> ends = Vector256.LessThan(length, endless)
                & Vector256.GreaterThan(above, zero) & Vector256.LessThan(limit, end);
            end = Vector256.ConditionalSelect(ends, limit, end);
            curvature =
                (Vector256.Create(p0.Curvature, p1.Curvature, p2.Curvature, p3.Curvature) * rate) + curvature;
            rate = Vector256.Create(p0.RateOut, p1.RateOut, p2.RateOut, p3.RateOut) * rate;
        }

        Vector256<double> cap = Vector256.Create(_cap[from], _cap[from + 1], _cap[from + 2], _cap[from + 3]);

        // TradeCurve.Optimum of [[rate, 0], [curvature, 1]], whose determinant is the rate.
        Vector256<double> excess = rate - one;
        Vector256<double> straight = Vector256.ConditionalSelect(
            Vector256.GreaterThan(excess, zero), endless, -endless);
        Vector256<double> top = Vector256.ConditionalSelect(
            Vector256.GreaterThan(curvature, zero),
            excess / (curvature * (Vector256.Sqrt(Vector256.Max(rate, zero)) + one)),
            straight);
        Vector256<double> isKnown = Vector256.LessThanOrEqual(top, end) | Vector256.GreaterThanOrEqual(end, cap);
        Vector256<double> input = Vector256.Min(Vector256.Max(top, zero), Vector256.Min(cap, end));
        Vector256<double> profit = (rate * input / ((curvature * input) + one)) - input;
        profit += input * InputSizer.RoundingsMax * InputSizer.RoundingUnit;
        input.CopyTo(_input, from);
        profit.CopyTo(_profit, from);
        return isKnown.ExtractMostSignificantBits();
    }
}
