using System;
using LowLatency.Engine.Numerics;
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

    /// <inheritdoc/>
    // PERF: of the first piece only its rate, and one conversion of the price for both directions (graph step of
    // bench --load max, perf/Notes/end-to-end.md). Where the first piece is not at the price, the walk finds it.
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        bool isPlain = Readiness == QuoteStatus.Ok && !_isAdaptive && Liquidity != UInt128.Zero
            && clock.UnixTimestamp >= 0 && (ulong)clock.UnixTimestamp >= _rewardTimestamp;
        if (!isPlain)
        {
            base.MarginalRates(in clock, out rateAToB, out rateBToA);
            return;
        }

        double from = Q64.ToDouble(PriceX64);
        double kept = 1.0 - ((double)_feeRate / FeeOne);
        double keepA = ConcentratedCurve.Keep(MintInfoA.FeeAt(clock.Epoch));
        double keepB = ConcentratedCurve.Keep(MintInfoB.FeeAt(clock.Epoch));
        rateAToB = HasPieceAtPrice(true, out bool isNone)
            ? ConcentratedCurve.Rate(true, from, keepA * kept, keepB)
            : isNone ? 0.0 : FirstRate(SwapDirection.AToB, in clock);
        rateBToA = HasPieceAtPrice(false, out isNone)
            ? ConcentratedCurve.Rate(false, from, keepB * kept, keepA)
            : isNone ? 0.0 : FirstRate(SwapDirection.BToA, in clock);
    }

    private bool HasPieceAtPrice(bool aToB, out bool isNone)
    {
        ref Sequence sequence = ref SequenceOf(aToB);
        isNone = sequence.Count == 0;
        return !isNone && sequence.FirstX64 != PriceX64;
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
