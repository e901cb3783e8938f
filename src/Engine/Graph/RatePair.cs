using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Best marginal rates of both directions between a mint and a neighbour, seen from the mint; 0 where none quotes.
/// PERF: they lie beside each other because whatever multiplies one multiplies the other, in one vector.
/// </summary>
public struct RatePair
{
    /// <summary>From the neighbour to the mint.</summary>
    public double In;

    /// <summary>From the mint to the neighbour.</summary>
    public double Out;

    internal readonly double Of(bool isReversed) => isReversed ? In : Out;

    /// <summary>Both rates as a vector, the way in first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref Vector128<double> Vector(ref RatePair pair) =>
        // SAFETY: the struct is two doubles, as the vector is, and vectors may be read from any address.
        ref Unsafe.As<RatePair, Vector128<double>>(ref pair);
}
