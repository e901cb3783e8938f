using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// Curve pieces for search: one a range of constant liquidity, as a Moebius map over virtual
/// reserves.
/// </summary>
public sealed partial class WhirlpoolPool
{
    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        if (Readiness != QuoteStatus.Ok || clock.UnixTimestamp < 0) return 0;
        bool aToB = direction == SwapDirection.AToB;
        ulong timestamp = (ulong)clock.UnixTimestamp;
        ref Sequence sequence = ref SequenceOf(aToB);
        if (sequence.Count == 0 || (_isAdaptive && _fee.TradeEnableTimestamp > timestamp)) return 0;
        if (timestamp < _rewardTimestamp) return 0;
        ConcentratedCurve curve = new(
            aToB,
            (aToB ? ref MintInfoA : ref MintInfoB).FeeAt(clock.Epoch),
            (aToB ? ref MintInfoB : ref MintInfoA).FeeAt(clock.Epoch),
            destination);
        if (_isAdaptive)
        {
            WhirlpoolFeeWalk fee = new(aToB, CurrentTick, timestamp, _feeRate, _fee);
            if (fee.IsClockValid) AddSegments(aToB, sequence, ref fee, ref curve);
            return curve.Count;
        }

        WhirlpoolStaticFeeWalk constant = new(_feeRate);
        AddSegments(aToB, sequence, ref constant, ref curve);
        return curve.Count;
    }

    private void AddSegments<TFee>(bool aToB, in Sequence sequence, ref TFee fee, ref ConcentratedCurve curve)
        where TFee : struct, IWhirlpoolFeeWalk
    {
        Walk walk = default;
        walk.Liquidity = Liquidity;
        UInt128 priceX64 = PriceX64;
        int entry = sequence.FirstEntry;
        while (!curve.IsFull)
        {
            int nextTick = NextTick(entry, aToB, sequence, out bool isInitialized);
            UInt128 nextX64 = isInitialized ? Ticks.SqrtPriceX64[entry] : sequence.EndX64;
            do
            {
                // An adaptive fee makes a piece of each tick group, until it is at its maximum.
                uint rate = fee.NextRate();
                UInt128 boundX64 = fee.Bound(nextX64, walk.Liquidity, out bool isSkip);
                curve.Add(walk.Liquidity, priceX64, boundX64, (double)rate / FeeOne, false);
                priceX64 = boundX64;
                fee.Advance(isSkip, priceX64, nextX64, nextTick);
            }
            while (priceX64 != nextX64 && !curve.IsFull);

            if (!isInitialized || Cross(entry, aToB, ref walk) != 0) break;
            if (sequence.EndsAt(nextTick, aToB, TickSpacing)) break;
            entry += aToB ? -1 : 1;
        }
    }
}
