using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <content>Quotes, in the order of the program's checks, so that a refusal has the program's error code.</content>
public sealed partial class RaydiumAmmPool
{
    private const uint OneE9 = 1_000_000_000;

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        // PERF: what no check refuses asks for one limit, worked out when the state changed, and calls nothing
        // (ConstantProductBench.QuoteExactIn). All else goes the program's way, which gives the same for these, too.
        int input = (int)request.Direction;
        ulong amountIn = request.AmountRaw;
        if (request.Mode == SwapMode.ExactIn && (uint)input < PoolSides.Count
            && unchecked(amountIn - 1) < _plainInputs[input])
        {
            // No sum is above 64 bits, neither reserve is 0, and so the output is below its reserve.
            ulong net = _kept.Of(amountIn);
            ulong high = MulDiv.Product(ReserveRaw[1 - input], net, out ulong low);
            ulong amountOut = (ulong)(new UInt128(high, low) / (ReserveRaw[input] + net));
            if (amountOut >= request.ThresholdRaw && amountOut != 0)
            {
                quote = default;
                quote.AmountInRaw = amountIn;
                quote.AmountOutRaw = amountOut;
                quote.FeeRaw = amountIn - net;
                quote.FeeRateE9 = _feeRateE9;
                return QuoteStatus.Ok;
            }
        }

        return QuoteChecked(in request, out quote);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private QuoteStatus QuoteChecked(in SwapRequest request, out SwapQuote quote)
    {
        // A pool that is not ready fails where the program looks at what is wrong with it: frozen vaults last.
        if (Readiness is not (QuoteStatus.Ok or QuoteStatus.Frozen or QuoteStatus.InvalidState))
            return Fail(Readiness, NotReadyErrorCode, out quote);
        if (_status == RaydiumAmmLayout.StatusWaitingTrade && (ulong)request.Clock.UnixTimestamp < _openTime)
            return Fail(QuoteStatus.NotOpenYet, RaydiumAmmLayout.ErrorInvalidStatus, out quote);
        if (Readiness == QuoteStatus.InvalidState) return Fail(Readiness, NotReadyErrorCode, out quote);
        return request.Mode switch
        {
            SwapMode.ExactIn => QuoteExactIn(in request, out quote),
            SwapMode.ExactOut => QuoteExactOut(in request, out quote),
            _ => Fail(QuoteStatus.UnsupportedMode, 0, out quote),
        };
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Quote(in request, out quote);
        if (status != QuoteStatus.Ok) return status;
        _recentEpoch = request.Clock.Epoch;
        if (_status == RaydiumAmmLayout.StatusWaitingTrade) _status = RaydiumAmmLayout.StatusSwapOnly;
        Transfer((int)request.Direction, quote.AmountInRaw, 0, quote.AmountOutRaw);
        return QuoteStatus.Ok;
    }

    private protected override double KeptMax => 1.0 - ((double)_feeNumerator / _feeDenominator);

    private protected override bool TryKeptShares(
        SwapDirection direction, in ChainClock clock, out double inputKept, out double outputKept)
    {
        inputKept = 1.0 - ((double)_feeNumerator / _feeDenominator);
        outputKept = 1.0;
        return _status != RaydiumAmmLayout.StatusWaitingTrade || (ulong)clock.UnixTimestamp >= _openTime;
    }

    /// <summary>
    /// True if the program before its source of 26 August 2025 took no input for this output, and refused the swap: its
    /// division rounded up gave zero when twice the numerator was below the denominator.
    /// </summary>
    public bool IsInputZeroByOldDivision(SwapDirection direction, ulong amountOutRaw)
    {
        int input = (int)direction;
        if (amountOutRaw == 0 || amountOutRaw >= ReserveRaw[1 - input]) return false;
        ulong denominator = ReserveRaw[1 - input] - amountOutRaw;
        return (UInt128)ReserveRaw[input] * amountOutRaw <= (denominator - 1) / 2;
    }

    private QuoteStatus QuoteExactIn(in SwapRequest request, out SwapQuote quote)
    {
        int input = (int)request.Direction;
        ulong reserveIn = ReserveRaw[input];
        ulong reserveOut = ReserveRaw[1 - input];
        ulong amountIn = request.AmountRaw;
        // The program takes ceil(amount * numerator / denominator) off: what stays is the other share, rounded down.
        // The numerator is at most the denominator (checked in CheckReadiness).
        ulong net = (ulong)ConstantProduct.MultiplyDivideDown(amountIn, _keptNumerator, _feeDenominator);
        ulong fee = amountIn - net;
        // With nothing on either side the program divides by zero and aborts.
        if ((reserveIn | net) == 0) return Fail(QuoteStatus.InvalidState, 0, out quote);
        ulong amountOut = ConstantProduct.AmountOut(reserveIn, reserveOut, net);
        if (amountOut < request.ThresholdRaw)
            return Fail(QuoteStatus.SlippageExceeded, RaydiumAmmLayout.ErrorExceededSlippage, out quote);
        if (amountOut == 0 || amountIn == 0)
        {
            QuoteStatus status = amountIn == 0 ? QuoteStatus.ZeroAmount : QuoteStatus.ZeroOutput;
            return Fail(status, RaydiumAmmLayout.ErrorInvalidInput, out quote);
        }

        if (amountOut >= reserveOut)
            return Fail(QuoteStatus.InsufficientLiquidity, RaydiumAmmLayout.ErrorInsufficientFunds, out quote);
        return Succeed(input, amountIn, amountOut, fee, out quote);
    }

    private QuoteStatus QuoteExactOut(in SwapRequest request, out SwapQuote quote)
    {
        int input = (int)request.Direction;
        ulong amountOut = request.AmountRaw;
        // The program unwraps: whole pool or more, and results above 64 bits, abort it without a code of its own.
        if (!ConstantProduct.TryAmountIn(ReserveRaw[input], ReserveRaw[1 - input], amountOut, out UInt128 net))
            return Fail(QuoteStatus.InsufficientLiquidity, 0, out quote);
        if (_keptNumerator == 0) return Fail(QuoteStatus.FeeExceedsAmount, 0, out quote);
        UInt128 limit = UInt128.MaxValue / _feeDenominator;
        if (net > limit) return Fail(QuoteStatus.Overflow, 0, out quote);
        UInt128 gross = ConstantProduct.DivideUp(net * _feeDenominator, _keptNumerator);
        if (gross > ulong.MaxValue) return Fail(QuoteStatus.Overflow, 0, out quote);
        ulong amountIn = (ulong)gross;
        if (request.ThresholdRaw < amountIn)
            return Fail(QuoteStatus.SlippageExceeded, RaydiumAmmLayout.ErrorExceededSlippage, out quote);
        if (amountIn == 0 || amountOut == 0)
            return Fail(QuoteStatus.ZeroAmount, RaydiumAmmLayout.ErrorInvalidInput, out quote);
        return Succeed(input, amountIn, amountOut, amountIn - (ulong)net, out quote);
    }

    private QuoteStatus Succeed(int input, ulong amountIn, ulong amountOut, ulong fee, out SwapQuote quote)
    {
        if (Readiness != QuoteStatus.Ok) return Fail(Readiness, NotReadyErrorCode, out quote);
        if (!Sides[input].CanReceive(amountIn))
            return Fail(QuoteStatus.Overflow, RaydiumAmmLayout.TokenErrorOverflow, out quote);
        // What is in the order book would have to be settled first, which this engine does not write.
        if (amountOut > Sides[1 - input].VaultState.AmountRaw)
            return Fail(QuoteStatus.InsufficientLiquidity, 0, out quote);
        quote = default;
        quote.AmountInRaw = amountIn;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = fee;
        quote.FeeRateE9 = _feeRateE9;
        return QuoteStatus.Ok;
    }
}
