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
    [SkipLocalsInit]
    internal static PriceMathStatus AmountA(
        UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, Rounding rounding, out ulong amount)
    {
        PriceMathStatus status = AmountA(lowerX64, upperX64, liquidity, out amount, out bool isExact);
        if (status != PriceMathStatus.Ok || rounding == Rounding.Down || isExact) return status;
        return ++amount == 0 ? PriceMathStatus.AmountExceeds64 : PriceMathStatus.Ok;
    }

    /// <summary>Amount of A between two prices rounded down, and whether that is exact.</summary>
    [SkipLocalsInit]
    internal static PriceMathStatus AmountA(
        UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, out ulong amount, out bool isExact)
    {
        amount = 0;
        isExact = true;
        UInt128 distance = upperX64 - lowerX64;
        ulong p3 = UInt256.Multiply(
            High(liquidity),
            (ulong)liquidity,
            High(distance),
            (ulong)distance,
            out ulong p2,
            out ulong p1,
            out ulong p0);
        ulong d3 = UInt256.Multiply(
            High(upperX64), (ulong)upperX64, High(lowerX64), (ulong)lowerX64, out ulong d2, out ulong d1, out ulong d0);
        UInt128 product = new(p1, p0);
        UInt128 denominator = new(d1, d0);
        if ((p3 | p2 | d3 | d2) == 0)
        {
            if (product >= denominator) return PriceMathStatus.AmountExceeds64;
            amount = UInt256Division.DivideShifted64(product, denominator, out isExact);
            return PriceMathStatus.Ok;
        }

        if (p3 != 0) return PriceMathStatus.Overflow;
        UInt256 wideProduct = new(p2, product);
        UInt256 wideDenominator = new(new UInt128(d3, d2), denominator);
        if (wideProduct >= wideDenominator) return PriceMathStatus.AmountExceeds64;
        amount = UInt256Division.DivideShifted64(wideProduct, wideDenominator, out isExact);
        return PriceMathStatus.Ok;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(UInt128 value) => (ulong)(value >> 64);

    /// <summary>
    /// True if <paramref name="amount"/> is the amount of A between two prices, rounded up; false if it is not, or if
    /// that takes more limbs than are looked at.
    /// </summary>
    [SkipLocalsInit]
    internal static bool IsCeilingOfA(UInt128 lowerX64, UInt128 upperX64, UInt128 liquidity, ulong amount)
    {
        // PERF: checking costs one product where dividing costs a division: a price that was found from an amount of
        // A gives that amount back unless the price is too coarse for the liquidity (WhirlpoolBenchmarks, A to B).
        UInt128 distance = upperX64 - lowerX64;
        ulong p3 = UInt256.Multiply(
            High(liquidity),
            (ulong)liquidity,
            High(distance),
            (ulong)distance,
            out ulong p2,
            out ulong p1,
            out ulong p0);
        ulong d3 = UInt256.Multiply(
            High(upperX64), (ulong)upperX64, High(lowerX64), (ulong)lowerX64, out ulong d2, out ulong d1, out ulong d0);
        if ((p3 | p2 | d3) != 0) return false;

        // 0 <= amount * denominator - product * 2^64 < denominator, in four limbs.
        ulong s3 = UInt256.Multiply(0, amount, d1, d0, out ulong s2, out ulong s1, out ulong s0);
        s3 += MulDiv.Product(amount, d2, out ulong third);
        s2 += third;
        if (s2 < third) s3++;
        UInt128 middle = new(s2, s1);
        UInt128 product = new(p1, p0);
        if (middle < product)
        {
            if (s3 == 0) return false;
            s3--;
        }

        if (s3 != 0) return false;
        middle -= product;
        s2 = High(middle);
        return s2 < d2 || (s2 == d2 && new UInt128((ulong)middle, s0) < new UInt128(d1, d0));
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
    [SkipLocalsInit]
    internal static PriceMathStatus NextFromA(
        UInt128 priceX64, UInt128 liquidity, ulong amount, bool add, out UInt128 nextX64)
    {
        nextX64 = priceX64;
        if (amount == 0) return PriceMathStatus.Ok;
        if (add && ((liquidity >> 64) | (priceX64 >> 96)) == UInt128.Zero && liquidity != UInt128.Zero
            && TryFallByA(priceX64, (ulong)liquidity, amount, out ulong fallX64))
        {
            nextX64 = priceX64 - fallX64;
            return PriceMathStatus.Ok;
        }

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
    /// How far the price falls when A goes in: the price after is the one before less this, rounded up as the program
    /// rounds. For a liquidity that is not zero and a price below 2^96; false if the result takes more than one limb.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryFallByA(UInt128 priceX64, ulong liquidity, ulong amount, out ulong fallX64)
    {
        // PERF: P - floor(P P amount / (L 2^64 + amount P)) is the same value as the program's quotient, and nearly
        // always one limb by a divisor of two (WhirlpoolBenchmarks, A to B).
        fallX64 = 0;
        ulong p1 = High(priceX64);
        ulong p0 = (ulong)priceX64;
        ulong s1 = MulDiv.Product(p0, amount, out ulong s0);
        ulong s2 = MulDiv.Product(p1, amount, out ulong second);
        s1 += second;
        if (s1 < second) s2++;
        ulong d1 = s1 + liquidity;
        if (s2 != 0 || d1 < s1) return false;
        // amount P (s1, s0) by P, over (d1, s0).
        ulong n3 = UInt256.Multiply(s1, s0, p1, p0, out ulong n2, out ulong n1, out ulong n0);
        UInt128 top = new(n2, n1);
        UInt128 divisor = new(d1, s0);
        if (n3 != 0 || top >= divisor) return false;
        fallX64 = UInt256Division.DivideToLimb(top, n0, divisor, out _);
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
