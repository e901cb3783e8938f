namespace LowLatency.Engine.Fields;

/// <summary>
/// Profit per relative change of the (virtual) reserves of each leg of a chain at one input, leg by leg from the first,
/// where the legs are pieces of curves that may begin anywhere: behind (inStart, outStart) with R = keep y / x and
/// C = keep / x, [[outStart C + R, outStart (1 - C inStart) - R inStart], [C, 1 - C inStart]]. The determinant of such
/// a matrix is R. With (N, D) the homogeneous coordinates before a leg and u = N - inStart D, the derivative by the
/// output reserve is u R D' times the determinants of the legs behind over the last D squared, and by the input reserve
/// the same with -D in place of D' (D' behind the leg). For legs that begin at 0 it is the same as
/// <see cref="TradeCurve.ReserveGradients"/>.
/// </summary>
public ref struct ReserveWalk
{
    private double _above;
    private double _below;
    private double _scale;

    /// <summary>Before the first leg of a chain whose product has this slope at x.</summary>
    public ReserveWalk(double slope, double x)
    {
        _above = x;
        _below = 1;
        _scale = slope;
    }

    /// <summary>Passes a leg.</summary>
    /// <returns>Profit per relative change of its input reserve and of its output reserve.</returns>
    public (double PerLogReserveIn, double PerLogReserveOut) Pass(
        double rate, double curvature, double inStart, double outStart)
    {
        double into = _above - (inStart * _below);
        double before = into * _below * _scale;
        _below += curvature * into;
        _above = (rate * into) + (outStart * _below);
        double behind = into * _below * _scale;
        _scale /= rate;
        return (-before, behind);
    }
}
