using System;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Upper bounds of the profit of up to <see cref="Width"/> candidates whose legs all stay on their first pieces. Such a
/// route is the map [[R, 0], [C, 1]], so a candidate is a few numbers, and the root and the two divisions of all of
/// them are done at once. The same operations in the same order as <see cref="InputSizer.LocateBound"/>, element by
/// element, so the same numbers to the last bit (FirstBoundsTests). PERF: a candidate's root waits for no other's
/// (ScoringBenchmark). Owner: the scoring thread.
/// </summary>
internal sealed class FirstBounds(FirstPieces pieces, ulong minimumInput)
{
    /// <summary>Candidates of one call.</summary>
    internal const int Width = 8;

    private readonly double[] _rate = new double[Width];
    private readonly double[] _curvature = new double[Width];
    private readonly double[] _end = new double[Width];
    private readonly double[] _cap = new double[Width];
    private readonly double[] _input = new double[Width];
    private readonly double[] _profit = new double[Width];
    private readonly double[] _isKnown = new double[Width]; // all bits of the number

    /// <summary>Takes a candidate with an input of at most <paramref name="capRaw"/>.</summary>
    internal void Set(int lane, in Opportunity one, ulong capRaw)
    {
        double rate = 1;
        double curvature = 0;
        double end = double.PositiveInfinity;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            ref readonly Leg of = ref one.Legs[leg];
            ref readonly FirstPiece piece = ref pieces.Of(MarketGraph.Edge(of.PoolId, (SwapDirection)of.Direction));
            double length = piece.AmountInMax;
            double above = rate - (curvature * length);
            if (length <= double.MaxValue && above > 0 && length / above < end) end = length / above;
            curvature = (piece.Curvature * rate) + curvature;
            rate = piece.Bounds ? piece.RateOut * rate : double.NaN;
        }

        (_rate[lane], _curvature[lane], _end[lane], _cap[lane]) = (rate, curvature, end, capRaw);
    }

    /// <summary>Finds the optima of the first so many candidates.</summary>
    internal void Solve(int count)
    {
        Solve4(0);
        if (count > Vector256<double>.Count) Solve4(Vector256<double>.Count);
    }

    /// <summary>True if the optimum lies on the first pieces; if not, nothing is known of it here.</summary>
    internal bool IsKnown(int lane) => BitConverter.DoubleToInt64Bits(_isKnown[lane]) != 0;

    /// <summary>Input of the optimum, base units.</summary>
    internal double Input(int lane) => _input[lane];

    /// <summary>What no exact quote exceeds.</summary>
    internal double ProfitBound(int lane) => _profit[lane];

    /// <summary>As <see cref="InputSizer.LocateBound"/> says it.</summary>
    internal SizingStatus Status(int lane)
    {
        if (!(_input[lane] > 0)) return SizingStatus.NoGain;
        return _input[lane] < minimumInput || _cap[lane] < minimumInput ? SizingStatus.TooSmall : SizingStatus.Ok;
    }

    private void Solve4(int from)
    {
        Vector256<double> rate = Read(_rate, from);
        Vector256<double> curvature = Read(_curvature, from);
        Vector256<double> end = Read(_end, from);
        Vector256<double> cap = Read(_cap, from);
        Vector256<double> one = Vector256<double>.One;
        Vector256<double> zero = Vector256<double>.Zero;

        // TradeCurve.Optimum of [[rate, 0], [curvature, 1]], whose determinant is the rate.
        Vector256<double> excess = rate - one;
        Vector256<double> endless = Vector256.ConditionalSelect(
            Vector256.GreaterThan(excess, zero),
            Vector256.Create(double.PositiveInfinity),
            Vector256.Create(double.NegativeInfinity));
        Vector256<double> top = Vector256.ConditionalSelect(
            Vector256.GreaterThan(curvature, zero),
            excess / (curvature * (Vector256.Sqrt(Vector256.Max(rate, zero)) + one)),
            endless);
        Vector256<double> isKnown = (Vector256.LessThanOrEqual(top, end) | Vector256.GreaterThanOrEqual(end, cap))
            & Vector256.Equals(rate, rate);
        Vector256<double> input = Vector256.Min(Vector256.Max(top, zero), Vector256.Min(cap, end));
        Vector256<double> profit = (rate * input / ((curvature * input) + one)) - input;
        profit += input * InputSizer.RoundingsMax * InputSizer.RoundingUnit;
        input.CopyTo(_input, from);
        profit.CopyTo(_profit, from);
        isKnown.CopyTo(_isKnown, from);
    }

    // PERF: four loads of what was stored as four numbers are forwarded, one wide load waits for the stores.
    private static Vector256<double> Read(double[] of, int from) =>
        Vector256.Create(of[from], of[from + 1], of[from + 2], of[from + 3]);
}
