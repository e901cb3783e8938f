using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <content>
/// Quotes. Base to quote is "sell", quote to base is "buy"; every fee is charged in quote units and rounded up on its
/// own.
/// Source: pump-swap-sdk 1.20 src/sdk/buy.ts (buyBaseInput, buyQuoteInput), src/sdk/sell.ts (sellBaseInput).
/// </content>
public sealed partial class PumpSwapPool
{
    private const uint E9PerBps = 100_000;

    private ulong BaseReserveRaw => ReserveRaw[0];

    private ulong QuoteReserveRaw => ReserveRaw[1];

    // What a sale can be paid from: virtual reserves only price it.
    private ulong RealQuoteRaw => Sides[1].VaultState.AmountRaw - _keptFeesRaw;

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote) =>
        Compute(in request, out quote, out _);

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Compute(in request, out quote, out ulong quoteMovedRaw);
        if (status != QuoteStatus.Ok) return status;
        if (request.Direction == SwapDirection.AToB) Transfer(0, quote.AmountInRaw, 0, quoteMovedRaw);
        else Transfer(1, quoteMovedRaw, 0, quote.AmountOutRaw);
        return QuoteStatus.Ok;
    }

    private protected override bool TryKeptShares(
        SwapDirection direction, in ChainClock clock, out double inputKept, out double outputKept)
    {
        double fee = (double)_rates.TotalBps / PumpSwapLayout.BpsOne;
        bool isSell = direction == SwapDirection.AToB;
        inputKept = isSell ? 1.0 : 1.0 / (1.0 + fee);
        outputKept = isSell ? 1.0 - fee : 1.0;
        return fee < 1.0 && !IsDisabled(direction);
    }

    /// <summary>
    /// The quote, and how much the quote vault gains (buy) or loses (sell): the LP fee stays, the others leave.
    /// </summary>
    private QuoteStatus Compute(in SwapRequest request, out SwapQuote quote, out ulong quoteMovedRaw)
    {
        quoteMovedRaw = 0;
        bool isSell = request.Direction == SwapDirection.AToB;
        if (request.Mode > SwapMode.ExactOut || (isSell && request.Mode == SwapMode.ExactOut))
            return Fail(QuoteStatus.UnsupportedMode, 0, out quote);
        if (Readiness != QuoteStatus.Ok) return Fail(Readiness, 0, out quote);
        if (IsDisabled(request.Direction))
            return Fail(
                QuoteStatus.SwapDisabled,
                isSell ? PumpSwapLayout.ErrorDisabledSell : PumpSwapLayout.ErrorDisabledBuy,
                out quote);
        bool isExactIn = request.Mode == SwapMode.ExactIn;
        if (request.AmountRaw == 0)
        {
            bool isQuoteAmount = !isSell && isExactIn;
            return Fail(
                QuoteStatus.ZeroAmount,
                isQuoteAmount ? PumpSwapLayout.ErrorZeroQuoteAmount : PumpSwapLayout.ErrorZeroBaseAmount,
                out quote);
        }

        QuoteStatus status;
        if (isSell) status = Sell(request.AmountRaw, request.ThresholdRaw, out quote, out quoteMovedRaw);
        else if (isExactIn) status = BuyWithQuote(in request, out quote, out quoteMovedRaw);
        else status = Buy(in request, out quote, out quoteMovedRaw);
        if (status != QuoteStatus.Ok) return status;
        quote.FeeOnOutput = isSell;
        quote.FeeRateE9 = (uint)_rates.TotalBps * E9PerBps;
        ulong received = isSell ? quote.AmountInRaw : quoteMovedRaw;
        return Sides[isSell ? 0 : 1].CanReceive(received)
            ? QuoteStatus.Ok
            : Fail(QuoteStatus.Overflow, PumpSwapLayout.ErrorOverflow, out quote);
    }

    /// <summary>Exact base out.</summary>
    private QuoteStatus Buy(in SwapRequest request, out SwapQuote quote, out ulong quoteMovedRaw)
    {
        quoteMovedRaw = 0;
        ulong baseOut = request.AmountRaw;
        if (!ConstantProduct.TryAmountIn(QuoteReserveRaw, BaseReserveRaw, baseOut, out UInt128 net))
        {
            uint code = baseOut == BaseReserveRaw
                ? PumpSwapLayout.ErrorDivisionByZero
                : PumpSwapLayout.ErrorBuyMoreThanReserves;
            return Fail(QuoteStatus.InsufficientLiquidity, code, out quote);
        }

        if (net > ulong.MaxValue) return Fail(QuoteStatus.Overflow, PumpSwapLayout.ErrorOverflow, out quote);
        UInt128 lpFee = Fee((ulong)net, _rates.LpBps);
        UInt128 otherFees = Fee((ulong)net, _rates.ProtocolBps) + Fee((ulong)net, _rates.CreatorBps);
        UInt128 total = net + lpFee + otherFees;
        if (total > ulong.MaxValue) return Fail(QuoteStatus.Overflow, PumpSwapLayout.ErrorOverflow, out quote);
        if (total > request.ThresholdRaw)
            return Fail(QuoteStatus.SlippageExceeded, PumpSwapLayout.ErrorExceededSlippage, out quote);
        quote = default;
        quote.AmountInRaw = (ulong)total;
        quote.AmountOutRaw = baseOut;
        quote.FeeRaw = (ulong)(lpFee + otherFees);
        quoteMovedRaw = (ulong)(net + lpFee);
        return QuoteStatus.Ok;
    }

    /// <summary>
    /// Exact quote in: the net amount is what fits the fees into the budget; one unit less of it is priced.
    /// </summary>
    private QuoteStatus BuyWithQuote(in SwapRequest request, out SwapQuote quote, out ulong quoteMovedRaw)
    {
        quoteMovedRaw = 0;
        ulong quoteIn = request.AmountRaw;
        ulong net = (ulong)ConstantProduct.MultiplyDivideDown(
            quoteIn, PumpSwapLayout.BpsOne, PumpSwapLayout.BpsOne + _rates.TotalBps);
        UInt128 lpFee = Fee(net, _rates.LpBps);
        UInt128 fees = lpFee + Fee(net, _rates.ProtocolBps) + Fee(net, _rates.CreatorBps);
        UInt128 total = net + fees;
        if (total > quoteIn)
        {
            UInt128 excess = total - quoteIn;
            net = excess >= net ? 0 : net - (ulong)excess;
        }

        if (net == 0) return Fail(QuoteStatus.FeeExceedsAmount, PumpSwapLayout.ErrorBuyCannotCoverFees, out quote);
        ulong baseOut = ConstantProduct.AmountOut(QuoteReserveRaw, BaseReserveRaw, net - 1);
        if (baseOut < request.ThresholdRaw)
            return Fail(QuoteStatus.SlippageExceeded, PumpSwapLayout.ErrorBuyBelowMinimumOut, out quote);
        quote = default;
        quote.AmountInRaw = quoteIn;
        quote.AmountOutRaw = baseOut;
        quote.FeeRaw = (ulong)fees;
        // What is neither protocol's nor creator's stays in the vault.
        quoteMovedRaw = quoteIn - (ulong)(fees - lpFee);
        return QuoteStatus.Ok;
    }

    /// <summary>
    /// Base amount to sell for about <paramref name="quoteOutRaw"/> of quote, as the SDK estimates it. The program
    /// has no
    /// exact-out sell, and because each fee rounds up on its own a sale of this amount can yield a few units less:
    /// quote the
    /// sale before relying on it. False if the pool cannot yield that much.
    /// Source: pump-swap-sdk 1.20 src/sdk/sell.ts, sellQuoteInput.
    /// </summary>
    public bool TryEstimateBaseForQuote(ulong quoteOutRaw, out ulong baseInRaw)
    {
        baseInRaw = 0;
        if (Readiness != QuoteStatus.Ok || _rates.TotalBps >= PumpSwapLayout.BpsOne) return false;
        UInt128 gross = ConstantProduct.MultiplyDivideUp(
            quoteOutRaw, PumpSwapLayout.BpsOne, PumpSwapLayout.BpsOne - _rates.TotalBps);
        if (quoteOutRaw > RealQuoteRaw || gross >= QuoteReserveRaw) return false;
        bool ok = ConstantProduct.TryAmountIn(BaseReserveRaw, QuoteReserveRaw, (ulong)gross, out UInt128 baseIn)
            && baseIn <= ulong.MaxValue;
        baseInRaw = ok ? (ulong)baseIn : 0;
        return ok;
    }

    /// <summary>Exact base in.</summary>
    private QuoteStatus Sell(ulong baseIn, ulong minimumOut, out SwapQuote quote, out ulong quoteMovedRaw)
    {
        quoteMovedRaw = 0;
        ulong gross = ConstantProduct.AmountOut(BaseReserveRaw, QuoteReserveRaw, baseIn);
        UInt128 lpFee = Fee(gross, _rates.LpBps);
        UInt128 fees = lpFee + Fee(gross, _rates.ProtocolBps) + Fee(gross, _rates.CreatorBps);
        if (lpFee <= gross && gross - (ulong)lpFee > RealQuoteRaw)
            return Fail(QuoteStatus.InsufficientLiquidity, PumpSwapLayout.ErrorRealReserves, out quote);
        if (fees > gross) return Fail(QuoteStatus.FeeExceedsAmount, PumpSwapLayout.ErrorOverflow, out quote);
        ulong amountOut = gross - (ulong)fees;
        if (amountOut < minimumOut)
            return Fail(QuoteStatus.SlippageExceeded, PumpSwapLayout.ErrorExceededSlippage, out quote);
        quote = default;
        quote.AmountInRaw = baseIn;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = (ulong)fees;
        quoteMovedRaw = gross - (ulong)lpFee;
        return QuoteStatus.Ok;
    }

    private bool IsDisabled(SwapDirection direction) =>
        (_disableFlags & (direction == SwapDirection.AToB ? PumpSwapLayout.DisableSellFlag
            : PumpSwapLayout.DisableBuyFlag)) != 0;

    private static UInt128 Fee(ulong amount, ulong bps) =>
        ConstantProduct.MultiplyDivideUp(amount, bps, PumpSwapLayout.BpsOne);
}
