using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predictions in distances from the exact quote that the model was fitted to. Near it the curve is a quartic to far
/// less than a base unit, so a leg is a few multiplications with a sum and two roundings: no division, and small numbers
/// that double precision holds exactly. The same rounding rules and tolerances as the whole curve's.
/// PERF: a third of the time of a prediction on the whole curve (InputSizerBenchmark.Polished).
/// </summary>
internal sealed partial class RoundingModel
{
    /// <summary>What the polynomial may leave out, base units: a quarter of the least tolerance.</summary>
    private const double LeftOut = LeastTolerance / 4;

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
            if (!(Math.Abs(away) <= _near[leg].ReachOut)) return false;
            away = _near[leg].Least(Vector256.Create(away)).GetElement(0);
        }

        away = amount - _near[pivot].In;
        for (int leg = pivot; leg < _count; leg++)
        {
            if (!(Math.Abs(away) <= _near[leg].ReachIn)) return false;
            away = _near[leg].Forward(Vector256.Create(away)).GetElement(0);
        }

        return true;
    }

    private void PredictNear(int pivot, ref Predictions of4)
    {
        Vector256<double> centre = Vector256.Create(_near[pivot].In);
        (Vector256<double> a, Vector256<double> b) = (of4[0].Amounts - centre, of4[1].Amounts - centre);
        (Vector256<double> c, Vector256<double> d) = (of4[2].Amounts - centre, of4[3].Amounts - centre);
        for (int leg = pivot - 1; leg >= 0; leg--)
        {
            ref readonly NearLeg of = ref _near[leg];
            (a, b) = (of.Least(a), of.Least(b));
            (c, d) = (of.Least(c), of.Least(d));
        }

        Vector256<double> first = Vector256.Create(_near[0].In);
        (of4[0].Inputs, of4[1].Inputs, of4[2].Inputs, of4[3].Inputs) = (a + first, b + first, c + first, d + first);
        (a, b) = (of4[0].Amounts - centre, of4[1].Amounts - centre);
        (c, d) = (of4[2].Amounts - centre, of4[3].Amounts - centre);
        for (int leg = pivot; leg < _count; leg++)
        {
            ref readonly NearLeg of = ref _near[leg];
            (a, b) = (of.Forward(a), of.Forward(b));
            (c, d) = (of.Forward(c), of.Forward(d));
        }

        Vector256<double> last = Vector256.Create(_near[_count - 1].Out);
        (of4[0].Profits, of4[1].Profits) = (a + last - of4[0].Inputs, b + last - of4[1].Inputs);
        (of4[2].Profits, of4[3].Profits) = (c + last - of4[2].Inputs, d + last - of4[3].Inputs);
    }

    /// <summary>A quartic in the distance.</summary>
    private readonly struct Quartic
    {
        private readonly double _at;
        private readonly double _slope;
        private readonly double _bend;
        private readonly double _third;
        private readonly double _fourth;

        /// <summary>A straight line.</summary>
        internal Quartic(double at, double slope) => (_at, _slope) = (at, slope);

        /// <summary>
        /// The curve rate x / (1 + curvature x), or its inverse if the curvature is minus the rate's share, by its slope
        /// and the relative change of what is below it; also how far it holds.
        /// </summary>
        internal Quartic(double at, double slope, double change, out double reach)
        {
            (_at, _slope, _bend) = (at, slope, -slope * change);
            (_third, _fourth) = (-_bend * change, _bend * change * change);
            double left = Math.Abs(_fourth * change);
            reach = left > 0 ? Math.Pow(LeftOut / left, 0.2) : double.PositiveInfinity;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Of(Vector256<double> away)
        {
            Vector256<double> sum =
                Vector256.FusedMultiplyAdd(away, Vector256.Create(_fourth), Vector256.Create(_third));
            sum = Vector256.FusedMultiplyAdd(away, sum, Vector256.Create(_bend));
            sum = Vector256.FusedMultiplyAdd(away, sum, Vector256.Create(_slope));
            return Vector256.FusedMultiplyAdd(away, sum, Vector256.Create(_at));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Line(Vector256<double> away) =>
            Vector256.FusedMultiplyAdd(away, Vector256.Create(_slope), Vector256.Create(_at));
    }

    /// <summary>A leg around the quote that it was fitted to.</summary>
    private readonly struct NearLeg
    {
        private readonly Quartic _fee;
        private readonly Quartic _curve;
        private readonly Quartic _beforeFee;
        private readonly Quartic _inverse;
        private readonly bool _feeOnOutput;

        internal NearLeg(in LegModel of)
        {
            (In, Out, _feeOnOutput) = (of.InRaw, of.OutRaw, of.FeeOnOutput);
            double part = of.InRaw - of.StepIn;
            double start = of.StepOut + of.Bias;
            double left = of.OutRaw - start;
            if (of.FeeOnOutput)
            {
                double below = 1 + (of.Curvature * part);
                double real = (of.Rate * part / below) + of.ToleranceOut;
                double gross = Math.Floor(real);
                double above = of.Rate - (of.Curvature * gross);
                _curve = new Quartic(real - gross, of.Rate / (below * below), of.Curvature / below, out double reach);
                _fee = new Quartic((gross * of.Keep) + start + of.ToleranceOut - of.OutRaw, of.Keep);
                _beforeFee = new Quartic((left * of.KeepInverse) - of.ToleranceOut - gross, of.KeepInverse);
                _inverse = new Quartic(
                    (gross / above) - of.ToleranceIn - part, of.Rate / (above * above), -of.Curvature / above,
                    out double reachBack);
                (ReachIn, ReachOut) = (reach, (reachBack - 1) * of.Keep);
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
                    of.Curvature / below, out double reach);
                _inverse = new Quartic(
                    (left / above) - of.ToleranceIn - net, of.Rate / (above * above), -of.Curvature / above,
                    out double reachBack);
                _beforeFee = new Quartic((net * of.KeepInverse) - of.ToleranceIn - part, of.KeepInverse);
                (ReachIn, ReachOut) = (reach - 1, reachBack);
            }
        }

        /// <summary>Input of the quote.</summary>
        internal double In { get; }

        /// <summary>Its output.</summary>
        internal double Out { get; }

        /// <summary>How far from the input the quartic holds.</summary>
        internal double ReachIn { get; }

        /// <summary>How far from the output.</summary>
        internal double ReachOut { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Forward(Vector256<double> away) => _feeOnOutput
            ? Vector256.Floor(_fee.Line(Vector256.Floor(_curve.Of(away))))
            : Vector256.Floor(_curve.Of(Vector256.Floor(_fee.Line(away))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<double> Least(Vector256<double> away) => _feeOnOutput
            ? Vector256.Ceiling(_inverse.Of(Vector256.Ceiling(_beforeFee.Line(away))))
            : Vector256.Ceiling(_beforeFee.Line(Vector256.Ceiling(_inverse.Of(away))));
    }
}
