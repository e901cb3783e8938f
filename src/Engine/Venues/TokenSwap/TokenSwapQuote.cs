using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.TokenSwap;

/// <content>
/// Quotes and the swap instruction (tag 1, 10 accounts; one variant: 0).
/// Source: solana-program-library token-swap/program/src/curve/base.rs swap, curve/fees.rs calculate_fee,
/// curve/constant_product.rs, libraries/math/src/checked_ceil_div.rs; instruction.rs swap.
/// </content>
public sealed partial class TokenSwapPool
{
    private const byte TagSwap = 1;
    private const uint OneE9 = 1_000_000_000;

    // Input reserves multiplied by these bound the pieces of the stable curve for search.
    private static readonly double[] SegmentEnds = [0.01, 0.03, 0.1, 0.3, 0.6, 1.0, 2.0, 4.0];

    // A piece may end with a rate that is off by this share of the pool's, and has at least this part of its length.
    private const double RateTolerance = 1e-3;
    private const double ShortestPieces = 32;

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        if (request.Mode != SwapMode.ExactIn) return Fail(QuoteStatus.UnsupportedMode, 0, out quote);
        if (Readiness != QuoteStatus.Ok) return Fail(Readiness, NotReadyErrorCode, out quote);
        int input = (int)request.Direction;
        QuoteStatus status = Compute(
            input,
            request.AmountRaw,
            out ulong amountIn,
            out ulong amountOut,
            out ulong fee,
            out ulong ownerFee,
            out int steps);
        if (status != QuoteStatus.Ok) return Fail(status, TokenSwapLayout.ErrorZeroTradingTokens, out quote);
        if (amountOut < request.ThresholdRaw)
            return Fail(QuoteStatus.SlippageExceeded, TokenSwapLayout.ErrorExceededSlippage, out quote);
        if (!Sides[input].CanReceive(amountIn))
            return Fail(QuoteStatus.Overflow, TokenSwapLayout.TokenErrorOverflow, out quote);
        if (_curveType == TokenSwapLayout.CurveStable && ownerFee != 0
            && !CanPayOwner(ReserveRaw[input] + amountIn, ReserveRaw[1 - input] - amountOut, ownerFee, input == 0))
            return Fail(QuoteStatus.InvalidState, TokenSwapLayout.ErrorFeeCalculation, out quote);
        quote = default;
        quote.AmountInRaw = amountIn;
        quote.AmountOutRaw = amountOut;
        quote.FeeRaw = fee;
        quote.ExtraStepCount = steps;
        quote.FeeRateE9 = RateE9(_tradeFeeNumerator, _tradeFeeDenominator) + RateE9(_ownerFeeNumerator,
            _ownerFeeDenominator);
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Quote(in request, out quote);
        if (status != QuoteStatus.Ok) return status;
        Transfer((int)request.Direction, quote.AmountInRaw, 0, quote.AmountOutRaw);
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override int SegmentsMax => int.MaxValue;

    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        if (_curveType != TokenSwapLayout.CurveStable) return base.CopySegments(direction, in clock, destination);
        if (Readiness != QuoteStatus.Ok || destination.IsEmpty) return 0;
        ulong reserveIn = ReserveRaw[(int)direction];
        ulong reserveOut = ReserveRaw[1 - (int)direction];
        return reserveIn != 0 && reserveOut != 0 && TryKeptShares(direction, in clock, out double kept, out _)
            ? CopyStableSegments(reserveIn, reserveOut, kept, destination)
            : 0;
    }

    /// <inheritdoc/>
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        if (_curveType != TokenSwapLayout.CurveStable)
        {
            base.MarginalRates(in clock, out rateAToB, out rateBToA);
            return;
        }

        rateAToB = FirstRate(SwapDirection.AToB, in clock);
        rateBToA = FirstRate(SwapDirection.BToA, in clock);
    }

    private protected override bool TryKeptShares(
        SwapDirection direction, in ChainClock clock, out double inputKept, out double outputKept)
    {
        inputKept = 1.0 - Share(_tradeFeeNumerator, _tradeFeeDenominator)
            - Share(_ownerFeeNumerator, _ownerFeeDenominator);
        outputKept = 1.0;
        return inputKept > 0;
    }

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsDecoded) return QuoteStatus.Incomplete;
        if (request.Mode != SwapMode.ExactIn || request.Variant != 0) return QuoteStatus.UnsupportedMode;
        int input = (int)request.Direction;
        destination.Reset(in TokenSwapLayout.ProgramId);
        destination.Add(Address);
        destination.Add(in _authority);
        destination.Add(in request.User, AccountFlags.Signer);
        destination.Add(in request.UserInput, AccountFlags.Writable);
        destination.Add(in Sides[input].Vault, AccountFlags.Writable);
        destination.Add(in Sides[1 - input].Vault, AccountFlags.Writable);
        destination.Add(in request.UserOutput, AccountFlags.Writable);
        destination.Add(in _poolMint, AccountFlags.Writable);
        destination.Add(in _feeAccount, AccountFlags.Writable);
        destination.Add(in _tokenProgram);
        destination.WriteByte(TagSwap);
        destination.WriteUInt64(request.AmountRaw);
        destination.WriteUInt64(request.ThresholdRaw);
        return QuoteStatus.Ok;
    }

    /// <summary>The curve's result; every failure is the program's "zero trading tokens".</summary>
    private QuoteStatus Compute(
        int input,
        ulong amount,
        out ulong amountIn,
        out ulong amountOut,
        out ulong fee,
        out ulong paidToOwner,
        out int steps)
    {
        steps = 0;
        paidToOwner = 0;
        amountIn = 0;
        amountOut = 0;
        fee = 0;
        if (!TryFee(amount, _tradeFeeNumerator, _tradeFeeDenominator, out UInt128 tradeFee)
            || !TryFee(amount, _ownerFeeNumerator, _ownerFeeDenominator, out UInt128 ownerFee))
            return QuoteStatus.InvalidState;
        UInt128 totalFee = tradeFee + ownerFee;
        if (totalFee > amount) return QuoteStatus.FeeExceedsAmount;
        ulong net = amount - (ulong)totalFee;
        ulong reserveIn = ReserveRaw[input];
        ulong reserveOut = ReserveRaw[1 - input];
        fee = (ulong)totalFee;
        paidToOwner = (ulong)ownerFee;
        QuoteStatus status = _curveType == TokenSwapLayout.CurveStable
            ? SwapStable(reserveIn, reserveOut, net, out UInt128 swappedIn, out amountOut, out steps)
            : SwapConstantProduct(reserveIn, reserveOut, net, out swappedIn, out amountOut);
        if (status != QuoteStatus.Ok) return status;
        // The input swapped is at most the net input, so this never exceeds the request.
        amountIn = (ulong)(swappedIn + totalFee);
        return QuoteStatus.Ok;
    }

    private static QuoteStatus SwapConstantProduct(
        ulong reserveIn, ulong reserveOut, ulong net, out UInt128 swappedIn, out ulong amountOut)
    {
        swappedIn = 0;
        amountOut = 0;
        UInt128 product = (UInt128)reserveIn * reserveOut;
        UInt128 newIn = (UInt128)reserveIn + net;
        if (newIn == 0) return QuoteStatus.InvalidState;
        // The new output reserve rounds up; then the input reserve shrinks to the least that still needs it.
        UInt128 newOut = product / newIn;
        if (newOut == 0) return QuoteStatus.InsufficientLiquidity;
        if (newOut * newIn != product)
        {
            newOut += 1;
            newIn = product / newOut;
            if (newIn * newOut != product) newIn += 1;
        }

        if (newIn < reserveIn || newOut >= reserveOut) return net == 0 ? QuoteStatus.ZeroAmount
            : QuoteStatus.ZeroOutput;
        swappedIn = newIn - reserveIn;
        amountOut = reserveOut - (ulong)newOut;
        return QuoteStatus.Ok;
    }

    private QuoteStatus SwapStable(
        ulong reserveIn, ulong reserveOut, ulong net, out UInt128 swappedIn, out ulong amountOut, out int steps)
    {
        swappedIn = net;
        amountOut = 0;
        steps = 0;
        if (net == 0) return QuoteStatus.Ok;
        if (!StableSwap.TryInvariant(_leverage, reserveIn, reserveOut, out UInt128 invariant, out steps)
            || !StableSwap.TryDestination(
                _leverage, (UInt128)reserveIn + net, invariant, out UInt128 newOut, out int solved))
            return QuoteStatus.Overflow;
        steps += solved;
        if (newOut > reserveOut) return QuoteStatus.ZeroOutput;
        amountOut = reserveOut - (ulong)newOut;
        return QuoteStatus.Ok;
    }

    // The owner's fee is minted as pool tokens, less the trade fee of half of it, for what the invariant loses without
    // it. Newton's steps end where they end, by the order of the reserves too: far from balance the smaller reserve can
    // have the larger invariant, and the program fails.
    // Source: curve/base.rs and curve/stable.rs withdraw_single_token_type_exact_out; which orders: seen in the binary.
    private bool CanPayOwner(ulong newIn, ulong newOut, ulong ownerFee, bool isInputA)
    {
        ulong half = System.Math.Max(ownerFee / 2, 1);
        if (!TryFee(half, _tradeFeeNumerator, _tradeFeeDenominator, out UInt128 fee) || fee > ownerFee) return false;
        ulong taken = ownerFee - (ulong)fee;
        if (taken == 0) return true;
        (ulong a, ulong b) = isInputA ? (newIn, newOut) : (newOut, newIn);
        return StableSwap.TryInvariant(_leverage, a, b, out UInt128 before, out _)
            && StableSwap.TryInvariant(_leverage, newIn - taken, newOut, out UInt128 after, out _)
            && before >= after;
    }

    /// <summary>
    /// Pieces of the stable curve, each exact at its ends. Where the curve bends (an imbalanced pool's knee) a piece
    /// is halved until the rate it ends with is the curve's: else a sum of pieces falls percents short between ends.
    /// The marginal rate at a point is -dy/dx of L*(x+y) + D = L*D + D^3/(4xy), with L the leverage.
    /// </summary>
    private int CopyStableSegments(ulong reserveIn, ulong reserveOut, double kept, Span<CurveSegment> destination)
    {
        if (!StableSwap.TryInvariant(_leverage, reserveIn, reserveOut, out UInt128 invariant, out _)) return 0;
        double d = (double)invariant;
        (double x, double y) = (reserveIn, reserveOut);
        double firstRate = StableRate(d, x, y);
        int count = 0;
        for (int i = 0; i < SegmentEnds.Length; i++)
        {
            double end = reserveIn * (1.0 + SegmentEnds[i]);
            double shortest = (end - x) / ShortestPieces;
            double length = end - x;
            while (end - x > shortest / 2)
            {
                int room = destination.Length - count - (SegmentEnds.Length - i);
                if (room < 0) return count;
                double nextY = StableReserve(d, x + length);
                double gained = y - nextY;
                if (!(gained > 0)) return count;
                double rate = StableRate(d, x, y);
                double curvature = System.Math.Max(((rate * length / gained) - 1.0) / length, 0.0);
                double bend = 1.0 + (curvature * length);
                double missed = System.Math.Abs((rate / (bend * bend)) - StableRate(d, x + length, nextY));
                if (missed > RateTolerance * firstRate && length > shortest && room > 0)
                {
                    length /= 2;
                    continue;
                }

                destination[count++] = new CurveSegment
                {
                    RateOut = rate * kept,
                    Curvature = curvature * kept,
                    AmountInMax = length / kept,
                };
                (x, y) = (x + length, nextY);
            }
        }

        return count;
    }

    private double StableRate(double d, double x, double y)
    {
        double cubic = d * d * d / (4.0 * x * y);
        return (_leverage + (cubic / x)) / (_leverage + (cubic / y));
    }

    // The positive root of y^2 + (x + D / L - D) y = D^3 / (4 x L), without cancelling.
    private double StableReserve(double d, double x)
    {
        double half = (x + (d / _leverage) - d) / 2;
        double c = d / (4.0 * x) * d * (d / _leverage);
        double root = System.Math.Sqrt((half * half) + c);
        return half > 0 ? c / (half + root) : root - half;
    }

    private static bool TryFee(ulong amount, ulong numerator, ulong denominator, out UInt128 fee)
    {
        fee = 0;
        if (numerator == 0 || amount == 0) return true;
        if (denominator == 0) return false;
        fee = ConstantProduct.MultiplyDivideDown(amount, numerator, denominator);
        if (fee == 0) fee = 1;
        return true;
    }

    private static double Share(ulong numerator, ulong denominator) =>
        denominator == 0 ? 0.0 : (double)numerator / denominator;

    private static uint RateE9(ulong numerator, ulong denominator)
    {
        if (denominator == 0 || numerator > denominator) return 0;
        return (uint)ConstantProduct.MultiplyDivideDown(OneE9, numerator, denominator);
    }
}
