using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

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
        if (denominator < reserveIn) return AmountOutWide(reserveIn, reserveOut, amountInNet);
        ulong high = MulDiv.Product(reserveOut, amountInNet, out ulong low);
        return high == 0 ? low / denominator : (ulong)(new UInt128(high, low) / denominator);
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
    /// <remarks>PERF: most products fit 64 bits, and a constant denominator is then no division at all.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 MultiplyDivideDown(ulong amount, ulong numerator, ulong denominator)
    {
        ulong high = MulDiv.Product(amount, numerator, out ulong low);
        return high == 0 ? low / denominator : new UInt128(high, low) / denominator;
    }

    /// <summary>ceil(amount * numerator / denominator) for a denominator that is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 MultiplyDivideUp(ulong amount, ulong numerator, ulong denominator)
    {
        ulong high = MulDiv.Product(amount, numerator, out ulong low);
        if (high != 0) return DivideUp(new UInt128(high, low), denominator);
        ulong quotient = low / denominator;
        return quotient * denominator == low ? quotient : quotient + 1;
    }

    /// <summary>
    /// The curve piece of the whole pool: inputs keep <paramref name="inputKept"/> of themselves after fees, outputs
    /// <paramref name="outputKept"/> (both in 0..1). For search only.
    /// </summary>
    public static CurveSegment Segment(ulong reserveIn, ulong reserveOut, double inputKept, double outputKept)
    {
        return new CurveSegment
        {
            RateOut = MarginalRate(reserveIn, reserveOut, inputKept, outputKept),
            Curvature = inputKept / reserveIn,
            AmountInMax = double.PositiveInfinity,
        };
    }

    /// <summary>Rate of <see cref="Segment"/> at its start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MarginalRate(ulong reserveIn, ulong reserveOut, double inputKept, double outputKept) =>
        inputKept / reserveIn * reserveOut * outputKept;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AmountOutWide(ulong reserveIn, ulong reserveOut, ulong amountInNet) =>
        (ulong)((UInt128)reserveOut * amountInNet / ((UInt128)reserveIn + amountInNet));
}
