using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predictions in distances from the exact quote that the model was fitted to. Near it the curve is a quartic to far
/// less than a base unit, so a leg is a few multiplications with a sum and two roundings, on small numbers. The same
/// rounding rules and tolerances as the whole curve's. PERF: divisions are what predictions on the whole curve wait
/// for; without them a polish takes two thirds of the time (InputSizerBenchmark.Polished).
/// </summary>
internal sealed partial class RoundingModel
{
    /// <summary>What the polynomial may leave out, base units: a quarter of the least tolerance.</summary>
    private const double LeftOut = LeastTolerance / 4;

    /// <summary>Most relative change of what is below the fraction: terms left out then fall a hundredfold.</summary>
    private const double LargestShare = 0.01;

    private readonly NearLeg[] _near = new NearLeg[Events.Legs.MaxCount];
    private bool _isNear;

    /// <summary>
    /// Prepares for amounts of the pivot in a range. Amounts rise from leg to leg, so that what holds at both ends of
    /// the range holds between them; where it does not, or fees of mints are charged, the whole curve is used.
    /// </summary>
    internal void Focus(int pivot, double low, double high)
    {
        _isNear = false;
        if (_isCharged) return;
        for (int leg = 0; leg < _count; leg++) _near[leg] = new NearLeg(in _legs[leg]);
        _isNear = Holds(pivot, low) && Holds(pivot, high);
    }

    private bool Holds(int pivot, double amount)
    {
        double away = amount - _near[pivot].In;
        for (int leg = pivot - 1; leg >= 0; leg--)
        {
            if (!_near[leg].HoldsBack(Math.Abs(away))) return false;
            away = _near[leg].Least(away);
        }

        away = amount - _near[pivot].In;
        for (int leg = pivot; leg < _count; leg++)
        {
            if (!_near[leg].Holds(Math.Abs(away))) return false;
            away = _near[leg].Forward(away);
        }

        return true;
    }

    private bool PredictNear(int pivot, double best, ref Predictions of4)
    {
        Vector256<double> centre = Vector256.Create(_near[pivot].In);
        (Vector256<double> a, Vector256<double> b) = (of4[0].Amounts - centre, of4[1].Amounts - centre);
        (Vector256<double> c, Vector256<double> d) = (of4[2].Amounts - centre, of4[3].Amounts - centre);
        for (int leg = pivot - 1; leg >= 0; leg--) _near[leg].Least(ref a, ref b, ref c, ref d);
        Vector256<double> first = Vector256.Create(_near[0].In);
        (of4[0].Inputs, of4[1].Inputs, of4[2].Inputs, of4[3].Inputs) = (a + first, b + first, c + first, d + first);
        (a, b) = (of4[0].Amounts - centre, of4[1].Amounts - centre);
        (c, d) = (of4[2].Amounts - centre, of4[3].Amounts - centre);
        for (int leg = pivot; leg < _count; leg++) _near[leg].Forward(ref a, ref b, ref c, ref d);
        Vector256<double> last = Vector256.Create(_near[_count - 1].Out);
        return Promises(a + last, b + last, c + last, d + last, best, ref of4);
    }

    /// <summary>A quartic in the distance.</summary>
    private readonly struct Quartic
    {
        private readonly double _at;
        private readonly double _slope;
        private readonly double _bend;
        private readonly double _third;
        private readonly double _fourth;
        private readonly double _change;

        /// <summary>A straight line.</summary>
        internal Quartic(double at, double slope) => (_at, _slope) = (at, slope);

        /// <summary>
        /// A curve like rate x / (1 + curvature x), which around any point is slope d / (1 + change d), by that slope
        /// and the relative change, a unit, of what is below the fraction.
        /// </summary>
        internal Quartic(double at, double slope, double change)
        {
            (_at, _slope, _bend, _change) = (at, slope, -slope * change, change);
            (_third, _fourth) = (-_bend * change, _bend * change * change);
        }

        /// <summary>True if what is left out of the series counts for nothing at a distance.</summary>
        internal readonly bool Holds(double away)
        {
            double share = Math.Abs(_change * away);
            return share <= LargestShare && _slope * away * share * share * share * share <= LeftOut;
        }

        /// <summary>PERF: term by term for all four chains, so that each is loaded once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Of(
            ref Vector256<double> a, ref Vector256<double> b, ref Vector256<double> c, ref Vector256<double> d)
        {
            (Vector256<double> top, Vector256<double> next) = (Vector256.Create(_fourth), Vector256.Create(_third));
            Vector256<double> sumA = Vector256.FusedMultiplyAdd(a, top, next);
            Vector256<double> sumB = Vector256.FusedMultiplyAdd(b, top, next);
            Vector256<double> sumC = Vector256.FusedMultiplyAdd(c, top, next);
            Vector256<double> sumD = Vector256.FusedMultiplyAdd(d, top, next);
            next = Vector256.Create(_bend);
            sumA = Vector256.FusedMultiplyAdd(a, sumA, next);
            sumB = Vector256.FusedMultiplyAdd(b, sumB, next);
            sumC = Vector256.FusedMultiplyAdd(c, sumC, next);
            sumD = Vector256.FusedMultiplyAdd(d, sumD, next);
            next = Vector256.Create(_slope);
            sumA = Vector256.FusedMultiplyAdd(a, sumA, next);
            sumB = Vector256.FusedMultiplyAdd(b, sumB, next);
            sumC = Vector256.FusedMultiplyAdd(c, sumC, next);
            sumD = Vector256.FusedMultiplyAdd(d, sumD, next);
            next = Vector256.Create(_at);
            a = Vector256.FusedMultiplyAdd(a, sumA, next);
            b = Vector256.FusedMultiplyAdd(b, sumB, next);
            c = Vector256.FusedMultiplyAdd(c, sumC, next);
            d = Vector256.FusedMultiplyAdd(d, sumD, next);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly double Of(double away)
        {
            double sum = Math.FusedMultiplyAdd(away, _fourth, _third);
            sum = Math.FusedMultiplyAdd(away, sum, _bend);
            sum = Math.FusedMultiplyAdd(away, sum, _slope);
            return Math.FusedMultiplyAdd(away, sum, _at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Line(
            ref Vector256<double> a, ref Vector256<double> b, ref Vector256<double> c, ref Vector256<double> d)
        {
            (Vector256<double> slope, Vector256<double> at) = (Vector256.Create(_slope), Vector256.Create(_at));
            a = Vector256.FusedMultiplyAdd(a, slope, at);
            b = Vector256.FusedMultiplyAdd(b, slope, at);
            c = Vector256.FusedMultiplyAdd(c, slope, at);
            d = Vector256.FusedMultiplyAdd(d, slope, at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly double Line(double away) => Math.FusedMultiplyAdd(away, _slope, _at);
    }

    /// <summary>A leg around the quote that it was fitted to.</summary>
    private readonly struct NearLeg
    {
        private readonly Quartic _fee;
        private readonly Quartic _curve;
        private readonly Quartic _beforeFee;
        private readonly Quartic _inverse;
        private readonly double _keepInverse;
        private readonly bool _feeOnOutput;

        internal NearLeg(in LegModel of)
        {
            (In, Out, _feeOnOutput, _keepInverse) = (of.InRaw, of.OutRaw, of.FeeOnOutput, of.KeepInverse);
            double part = of.InRaw - of.StepIn;
            double start = of.StepOut + of.Bias;
            double left = of.OutRaw - start;
            if (of.FeeOnOutput)
            {
                double below = 1 + (of.Curvature * part);
                double real = (of.Rate * part / below) + of.ToleranceOut;
                double gross = Math.Floor(real);
                double above = of.Rate - (of.Curvature * gross);
                _curve = new Quartic(real - gross, of.Rate / (below * below), of.Curvature / below);
                _fee = new Quartic((gross * of.Keep) + start + of.ToleranceOut - of.OutRaw, of.Keep);
                _beforeFee = new Quartic((left * of.KeepInverse) - of.ToleranceOut - gross, of.KeepInverse);
                _inverse = new Quartic(
                    (gross / above) - of.ToleranceIn - part, of.Rate / (above * above), -of.Curvature / above);
            }
            else
            {
                double real = (part * of.Keep) + of.ToleranceIn;
                double net = Math.Floor(real);
                double below = 1 + (of.Curvature * net);
                double above = of.Rate - (of.Curvature * left);
                _fee = new Quartic(real - net, of.Keep);
                _curve = new Quartic(
                    (of.Rate * net / below) + start + of.ToleranceOut - of.OutRaw, of.Rate / (below * below),
                    of.Curvature / below);
                _inverse = new Quartic(
                    (left / above) - of.ToleranceIn - net, of.Rate / (above * above), -of.Curvature / above);
                _beforeFee = new Quartic((net * of.KeepInverse) - of.ToleranceIn - part, of.KeepInverse);
            }
        }

        /// <summary>Input of the quote.</summary>
        internal double In { get; }

        /// <summary>Its output.</summary>
        internal double Out { get; }

        /// <summary>True if the curve holds as far from the input; the fee's rounding may add a unit.</summary>
        internal readonly bool Holds(double away) => _curve.Holds(away + 1);

        /// <summary>True if the inverse holds as far from the output.</summary>
        internal readonly bool HoldsBack(double away) =>
            _inverse.Holds((_feeOnOutput ? away * _keepInverse : away) + 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly double Forward(double away) => _feeOnOutput
            ? Math.Floor(_fee.Line(Math.Floor(_curve.Of(away))))
            : Math.Floor(_curve.Of(Math.Floor(_fee.Line(away))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly double Least(double away) => _feeOnOutput
            ? Math.Ceiling(_inverse.Of(Math.Ceiling(_beforeFee.Line(away))))
            : Math.Ceiling(_beforeFee.Line(Math.Ceiling(_inverse.Of(away))));

        /// <summary>The same for all four chains.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Forward(
            ref Vector256<double> a, ref Vector256<double> b, ref Vector256<double> c, ref Vector256<double> d)
        {
            if (_feeOnOutput) _curve.Of(ref a, ref b, ref c, ref d);
            else _fee.Line(ref a, ref b, ref c, ref d);
            (a, b, c, d) = (Vector256.Floor(a), Vector256.Floor(b), Vector256.Floor(c), Vector256.Floor(d));
            if (_feeOnOutput) _fee.Line(ref a, ref b, ref c, ref d);
            else _curve.Of(ref a, ref b, ref c, ref d);
            (a, b, c, d) = (Vector256.Floor(a), Vector256.Floor(b), Vector256.Floor(c), Vector256.Floor(d));
        }

        /// <summary>The same for all four chains.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Least(
            ref Vector256<double> a, ref Vector256<double> b, ref Vector256<double> c, ref Vector256<double> d)
        {
            if (_feeOnOutput) _beforeFee.Line(ref a, ref b, ref c, ref d);
            else _inverse.Of(ref a, ref b, ref c, ref d);
            (a, b) = (Vector256.Ceiling(a), Vector256.Ceiling(b));
            (c, d) = (Vector256.Ceiling(c), Vector256.Ceiling(d));
            if (_feeOnOutput) _inverse.Of(ref a, ref b, ref c, ref d);
            else _beforeFee.Line(ref a, ref b, ref c, ref d);
            (a, b) = (Vector256.Ceiling(a), Vector256.Ceiling(b));
            (c, d) = (Vector256.Ceiling(c), Vector256.Ceiling(d));
        }
    }
}
