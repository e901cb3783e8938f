using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predicts in doubles what the integer quotes of a route will give near its optimum: fee rounded up, output rounded
/// down, at every leg, from the exact start of the step (tick range or bin) that a quote ended in. A prediction costs a
/// few nanoseconds a leg whatever the venue, so the polish can look at many sizes and quote only those that promise
/// more. Each leg learns its difference to the exact quotes that are made. A wrong prediction costs one quote or a
/// missed unit, never a wrong amount: nothing leaves the sizer but exact quotes.
/// </summary>
internal sealed class RoundingModel
{
    /// <summary>Least distance to the next integer that counts: fee rates have six to nine decimals.</summary>
    private const double LeastTolerance = 1e-6;

    /// <summary>
    /// Error of a handful of operations in doubles, as a share of the amounts: 16 roundings of 2^-53.
    /// </summary>
    private const double RelativeTolerance = 16 * 1.2e-16;

    private readonly double[] _stepIn = new double[Legs.MaxCount];
    private readonly double[] _stepOut = new double[Legs.MaxCount];
    private readonly double[] _rate = new double[Legs.MaxCount];
    private readonly double[] _curvature = new double[Legs.MaxCount];
    private readonly double[] _keep = new double[Legs.MaxCount];
    private readonly double[] _keepInverse = new double[Legs.MaxCount];
    private readonly bool[] _feeOnOutput = new bool[Legs.MaxCount];
    private readonly double[] _bias = new double[Legs.MaxCount];
    private readonly double[] _biasLow = new double[Legs.MaxCount];
    private readonly double[] _biasHigh = new double[Legs.MaxCount];
    private readonly double[] _toleranceIn = new double[Legs.MaxCount];
    private readonly double[] _toleranceOut = new double[Legs.MaxCount];
    private int _count;

    /// <summary>Starts a route; one <see cref="SetLeg"/> for each leg follows.</summary>
    internal void Begin(int legs) => _count = legs;

    /// <summary>
    /// Takes the step of a leg that one exact quote ended in: its exact start, and the curve from there on
    /// (out = rate x / (1 + curvature x), fees inside).
    /// </summary>
    internal void SetLeg(int leg, in LegStep step, double rate, double curvature)
    {
        double keep = 1 - (step.FeeRateE9 * 1e-9);
        _keep[leg] = keep;
        _keepInverse[leg] = 1 / keep;
        _feeOnOutput[leg] = step.FeeOnOutput;
        (_stepIn[leg], _stepOut[leg]) = (step.StartInRaw, step.StartOutRaw);
        _rate[leg] = rate / keep;
        _curvature[leg] = step.FeeOnOutput ? curvature : curvature / keep;
        (_biasLow[leg], _biasHigh[leg]) = (double.NegativeInfinity, double.PositiveInfinity);
        _toleranceIn[leg] = LeastTolerance + (RelativeTolerance * step.InRaw);
        _toleranceOut[leg] = LeastTolerance + (RelativeTolerance * step.OutRaw);
        Learn(leg, step);
    }

    /// <summary>
    /// Takes an exact quote that ended in the model's step. What a curve only approximates (a stable swap, a fee split
    /// in several roundings) is off by a constant: output = floor(curve + bias) puts it between two bounds that every
    /// quote narrows. No bias where none is needed.
    /// </summary>
    internal void Learn(int leg, in LegStep step)
    {
        if (step.StartInRaw != _stepIn[leg]) return;
        double curve = Unrounded(leg, Vector256.Create((double)step.InRaw)).GetElement(0);
        double low = step.OutRaw - curve - _toleranceOut[leg];
        double high = low + 1 + (2 * _toleranceOut[leg]);

        // At the very end of a step the pool has no more to give: that says nothing about the step.
        if (low > _biasHigh[leg] + 1 || high < _biasLow[leg] - 1) return;
        (low, high) = (Math.Max(low, _biasLow[leg]), Math.Min(high, _biasHigh[leg]));
        if (low > high) (low, high) = (high - 1, low + 1);
        (_biasLow[leg], _biasHigh[leg]) = (low, high);
        _bias[leg] = low <= 0 && high >= 0 ? 0 : (low + high) / 2;
    }

    /// <summary>
    /// Predicted profits when these amounts of the mint before leg <paramref name="pivot"/> are made from the least
    /// inputs that give them. PERF: four sizes at once hide the latency of the divisions (InputSizerBenchmark).
    /// </summary>
    internal Vector256<double> Predict(int pivot, Vector256<double> amounts, out Vector256<double> inputs)
    {
        inputs = amounts;
        for (int leg = pivot - 1; leg >= 0; leg--) inputs = Least(leg, inputs);
        Vector256<double> at = amounts;
        for (int leg = pivot; leg < _count; leg++) at = Forward(leg, at);
        return at - inputs;
    }

    /// <summary>
    /// A leg's curve without rounding, as a map of its whole input: never below the exact output in this step.
    /// </summary>
    internal TransferMatrix<double> Map(int leg)
    {
        double rate = _rate[leg] * _keep[leg];
        double curvature = _feeOnOutput[leg] ? _curvature[leg] : _curvature[leg] * _keep[leg];
        double before = 1 - (curvature * _stepIn[leg]);
        double output = _stepOut[leg] + Math.Max(0, _bias[leg]);
        return new TransferMatrix<double>(
            (output * curvature) + rate, (output * before) - (rate * _stepIn[leg]), curvature, before);
    }

    /// <summary>Product of the maps.</summary>
    internal TransferMatrix<double> Chain()
    {
        TransferMatrix<double> chain = TransferMatrix<double>.Identity;
        for (int leg = 0; leg < _count; leg++) chain = Map(leg) * chain;
        return chain;
    }

    /// <summary>Predicted outputs of a leg.</summary>
    internal Vector256<double> Forward(int leg, Vector256<double> input) =>
        Vector256.Floor(Unrounded(leg, input) + Vector256.Create(_bias[leg] + _toleranceOut[leg]));

    /// <summary>Output before its last rounding.</summary>
    private Vector256<double> Unrounded(int leg, Vector256<double> input)
    {
        Vector256<double> before = Vector256.Create(_stepOut[leg]);
        Vector256<double> part = input - Vector256.Create(_stepIn[leg]);
        if (!_feeOnOutput[leg])
            return Curve(leg, Vector256.Floor((part * _keep[leg]) + Vector256.Create(_toleranceIn[leg]))) + before;
        Vector256<double> gross = Vector256.Floor(Curve(leg, part) + Vector256.Create(_toleranceOut[leg]));
        return (gross * _keep[leg]) + before;
    }

    private Vector256<double> Least(int leg, Vector256<double> output)
    {
        Vector256<double> toleranceIn = Vector256.Create(_toleranceIn[leg]);
        Vector256<double> before = Vector256.Create(_stepIn[leg]);
        Vector256<double> part = output - Vector256.Create(_stepOut[leg] + _bias[leg]);
        if (_feeOnOutput[leg])
        {
            Vector256<double> toleranceOut = Vector256.Create(_toleranceOut[leg]);
            Vector256<double> gross = Vector256.Ceiling((part * _keepInverse[leg]) - toleranceOut);
            return Vector256.Ceiling(Inverse(leg, gross) - toleranceIn) + before;
        }

        Vector256<double> net = Vector256.Ceiling(Inverse(leg, part) - toleranceIn);
        return Vector256.Ceiling((net * _keepInverse[leg]) - toleranceIn) + before;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Curve(int leg, Vector256<double> x) =>
        x * _rate[leg] / ((x * _curvature[leg]) + Vector256<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Inverse(int leg, Vector256<double> y) =>
        y / (Vector256.Create(_rate[leg]) - (y * _curvature[leg]));
}
