using System;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Integer mathematics of one liquidity range. Liquidity and sqrt prices are Q64.64, token amounts base units, so
/// that amount B = L * dP / 2^128 and amount A = L * dP / (P1 * P2). Every function returns 0 or the program's error
/// code.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/liquidity_handler/{concentrated,compounding}_liquidity.rs, math/*.rs.
/// </summary>
internal static class DammCurve
{
    /// <summary>Amount of A between two prices; false in <paramref name="fits"/> if it exceeds 128 bits.</summary>
    internal static UInt128 AmountA(
        UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, out bool fits)
    {
        UInt256 numerator = UInt256.Multiply(liquidity, upper - lower);
        fits = numerator.TryDivide(UInt256.Multiply(lower, upper), rounding, out UInt128 amount);
        return amount;
    }

    /// <summary>Amount of B between two prices.</summary>
    internal static UInt128 AmountB(UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding)
    {
        UInt256 product = UInt256.Multiply(liquidity, upper - lower);
        return rounding == Rounding.Up && product.Low != UInt128.Zero ? product.High + 1 : product.High;
    }

    /// <summary>Amount of A or B between two prices as a token amount.</summary>
    internal static uint TokenAmount(
        bool isA, UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, out ulong amountRaw)
    {
        bool fits = true;
        UInt128 amount = isA
            ? AmountA(lower, upper, liquidity, rounding, out fits)
            : AmountB(lower, upper, liquidity, rounding);
        fits &= amount <= ulong.MaxValue;
        amountRaw = fits ? (ulong)amount : 0;
        return fits ? 0 : DammProgram.MathOverflow;
    }

    /// <summary>Price after an input: up for B, down (rounded up) for A.</summary>
    internal static uint PriceAfterInput(UInt128 price, UInt128 liquidity, ulong amount, bool aToB, out UInt128 next)
    {
        next = price;
        if (price == UInt128.Zero || liquidity == UInt128.Zero) return DammProgram.Aborted;
        if (amount == 0) return 0;
        if (aToB)
        {
            UInt256 divisor = UInt256.Multiply(price, amount) + (UInt256)liquidity;
            return UInt256.Multiply(liquidity, price).TryDivide(divisor, Rounding.Up, out next)
                ? 0
                : DammProgram.TypeCastFailed;
        }

        if (!new UInt256(amount, UInt128.Zero).TryDivide(liquidity, Rounding.Down, out UInt128 step))
            return DammProgram.TypeCastFailed;
        next = price + step;
        return next >= price ? 0 : DammProgram.TypeCastFailed;
    }

    /// <summary>Price after an output: down for B (rounded down), up for A (rounded up).</summary>
    internal static uint PriceAfterOutput(UInt128 price, UInt128 liquidity, ulong amount, bool aToB, out UInt128 next)
    {
        next = price;
        if (price == UInt128.Zero || liquidity == UInt128.Zero) return DammProgram.Aborted;
        if (amount == 0) return 0;
        if (!aToB)
        {
            UInt256 product = UInt256.Multiply(price, amount);
            if (product >= (UInt256)liquidity) return DammProgram.MathOverflow;
            return UInt256.Multiply(liquidity, price).TryDivide((UInt256)liquidity - product, Rounding.Up, out next)
                ? 0
                : DammProgram.TypeCastFailed;
        }

        bool fits = new UInt256(amount, UInt128.Zero).TryDivide(liquidity, Rounding.Up, out UInt128 step);
        if (!fits || step > price) return DammProgram.MathOverflow;
        next = price - step;
        return 0;
    }

    /// <summary>floor(sqrt(value)) for values below 2^254.</summary>
    internal static UInt128 Sqrt(in UInt256 value)
    {
        if (value.IsZero) return UInt128.Zero;
        // Newton from above: starts at a power of two not below the root and falls until it stops falling.
        UInt128 root = UInt128.One << ((value.BitLength + 1) >> 1);
        while (true)
        {
            _ = value.TryDivide(root, Rounding.Down, out UInt128 quotient);
            UInt128 next = (root + quotient) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }

    /// <summary>sqrt price of a constant-product pool from its amounts.</summary>
    internal static uint SqrtPriceOf(ulong amountA, ulong amountB, out UInt128 price)
    {
        price = UInt128.Zero;
        if (!UInt256.TryDivRem(new UInt256(amountB, UInt128.Zero), (UInt256)(UInt128)amountA, out UInt256 ratio, out _))
            return DammProgram.MathOverflow;
        price = Sqrt(in ratio);
        return 0;
    }

    /// <summary>a * b / d in 64 bits; 0 or the program's error code.</summary>
    internal static uint MulDiv64(ulong a, ulong b, ulong divisor, Rounding rounding, out ulong result)
    {
        result = 0;
        if (divisor == 0) return DammProgram.MathOverflow;
        ulong high = MulDiv.Product(a, b, out ulong low);
        // PERF: most products fit 64 bits; the wide division costs several times as much.
        if (high == 0)
        {
            result = low / divisor;
            if (rounding == Rounding.Up && result * divisor != low) result++;
            return 0;
        }

        UInt128 product = new(high, low);
        UInt128 quotient = product / divisor;
        if (rounding == Rounding.Up && quotient * divisor != product) quotient++;
        if (quotient > ulong.MaxValue) return DammProgram.TypeCastFailed;
        result = (ulong)quotient;
        return 0;
    }
}
