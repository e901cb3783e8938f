using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Curve pieces for search: ranges of constant liquidity and fee, and limit orders as pieces of one
/// price.
/// </summary>
public sealed partial class RaydiumClmmPool
{
    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        if (Readiness != QuoteStatus.Ok || (ulong)clock.UnixTimestamp <= _openTime) return 0;
        bool zeroForOne = direction == SwapDirection.AToB;
        bool isFeeOnOutput = !IsFeeOnInput(zeroForOne);
        ref Start start = ref StartOf(zeroForOne);
        if (start.Fault != RaydiumClmmFault.None) return 0;
        Cursor cursor = start.Cursor;
        ConcentratedCurve curve = new(
            zeroForOne,
            (zeroForOne ? ref MintInfoA : ref MintInfoB).FeeAt(clock.Epoch),
            (zeroForOne ? ref MintInfoB : ref MintInfoA).FeeAt(clock.Epoch),
            destination);
        Walk walk = default;
        walk.Start(this, 0, zeroForOne, (ulong)clock.UnixTimestamp);
        while (!curve.IsFull)
        {
            int entry = cursor.Entry;
            UInt128 nextX64 = Ticks.SqrtPriceX64[entry];
            double rate;
            do
            {
                rate = (double)walk.NextRate(_tradeFeeRate, TickSpacing) / FeeOne;
                UInt128 boundX64 = walk.Bound(nextX64, zeroForOne, TickSpacing, out bool isSkip);
                curve.Add(walk.Liquidity, walk.PriceX64, boundX64, rate, isFeeOnOutput);
                walk.PriceX64 = boundX64;
                walk.Advance(isSkip, zeroForOne, nextX64, Ticks.Tick[entry], TickSpacing);
            }
            while (walk.PriceX64 != nextX64 && !curve.IsFull);

            AddOrders(ref curve, entry, zeroForOne, rate, isFeeOnOutput);
            if (!TryCross(entry, zeroForOne, ref walk)) break;
            if (MoveOn(zeroForOne, ref cursor) != RaydiumClmmFault.None) break;
        }

        return curve.Count;
    }

    /// <inheritdoc/>
    // PERF: as a Whirlpool's (graph step of bench --load max, perf/Notes/end-to-end.md).
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        bool isPlain = Readiness == QuoteStatus.Ok && !_dynamicFee.IsEnabled && Liquidity != UInt128.Zero
            && (ulong)clock.UnixTimestamp > _openTime;
        if (!isPlain)
        {
            base.MarginalRates(in clock, out rateAToB, out rateBToA);
            return;
        }

        rateAToB = RateAtPrice(true, in clock);
        rateBToA = RateAtPrice(false, in clock);
    }

    private double RateAtPrice(bool zeroForOne, in ChainClock clock)
    {
        ref Start start = ref StartOf(zeroForOne);
        if (start.Fault != RaydiumClmmFault.None) return 0.0;
        if (Ticks.SqrtPriceX64[start.Cursor.Entry] == PriceX64)
            return FirstRate(zeroForOne ? SwapDirection.AToB : SwapDirection.BToA, in clock);
        double input = ConcentratedCurve.Keep((zeroForOne ? ref MintInfoA : ref MintInfoB).FeeAt(clock.Epoch));
        double output = ConcentratedCurve.Keep((zeroForOne ? ref MintInfoB : ref MintInfoA).FeeAt(clock.Epoch));
        double kept = 1.0 - ((double)_tradeFeeRate / FeeOne);
        if (IsFeeOnInput(zeroForOne)) input *= kept;
        else output *= kept;
        return ConcentratedCurve.Rate(zeroForOne, Q64.ToDouble(PriceX64), input, output);
    }

    private void AddOrders(ref ConcentratedCurve curve, int entry, bool zeroForOne, double rate, bool isFeeOnOutput)
    {
        double amountOut = (double)Ticks.Orders!.Untouched[entry] + Ticks.Orders.PartFilled[entry];
        double sqrtPrice = Q64.ToDouble(Ticks.SqrtPriceX64[entry]);
        double price = sqrtPrice * sqrtPrice;
        curve.AddFixed(amountOut, zeroForOne ? price : 1.0 / price, rate, isFeeOnOutput);
    }

    private bool TryCross(int entry, bool zeroForOne, ref Walk walk)
    {
        if (!Ticks.Orders!.HasLiquidity[entry]) return true;
        Int128 net = Ticks.LiquidityNet[entry];
        if (zeroForOne) net = -net;
        UInt128 magnitude = (UInt128)(net < 0 ? -net : net);
        if (net < 0 ? magnitude > walk.Liquidity : magnitude > UInt128.MaxValue - walk.Liquidity) return false;
        walk.Liquidity = net < 0 ? walk.Liquidity - magnitude : walk.Liquidity + magnitude;
        return true;
    }
}
