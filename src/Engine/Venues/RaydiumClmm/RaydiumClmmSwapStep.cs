using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// One step of a Raydium CLMM swap: from the current price towards a target within constant liquidity and fee, the fee
/// taken from the input or from the output.
/// Source: raydium-clmm programs/amm/src/libraries/swap_math.rs, compute_swap at 03b44b7, compute_swap_step at cc1adca.
/// </summary>
internal struct RaydiumClmmSwapStep
{
    internal const ulong FeeOne = 1_000_000;

    /// <summary>Input that moved the price, base units, without a fee on the input.</summary>
    internal ulong AmountIn;

    /// <summary>Output, base units, net of a fee on the output.</summary>
    internal ulong AmountOut;

    /// <summary>Fee, base units of the side it is taken from.</summary>
    internal ulong Fee;

    /// <summary>Price after the step, Q64.64.</summary>
    internal UInt128 NextX64;

    /// <summary>What stays the same over all steps of a swap.</summary>
    /// <param name="ExactIn">True if the input is fixed.</param>
    /// <param name="ZeroForOne">True if token 0 goes in.</param>
    /// <param name="FeeOnInput">True if the fee is taken from the input.</param>
    /// <param name="IsOld">True for the binary of April 2024.</param>
    internal readonly record struct Terms(bool ExactIn, bool ZeroForOne, bool FeeOnInput, bool IsOld)
    {
        /// <summary>True if whole ranges are remembered: the old binary fails in some whose amounts fit.</summary>
        internal readonly bool Remembers = FeeOnInput && !IsOld;
    }

    /// <summary>
    /// Computes the step. <paramref name="range"/> is the place where the amounts from the current price to the target
    /// may be remembered.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RaydiumClmmFault Compute(
        ulong remaining,
        uint rate,
        UInt128 liquidity,
        UInt128 currentX64,
        UInt128 targetX64,
        in Terms terms,
        ref PriceRange range)
    {
        bool zeroForOne = terms.ZeroForOne;
        bool isUsable = terms.Remembers && range.TrySet(
            zeroForOne ? targetX64 : currentX64, zeroForOne ? currentX64 : targetX64, liquidity);
        if (isUsable && TryWhole(remaining, rate, terms, ref range, out RaydiumClmmFault fault))
        {
            NextX64 = targetX64;
            return fault;
        }

        return ComputePart(remaining, rate, liquidity, currentX64, targetX64, terms, isUsable);
    }

    // The whole range if the amount suffices: an input is at most floor(remaining (10^6 - rate) / 10^6) if and only
    // if input and fee together are at most what remains, both together being ceil(input 10^6 / (10^6 - rate)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryWhole(
        ulong remaining, uint rate, in Terms terms, ref PriceRange range, out RaydiumClmmFault fault)
    {
        bool zeroForOne = terms.ZeroForOne;
        AmountIn = zeroForOne ? range.InARaw : range.InBRaw;
        AmountOut = zeroForOne ? range.OutBRaw : range.OutARaw;
        fault = RaydiumClmmFault.None;
        if (!terms.ExactIn)
        {
            if (AmountOut > remaining) return false;
            if (!range.TryFee(zeroForOne, rate, out Fee)) fault = Overflow(terms);
            return true;
        }

        return AmountIn <= remaining && range.TryFee(zeroForOne, rate, out Fee) && Fee <= remaining - AmountIn;
    }

    // PERF: not inlined, see WhirlpoolSwapStep.ComputePart.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private RaydiumClmmFault ComputePart(
        ulong remaining,
        uint rate,
        UInt128 liquidity,
        UInt128 currentX64,
        UInt128 targetX64,
        in Terms terms,
        bool isKnownPart)
    {
        ulong available = remaining;
        if (terms.ExactIn && terms.FeeOnInput)
            available = remaining - PriceRange.FeeWithin(remaining, rate);
        else if (!terms.ExactIn && !terms.FeeOnInput
            && !MulDiv.TryMulDiv(remaining, FeeOne, FeeOne - rate, Rounding.Up, out available))
            return RaydiumClmmFault.CalculateOverflow;

        bool isReached = false;
        RaydiumClmmFault fault = isKnownPart
            ? RaydiumClmmFault.None
            : TryReach(available, liquidity, currentX64, targetX64, terms, out isReached);
        if (fault != RaydiumClmmFault.None) return fault;
        NextX64 = targetX64;
        if (!isReached)
        {
            fault = MoveBy(available, liquidity, currentX64, terms);
            if (fault != RaydiumClmmFault.None) return fault;
        }

        if (terms.ZeroForOne ? NextX64 < targetX64 : NextX64 > targetX64) return RaydiumClmmFault.StepBeyondTarget;
        return terms.ExactIn
            ? ChargeExactIn(remaining, rate, targetX64, terms)
            : ChargeExactOut(remaining, rate, terms);
    }

    // Sets both amounts if the target is within reach.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RaydiumClmmFault TryReach(
        ulong available, UInt128 liquidity, UInt128 currentX64, UInt128 targetX64, in Terms terms, out bool isReached)
    {
        UInt128 lower = terms.ZeroForOne ? targetX64 : currentX64;
        UInt128 upper = terms.ZeroForOne ? currentX64 : targetX64;
        isReached = false;
        bool fits = terms.ExactIn
            ? TryInput(lower, upper, liquidity, terms, out AmountIn)
            : TryOutput(lower, upper, liquidity, terms, out AmountOut);
        if (!fits) return terms.IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.None;
        if (available < (terms.ExactIn ? AmountIn : AmountOut)) return RaydiumClmmFault.None;
        isReached = terms.ExactIn
            ? TryOutput(lower, upper, liquidity, terms, out AmountOut)
            : TryInput(lower, upper, liquidity, terms, out AmountIn);
        return isReached || !terms.IsOld ? RaydiumClmmFault.None : RaydiumClmmFault.Panic;
    }

    [SkipLocalsInit]
    private RaydiumClmmFault MoveBy(ulong available, UInt128 liquidity, UInt128 currentX64, in Terms terms)
    {
        if (liquidity == UInt128.Zero) return terms.IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.ZeroLiquidity;
        if (!terms.IsOld
            && (currentX64 < RaydiumTickMath.MinSqrtPriceX64 || currentX64 >= RaydiumTickMath.MaxSqrtPriceX64))
            return RaydiumClmmFault.SqrtPrice;
        PriceMathStatus status = terms.ZeroForOne == terms.ExactIn
            ? SqrtPriceMath.NextFromA(currentX64, liquidity, available, terms.ExactIn, out NextX64)
            : SqrtPriceMath.NextFromB(currentX64, liquidity, available, terms.ExactIn, out NextX64);
        if (status != PriceMathStatus.Ok)
            return terms.IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.CalculateOverflow;
        UInt128 lower = terms.ZeroForOne ? NextX64 : currentX64;
        UInt128 upper = terms.ZeroForOne ? currentX64 : NextX64;
        if (lower > upper) return RaydiumClmmFault.StepBeyondTarget;
        AmountIn = available;
        bool isInputKnown = terms.ZeroForOne && terms.ExactIn
            && SqrtPriceMath.IsCeilingOfA(lower, upper, liquidity, available);
        if ((isInputKnown || TryInput(lower, upper, liquidity, terms, out AmountIn))
            && TryOutput(lower, upper, liquidity, terms, out AmountOut))
            return RaydiumClmmFault.None;
        return terms.IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.AmountOverflow;
    }

    private RaydiumClmmFault ChargeExactIn(ulong remaining, uint rate, UInt128 targetX64, in Terms terms)
    {
        bool isPartial = NextX64 != targetX64;
        if (terms.FeeOnInput)
        {
            if (isPartial)
            {
                if (AmountIn > remaining) return Overflow(terms);
                Fee = remaining - AmountIn;
                return RaydiumClmmFault.None;
            }

            return MulDiv.TryMulDiv(AmountIn, rate, FeeOne - rate, Rounding.Up, out Fee)
                ? RaydiumClmmFault.None
                : Overflow(terms);
        }

        if (!MulDiv.TryMulDiv(AmountOut, rate, FeeOne, Rounding.Up, out Fee) || Fee > AmountOut) return Overflow(terms);
        AmountOut -= Fee;
        // A partial step's price is rounded, so its input can fall short by dust: all of it is charged.
        if (isPartial) AmountIn = remaining;
        return RaydiumClmmFault.None;
    }

    private RaydiumClmmFault ChargeExactOut(ulong remaining, uint rate, in Terms terms)
    {
        if (terms.FeeOnInput)
        {
            AmountOut = System.Math.Min(AmountOut, remaining);
            return MulDiv.TryMulDiv(AmountIn, rate, FeeOne - rate, Rounding.Up, out Fee)
                ? RaydiumClmmFault.None
                : Overflow(terms);
        }

        if (!MulDiv.TryMulDiv(AmountOut, rate, FeeOne, Rounding.Up, out Fee) || Fee > AmountOut) return Overflow(terms);
        ulong net = AmountOut - Fee;
        if (net > remaining)
        {
            Fee = AmountOut - remaining;
            net = remaining;
        }

        AmountOut = net;
        return RaydiumClmmFault.None;
    }

    private static bool TryInput(
        UInt128 lower, UInt128 upper, UInt128 liquidity, in Terms terms, out ulong amount) =>
        terms.ZeroForOne
            ? TryAmount0(lower, upper, liquidity, Rounding.Up, terms, out amount)
            : SqrtPriceMath.AmountB(lower, upper, liquidity, Rounding.Up, out amount) == PriceMathStatus.Ok;

    private static bool TryOutput(
        UInt128 lower, UInt128 upper, UInt128 liquidity, in Terms terms, out ulong amount) =>
        terms.ZeroForOne
            ? SqrtPriceMath.AmountB(lower, upper, liquidity, Rounding.Down, out amount) == PriceMathStatus.Ok
            : TryAmount0(lower, upper, liquidity, Rounding.Down, terms, out amount);

    private static bool TryAmount0(
        UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, in Terms terms, out ulong amount)
    {
        if (!terms.IsOld || liquidity <= ulong.MaxValue || IsOldQuotient(lower, upper, liquidity, rounding))
            return SqrtPriceMath.AmountA(lower, upper, liquidity, rounding, out amount) == PriceMathStatus.Ok;
        amount = 0;
        return false;
    }

    // The old binary divides by the upper price first and takes no quotient above 128 bits, which needs a liquidity
    // above 64 bits. Source: full_math.rs (MulDiv for U256) and get_delta_amount_0_unsigned at cc1adca.
    private static bool IsOldQuotient(UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding)
    {
        UInt256 product = UInt256.Multiply(liquidity, upper - lower);
        if (product.High >> 64 != UInt128.Zero) return false;
        UInt256 most = UInt256.Multiply(upper, UInt128.MaxValue);
        product <<= 64;
        return rounding == Rounding.Up ? product <= most : product < most + upper;
    }

    private static RaydiumClmmFault Overflow(in Terms terms) =>
        terms.IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.CalculateOverflow;
}
