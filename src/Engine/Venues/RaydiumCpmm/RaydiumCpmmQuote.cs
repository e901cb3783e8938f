using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumCpmm;

/// <content>
/// Quotes, in the order of the program's checks, so that a refusal has the program's error code. A code of 0 stands
/// for an
/// abort without code (the program unwraps an overflow).
/// Source: raydium-cp-swap@609780f curve/calculator.rs, curve/fees.rs, utils/token.rs.
/// </content>
public sealed partial class RaydiumCpmmPool
{
    private const uint E9PerRate = 1_000;

    /// <summary>A swap with its parts, as the program's SwapResult.</summary>
    private struct Parts
    {
        public ulong TransferIn;
        public ulong TransferInFee;
        public ulong TransferOut;
        public ulong TradeFee;
        public ulong CreatorFee;
        public bool IsCreatorFeeOnInput;
        public ulong Received;
    }

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Compute(in request, out Parts parts, out uint code);
        quote = default;
        if (status != QuoteStatus.Ok)
        {
            quote.ProgramErrorCode = code;
            return status;
        }

        quote.AmountInRaw = parts.TransferIn;
        quote.AmountOutRaw = parts.Received;
        quote.FeeRaw = parts.IsCreatorFeeOnInput ? parts.TradeFee + parts.CreatorFee : parts.TradeFee;
        ulong rate = parts.IsCreatorFeeOnInput ? _tradeFeeRate + _creatorFeeRate : _tradeFeeRate;
        quote.FeeRateE9 = (uint)rate * E9PerRate;
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Quote(in request, out quote);
        if (status != QuoteStatus.Ok) return status;
        _ = Compute(in request, out Parts parts, out _);
        int input = (int)request.Direction;
        int creatorSide = parts.IsCreatorFeeOnInput ? input : 1 - input;
        _protocolFeesRaw[input] += Share(parts.TradeFee, _protocolFeeRate);
        _fundFeesRaw[input] += Share(parts.TradeFee, _fundFeeRate);
        _creatorFeesRaw[creatorSide] += parts.CreatorFee;
        _recentEpoch = request.Clock.Epoch;
        Transfer(input, parts.TransferIn, parts.TransferInFee, parts.TransferOut);
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch)
    {
        ref PoolSide side = ref Sides[isMintA ? 0 : 1];
        return side.NeedsMint ? side.MintState.FeeAt(epoch) : default;
    }

    private protected override double KeptMax => 1.0 - ((double)_tradeFeeRate / RaydiumCpmmLayout.FeeRateOne);

    private protected override bool TryKeptShares(
        SwapDirection direction, in ChainClock clock, out double inputKept, out double outputKept)
    {
        int input = (int)direction;
        bool creatorOnInput = IsCreatorFeeOnInput(input);
        double inputRate = _tradeFeeRate + (creatorOnInput ? _creatorFeeRate : 0);
        double outputRate = creatorOnInput ? 0 : _creatorFeeRate;
        inputKept = (1.0 - (inputRate / RaydiumCpmmLayout.FeeRateOne)) * Sides[input].KeptShare(clock.Epoch);
        outputKept = (1.0 - (outputRate / RaydiumCpmmLayout.FeeRateOne)) * Sides[1 - input].KeptShare(clock.Epoch);
        return inputKept > 0 && outputKept > 0 && (ulong)clock.UnixTimestamp >= _openTime;
    }

    private QuoteStatus Compute(in SwapRequest request, out Parts parts, out uint code)
    {
        parts = default;
        code = 0;
        bool isExactOut = request.Mode == SwapMode.ExactOut;
        if (request.Mode > SwapMode.ExactOut) return QuoteStatus.UnsupportedMode;
        if (isExactOut && request.AmountRaw == 0)
            return Refuse(QuoteStatus.ZeroAmount, RaydiumCpmmLayout.ErrorRequireGtViolated, out code);
        int input = (int)request.Direction;
        // A pool that is not ready fails where the program looks at what is wrong with it: frozen vaults last.
        if (Readiness is not (QuoteStatus.Ok or QuoteStatus.Frozen or QuoteStatus.InvalidState))
            return Refuse(Readiness, NotReadyErrorCode, out code);
        if ((ulong)request.Clock.UnixTimestamp < _openTime)
            return Refuse(QuoteStatus.NotOpenYet, RaydiumCpmmLayout.ErrorNotApproved, out code);
        if (!isExactOut && Sides[input].AfterTransferFee(request.AmountRaw, request.Clock.Epoch) == 0)
            return Refuse(QuoteStatus.ZeroAmount, RaydiumCpmmLayout.ErrorRequireGtViolated, out code);
        if (Readiness == QuoteStatus.InvalidState) return Refuse(Readiness, NotReadyErrorCode, out code);

        parts.IsCreatorFeeOnInput = IsCreatorFeeOnInput(input);
        QuoteStatus status = isExactOut
            ? ComputeExactOut(in request, input, ref parts, out code)
            : ComputeExactIn(in request, input, ref parts, out code);
        if (status == QuoteStatus.Ok) status = CheckLedgers(input, in parts, out code);
        if (status != QuoteStatus.Ok || Readiness == QuoteStatus.Ok) return status;
        return Refuse(Readiness, NotReadyErrorCode, out code);
    }

    private QuoteStatus ComputeExactIn(in SwapRequest request, int input, ref Parts parts, out uint code)
    {
        code = 0;
        ref PoolSide sideIn = ref Sides[input];
        ref PoolSide sideOut = ref Sides[1 - input];
        parts.TransferIn = request.AmountRaw;
        parts.TransferInFee = sideIn.NeedsMint
            ? TransferFee.Fee(sideIn.MintState.FeeAt(request.Clock.Epoch), request.AmountRaw)
            : 0;
        ulong amountIn = parts.TransferIn - parts.TransferInFee;
        ulong inputRate = _tradeFeeRate + (parts.IsCreatorFeeOnInput ? _creatorFeeRate : 0);
        UInt128 totalFee = ConstantProduct.MultiplyDivideUp(amountIn, inputRate, RaydiumCpmmLayout.FeeRateOne);
        if (totalFee > amountIn || (parts.IsCreatorFeeOnInput && inputRate == 0))
            return Refuse(QuoteStatus.FeeExceedsAmount, RaydiumCpmmLayout.ErrorZeroTradingTokens, out code);
        SplitInputFee((ulong)totalFee, inputRate, ref parts);

        ulong swapped = ConstantProduct.AmountOut(ReserveRaw[input], ReserveRaw[1 - input],
            amountIn - (ulong)totalFee);
        if (!parts.IsCreatorFeeOnInput)
            parts.CreatorFee = (ulong)ConstantProduct.MultiplyDivideUp(
                swapped, _creatorFeeRate, RaydiumCpmmLayout.FeeRateOne);
        parts.TransferOut = parts.IsCreatorFeeOnInput ? swapped : swapped - parts.CreatorFee;
        parts.Received = sideOut.AfterTransferFee(parts.TransferOut, request.Clock.Epoch);
        if (parts.Received == 0)
            return Refuse(QuoteStatus.ZeroOutput, RaydiumCpmmLayout.ErrorRequireGtViolated, out code);
        if (parts.Received < request.ThresholdRaw)
            return Refuse(QuoteStatus.SlippageExceeded, RaydiumCpmmLayout.ErrorExceededSlippage, out code);
        return QuoteStatus.Ok;
    }

    private QuoteStatus ComputeExactOut(in SwapRequest request, int input, ref Parts parts, out uint code)
    {
        ref PoolSide sideIn = ref Sides[input];
        ref PoolSide sideOut = ref Sides[1 - input];
        parts.Received = request.AmountRaw;
        QuoteStatus status = InverseFee(in sideOut, request.AmountRaw, request.Clock.Epoch, out ulong outFee, out code);
        if (status != QuoteStatus.Ok) return status;
        if (outFee > ulong.MaxValue - request.AmountRaw) return QuoteStatus.Overflow;
        parts.TransferOut = request.AmountRaw + outFee;

        UInt128 takenFromPool = parts.TransferOut;
        if (!parts.IsCreatorFeeOnInput)
        {
            if (!TryBeforeFee(parts.TransferOut, _creatorFeeRate, out takenFromPool))
                return Refuse(QuoteStatus.FeeExceedsAmount, RaydiumCpmmLayout.ErrorZeroTradingTokens, out code);
            if (takenFromPool >= ReserveRaw[1 - input]) return QuoteStatus.InsufficientLiquidity;
            parts.CreatorFee = (ulong)takenFromPool - parts.TransferOut;
        }

        if (takenFromPool >= ReserveRaw[1 - input]
            || !ConstantProduct.TryAmountIn(
                ReserveRaw[input], ReserveRaw[1 - input], (ulong)takenFromPool, out UInt128 swappedIn))
            return QuoteStatus.InsufficientLiquidity;

        ulong inputRate = _tradeFeeRate + (parts.IsCreatorFeeOnInput ? _creatorFeeRate : 0);
        if (!TryBeforeFee(swappedIn, inputRate, out UInt128 grossIn)) return QuoteStatus.FeeExceedsAmount;
        UInt128 totalFee = grossIn - swappedIn;
        if (parts.IsCreatorFeeOnInput && inputRate == 0)
            return Refuse(QuoteStatus.FeeExceedsAmount, RaydiumCpmmLayout.ErrorZeroTradingTokens, out code);
        if (grossIn > ulong.MaxValue) return QuoteStatus.Overflow;
        SplitInputFee((ulong)totalFee, inputRate, ref parts);

        ulong amountIn = (ulong)grossIn;
        status = InverseFee(in sideIn, amountIn, request.Clock.Epoch, out ulong inFee, out code);
        if (status != QuoteStatus.Ok) return status;
        if (inFee > ulong.MaxValue - amountIn) return QuoteStatus.Overflow;
        parts.TransferIn = amountIn + inFee;
        parts.TransferInFee = inFee;
        if (request.ThresholdRaw < parts.TransferIn)
            return Refuse(QuoteStatus.SlippageExceeded, RaydiumCpmmLayout.ErrorExceededSlippage, out code);
        // What the token program really withholds decides the amounts; at a rate of 100 % it is more than assumed
        // above.
        parts.TransferInFee = sideIn.NeedsMint
            ? TransferFee.Fee(sideIn.MintState.FeeAt(request.Clock.Epoch), parts.TransferIn)
            : 0;
        parts.Received = sideOut.AfterTransferFee(parts.TransferOut, request.Clock.Epoch);
        return QuoteStatus.Ok;
    }

    private void SplitInputFee(ulong totalFee, ulong inputRate, ref Parts parts)
    {
        if (parts.IsCreatorFeeOnInput)
            parts.CreatorFee = (ulong)ConstantProduct.MultiplyDivideDown(totalFee, _creatorFeeRate, inputRate);
        parts.TradeFee = parts.IsCreatorFeeOnInput ? totalFee - parts.CreatorFee : totalFee;
    }

    /// <summary>
    /// The fees owed and the vault must not pass 64 bits: the program or the token program would refuse.
    /// </summary>
    private QuoteStatus CheckLedgers(int input, in Parts parts, out uint code)
    {
        code = 0;
        int creatorSide = parts.IsCreatorFeeOnInput ? input : 1 - input;
        if (Share(parts.TradeFee, _protocolFeeRate) > ulong.MaxValue - _protocolFeesRaw[input]
            || Share(parts.TradeFee, _fundFeeRate) > ulong.MaxValue - _fundFeesRaw[input]
            || parts.CreatorFee > ulong.MaxValue - _creatorFeesRaw[creatorSide])
            return QuoteStatus.Overflow;
        return Sides[input].CanReceive(parts.TransferIn - parts.TransferInFee)
            ? QuoteStatus.Ok
            : Refuse(QuoteStatus.Overflow, RaydiumCpmmLayout.TokenErrorOverflow, out code);
    }

    private bool IsCreatorFeeOnInput(int input) => _creatorFeeOn == 0 || _creatorFeeOn - 1 == input;

    private static ulong Share(ulong tradeFee, ulong rate) =>
        (ulong)ConstantProduct.MultiplyDivideDown(tradeFee, rate, RaydiumCpmmLayout.FeeRateOne);

    /// <summary>ceil(net * 1e6 / (1e6 - rate)); false where the program's checked arithmetic gives none.</summary>
    private static bool TryBeforeFee(UInt128 net, ulong rate, out UInt128 gross)
    {
        gross = net;
        if (rate == 0) return true;
        if (rate >= RaydiumCpmmLayout.FeeRateOne
            || net > UInt128.MaxValue / (2 * RaydiumCpmmLayout.FeeRateOne)) return false;
        gross = ConstantProduct.DivideUp(net * RaydiumCpmmLayout.FeeRateOne, RaydiumCpmmLayout.FeeRateOne - rate);
        return true;
    }

    /// <summary>Fee to add so that <paramref name="netRaw"/> arrives, as the program asks the mint for it.</summary>
    private static QuoteStatus InverseFee(in PoolSide side, ulong netRaw, ulong epoch, out ulong feeRaw, out uint code)
    {
        feeRaw = 0;
        code = 0;
        if (!side.NeedsMint) return QuoteStatus.Ok;
        if (netRaw == 0) return Refuse(QuoteStatus.ZeroAmount, RaydiumCpmmLayout.ErrorInvalidInput, out code);
        TransferFeeRate rate = side.MintState.FeeAt(epoch);
        if (rate.FeeBps == 10_000)
        {
            feeRaw = rate.MaximumRaw;
            return QuoteStatus.Ok;
        }

        if (!TransferFee.TryInverseFee(in rate, netRaw, out feeRaw)) return QuoteStatus.Overflow;
        if (feeRaw > ulong.MaxValue - netRaw) return QuoteStatus.Overflow;
        return TransferFee.Fee(in rate, netRaw + feeRaw) == feeRaw
            ? QuoteStatus.Ok
            : Refuse(QuoteStatus.Overflow, RaydiumCpmmLayout.ErrorTransferFeeCalculateNotMatch, out code);
    }

    private static QuoteStatus Refuse(QuoteStatus status, uint programErrorCode, out uint code)
    {
        code = programErrorCode;
        return status;
    }
}
