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
    private readonly double[] _inRaw = new double[Legs.MaxCount];
    private readonly double[] _outRaw = new double[Legs.MaxCount];
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
    private readonly TransferShare[] _transferIn = new TransferShare[Legs.MaxCount];
    private readonly TransferShare[] _transferOut = new TransferShare[Legs.MaxCount];
    private int _count;

    /// <summary>Starts a route; one <see cref="SetLeg"/> for each leg follows.</summary>
    internal void Begin(int legs)
    {
        _count = legs;
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
        (_transferIn[leg], _transferOut[leg]) = (new TransferShare(feeIn), new TransferShare(feeOut));
        rate /= (1 - _transferIn[leg].Share) * (1 - _transferOut[leg].Share);
        curvature /= 1 - _transferIn[leg].Share;
        double keep = 1 - (step.FeeRateE9 * 1e-9);
        _keep[leg] = keep;
        _keepInverse[leg] = 1 / keep;
        _feeOnOutput[leg] = step.FeeOnOutput;
        (_stepIn[leg], _stepOut[leg]) = (step.StartInRaw, step.StartOutRaw);
        (_inRaw[leg], _outRaw[leg]) = (step.InRaw, step.OutRaw);
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
        Vector256<double> input = _transferIn[leg].After(Vector256.Create((double)step.InRaw));
        double curve = Unrounded(leg, input).GetElement(0);

        // What the pool gave, before the transfer fee: from the least that leaves this output to below the next one's.
        Vector256<double> outputs = Vector256.Create((double)step.OutRaw, step.OutRaw + 1.0, 0, 0);
        Vector256<double> given = _transferOut[leg].Before(outputs);
        double low = given.GetElement(0) - curve - _toleranceOut[leg];
        double high = given.GetElement(1) - curve + _toleranceOut[leg];

        // At the very end of a step the pool has no more to give: that says nothing about the step.
        if (low > _biasHigh[leg] + 1 || high < _biasLow[leg] - 1) return;
        (low, high) = (Math.Max(low, _biasLow[leg]), Math.Min(high, _biasHigh[leg]));
        if (low > high) (low, high) = (high - 1, low + 1);
        (_biasLow[leg], _biasHigh[leg]) = (low, high);
        _bias[leg] = low <= 0 && high >= 0 ? 0 : (low + high) / 2;
        IsUpperBound &= _bias[leg] == 0;
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
    /// A leg's curve without rounding, as a map of its whole input: never below the exact output in this step (a
    /// transfer fee at its cap stays at it).
    /// </summary>
    internal TransferMatrix<double> Map(int leg)
    {
        double rate = _rate[leg] * _keep[leg];
        double curvature = _feeOnOutput[leg] ? _curvature[leg] : _curvature[leg] * _keep[leg];
        double before = 1 - (curvature * _stepIn[leg]);
        double output = _stepOut[leg] + Math.Max(0, _bias[leg]);
        TransferMatrix<double> map = new(
            (output * curvature) + rate, (output * before) - (rate * _stepIn[leg]), curvature, before);
        if (!_transferIn[leg].IsCharged && !_transferOut[leg].IsCharged) return map;
        return _transferOut[leg].Map(_outRaw[leg]) * (map * _transferIn[leg].Map(_inRaw[leg]));
    }

    /// <summary>Product of the maps.</summary>
    internal TransferMatrix<double> Chain()
    {
        TransferMatrix<double> chain = TransferMatrix<double>.Identity;
        for (int leg = 0; leg < _count; leg++) chain = Map(leg) * chain;
        return chain;
    }

    /// <summary>Predicted outputs of a leg.</summary>
    internal Vector256<double> Forward(int leg, Vector256<double> input)
    {
        if (_transferIn[leg].IsCharged) input = _transferIn[leg].After(input);
        Vector256<double> unrounded = Unrounded(leg, input);
        Vector256<double> output = Vector256.Floor(unrounded + Vector256.Create(_bias[leg] + _toleranceOut[leg]));
        return _transferOut[leg].IsCharged ? _transferOut[leg].After(output) : output;
    }

    /// <summary>The pool's output before its last rounding, for what arrives in the pool.</summary>
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
        if (_transferOut[leg].IsCharged) output = _transferOut[leg].Before(output);
        Vector256<double> input = LeastOfPool(leg, output);
        return _transferIn[leg].IsCharged ? _transferIn[leg].Before(input) : input;
    }

    private Vector256<double> LeastOfPool(int leg, Vector256<double> output)
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
