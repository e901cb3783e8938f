using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predicts in doubles what the integer quotes of a route will give near its optimum: fee rounded up, output rounded
/// down, at every leg, from the exact start of the step (tick range or bin) that a quote ended in, and Token-2022
/// transfer fees of both mints rounded on their own. A prediction costs a few nanoseconds a leg whatever the venue, so
/// the polish can look at many sizes and quote only those that promise more. Each leg learns its difference to the
/// exact quotes that are made; while none needs one, predictions are never below the exact result, because programs
/// round against the user (<see cref="IsUpperBound"/>). A wrong prediction costs one quote or a missed unit, never a
/// wrong amount: nothing leaves the sizer but exact quotes.
/// </summary>
internal sealed partial class RoundingModel
{
    /// <summary>Least distance to the next integer that counts: fee rates have six to nine decimals.</summary>
    private const double LeastTolerance = 1e-6;

    /// <summary>
    /// Error of a handful of operations in doubles, as a share of the amounts: 16 roundings of 2^-53.
    /// </summary>
    private const double RelativeTolerance = 16 * 1.2e-16;

    private readonly LegModel[] _legs = new LegModel[Legs.MaxCount];
    private int _count;
    private bool _isCharged; // some leg is

    /// <summary>Starts a route; one <see cref="SetLeg"/> for each leg follows.</summary>
    internal void Begin(int legs)
    {
        _count = legs;
        (_isCharged, _isNear) = (false, false);
        IsUpperBound = true;
    }

    /// <summary>
    /// True if every exact quote since <see cref="Begin"/> fits the rounding rules without a learned difference.
    /// </summary>
    internal bool IsUpperBound { get; private set; }

    /// <summary>
    /// Takes the step of a leg that one exact quote ended in: its exact start, and the curve from there on
    /// (out = rate x / (1 + curvature x), all fees inside), and the mints' transfer fees.
    /// </summary>
    internal void SetLeg(
        int leg,
        in LegStep step,
        double rate,
        double curvature,
        in TransferFeeRate feeIn,
        in TransferFeeRate feeOut)
    {
        ref LegModel of = ref _legs[leg];
        (of.TransferIn, of.TransferOut) = (new TransferShare(feeIn), new TransferShare(feeOut));
        of.IsCharged = of.TransferIn.IsCharged || of.TransferOut.IsCharged;
        _isCharged |= of.IsCharged;
        rate /= (1 - of.TransferIn.Share) * (1 - of.TransferOut.Share);
        curvature /= 1 - of.TransferIn.Share;
        double keep = 1 - (step.FeeRateE9 * 1e-9);
        (of.Keep, of.KeepInverse, of.FeeOnOutput) = (keep, 1 / keep, step.FeeOnOutput);
        (of.StepIn, of.StepOut) = (step.StartInRaw, step.StartOutRaw);
        (of.InRaw, of.OutRaw) = (step.InRaw, step.OutRaw);
        of.Rate = rate / keep;
        of.Curvature = step.FeeOnOutput ? curvature : curvature / keep;
        (of.BiasLow, of.BiasHigh) = (double.NegativeInfinity, double.PositiveInfinity);
        of.ToleranceIn = LeastTolerance + (RelativeTolerance * step.InRaw);
        of.ToleranceOut = LeastTolerance + (RelativeTolerance * step.OutRaw);
        Learn(leg, step);
    }

    /// <summary>
    /// Takes an exact quote that ended in the model's step. What a curve only approximates (a stable swap, a fee split
    /// in several roundings) is off by a constant: output = floor(curve + bias) puts it between two bounds that every
    /// quote narrows. No bias where none is needed.
    /// </summary>
    internal void Learn(int leg, in LegStep step)
    {
        ref LegModel of = ref _legs[leg];
        if (step.StartInRaw != of.StepIn) return;
        double curve = of.Unrounded(of.IsCharged ? of.TransferIn.After(step.InRaw) : step.InRaw);

        // What the pool gave, before the transfer fee: from the least that leaves this output to below the next one's.
        (double given, double next) = (step.OutRaw, step.OutRaw + 1.0);
        if (of.IsCharged) (given, next) = (of.TransferOut.Before(given), of.TransferOut.Before(next));
        double low = given - curve - of.ToleranceOut;
        double high = next - curve + of.ToleranceOut;

        // At the very end of a step the pool has no more to give: that says nothing about the step.
        if (low > of.BiasHigh + 1 || high < of.BiasLow - 1) return;
        (low, high) = (Math.Max(low, of.BiasLow), Math.Min(high, of.BiasHigh));
        if (low > high) (low, high) = (high - 1, low + 1);
        (of.BiasLow, of.BiasHigh) = (low, high);
        double before = of.Bias;
        of.Bias = low <= 0 && high >= 0 ? 0 : (low + high) / 2;
        if (_isNear && of.Bias != before) _near[leg] = new NearLeg(in of);
        IsUpperBound &= of.Bias == 0;
    }

    /// <summary>
    /// Predicted profits when these amounts of the mint before leg <paramref name="pivot"/> are made from the least
    /// inputs that give them; true if one is above <paramref name="best"/>, else they are not written. PERF: sixteen
    /// sizes at once, in four chains that do not depend on each other, hide the latency of the divisions
    /// (InputSizerBenchmark).
    /// </summary>
    internal bool Predict(int pivot, double best, ref Predictions of4)
    {
        if (_isNear) return PredictNear(pivot, best, ref of4);
        return _isCharged
            ? Predict<SomeCharged>(pivot, best, ref of4)
            : Predict<NoneCharged>(pivot, best, ref of4);
    }

    private bool Predict<T>(int pivot, double best, ref Predictions of4)
        where T : struct, ICharges
    {
        (Vector256<double> a, Vector256<double> b) = (of4[0].Amounts, of4[1].Amounts);
        (Vector256<double> c, Vector256<double> d) = (of4[2].Amounts, of4[3].Amounts);
        for (int leg = pivot - 1; leg >= 0; leg--)
        {
            ref readonly LegModel of = ref _legs[leg];
            if (T.AreThere && of.IsCharged)
            {
                (a, b) = (of.LeastCharged(a), of.LeastCharged(b));
                (c, d) = (of.LeastCharged(c), of.LeastCharged(d));
                continue;
            }

            (a, b) = (of.Least(a), of.Least(b));
            (c, d) = (of.Least(c), of.Least(d));
        }

        (of4[0].Inputs, of4[1].Inputs, of4[2].Inputs, of4[3].Inputs) = (a, b, c, d);
        (a, b) = (of4[0].Amounts, of4[1].Amounts);
        (c, d) = (of4[2].Amounts, of4[3].Amounts);
        for (int leg = pivot; leg < _count; leg++)
        {
            ref readonly LegModel of = ref _legs[leg];
            if (T.AreThere && of.IsCharged)
            {
                (a, b) = (of.ForwardCharged(a), of.ForwardCharged(b));
                (c, d) = (of.ForwardCharged(c), of.ForwardCharged(d));
                continue;
            }

            (a, b) = (of.Forward(a), of.Forward(b));
            (c, d) = (of.Forward(c), of.Forward(d));
        }

        return Promises(a, b, c, d, best, ref of4);
    }

    /// <summary>
    /// Takes the outputs; true if a profit is above the best. PERF: seldom one is, so profits are written only then.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Promises(
        Vector256<double> a,
        Vector256<double> b,
        Vector256<double> c,
        Vector256<double> d,
        double best,
        ref Predictions of4)
    {
        (a, b, c, d) = (a - of4[0].Inputs, b - of4[1].Inputs, c - of4[2].Inputs, d - of4[3].Inputs);
        Vector256<double> least = Vector256.Create(best);
        Vector256<double> isMore = Vector256.GreaterThan(a, least) | Vector256.GreaterThan(b, least);
        isMore |= Vector256.GreaterThan(c, least) | Vector256.GreaterThan(d, least);
        if (isMore.ExtractMostSignificantBits() == 0) return false;
        (of4[0].Profits, of4[1].Profits, of4[2].Profits, of4[3].Profits) = (a, b, c, d);
        return true;
    }

    /// <summary>
    /// A leg's curve without rounding, as a map of its whole input: never below the exact output in this step (a
    /// transfer fee at its cap stays at it).
    /// </summary>
    internal TransferMatrix<double> Map(int leg)
    {
        ref readonly LegModel of = ref _legs[leg];
        double rate = of.Rate * of.Keep;
        double curvature = of.FeeOnOutput ? of.Curvature : of.Curvature * of.Keep;
        double before = 1 - (curvature * of.StepIn);
        double output = of.StepOut + Math.Max(0, of.Bias);
        TransferMatrix<double> map = new(
            (output * curvature) + rate, (output * before) - (rate * of.StepIn), curvature, before);
        return of.IsCharged ? of.TransferOut.Map(of.OutRaw) * (map * of.TransferIn.Map(of.InRaw)) : map;
    }

    /// <summary>Product of the maps.</summary>
    internal TransferMatrix<double> Chain()
    {
        TransferMatrix<double> chain = TransferMatrix<double>.Identity;
        for (int leg = 0; leg < _count; leg++) chain = Map(leg) * chain;
        return chain;
    }

    /// <summary>
    /// Whether transfer fees are charged. PERF: their calls, even where none is made, would keep all sizes in memory
    /// from leg to leg (InputSizerBenchmark.Polished).
    /// </summary>
    private interface ICharges
    {
        static abstract bool AreThere { get; }
    }

    private readonly struct NoneCharged : ICharges
    {
        public static bool AreThere => false;
    }

    private readonly struct SomeCharged : ICharges
    {
        public static bool AreThere => true;
    }

    /// <summary>What one call predicts.</summary>
    [InlineArray(Count)]
    internal struct Predictions
    {
        /// <summary>Chains of four sizes.</summary>
        internal const int Count = 4;

        private Prediction _first;
    }

    /// <summary>Sizes that are predicted together, and what is predicted of them.</summary>
    internal struct Prediction
    {
        /// <summary>Amounts of the pivot.</summary>
        internal Vector256<double> Amounts;

        /// <summary>Least inputs that give them.</summary>
        internal Vector256<double> Inputs;

        /// <summary>Profits.</summary>
        internal Vector256<double> Profits;
    }

    /// <summary>One leg's step, fees and what was learned.</summary>
    private struct LegModel
    {
        internal double StepIn;
        internal double StepOut;
        internal double Rate;
        internal double Curvature;
        internal double Keep;
        internal double KeepInverse;
        internal double Bias;
        internal double ToleranceIn;
        internal double ToleranceOut;
        internal double InRaw;
        internal double OutRaw;
        internal double BiasLow;
        internal double BiasHigh;
        internal TransferShare TransferIn;
        internal TransferShare TransferOut;
        internal bool FeeOnOutput;
        internal bool IsCharged;

        /// <summary>Predicted outputs of the pool.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Forward(Vector256<double> input) =>
            Vector256.Floor(Unrounded(input) + Vector256.Create(Bias + ToleranceOut));

        /// <summary>The same, transfer fees of both mints taken.</summary>
        internal readonly Vector256<double> ForwardCharged(Vector256<double> input) =>
            TransferOut.After(Forward(TransferIn.After(input)));

        /// <summary>The pool's output before its last rounding, for what arrives in the pool.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Unrounded(Vector256<double> input)
        {
            Vector256<double> part = input - Vector256.Create(StepIn);
            if (FeeOnOutput)
            {
                Vector256<double> gross = Vector256.Floor(Curve(part) + Vector256.Create(ToleranceOut));
                return (gross * Keep) + Vector256.Create(StepOut);
            }

            return Curve(Vector256.Floor((part * Keep) + Vector256.Create(ToleranceIn))) + Vector256.Create(StepOut);
        }

        /// <summary>The same for one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly double Unrounded(double input)
        {
            double part = input - StepIn;
            if (FeeOnOutput) return (Math.Floor(Curve(part) + ToleranceOut) * Keep) + StepOut;
            return Curve(Math.Floor((part * Keep) + ToleranceIn)) + StepOut;
        }

        /// <summary>Least inputs of the pool for outputs.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Least(Vector256<double> output)
        {
            Vector256<double> tolerance = Vector256.Create(ToleranceIn);
            Vector256<double> part = output - Vector256.Create(StepOut + Bias);
            if (FeeOnOutput) part = Vector256.Ceiling((part * KeepInverse) - Vector256.Create(ToleranceOut));
            Vector256<double> net = Vector256.Ceiling(Inverse(part) - tolerance);
            if (!FeeOnOutput) net = Vector256.Ceiling((net * KeepInverse) - tolerance);
            return net + Vector256.Create(StepIn);
        }

        /// <summary>The same, transfer fees of both mints added.</summary>
        internal readonly Vector256<double> LeastCharged(Vector256<double> output) =>
            TransferIn.Before(Least(TransferOut.Before(output)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector256<double> Curve(Vector256<double> x) =>
            x * Rate / ((x * Curvature) + Vector256<double>.One);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly double Curve(double x) => x * Rate / ((x * Curvature) + 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector256<double> Inverse(Vector256<double> y) =>
            y / (Vector256.Create(Rate) - (y * Curvature));
    }
}
