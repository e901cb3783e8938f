using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// One step of a Whirlpool swap: from the current price towards a target within constant liquidity and fee.
/// Source: whirlpools@630c0e01 programs/whirlpool/src/math/swap_math.rs compute_swap, token_math.rs.
/// </summary>
internal struct WhirlpoolSwapStep
{
    private const ulong FeeOne = 1_000_000;

    /// <summary>Input that moved the price, base units, without fee.</summary>
    internal ulong AmountIn;

    /// <summary>Output, base units.</summary>
    internal ulong AmountOut;

    /// <summary>Fee, base units of the input.</summary>
    internal ulong Fee;

    /// <summary>Price after the step, Q64.64.</summary>
    internal UInt128 NextX64;

    /// <summary>
    /// Computes the step; returns the program's error code, 0 for success. <paramref name="range"/> is the place where
    /// the amounts from the current price to the target may be remembered.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Compute(
        ulong remaining,
        uint feeRate,
        UInt128 liquidity,
        UInt128 currentX64,
        UInt128 targetX64,
        bool exactIn,
        bool aToB,
        ref PriceRange range)
    {
        UInt128 lower = aToB ? targetX64 : currentX64;
        UInt128 upper = aToB ? currentX64 : targetX64;
        bool isUsable = range.TrySet(lower, upper, liquidity);
        if (isUsable && TryWhole(remaining, feeRate, exactIn, aToB, ref range, out uint code))
        {
            NextX64 = targetX64;
            return code;
        }

        return ComputePart(remaining, feeRate, liquidity, currentX64, targetX64, exactIn, aToB, isUsable);
    }

    // The whole range if the amount suffices. An input suffices, by the program, if it is at most
    // floor(remaining (10^6 - rate) / 10^6); that is the same as input and fee together being at most what remains,
    // since both together are ceil(input 10^6 / (10^6 - rate)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryWhole(
        ulong remaining, uint feeRate, bool exactIn, bool aToB, ref PriceRange range, out uint code)
    {
        AmountIn = aToB ? range.InARaw : range.InBRaw;
        AmountOut = aToB ? range.OutBRaw : range.OutARaw;
        code = 0;
        if (!exactIn)
        {
            if (AmountOut > remaining) return false;
            if (!range.TryFee(aToB, feeRate, out Fee)) code = WhirlpoolError.NumberCast;
            return true;
        }

        return AmountIn <= remaining && range.TryFee(aToB, feeRate, out Fee) && Fee <= remaining - AmountIn;
    }

    // PERF: not inlined: its wide arithmetic made the walk's frame 4 KB, cleared at each quote, and used up the
    // compiler's budget for inlining 128-bit compares (WhirlpoolBenchmarks.Quote; perf/Notes/quotes.md).
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private uint ComputePart(
        ulong remaining,
        uint feeRate,
        UInt128 liquidity,
        UInt128 currentX64,
        UInt128 targetX64,
        bool exactIn,
        bool aToB,
        bool isKnownPart)
    {
        bool fixedIsA = aToB == exactIn;
        UInt128 lower = aToB ? targetX64 : currentX64;
        UInt128 upper = aToB ? currentX64 : targetX64;
        Rounding fixedRounding = exactIn ? Rounding.Up : Rounding.Down;
        ulong available = exactIn ? remaining - PriceRange.FeeWithin(remaining, feeRate) : remaining;
        ulong fixedAmount = ulong.MaxValue;
        bool targetFits = true;
        bool isMax = false;
        if (!isKnownPart)
        {
            PriceMathStatus status = fixedIsA
                ? SqrtPriceMath.AmountA(lower, upper, liquidity, fixedRounding, out fixedAmount)
                : SqrtPriceMath.AmountB(lower, upper, liquidity, fixedRounding, out fixedAmount);
            if (status == PriceMathStatus.Overflow) return WhirlpoolError.MultiplicationOverflow;
            targetFits = status == PriceMathStatus.Ok;
            isMax = targetFits && fixedAmount <= available;
        }

        NextX64 = targetX64;
        if (!isMax)
        {
            uint error = Next(currentX64, liquidity, available, exactIn, fixedIsA, out NextX64);
            if (error != 0) return error;
            isMax = NextX64 == targetX64;
            lower = aToB ? NextX64 : currentX64;
            upper = aToB ? currentX64 : NextX64;
        }

        Rounding otherRounding = exactIn ? Rounding.Down : Rounding.Up;
        uint other = Delta(lower, upper, liquidity, otherRounding, !fixedIsA, out ulong floating);
        if (other != 0) return other;
        if (isKnownPart || !isMax || !targetFits)
        {
            // The whole range's amount was not needed before, or is not this part's.
            uint again = 0;
            if (exactIn && fixedIsA && SqrtPriceMath.IsCeilingOfA(lower, upper, liquidity, available))
                fixedAmount = available;
            else again = Delta(lower, upper, liquidity, fixedRounding, fixedIsA, out fixedAmount);
            if (again != 0) return again;
        }

        AmountIn = exactIn ? fixedAmount : floating;
        AmountOut = exactIn ? floating : System.Math.Min(fixedAmount, remaining);
        if (exactIn && !isMax)
        {
            if (AmountIn > remaining) return WhirlpoolError.AmountRemainingOverflow;
            Fee = remaining - AmountIn;
            return 0;
        }

        return MulDiv.TryMulDiv(AmountIn, feeRate, FeeOne - feeRate, Rounding.Up, out Fee)
            ? 0
            : WhirlpoolError.NumberCast;
    }

    [SkipLocalsInit]
    private static uint Delta(
        UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, bool isA, out ulong amount)
    {
        PriceMathStatus status = isA
            ? SqrtPriceMath.AmountA(lower, upper, liquidity, rounding, out amount)
            : SqrtPriceMath.AmountB(lower, upper, liquidity, rounding, out amount);
        if (status == PriceMathStatus.Ok) return 0;
        if (status == PriceMathStatus.Overflow) return WhirlpoolError.MultiplicationOverflow;
        return WhyNot(lower, upper, liquidity, rounding, isA);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint WhyNot(UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, bool isA)
    {
        if (isA)
        {
            // The program tells a quotient beyond 128 bits from one beyond 64 bits.
            UInt256 product = UInt256.Multiply(liquidity, upper - lower) << 64;
            bool fits = product.TryDivide(UInt256.Multiply(upper, lower), rounding, out _);
            return fits ? WhirlpoolError.TokenMaxExceeded : WhirlpoolError.NumberDownCast;
        }

        bool productFits = UInt256.Multiply(liquidity, upper - lower).High == UInt128.Zero;
        return productFits ? WhirlpoolError.MultiplicationOverflow : WhirlpoolError.MultiplicationShiftRightOverflow;
    }

    [SkipLocalsInit]
    private static uint Next(
        UInt128 currentX64, UInt128 liquidity, ulong amount, bool exactIn, bool fixedIsA, out UInt128 nextX64)
    {
        if (!fixedIsA)
        {
            return SqrtPriceMath.NextFromB(currentX64, liquidity, amount, exactIn, out nextX64) switch
            {
                PriceMathStatus.Ok => 0,
                PriceMathStatus.DivideByZero => WhirlpoolError.DivideByZero,
                _ => WhirlpoolError.SqrtPriceOutOfBounds,
            };
        }

        switch (SqrtPriceMath.NextFromA(currentX64, liquidity, amount, exactIn, out nextX64))
        {
            case PriceMathStatus.Ok when nextX64 < WhirlpoolTickMath.MinSqrtPriceX64:
                return WhirlpoolError.TokenMinSubceeded;
            case PriceMathStatus.Ok when nextX64 > WhirlpoolTickMath.MaxSqrtPriceX64:
                return WhirlpoolError.TokenMaxExceeded;
            case PriceMathStatus.Ok:
                return 0;
            case PriceMathStatus.Overflow:
                return WhirlpoolError.MultiplicationOverflow;
            case PriceMathStatus.DivideByZero:
                return WhirlpoolError.DivideByZero;
            default:
                return WhirlpoolError.NumberDownCast;
        }
    }
}
