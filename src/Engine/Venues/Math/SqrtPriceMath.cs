using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>Outcome of a price or amount formula; each program maps them to its own errors.</summary>
internal enum PriceMathStatus : byte
{
    /// <summary>Exact result.</summary>
    Ok = 0,

    /// <summary>The amount does not fit 64 bits.</summary>
    AmountExceeds64 = 1,

    /// <summary>An intermediate product exceeds the program's 256 bits.</summary>
    Overflow = 2,

    /// <summary>The liquidity is zero, or all of it would be taken out.</summary>
    DivideByZero = 3,

    /// <summary>The price leaves 128 bits, or would become negative.</summary>
    PriceOutOfRange = 4,
}

/// <summary>
/// Amounts and prices of one liquidity range, shared by the CLMM programs: exact fractions with one stated rounding.
/// Prices are Q64.64 square roots of B per A; amounts are base units.
/// Source: whirlpools math/token_math.rs (6.13-6.16 of the Uniswap v3 white paper) and raydium-clmm@03b44b7
/// libraries/{liquidity_math,sqrt_price_math}.rs: the same values, written differently.
/// </summary>
internal static class SqrtPriceMath
{
    /// <summary>Amount of A between two prices: L (upper - lower) 2^64 / (upper lower).</summary>
    internal static PriceMathStatus AmountA(
        UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, Rounding rounding, out ulong amount)
    {
        amount = 0;
        UInt256 product = UInt256.Multiply(liquidity, upperX64 - lowerX64);
        if ((product.High >> 64) != UInt128.Zero) return PriceMathStatus.Overflow;
        UInt256 denominator = UInt256.Multiply(upperX64, lowerX64);
        if (product >= denominator) return PriceMathStatus.AmountExceeds64;
        amount = UInt256Division.DivideShifted64(product, denominator, out bool isExact);
        if (rounding == Rounding.Up && !isExact && ++amount == 0) return PriceMathStatus.AmountExceeds64;
        return PriceMathStatus.Ok;
    }

    /// <summary>Amount of B between two prices: L (upper - lower) / 2^64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static PriceMathStatus AmountB(
        UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, Rounding rounding, out ulong amount)
    {
        UInt256 product = UInt256.Multiply(liquidity, upperX64 - lowerX64);
        amount = (ulong)(product.Low >> 64);
        if (product.High != UInt128.Zero) return PriceMathStatus.AmountExceeds64;
        if (rounding == Rounding.Up && (ulong)product.Low != 0 && ++amount == 0) return PriceMathStatus.AmountExceeds64;
        return PriceMathStatus.Ok;
    }

    /// <summary>
    /// Price after A goes in (<paramref name="add"/>) or out: P L 2^64 / (L 2^64 +- amount P), rounded up.
    /// </summary>
    internal static PriceMathStatus NextFromA(
        UInt128 priceX64, UInt128 liquidity, ulong amount, bool add, out UInt128 nextX64)
    {
        nextX64 = priceX64;
        if (amount == 0) return PriceMathStatus.Ok;
        UInt256 product = UInt256.Multiply(liquidity, priceX64);
        if ((product.High >> 64) != UInt128.Zero) return PriceMathStatus.Overflow;
        UInt256 numerator = product << 64;
        UInt256 liquidityX64 = new(liquidity >> 64, liquidity << 64);
        UInt256 change = UInt256.Multiply(priceX64, amount);
        if (!add && liquidityX64 <= change) return PriceMathStatus.DivideByZero;
        UInt256 denominator = add ? liquidityX64 + change : liquidityX64 - change;
        return numerator.TryDivide(denominator, Rounding.Up, out nextX64)
            ? PriceMathStatus.Ok
            : PriceMathStatus.PriceOutOfRange;
    }

    /// <summary>
    /// Price after B goes in (<paramref name="add"/>, change rounded down) or out (change rounded up): P +- amount
    /// 2^64 / L.
    /// </summary>
    internal static PriceMathStatus NextFromB(
        UInt128 priceX64, UInt128 liquidity, ulong amount, bool add, out UInt128 nextX64)
    {
        nextX64 = priceX64;
        if (liquidity == UInt128.Zero) return PriceMathStatus.DivideByZero;
        UInt128 change = UInt256.DivRem128((UInt128)amount << 64, liquidity, out UInt128 remainder);
        if (add)
        {
            nextX64 = priceX64 + change;
            return nextX64 >= priceX64 ? PriceMathStatus.Ok : PriceMathStatus.PriceOutOfRange;
        }

        if (remainder != UInt128.Zero) change++;
        if (change > priceX64) return PriceMathStatus.PriceOutOfRange;
        nextX64 = priceX64 - change;
        return PriceMathStatus.Ok;
    }
}
