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
        PriceMathStatus status = AmountA(lowerX64, upperX64, liquidity, out amount, out bool isExact);
        if (status != PriceMathStatus.Ok || rounding == Rounding.Down || isExact) return status;
        return ++amount == 0 ? PriceMathStatus.AmountExceeds64 : PriceMathStatus.Ok;
    }

    /// <summary>Amount of A between two prices rounded down, and whether that is exact.</summary>
    internal static PriceMathStatus AmountA(
        UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, out ulong amount, out bool isExact)
    {
        amount = 0;
        isExact = true;
        UInt256 product = UInt256.Multiply(liquidity, upperX64 - lowerX64);
        UInt256 denominator = UInt256.Multiply(upperX64, lowerX64);
        if ((product.High | denominator.High) == UInt128.Zero)
        {
            if (product.Low >= denominator.Low) return PriceMathStatus.AmountExceeds64;
            amount = UInt256Division.DivideShifted64(product.Low, denominator.Low, out isExact);
            return PriceMathStatus.Ok;
        }

        if ((product.High >> 64) != UInt128.Zero) return PriceMathStatus.Overflow;
        if (product >= denominator) return PriceMathStatus.AmountExceeds64;
        amount = UInt256Division.DivideShifted64(product, denominator, out isExact);
        return PriceMathStatus.Ok;
    }

    /// <summary>
    /// True if <paramref name="amount"/> is the amount of A between two prices, rounded up; false if it is not, or if
    /// that takes more than 128-bit factors to tell.
    /// </summary>
    internal static bool IsCeilingOfA(UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, ulong amount)
    {
        // PERF: checking costs one product where dividing costs a division: a price that was found from an amount of
        // A gives that amount back unless the price is too coarse for the liquidity (WhirlpoolBenchmarks, A to B).
        UInt256 product = UInt256.Multiply(liquidity, upperX64 - lowerX64);
        UInt256 denominator = UInt256.Multiply(upperX64, lowerX64);
        if ((product.High | denominator.High) != UInt128.Zero) return false;
        // 0 <= amount * denominator - product * 2^64 < denominator, in three limbs.
        UInt128 low = UInt256.BigMul(amount, (ulong)denominator.Low);
        UInt128 high = UInt256.BigMul(amount, (ulong)(denominator.Low >> 64)) + (ulong)(low >> 64);
        if (high < product.Low) return false;
        UInt128 excess = high - product.Low;
        return (ulong)(excess >> 64) == 0 && new UInt128((ulong)excess, (ulong)low) < denominator.Low;
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
        if (add && TryNextFromAddedA(priceX64, liquidity, amount, out nextX64)) return PriceMathStatus.Ok;
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

    // PERF: P - floor(P P amount / (L 2^64 + amount P)) is the same value, and for a liquidity below 2^64 its quotient
    // is nearly always one limb by a divisor of two (WhirlpoolBenchmarks, A to B).
    private static bool TryNextFromAddedA(UInt128 priceX64, UInt128 liquidity, ulong amount, out UInt128 nextX64)
    {
        nextX64 = priceX64;
        if (((liquidity >> 64) | (priceX64 >> 96)) != UInt128.Zero || liquidity == UInt128.Zero) return false;
        UInt128 low = UInt256.BigMul((ulong)priceX64, amount);
        // Below 2^96 by 2^64: at most 160 bits.
        UInt128 high = ((priceX64 >> 64) * amount) + (ulong)(low >> 64);
        UInt128 sum = high + liquidity;
        if ((sum >> 64) != UInt128.Zero) return false;
        UInt128 divisor = new((ulong)sum, (ulong)low);
        if ((ulong)sum == 0) return false;
        // (amount P) P in limbs; amount P fits two, as the divisor does.
        UInt256 dividend = UInt256.Multiply(new UInt128((ulong)high, (ulong)low), priceX64);
        UInt128 top = (dividend.High << 64) | (dividend.Low >> 64);
        if ((dividend.High >> 64) != UInt128.Zero || top >= divisor) return false;
        nextX64 = priceX64 - UInt256Division.DivideToLimb(top, (ulong)dividend.Low, divisor, out _);
        return true;
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
