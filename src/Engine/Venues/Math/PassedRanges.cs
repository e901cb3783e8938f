using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>The tick that ends a range, or the place where a swap's arrays end.</summary>
internal struct RangeEnd
{
    /// <summary>Position of the tick in the <see cref="TickStore"/>.</summary>
    internal int Entry;

    /// <summary>Price, Q64.64.</summary>
    internal UInt128 PriceX64;

    /// <summary>True if a swap goes on behind it as it came: an initialized tick with nothing but liquidity.</summary>
    internal bool CanPass;
}

/// <summary>
/// What the ranges take and give that an exact input in one direction passes whole, added up from the price onward: a
/// quote finds its last range among the sums and computes that one only, however many ticks lie before it. The program
/// passes a range if and only if what is left covers the range's input and its fee, each rounded up on their own, so
/// the sums do not depend on the input. They are of one state: <see cref="Forget"/>. Filled as far as inputs come, at
/// most <see cref="RangesMax"/> ranges; what goes beyond is the venue's walk's. Amounts base units, prices Q64.64.
/// Owner: the pool's thread. 2 KB.
/// </summary>
internal sealed class PassedRanges
{
    /// <summary>Most ranges of a swap, the last one included.</summary>
    internal const int RangesMax = 32;

    private readonly ulong[] _inRaw = new ulong[RangesMax]; // what the ranges before took, fees in it
    private readonly Range[] _ranges = new Range[RangesMax];
    private int _count;
    private int _last;

    /// <summary>The end of the last range known.</summary>
    internal RangeEnd End;

    /// <summary>Ranges known; 0 before <see cref="Begin"/>.</summary>
    internal int Count => _count;

    /// <summary>True if an input gets into the last known range, so that a further one may be needed.</summary>
    internal bool Reaches(ulong amount) => _inRaw[_count - 1] <= amount;

    /// <summary>Liquidity of the last range known.</summary>
    internal ulong Liquidity => _ranges[_count - 1].Liquidity;

    /// <summary>Price at which the last range known begins.</summary>
    internal UInt128 PriceX64 => _ranges[_count - 1].PriceX64;

    /// <summary>Nothing holds any longer.</summary>
    internal void Forget() => _count = 0;

    /// <summary>Begins with the range that the price is in.</summary>
    internal void Begin(UInt128 priceX64, ulong liquidity, in RangeEnd end)
    {
        _ranges[0] = new Range { PriceX64 = priceX64, Liquidity = liquidity };
        (_count, _last, End) = (1, 0, end);
    }

    /// <summary>
    /// Adds the range behind the last one, which takes <paramref name="inRaw"/> with the fee in it; false if there is
    /// no room or a sum does not fit.
    /// </summary>
    internal bool TryAdd(ulong inRaw, ulong feeRaw, ulong outRaw, ulong liquidity, in RangeEnd end)
    {
        ref readonly Range before = ref _ranges[_count - 1];
        ulong beforeRaw = _inRaw[_count - 1];
        if (_count == RangesMax || inRaw > ulong.MaxValue - beforeRaw || outRaw > ulong.MaxValue - before.OutRaw)
            return false;
        _inRaw[_count] = beforeRaw + inRaw;
        _ranges[_count++] = new Range
        {
            OutRaw = before.OutRaw + outRaw,
            FeeRaw = before.FeeRaw + feeRaw,
            Liquidity = liquidity,
            PriceX64 = End.PriceX64,
        };
        End = end;
        return true;
    }

    /// <summary>
    /// Quotes an exact input that ends strictly inside a known range and asks for no more than it gives; as
    /// <see cref="FirstRange.TryQuote"/>.
    /// </summary>
    internal bool TryQuote(
        in SwapRequest request,
        bool aToB,
        uint rate,
        in TokenAccountInfo vaultOut,
        ulong stateSlot,
        TickRule tickRule,
        out SwapQuote quote)
    {
        quote = default;
        int number = AscendingSums.LastAtMost(_inRaw.AsSpan(0, _count), request.AmountRaw, ref _last);
        ref readonly Range range = ref _ranges[number];
        UInt128 endX64 = number + 1 == _count ? End.PriceX64 : _ranges[number + 1].PriceX64;
        ulong rest = request.AmountRaw - _inRaw[number];
        ulong amountIn = rest - PriceRange.FeeWithin(rest, rate);
        RangeEnding ending = FirstRange.Move(
            aToB, range.PriceX64, endX64, range.Liquidity, ref amountIn, out ulong amountOut, out UInt128 nextX64);
        if (ending != RangeEnding.Inside || amountOut > ulong.MaxValue - range.OutRaw) return false;
        amountOut += range.OutRaw;
        if (amountOut == 0 || amountOut < request.ThresholdRaw || vaultOut.IsShort(amountOut, stateSlot)) return false;

        quote.AmountInRaw = request.AmountRaw;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = range.FeeRaw + (rest - amountIn);
        quote.CrossedCount = number;
        quote.FeeRateE9 = rate * 1_000;
        quote.LastFeeRateE9 = rate * 1_000;
        quote.LastStepInRaw = _inRaw[number];
        quote.LastStepOutRaw = range.OutRaw;
        quote.SqrtPriceAfterX64 = nextX64;
        quote.DeferTick(tickRule);
        return true;
    }

    /// <summary>A range, and what the ones before it gave.</summary>
    private struct Range
    {
        public ulong OutRaw;
        public ulong FeeRaw;
        public ulong Liquidity;
        public UInt128 PriceX64;
    }
}
