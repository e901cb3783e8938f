using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Predicts in doubles what the integer quotes of a route will give near its optimum: fee rounded up, output rounded down, at
/// every leg, on the curve piece that holds the optimum. A prediction costs a few nanoseconds a leg whatever the venue, so
/// the polish can look at many sizes and quote only those that promise more. Each leg carries the difference to an exact quote taken at
/// the optimum (ticks and bins behind the piece were rounded on their own). A wrong prediction costs one quote or a missed
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
        _bias[leg] = 0;

        // A result within the tolerance of an integer may be rounded either way: only a miss on both sides is a bias.
        double up = output - Forward(leg, Vector256.Create((double)input), Tolerance).GetElement(0);
        double down = output - Forward(leg, Vector256.Create((double)input), -Tolerance).GetElement(0);
        _bias[leg] = down == 0 ? 0 : up;
    }

    /// <summary>
    /// Predicted profits when these amounts of the mint before leg <paramref name="pivot"/> are made from the least inputs that
    /// give them. PERF: four sizes at once hide the latency of the divisions (InputSizerBenchmark).
    /// </summary>
    internal Vector256<double> Predict(int pivot, Vector256<double> amounts, out Vector256<double> inputs)
    {
        inputs = amounts;
        for (int leg = pivot - 1; leg >= 0; leg--) inputs = Least(leg, inputs);
        Vector256<double> at = inputs;
        for (int leg = 0; leg < _count; leg++) at = Forward(leg, at, Tolerance);
        return at - inputs;
    }

    private Vector256<double> Forward(int leg, Vector256<double> input, double allowance)
    {
        Vector256<double> tolerance = Vector256.Create(allowance);
        Vector256<double> bias = Vector256.Create(_bias[leg]);
        if (_feeOnOutput[leg])
        {
            Vector256<double> gross = Vector256.Floor((Apply(leg, input) * _keepInverse[leg]) + tolerance);
            return Vector256.Floor((gross * _keep[leg]) + tolerance) + bias;
        }

        Vector256<double> net = Vector256.Floor((input * _keep[leg]) + tolerance);
        return Vector256.Floor(Apply(leg, net * _keepInverse[leg]) + tolerance) + bias;
    }

    private Vector256<double> Least(int leg, Vector256<double> output)
    {
        Vector256<double> tolerance = Vector256.Create(Tolerance);
        Vector256<double> target = output - Vector256.Create(_bias[leg]);
        if (_feeOnOutput[leg])
        {
            Vector256<double> gross = Vector256.Ceiling((target * _keepInverse[leg]) - tolerance);
            return Vector256.Ceiling(Invert(leg, gross * _keep[leg]) - tolerance);
        }

        Vector256<double> net = Vector256.Ceiling((Invert(leg, target) * _keep[leg]) - tolerance);
        return Vector256.Ceiling((net * _keepInverse[leg]) - tolerance);
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
