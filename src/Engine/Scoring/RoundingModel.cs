using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predicts in doubles what the integer quotes of a route will give near its optimum: fee rounded up, output rounded down, at
/// every leg, on the curve piece that holds the optimum. A prediction costs a few nanoseconds a leg whatever the venue, so
/// the polish can look at many sizes and quote only those that promise more. Each leg learns its
/// difference to the exact quotes that are made. A wrong prediction costs one quote or a missed
/// unit, never a wrong amount: nothing leaves the sizer but exact quotes.
/// </summary>
internal sealed class RoundingModel
{
    /// <summary>Above the error of doubles for amounts up to 2^30 in a few operations; larger amounts only predict less well.</summary>
    private const double Tolerance = 1e-6;

    private readonly TransferMatrix<double>[] _maps = new TransferMatrix<double>[Legs.MaxCount];
    private readonly double[] _keep = new double[Legs.MaxCount];
    private readonly double[] _keepInverse = new double[Legs.MaxCount];
    private readonly bool[] _feeOnOutput = new bool[Legs.MaxCount];
    private readonly double[] _bias = new double[Legs.MaxCount];
    private readonly double[] _biasLow = new double[Legs.MaxCount];
    private readonly double[] _biasHigh = new double[Legs.MaxCount];
    private readonly double[] _inputShift = new double[Legs.MaxCount];
    private int _count;

    /// <summary>Starts a route; one <see cref="SetLeg"/> for each leg follows.</summary>
    internal void Begin(int legs) => _count = legs;

    /// <summary>Takes a leg's map, fee rate (1e-9) and one exact quote.</summary>
    internal void SetLeg(int leg, in TransferMatrix<double> map, uint feeRateE9, bool feeOnOutput, ulong input, ulong output)
    {
        _maps[leg] = map;
        _keep[leg] = 1 - (feeRateE9 * 1e-9);
        _keepInverse[leg] = 1 / _keep[leg];
        _feeOnOutput[leg] = feeOnOutput;
        (_biasLow[leg], _biasHigh[leg]) = (double.NegativeInfinity, double.PositiveInfinity);
        _inputShift[leg] = 0;
        Learn(leg, input, output);
    }

    /// <summary>
    /// Takes an exact quote. Ticks and bins behind the piece were rounded on their own, so the curve is off by a constant:
    /// output = floor(curve + bias) puts it between two bounds that every quote narrows. No bias where none is needed.
    /// </summary>
    internal void Learn(int leg, ulong input, ulong output)
    {
        double low = output - Unrounded(leg, Vector256.Create((double)input)).GetElement(0) - Tolerance;
        double high = low + 1 + (2 * Tolerance);
        (low, high) = (Math.Max(low, _biasLow[leg]), Math.Min(high, _biasHigh[leg]));
        if (low > high) (low, high) = (high - 1, low + 1);
        (_biasLow[leg], _biasHigh[leg]) = (low, high);
        _bias[leg] = low <= 0 && high >= 0 ? 0 : (low + high) / 2;
    }

    /// <summary>Takes the exact least input that gives an output: shifts what the curve inverts to.</summary>
    internal void LearnLeast(int leg, ulong output, ulong input)
    {
        _inputShift[leg] = 0;
        _inputShift[leg] = input - Least(leg, Vector256.Create((double)output)).GetElement(0);
    }

    /// <summary>
    /// Predicted profits when these amounts of the mint before leg <paramref name="pivot"/> are made from the least inputs that
    /// give them, and that leg turns them into <paramref name="outputs"/>. PERF: four sizes at once hide the latency of the
    /// divisions (InputSizerBenchmark).
    /// </summary>
    internal Vector256<double> Predict(
        int pivot, Vector256<double> amounts, Vector256<double> outputs, out Vector256<double> inputs)
    {
        inputs = amounts;
        for (int leg = pivot - 1; leg >= 0; leg--) inputs = Least(leg, inputs);
        Vector256<double> at = outputs;
        for (int leg = pivot + 1; leg < _count; leg++) at = Forward(leg, at);
        return at - inputs;
    }

    /// <summary>Predicted outputs of a leg.</summary>
    internal Vector256<double> Forward(int leg, Vector256<double> input) =>
        Vector256.Floor(Unrounded(leg, input) + Vector256.Create(_bias[leg] + Tolerance));

    /// <summary>Output before its last rounding.</summary>
    private Vector256<double> Unrounded(int leg, Vector256<double> input)
    {
        Vector256<double> tolerance = Vector256.Create(Tolerance);
        if (_feeOnOutput[leg])
            return Vector256.Floor((Apply(leg, input) * _keepInverse[leg]) + tolerance) * _keep[leg];
        return Apply(leg, Vector256.Floor((input * _keep[leg]) + tolerance) * _keepInverse[leg]);
    }

    private Vector256<double> Least(int leg, Vector256<double> output)
    {
        Vector256<double> tolerance = Vector256.Create(Tolerance);
        Vector256<double> shift = Vector256.Create(_inputShift[leg]);
        if (_feeOnOutput[leg])
        {
            Vector256<double> gross = Vector256.Ceiling((output * _keepInverse[leg]) - tolerance);
            return Vector256.Ceiling(Invert(leg, gross * _keep[leg]) - tolerance) + shift;
        }

        Vector256<double> net = Vector256.Ceiling((Invert(leg, output) * _keep[leg]) - tolerance);
        return Vector256.Ceiling((net * _keepInverse[leg]) - tolerance) + shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Apply(int leg, Vector256<double> x)
    {
        ref readonly TransferMatrix<double> map = ref _maps[leg];
        return ((x * map.A) + Vector256.Create(map.B)) / ((x * map.C) + Vector256.Create(map.D));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Invert(int leg, Vector256<double> y)
    {
        ref readonly TransferMatrix<double> map = ref _maps[leg];
        return ((y * map.D) - Vector256.Create(map.B)) / (Vector256.Create(map.A) - (y * map.C));
    }
}
