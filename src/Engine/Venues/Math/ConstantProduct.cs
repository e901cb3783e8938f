using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// The x*y=k swap in integers and its one curve piece. Amounts and reserves are base units. Shared by Raydium AMM v4,
/// Raydium CPMM, PumpSwap and Token Swap; each adds its own fees and checks around it.
/// Source: raydium-amm@27f461d program/src/math.rs swap_token_amount_base_in/out; raydium-cp-swap@609780f
/// curve/constant_product.rs: the same integer formulas.
/// </summary>
public static class ConstantProduct
{
    /// <summary>
    /// Output of an input net of fees: floor(reserveOut * in / (reserveIn + in)). The caller makes sure that
    /// reserveIn + in is not zero. The result never exceeds <paramref name="reserveOut"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AmountOut(ulong reserveIn, ulong reserveOut, ulong amountInNet)
    {
        // PERF: a 64-bit divisor is several times cheaper than a 128-bit one (ConstantProductBench); sums above 64 bits
        // need reserves no real mint has.
        ulong denominator = unchecked(reserveIn + amountInNet);
        return denominator >= reserveIn
            ? (ulong)((UInt128)reserveOut * amountInNet / denominator)
            : AmountOutWide(reserveIn, reserveOut, amountInNet);
    }

    /// <summary>
    /// Input net of fees that yields at least <paramref name="amountOut"/>: ceil(reserveIn * out / (reserveOut - out)).
    /// False if the output is not below the reserve.
    /// </summary>
    public static bool TryAmountIn(ulong reserveIn, ulong reserveOut, ulong amountOut, out UInt128 amountInNet)
    {
        amountInNet = default;
        if (amountOut >= reserveOut) return false;
        amountInNet = DivideUp((UInt128)reserveIn * amountOut, reserveOut - amountOut);
        return true;
    }

    /// <summary>numerator / denominator rounded up; the denominator is not zero.</summary>
    public static UInt128 DivideUp(UInt128 numerator, ulong denominator)
    {
        UInt128 quotient = numerator / denominator;
        return quotient * denominator == numerator ? quotient : quotient + 1;
    }

    /// <summary>floor(amount * numerator / denominator) for a denominator that is not zero.</summary>
    public static UInt128 MultiplyDivideDown(ulong amount, ulong numerator, ulong denominator) =>
        (UInt128)amount * numerator / denominator;

    /// <summary>ceil(amount * numerator / denominator) for a denominator that is not zero.</summary>
    public static UInt128 MultiplyDivideUp(ulong amount, ulong numerator, ulong denominator) =>
        DivideUp((UInt128)amount * numerator, denominator);

    /// <summary>
    /// The curve piece of the whole pool: inputs keep <paramref name="inputKept"/> of themselves after fees, outputs
    /// <paramref name="outputKept"/> (both in 0..1). For search only.
    /// </summary>
    public static CurveSegment Segment(ulong reserveIn, ulong reserveOut, double inputKept, double outputKept)
    {
        double perInput = inputKept / reserveIn;
        return new CurveSegment
        {
            RateOut = perInput * reserveOut * outputKept,
            Curvature = perInput,
            AmountInMax = double.PositiveInfinity,
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AmountOutWide(ulong reserveIn, ulong reserveOut, ulong amountInNet) =>
        (ulong)((UInt128)reserveOut * amountInNet / ((UInt128)reserveIn + amountInNet));
}
