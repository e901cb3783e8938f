namespace LowLatency.Engine.Scoring;

/// <summary>Slope of curves one after the other at an input, and how it falls there.</summary>
/// <param name="Rate">Output a unit of input.</param>
/// <param name="Bend">d ln(rate) / d input, never above 0.</param>
internal record struct CurveSlope(double Rate, double Bend)
{
    /// <summary>Of no curve at all.</summary>
    internal static CurveSlope One => new(1, 0);

    /// <summary>Goes on with the next curve, at the input that it gets.</summary>
    internal void Follow(in CurveSlope next) => (Rate, Bend) = (Rate * next.Rate, Bend + (Rate * next.Bend));
}
