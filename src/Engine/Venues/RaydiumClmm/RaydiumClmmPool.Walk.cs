using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>State of a swap under way, and what it leaves behind.</summary>
public sealed partial class RaydiumClmmPool
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Commit(bool zeroForOne, in Walk walk)
    {
        PriceX64 = walk.PriceX64;
        CurrentTick = walk.IsTickStale ? RaydiumTickMath.TickAtSqrtPrice(walk.PriceX64) : walk.Tick;
        Liquidity = walk.Liquidity;
        if (IsFeeOnToken0(zeroForOne))
        {
            _feeGrowth0 = walk.FeeGrowthX64;
            _protocolFees0 += walk.ProtocolFee;
            _fundFees0 += walk.FundFee;
        }
        else
        {
            _feeGrowth1 = walk.FeeGrowthX64;
            _protocolFees1 += walk.ProtocolFee;
            _fundFees1 += walk.FundFee;
        }

        _areFeeSumsHigh = AreFeeSumsHigh();
        if (_dynamicFee.IsEnabled) _dynamicFee = walk.Dynamic;
        if (walk.HasMatchedOrders) RemoveEmptyTicks();
    }

    // A quote counts fees for the sake of the sums that they can overflow: those of the current program's protocol and
    // fund; the old binary checks the growth too, which any fee can overflow where the liquidity is small.
    private bool AreFeesCounted => IsOld || _areFeeSumsHigh;

    private bool AreFeeSumsHigh() => (_protocolFees0 | _protocolFees1 | _fundFees0 | _fundFees1) > HighFeeSum;

    // Source: pool.rs update_fee at 03b44b7, swap_internal at cc1adca: both add with a check once the walk is over.
    private RaydiumClmmFault CheckFees(bool zeroForOne, in Walk walk)
    {
        bool isToken0 = IsFeeOnToken0(zeroForOne);
        return walk.ProtocolFee > ulong.MaxValue - (isToken0 ? _protocolFees0 : _protocolFees1)
            || walk.FundFee > ulong.MaxValue - (isToken0 ? _fundFees0 : _fundFees1)
            ? IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.CalculateOverflow
            : RaydiumClmmFault.None;
    }

    // Ticks whose last orders were filled and that hold no liquidity are no longer initialized; an array without any
    // initialized tick leaves the bitmap.
    private void RemoveEmptyTicks()
    {
        TickOrders orders = Ticks.Orders!;
        for (int i = Ticks.Count - 1; i >= 0; i--)
        {
            if (orders.HasLiquidity[i] || (orders.Untouched[i] | orders.PartFilled[i]) != 0) continue;
            int number = NumberOf(Ticks.Tick[i]);
            Ticks.RemoveAt(i);
            int below = Ticks.FindAtOrBelow((number * Span) + Span - 1);
            if (below < 0 || Ticks.Tick[below] < number * Span) _bitmap.Flip(number);
        }
    }

    /// <summary>Amounts, price and fee state along the walk. Source: instructions/swap.rs SwapState.</summary>
    private struct Walk
    {
        public ulong Remaining;
        public ulong Calculated;
        public ulong FeeSum;
        public ulong ProtocolFee;
        public ulong FundFee;
        public UInt128 PriceX64;
        public UInt128 Liquidity;
        public UInt128 FeeGrowthX64;
        public int Tick;
        public bool IsTickStale;

        /// <summary>True if what the fee does to the pool is counted.</summary>
        public bool CountsFees;

        /// <summary>True if the price is that of the initialized tick before the next one.</summary>
        public bool IsAtTick;
        public bool HasMatchedOrders;
        public int Crossed;
        public uint FirstRate;
        public uint LastRate;
        public ulong StepRemaining;
        public ulong StepCalculated;
        public int SpacingIndex;
        public RaydiumDynamicFee Dynamic;

        public void Start(RaydiumClmmPool pool, ulong amount, bool zeroForOne, ulong timestamp)
        {
            Remaining = amount;
            PriceX64 = pool.PriceX64;
            Liquidity = pool.Liquidity;
            Tick = pool.CurrentTick;
            FeeGrowthX64 = pool.IsFeeOnToken0(zeroForOne) ? pool._feeGrowth0 : pool._feeGrowth1;
            if (!pool._dynamicFee.IsEnabled) return;
            Dynamic = pool._dynamicFee;
            SpacingIndex = RaydiumDynamicFee.IndexOf(Tick, pool.TickSpacing);
            Dynamic.UpdateReference(SpacingIndex, timestamp);
        }

        public uint NextRate(uint baseRate, ushort tickSpacing)
        {
            uint rate = baseRate;
            if (Dynamic.IsEnabled)
            {
                Dynamic.UpdateVolatility(SpacingIndex);
                rate = Dynamic.TotalRate(baseRate, tickSpacing);
            }

            if (FirstRate == 0) FirstRate = rate;
            LastRate = rate;
            return rate;
        }

        // Price up to which the rate holds. Source: get_spacing_bounded_price.
        public readonly UInt128 Bound(UInt128 targetX64, bool zeroForOne, ushort tickSpacing, out bool isSkip)
        {
            isSkip = !Dynamic.IsEnabled || Liquidity == UInt128.Zero || Dynamic.IsSaturated;
            if (isSkip) return targetX64;
            int tick = (zeroForOne ? SpacingIndex : SpacingIndex + 1) * tickSpacing;
            UInt128 boundX64 =
                RaydiumTickMath.SqrtPriceAtTick(System.Math.Clamp(tick, TickMath.MinTick, TickMath.MaxTick));
            return zeroForOne ? UInt128.Max(targetX64, boundX64) : UInt128.Min(targetX64, boundX64);
        }

        // Source: update_dynamic_fee_index.
        public void Advance(bool isSkip, bool zeroForOne, UInt128 nextX64, int nextTick, ushort tickSpacing)
        {
            if (!Dynamic.IsEnabled) return;
            if (isSkip)
            {
                int tick = nextTick;
                if (PriceX64 != nextX64)
                {
                    if (IsTickStale) Tick = RaydiumTickMath.TickAtSqrtPrice(PriceX64);
                    IsTickStale = false;
                    tick = Tick;
                }

                SpacingIndex = RaydiumDynamicFee.IndexOf(tick, tickSpacing);
                if (!zeroForOne && tick % tickSpacing == 0) SpacingIndex--;
                if (!Dynamic.IsSaturated) Dynamic.UpdateVolatility(SpacingIndex);
            }

            SpacingIndex += zeroForOne ? -1 : 1;
        }
    }
}
