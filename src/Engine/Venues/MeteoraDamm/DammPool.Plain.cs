using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Exact inputs of the plain case, which nearly all quotes are: one range, no transfer fee, a fee that does not depend
/// on the amount. What the state alone decides is decided once a state, so a quote is the fee, one price and one
/// output. Whatever the program could refuse is left to its own order of checks (DammPool.Quote.cs).
/// </summary>
public sealed partial class DammPool
{
    /// <summary>
    /// Least bin step, Q64.64, at which no number of bins between two prices overflows: 2^128 / 2^32 bins, doubled,
    /// times 10,000, is below 2^111.
    /// </summary>
    private static readonly UInt128 LeastBinStepX64 = UInt128.One << 32;

    private bool _isPlain;
    private bool _isRated;
    private bool _isRateLimited;
    private bool _areSumsHigh;
    private ulong _ratedPoint;
    private ulong _plainRate;

    // Tokens that the swap moves: of an old layout worked out of the range, with the program's error.
    private ulong _heldA;
    private ulong _heldB;
    private uint _heldError;

    /// <summary>Works out what the pool account's bytes, or a swap, decide.</summary>
    private void Hold()
    {
        (_heldA, _heldB, _heldError) = (_amountA, _amountB, 0);
        if (_layoutVersion != 0 || IsCompounding) return;
        _heldError = DammCurve.TokenAmount(true, _sqrtPrice, _sqrtMax, _liquidity, Rounding.Up, out _heldA);
        if (_heldError == 0)
            _heldError = DammCurve.TokenAmount(false, _sqrtMin, _sqrtPrice, _liquidity, Rounding.Up, out _heldB);
    }

    /// <summary>Sees whether no check of the program but those of the amount can fail from here.</summary>
    private void Prepare()
    {
        _isRated = false;
        _areSumsHigh = AreSumsHigh();
        bool isSplitSafe = _protocolFeePercent <= 100 && _referralFeePercent <= 100 && _compoundingFeeBps == 0;
        _isPlain = Readiness == QuoteStatus.Ok && !IsCompounding && _heldError == 0 && isSplitSafe && !_areSumsHigh
            && _liquidity >> 64 != UInt128.Zero && _sqrtPrice != UInt128.Zero
            && !_mintA.HasTransferFee && !_mintB.HasTransferFee
            && (!_dynamicFee.IsEnabled || CanAccumulate());
    }

    /// <summary>
    /// True if the volatility after a swap to any price of the range fits the program's integers: the quotient of the
    /// two farthest prices fits Q64.64.
    /// </summary>
    private bool CanAccumulate()
    {
        UInt128 reference = _dynamicFee.PriceReference;
        UInt128 upper = UInt128.Max(_sqrtMax, reference);
        UInt128 lower = UInt128.Min(_sqrtMin, reference);
        return _dynamicFee.BinStepX64 >= LeastBinStepX64 && _dynamicFee.Reference >> 64 == UInt128.Zero
            && _dynamicFee.Accumulator <= uint.MaxValue && upper >> 64 < lower;
    }

    /// <summary>Takes the fee rate of a point; false if the pool is not open or the program would fail.</summary>
    private bool TryRate(ulong point)
    {
        if (point > _latestPoint) _latestPoint = point;
        if (point < _activationPoint) return false;
        Trade any = new() { Point = point, AToB = true };
        if (TotalRate(in any, 1, false, out _plainRate) != 0) return false;
        _isRateLimited = _baseFee.IsLimited(point, _activationPoint, false);
        (_isRated, _ratedPoint) = (true, point);
        return true;
    }

    /// <summary>Quotes an exact input that nothing refuses; false, and no quote, for all else.</summary>
    internal bool TryPlain(in SwapRequest request, ref SwapQuote quote)
    {
        if (!_isPlain || request.Mode != SwapMode.ExactIn || request.HasPriceImpactLimit) return false;
        ulong point = _activationType == 0 ? request.Clock.Slot : (ulong)request.Clock.UnixTimestamp;
        if (!(_isRated && point == _ratedPoint) && !TryRate(point)) return false;
        bool aToB = request.Direction == SwapDirection.AToB;
        if (_isRateLimited && !aToB) return false;
        bool isFeeOnInput = _collectFeeMode != 0 && !aToB;
        ulong amount = request.AmountRaw;
        ulong held = aToB ? _heldA : _heldB;
        if (held + amount < held) return false;
        ulong fee = isFeeOnInput ? FeeOf(amount) : 0;
        ulong net = amount - fee;
        UInt128 next;
        ulong amountOut;
        bool isInside = aToB ? TryFall(net, out amountOut, out next) : TryRise(net, out amountOut, out next);
        if (!isInside || amountOut > (aToB ? _heldB : _heldA)) return false;
        if (!isFeeOnInput) amountOut -= fee = FeeOf(amountOut);
        if (amountOut < request.ThresholdRaw) return false;
        quote.AmountInRaw = amount;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = fee;
        quote.FeeOnOutput = !isFeeOnInput;
        quote.FeeRateE9 = (uint)_plainRate;
        quote.SqrtPriceAfterX64 = next;
        return true;
    }

    /// <summary>Fee within an amount, rounded up; rates are below one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong FeeOf(ulong amount)
    {
        ulong high = MulDiv.Product(amount, _plainRate, out ulong low);
        if (high == 0) return MulDiv.CeilDiv(low, DammBaseFee.FeeDenominator);
        return (ulong)((new UInt128(high, low) + (DammBaseFee.FeeDenominator - 1)) / DammBaseFee.FeeDenominator);
    }

    /// <summary>
    /// A goes in. PERF: P - floor(P P amount / (L + amount P)) is the program's quotient rounded up, and nearly always
    /// one limb by a divisor of two (DammQuoteBenchmarks).
    /// </summary>
    private bool TryFall(ulong amount, out ulong amountOut, out UInt128 next)
    {
        (next, amountOut) = (_sqrtPrice, 0);
        ulong p1 = (ulong)(next >> 64);
        ulong p0 = (ulong)next;
        ulong s1 = MulDiv.Product(p0, amount, out ulong s0);
        ulong s2 = MulDiv.Product(p1, amount, out ulong second);
        s1 += second;
        if (s1 < second) s2++;
        UInt128 liquidity = _liquidity;
        UInt128 divisor = new UInt128(s1, s0) + liquidity;
        if (amount == 0 || s2 != 0 || divisor < liquidity) return false;
        ulong n3 = UInt256.Multiply(s1, s0, p1, p0, out ulong n2, out ulong n1, out ulong n0);
        UInt128 top = new(n2, n1);
        if (n3 != 0 || top >= divisor) return false;
        ulong fall = UInt256Division.DivideToLimb(top, n0, divisor, out _);
        next -= fall;

        // L fall / 2^128.
        amountOut = MulDiv.Product((ulong)(liquidity >> 64), fall, out ulong low);
        if (low + MulDiv.High((ulong)liquidity, fall) < low) amountOut++;
        return next >= _sqrtMin;
    }

    /// <summary>B goes in: the price rises by amount 2^128 / L, and gives L rise / (P next) of A.</summary>
    private bool TryRise(ulong amount, out ulong amountOut, out UInt128 next)
    {
        (next, amountOut) = (_sqrtPrice, 0);
        UInt128 liquidity = _liquidity;
        UInt128 top = new(amount, 0);
        if (amount == 0 || top >= liquidity) return false;
        ulong rise = UInt256Division.DivideToLimb(top, 0, liquidity, out _);
        ulong p1 = (ulong)(next >> 64);
        ulong p0 = (ulong)next;
        next += rise;
        if (next < rise || next > _sqrtMax) return false;
        _ = UInt256.Multiply(
            0, rise, (ulong)(liquidity >> 64), (ulong)liquidity, out ulong n2, out ulong n1, out ulong n0);
        ulong d3 = UInt256.Multiply(
            p1, p0, (ulong)(next >> 64), (ulong)next, out ulong d2, out ulong d1, out ulong d0);
        return d3 == 0 && UInt256Division.TryDivideToLimb(n2, n1, n0, d2, d1, d0, out amountOut);
    }
}
