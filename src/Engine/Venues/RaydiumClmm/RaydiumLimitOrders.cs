using System;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Limit orders resting at one tick, and what a swap takes of them at the tick's price. The orders sell the token the
/// swap
/// wants; partly filled ones are served first.
/// Source: raydium-clmm@03b44b7 programs/amm/src/states/tick_array.rs, match_limit_order_with_sqrt_price.
/// </summary>
internal struct RaydiumLimitOrders
{
    private const ulong FeeOne = RaydiumClmmSwapStep.FeeOne;

    /// <summary>Orders never matched, base units.</summary>
    internal ulong Untouched;

    /// <summary>Remainder of partly filled orders, base units.</summary>
    internal ulong PartFilled;

    /// <summary>Input taken by the orders, base units.</summary>
    internal ulong AmountIn;

    /// <summary>Output given to the swap, net of a fee on the output, base units.</summary>
    internal ulong AmountOut;

    /// <summary>Fee of the swap, base units of the side it is taken from.</summary>
    internal ulong Fee;

    /// <summary>True if orders rest here.</summary>
    internal readonly bool Any => (Untouched | PartFilled) != 0;

    /// <summary>Matches up to <paramref name="remaining"/> and takes the matched orders away.</summary>
    internal RaydiumClmmFault Match(
        ulong remaining, uint rate, UInt128 sqrtPriceX64, in RaydiumClmmSwapStep.Terms terms)
    {
        AmountIn = 0;
        AmountOut = 0;
        Fee = 0;
        ulong unfilled = Untouched + PartFilled;
        if (unfilled < Untouched) return RaydiumClmmFault.CalculateOverflow;
        if (remaining == 0 || unfilled == 0) return RaydiumClmmFault.None;

        // Price of token 0, Q64.64, rounded against the swap.
        Rounding rounding = terms.ZeroForOne ? Rounding.Down : Rounding.Up;
        if (!MulDiv.TryMulShift64(sqrtPriceX64, sqrtPriceX64, rounding, out UInt128 priceX64))
            return RaydiumClmmFault.CalculateOverflow;
        RaydiumClmmFault fault = terms.ExactIn
            ? MatchExactIn(remaining, unfilled, rate, priceX64, terms)
            : MatchExactOut(remaining, unfilled, rate, priceX64, terms);
        if (fault != RaydiumClmmFault.None) return fault;

        ulong fromPart = System.Math.Min(PartFilled, AmountOut);
        PartFilled -= fromPart;
        ulong fromUntouched = AmountOut - fromPart;
        if (fromUntouched > 0)
        {
            if (Untouched < fromUntouched) return RaydiumClmmFault.InvalidOrders;
            PartFilled = Untouched - fromUntouched;
            Untouched = 0;
        }

        if (terms.FeeOnInput) return RaydiumClmmFault.None;
        if (!MulDiv.TryMulDiv(AmountOut, rate, FeeOne, Rounding.Up, out Fee) || Fee > AmountOut)
            return RaydiumClmmFault.CalculateOverflow;
        AmountOut -= Fee;
        return RaydiumClmmFault.None;
    }

    private RaydiumClmmFault MatchExactIn(
        ulong remaining, ulong unfilled, uint rate, UInt128 priceX64, in RaydiumClmmSwapStep.Terms terms)
    {
        AmountIn = remaining;
        if (terms.FeeOnInput)
        {
            if (!MulDiv.TryMulDiv(remaining, rate, FeeOne, Rounding.Up, out Fee) || Fee > remaining)
                return RaydiumClmmFault.CalculateOverflow;
            AmountIn = remaining - Fee;
        }

        bool fits = terms.ZeroForOne
            ? MulDiv.TryMulShift64(AmountIn, priceX64, Rounding.Down, out UInt128 matched)
            : MulDiv.TryMulDiv(AmountIn, Q64.One, priceX64, Rounding.Down, out matched);
        if (!fits) return RaydiumClmmFault.CalculateOverflow;
        if (matched <= unfilled)
        {
            AmountOut = (ulong)matched;
            return RaydiumClmmFault.None;
        }

        AmountOut = unfilled;
        if (!TryInputFor(unfilled, priceX64, terms.ZeroForOne, out AmountIn)) return RaydiumClmmFault.CalculateOverflow;
        if (!terms.FeeOnInput) return RaydiumClmmFault.None;
        return MulDiv.TryMulDiv(AmountIn, rate, FeeOne - rate, Rounding.Up, out Fee)
            ? RaydiumClmmFault.None
            : RaydiumClmmFault.CalculateOverflow;
    }

    private RaydiumClmmFault MatchExactOut(
        ulong remaining, ulong unfilled, uint rate, UInt128 priceX64, in RaydiumClmmSwapStep.Terms terms)
    {
        ulong net = System.Math.Min(remaining, unfilled);
        AmountOut = net;
        if (!terms.FeeOnInput)
        {
            if (!MulDiv.TryMulDiv(net, FeeOne, FeeOne - rate, Rounding.Up, out ulong gross))
                return RaydiumClmmFault.CalculateOverflow;
            AmountOut = System.Math.Min(gross, unfilled);
        }

        if (!TryInputFor(AmountOut, priceX64, terms.ZeroForOne, out AmountIn))
            return RaydiumClmmFault.CalculateOverflow;
        if (!terms.FeeOnInput) return RaydiumClmmFault.None;
        return MulDiv.TryMulDiv(AmountIn, rate, FeeOne - rate, Rounding.Up, out Fee)
            ? RaydiumClmmFault.None
            : RaydiumClmmFault.CalculateOverflow;
    }

    // Input that buys an output from the orders, rounded up: token 0 for token 1 divides by the price, else multiplies.
    private static bool TryInputFor(ulong amountOut, UInt128 priceX64, bool zeroForOne, out ulong amountIn)
    {
        bool fits = zeroForOne
            ? MulDiv.TryMulDiv(amountOut, Q64.One, priceX64, Rounding.Up, out UInt128 input)
            : MulDiv.TryMulShift64(amountOut, priceX64, Rounding.Up, out input);
        amountIn = (ulong)input;
        return fits && input <= ulong.MaxValue;
    }
}
