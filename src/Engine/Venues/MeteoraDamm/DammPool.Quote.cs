using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// The swap in its three modes.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/instructions/swap/*.rs (order of checks), state/pool.rs
/// (get_swap_result_from_*, apply_swap_result), state/fee.rs (split_fees).
/// </summary>
public sealed partial class DammPool
{
    // Source: damm-v2@a3d3827 programs/cp-amm/src/constants.rs, get_max_fee_numerator by fee version.
    private const ulong MaxRateV0 = 500_000_000;
    private const ulong MaxRateV1 = 990_000_000;

    /// <summary>A swap under way. Amounts in base units.</summary>
    private struct Trade
    {
        internal bool AToB;
        internal bool FeeOnInput;
        internal bool HasReferral;
        internal ulong Point;
        internal ulong Rate;

        /// <summary>Input with and without trade fee, output with and without.</summary>
        internal ulong GrossIn, NetIn, GrossOut, NetOut;
        internal ulong Fee;
        internal ulong ClaimingFee, CompoundingFee, ProtocolFee, ReferralFee;
        internal UInt128 NextPrice;

        /// <summary>Token amounts and volatility after the swap.</summary>
        internal ulong AmountA, AmountB;
        internal DammDynamicFee Dynamic;
        internal uint Error;
    }

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        quote = default;
        return TryPlain(in request, ref quote) ? QuoteStatus.Ok : Run(in request, out quote, out _);
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Run(in request, out quote, out Trade trade);
        if (status == QuoteStatus.Ok) Commit(in request, in trade, in quote);
        return status;
    }

    private QuoteStatus Run(in SwapRequest request, out SwapQuote quote, out Trade trade)
    {
        quote = default;
        trade = default;
        QuoteStatus status = Begin(in request, ref trade);
        if (status == QuoteStatus.Ok) status = Swap(in request, ref trade, ref quote);
        if (status == QuoteStatus.Ok) status = Conclude(in request, ref trade);
        if (status != QuoteStatus.Ok)
        {
            quote = default;
            quote.ProgramErrorCode = trade.Error == DammProgram.Aborted ? 0 : trade.Error;
            return status;
        }

        quote.FeeRaw = trade.Fee;
        quote.FeeOnOutput = !trade.FeeOnInput;
        quote.FeeRateE9 = (uint)trade.Rate;
        quote.SqrtPriceAfterX64 = trade.NextPrice;
        return QuoteStatus.Ok;
    }

    private QuoteStatus Begin(in SwapRequest request, ref Trade trade)
    {
        if (Readiness is not (QuoteStatus.Ok or QuoteStatus.SwapDisabled)) return Readiness;
        if (request.HasPriceImpactLimit) return QuoteStatus.UnsupportedMode;
        trade.Point = _activationType == 0 ? request.Clock.Slot : (ulong)request.Clock.UnixTimestamp;
        if (trade.Point > _latestPoint) _latestPoint = trade.Point;
        if (Readiness == QuoteStatus.SwapDisabled)
            return Fail(ref trade, QuoteStatus.SwapDisabled, DammProgram.PoolDisabled);
        if (trade.Point < _activationPoint) return Fail(ref trade, QuoteStatus.NotOpenYet, DammProgram.PoolDisabled);
        if (request.AmountRaw == 0) return Fail(ref trade, QuoteStatus.ZeroAmount, DammProgram.AmountIsZero);

        trade.AToB = request.Direction == SwapDirection.AToB;
        trade.FeeOnInput = _collectFeeMode != 0 && !trade.AToB;
        trade.HasReferral = request.HasReferral;
        (trade.AmountA, trade.AmountB) = (_heldA, _heldB);
        if (_heldError != 0) return Fail(ref trade, QuoteStatus.Overflow, _heldError);
        trade.Dynamic = _dynamicFee;
        trade.Dynamic.UpdateReferences(_sqrtPrice, (ulong)request.Clock.UnixTimestamp);
        return QuoteStatus.Ok;
    }

    private QuoteStatus Swap(in SwapRequest request, ref Trade trade, ref SwapQuote quote)
    {
        TransferFeeRate feeIn = MintInfoOf(trade.AToB).FeeAt(request.Clock.Epoch);
        TransferFeeRate feeOut = MintInfoOf(!trade.AToB).FeeAt(request.Clock.Epoch);
        uint error;
        if (request.Mode == SwapMode.ExactOut)
        {
            if (!TransferFee.TryAmountBeforeFee(in feeOut, request.AmountRaw, out ulong wanted))
                return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
            error = ExactOut(wanted, ref trade);
            if (error != 0) return Fail(ref trade, StatusOf(error), error);
            if (!TransferFee.TryAmountBeforeFee(in feeIn, trade.GrossIn, out quote.AmountInRaw))
                return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
            quote.AmountOutRaw = request.AmountRaw;
            if (quote.AmountInRaw > request.ThresholdRaw)
                return Fail(ref trade, QuoteStatus.SlippageExceeded, DammProgram.ExceededSlippage);
            return QuoteStatus.Ok;
        }

        ulong amountIn = TransferFee.AmountAfterFee(in feeIn, request.AmountRaw);
        if (amountIn == 0) return Fail(ref trade, QuoteStatus.ZeroAmount, DammProgram.AmountIsZero);
        bool isPartial = request.Mode == SwapMode.PartialFill;
        error = ExactIn(amountIn, isPartial, ref trade);
        if (error != 0) return Fail(ref trade, StatusOf(error), error);
        if (isPartial && trade.GrossIn == 0)
            return Fail(ref trade, QuoteStatus.InsufficientLiquidity, DammProgram.AmountIsZero);
        quote.AmountOutRaw = TransferFee.AmountAfterFee(in feeOut, trade.NetOut);
        if (quote.AmountOutRaw < request.ThresholdRaw)
            return Fail(ref trade, QuoteStatus.SlippageExceeded, DammProgram.ExceededSlippage);
        quote.AmountInRaw = request.AmountRaw;
        if (!isPartial || TransferFee.TryAmountBeforeFee(in feeIn, trade.GrossIn, out quote.AmountInRaw))
            return QuoteStatus.Ok;
        return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
    }

    private uint ExactIn(ulong amountIn, bool isPartial, ref Trade trade)
    {
        uint error = TotalRate(in trade, amountIn, false, out trade.Rate);
        trade.GrossIn = amountIn;
        trade.NetIn = amountIn;
        if (error == 0 && trade.FeeOnInput) error = TakeFee(ref trade, amountIn, out trade.NetIn);
        if (error != 0) return error;
        ulong left = 0;
        error = IsCompounding
            ? CompoundingOut(trade.NetIn, trade.AToB, out trade.GrossOut)
            : RangeOut(ref trade, isPartial, out left);
        if (error != 0) return error;
        if (left != 0)
        {
            trade.NetIn -= left;
            trade.GrossIn = trade.NetIn;
            if (trade.FeeOnInput) error = AddFee(ref trade, trade.NetIn, out trade.GrossIn);
            if (error != 0) return error;
        }

        trade.NetOut = trade.GrossOut;
        return trade.FeeOnInput ? 0 : TakeFee(ref trade, trade.GrossOut, out trade.NetOut);
    }

    private uint ExactOut(ulong amountOut, ref Trade trade)
    {
        trade.NetOut = amountOut;
        trade.GrossOut = amountOut;
        uint error = trade.FeeOnInput ? 0 : AddFee(ref trade, amountOut, out trade.GrossOut);
        if (error != 0) return error;
        error = IsCompounding
            ? CompoundingIn(trade.GrossOut, trade.AToB, out trade.NetIn)
            : RangeIn(ref trade);
        if (error != 0) return error;
        trade.GrossIn = trade.NetIn;
        return trade.FeeOnInput ? AddFee(ref trade, trade.NetIn, out trade.GrossIn) : 0;
    }

    private uint RangeOut(ref Trade trade, bool isPartial, out ulong left)
    {
        left = 0;
        UInt128 end = trade.AToB ? _sqrtMin : _sqrtMax;
        if (isPartial)
        {
            if (trade.AToB && end == UInt128.Zero) return DammProgram.Aborted;
            bool fits = true;
            UInt128 room = trade.AToB
                ? DammCurve.AmountA(end, _sqrtPrice, _liquidity, Rounding.Up, out fits)
                : DammCurve.AmountB(_sqrtPrice, end, _liquidity, Rounding.Up);
            if (fits && trade.NetIn >= room)
            {
                left = trade.NetIn - (ulong)room;
                trade.NextPrice = end;
                return RangeOutAt(ref trade);
            }
        }

        uint error = DammCurve.PriceAfterInput(_sqrtPrice, _liquidity, trade.NetIn, trade.AToB, out trade.NextPrice);
        if (error != 0) return error;
        bool isOutside = trade.AToB ? trade.NextPrice < end : trade.NextPrice > end;
        return isOutside && !isPartial ? DammProgram.PriceRangeViolation : RangeOutAt(ref trade);
    }

    private uint RangeOutAt(ref Trade trade)
    {
        UInt128 lower = trade.AToB ? trade.NextPrice : _sqrtPrice;
        UInt128 upper = trade.AToB ? _sqrtPrice : trade.NextPrice;
        return DammCurve.TokenAmount(!trade.AToB, lower, upper, _liquidity, Rounding.Down, out trade.GrossOut);
    }

    private uint RangeIn(ref Trade trade)
    {
        uint error = DammCurve.PriceAfterOutput(
            _sqrtPrice, _liquidity, trade.GrossOut, trade.AToB, out trade.NextPrice);
        if (error != 0) return error;
        bool isOutside = trade.AToB ? trade.NextPrice < _sqrtMin : trade.NextPrice > _sqrtMax;
        if (isOutside) return DammProgram.PriceRangeViolation;
        if (trade.AToB && trade.NextPrice == UInt128.Zero) return DammProgram.Aborted;
        UInt128 lower = trade.AToB ? trade.NextPrice : _sqrtPrice;
        UInt128 upper = trade.AToB ? _sqrtPrice : trade.NextPrice;
        return DammCurve.TokenAmount(trade.AToB, lower, upper, _liquidity, Rounding.Up, out trade.NetIn);
    }

    private uint CompoundingOut(ulong amountIn, bool aToB, out ulong amountOut)
    {
        amountOut = 0;
        ulong held = aToB ? _amountA : _amountB;
        ulong sum = held + amountIn;
        if (sum < held) return DammProgram.MathOverflow;
        return DammCurve.MulDiv64(aToB ? _amountB : _amountA, amountIn, sum, Rounding.Down, out amountOut);
    }

    private uint CompoundingIn(ulong amountOut, bool aToB, out ulong amountIn)
    {
        amountIn = 0;
        ulong held = aToB ? _amountB : _amountA;
        if (amountOut > held) return DammProgram.MathOverflow;
        return DammCurve.MulDiv64(aToB ? _amountA : _amountB, amountOut, held - amountOut, Rounding.Up, out amountIn);
    }

    // Rate of an amount without fee, then the fee on top of it.
    private uint AddFee(ref Trade trade, ulong net, out ulong gross)
    {
        gross = net;
        uint error = TotalRate(in trade, net, true, out ulong rate);
        if (error == 0)
            error = DammCurve.MulDiv64(
                net, DammBaseFee.FeeDenominator, DammBaseFee.FeeDenominator - rate, Rounding.Up, out gross);
        if (error != 0) return error;
        trade.Rate = rate;
        return SplitFee(ref trade, gross - net);
    }

    private uint TakeFee(ref Trade trade, ulong gross, out ulong net)
    {
        net = 0;
        uint error = DammCurve.MulDiv64(
            gross, trade.Rate, DammBaseFee.FeeDenominator, Rounding.Up, out ulong fee);
        if (error != 0) return error;
        net = gross - fee;
        return SplitFee(ref trade, fee);
    }

    private uint TotalRate(in Trade trade, ulong amount, bool excluded, out ulong rate)
    {
        uint error = _baseFee.Rate(
            trade.Point,
            _activationPoint,
            trade.AToB,
            amount,
            excluded,
            _initialSqrtPrice,
            _sqrtPrice,
            out rate);
        return error != 0 ? error : _dynamicFee.AddTo(rate, _feeVersion == 0 ? MaxRateV0 : MaxRateV1, out rate);
    }

    private uint SplitFee(ref Trade trade, ulong fee)
    {
        trade.Fee = fee;
        ulong protocol = (ulong)((UInt128)fee * _protocolFeePercent / 100);
        if (protocol > fee) return DammProgram.MathOverflow;
        ulong trading = fee - protocol;
        trade.CompoundingFee = (ulong)((UInt128)trading * _compoundingFeeBps / 10_000);
        if (trade.CompoundingFee > trading) return DammProgram.MathOverflow;
        trade.ClaimingFee = trading - trade.CompoundingFee;
        trade.ReferralFee = trade.HasReferral ? (ulong)((UInt128)protocol * _referralFeePercent / 100) : 0;
        if (trade.ReferralFee > protocol) return DammProgram.MathOverflow;
        trade.ProtocolFee = protocol - trade.ReferralFee;
        return 0;
    }

    /// <summary>What the program computes after the amounts, as far as it can refuse the swap.</summary>
    private QuoteStatus Conclude(in SwapRequest request, ref Trade trade)
    {
        if (_liquidity == UInt128.Zero) return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
        if (_areSumsHigh && IsSumOverflow(in trade))
            return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
        ref ulong input = ref trade.AToB ? ref trade.AmountA : ref trade.AmountB;
        ref ulong output = ref trade.AToB ? ref trade.AmountB : ref trade.AmountA;
        bool isShort = trade.GrossOut > output;
        input += trade.NetIn;
        bool wrapped = input < trade.NetIn;
        output -= trade.GrossOut;
        trade.AmountB += trade.CompoundingFee;
        wrapped |= trade.AmountB < trade.CompoundingFee;
        if (isShort || wrapped) return Fail(ref trade, QuoteStatus.Overflow, DammProgram.MathOverflow);
        uint error = 0;
        if (IsCompounding) error = DammCurve.SqrtPriceOf(trade.AmountA, trade.AmountB, out trade.NextPrice);
        if (error == 0)
            error = trade.Dynamic.UpdateAfter(_sqrtPrice, trade.NextPrice, (ulong)request.Clock.UnixTimestamp);
        return error == 0 ? QuoteStatus.Ok : Fail(ref trade, QuoteStatus.Overflow, error);
    }

    private static QuoteStatus StatusOf(uint error) => error switch
    {
        DammProgram.PriceRangeViolation => QuoteStatus.InsufficientLiquidity,
        DammProgram.UndeterminedError or DammProgram.Aborted => QuoteStatus.InvalidState,
        _ => QuoteStatus.Overflow,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuoteStatus Fail(ref Trade trade, QuoteStatus status, uint error)
    {
        trade.Error = error;
        return status;
    }

    private ref readonly MintInfo MintInfoOf(bool isA) => ref isA ? ref _mintA : ref _mintB;
}
