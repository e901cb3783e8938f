using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// The range of constant liquidity that a CLMM pool's price is in, as an exact input in one direction meets it. Most
/// quotes end inside it, and there both programs do the same: the fee, one price, one output. Set once a state;
/// anything but the plain case is refused and left to the venue's walk, which alone knows errors and passed ticks.
/// Plain: constant fee on the input, no transfer fee, liquidity below 2^64, price below 2^96, so that none of the
/// program's checks can fail before the range's end. Prices Q64.64, amounts base units. Owner: the pool's thread.
/// </summary>
internal struct FirstRange
{
    private UInt128 _priceX64;
    private UInt128 _endX64;
    private ulong _liquidity;

    // Inputs from here on are refused: all of them, or those that an earlier quote showed to leave the range.
    private ulong _refusedRaw;

    /// <summary>Takes the range from the price to its end in the direction; fees are the caller's to check.</summary>
    internal void Set(bool aToB, UInt128 priceX64, UInt128 endX64, UInt128 liquidity)
    {
        _priceX64 = priceX64;
        _endX64 = endX64;
        _liquidity = (ulong)liquidity;
        _refusedRaw = IsPlain(priceX64, liquidity) && (aToB ? endX64 < priceX64 : endX64 > priceX64)
            ? ulong.MaxValue
            : 0;
    }

    /// <summary>True if it was set to a plain range and not refused.</summary>
    internal readonly bool IsUsable => _refusedRaw != 0;

    /// <summary>True if none of the programs' checks can fail inside a range that begins there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPlain(UInt128 priceX64, UInt128 liquidity) =>
        liquidity != UInt128.Zero && ((liquidity >> 64) | (priceX64 >> 96)) == UInt128.Zero;

    /// <summary>Refuses every input until it is set again.</summary>
    internal void Refuse() => _refusedRaw = 0;

    /// <summary>
    /// Quotes an exact input that ends strictly inside the range and asks for no more than it gives; false if it does
    /// not, or may not.
    /// </summary>
    /// <param name="request">Exact input without a price limit.</param>
    /// <param name="aToB">Direction.</param>
    /// <param name="rate">Fee in 1e-6 of the input, below one.</param>
    /// <param name="vaultOut">Vault that pays.</param>
    /// <param name="stateSlot">Slot of the pool's state.</param>
    /// <param name="tickRule">Conversion that tells the tick of the price after.</param>
    /// <param name="quote">The quote; zero if refused.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryQuote(
        in SwapRequest request,
        bool aToB,
        uint rate,
        in TokenAccountInfo vaultOut,
        ulong stateSlot,
        TickRule tickRule,
        out SwapQuote quote)
    {
        // PERF: no walk, no remembered range, no state through memory (WhirlpoolBenchmarks.Quote,
        // RaydiumClmmBenchmarks.Quote, no tick passed; perf/Notes/quotes.md).
        quote = default;
        ulong amount = request.AmountRaw;
        if (amount >= _refusedRaw) return false;
        ulong amountIn = amount - PriceRange.FeeWithin(amount, rate);
        RangeEnding ending = Move(
            aToB, _priceX64, _endX64, _liquidity, ref amountIn, out ulong amountOut, out UInt128 nextX64);
        if (ending == RangeEnding.Beyond) _refusedRaw = amount;
        if (ending != RangeEnding.Inside || amountOut == 0 || amountOut < request.ThresholdRaw
            || vaultOut.IsShort(amountOut, stateSlot))
            return false;

        quote.AmountInRaw = amount;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = amount - amountIn;
        quote.FeeRateE9 = rate * 1_000;
        quote.LastFeeRateE9 = rate * 1_000;
        quote.SqrtPriceAfterX64 = nextX64;
        quote.DeferTick(tickRule);
        return true;
    }

    /// <summary>
    /// Where an input, fee taken off, moves a price that is before <paramref name="endX64"/>, and what it gives; the
    /// input becomes what the move takes. Liquidity above 0 and below 2^64, price below 2^96.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RangeEnding Move(
        bool aToB,
        UInt128 priceX64,
        UInt128 endX64,
        ulong liquidity,
        ref ulong amountIn,
        out ulong amountOut,
        out UInt128 nextX64) => aToB
        ? TryFall(priceX64, endX64, liquidity, ref amountIn, out amountOut, out nextX64)
        : TryRise(priceX64, endX64, liquidity, amountIn, out amountOut, out nextX64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RangeEnding TryFall(
        UInt128 priceX64,
        UInt128 endX64,
        ulong liquidity,
        ref ulong amountIn,
        out ulong amountOut,
        out UInt128 nextX64)
    {
        nextX64 = priceX64;
        amountOut = 0;
        if (!SqrtPriceMath.TryFallByA(priceX64, liquidity, amountIn, out ulong fallX64) || fallX64 == 0)
            return RangeEnding.Unknown;
        nextX64 = priceX64 - fallX64;
        if (nextX64 <= endX64) return RangeEnding.Beyond;

        amountOut = MulDiv.High(liquidity, fallX64);
        // The price after, s, is less than one unit above the price that takes the whole input, so the input it takes
        // is less than L 2^64 / (s (s - 1)) short of the whole: rounded up it is the whole while that is at most one.
        ulong low = (ulong)nextX64;
        bool isWhole = (nextX64 >> 64) != UInt128.Zero || MulDiv.High(low, low - 1) >= liquidity;
        return isWhole
            || SqrtPriceMath.AmountA(nextX64, priceX64, liquidity, Rounding.Up, out amountIn) == PriceMathStatus.Ok
            ? RangeEnding.Inside
            : RangeEnding.Unknown;
    }

    // The price after is less than one unit below the price that takes the whole input, and a unit takes L / 2^64, less
    // than one: the input rounded up is always the whole.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RangeEnding TryRise(
        UInt128 priceX64,
        UInt128 endX64,
        ulong liquidity,
        ulong amountIn,
        out ulong amountOut,
        out UInt128 nextX64)
    {
        UInt128 riseX64 = new UInt128(amountIn, 0) / liquidity;
        nextX64 = priceX64 + riseX64;
        amountOut = 0;
        if (riseX64 >= endX64 - priceX64) return RangeEnding.Beyond;
        return amountIn != 0
            && SqrtPriceMath.AmountA(priceX64, nextX64, liquidity, out amountOut, out _) == PriceMathStatus.Ok
            ? RangeEnding.Inside
            : RangeEnding.Unknown;
    }
}

/// <summary>Where an input in a range of constant liquidity ends.</summary>
internal enum RangeEnding : byte
{
    /// <summary>Strictly inside.</summary>
    Inside = 0,

    /// <summary>At the range's end or behind it.</summary>
    Beyond = 1,

    /// <summary>Left to the venue's walk.</summary>
    Unknown = 2,
}
