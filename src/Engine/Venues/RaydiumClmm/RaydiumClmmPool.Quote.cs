using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Quote and execution. Source: raydium-clmm@03b44b7 programs/amm/src/instructions/{swap.rs,swap_v2.rs}; the binary of
/// April
/// 2024 is cc1adca of the same files. Order of checks and errors follow them.
/// </summary>
public sealed partial class RaydiumClmmPool
{
    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        if ((ulong)request.Clock.UnixTimestamp > _openTime
            && TryQuoteInRange(request, _tradeFeeRate, TickRule.Raydium, out quote))
            return QuoteStatus.Ok;
        return Swap(request, false, out quote);
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        // The walk changes limit orders as it goes, so it runs only if it is known to succeed.
        QuoteStatus status = Swap(request, false, out quote);
        return status == QuoteStatus.Ok ? Swap(request, true, out quote) : status;
    }

    private QuoteStatus Swap(in SwapRequest request, bool isCommit, out SwapQuote quote)
    {
        quote = default;
        if (Readiness is QuoteStatus.Incomplete or QuoteStatus.UnsupportedMint or QuoteStatus.UnsupportedPool)
            return Readiness;
        if (request.Mode == SwapMode.PartialFill) return QuoteStatus.UnsupportedMode;
        RaydiumClmmFault fault = Run(request, isCommit, ref quote);
        if (isCommit) ForgetStarts();
        if (fault == RaydiumClmmFault.None) return QuoteStatus.Ok;
        quote = default;
        quote.ProgramErrorCode = RaydiumClmmFaults.Code(fault, Revision);
        return RaydiumClmmFaults.Status(fault);
    }

    [SkipLocalsInit]
    private RaydiumClmmFault Run(in SwapRequest request, bool isCommit, ref SwapQuote quote)
    {
        bool zeroForOne = request.Direction == SwapDirection.AToB;
        bool exactIn = request.Mode == SwapMode.ExactIn;
        TransferFeeRate inputFee = (zeroForOne ? ref MintInfoA : ref MintInfoB).FeeAt(request.Clock.Epoch);
        TransferFeeRate outputFee = (zeroForOne ? ref MintInfoB : ref MintInfoA).FeeAt(request.Clock.Epoch);
        ulong amount = request.AmountRaw;
        RaydiumClmmFault fault = RaydiumClmmFault.None;
        if (exactIn) amount = TransferFee.AmountAfterFee(inputFee, amount);
        else fault = AddTransferFee(outputFee, ref amount);
        if (fault != RaydiumClmmFault.None) return fault;
        if ((ulong)request.Clock.UnixTimestamp <= _openTime) return RaydiumClmmFault.NotOpenYet;

        RaydiumClmmSwapStep.Terms terms = new(exactIn, zeroForOne, IsFeeOnInput(zeroForOne), IsOld);
        Walk walk = default;
        fault = WalkTicks(request, amount, terms, isCommit, ref walk);
        if (fault == RaydiumClmmFault.None && walk.CountsFees) fault = CheckFees(zeroForOne, walk);
        if (fault != RaydiumClmmFault.None) return fault;

        ulong consumed = amount - walk.Remaining;
        ulong poolIn = exactIn ? consumed : walk.Calculated;
        ulong poolOut = exactIn ? walk.Calculated : consumed;
        if (poolIn == 0 || poolOut == 0) return RaydiumClmmFault.TooSmallAmount;
        ulong userIn = poolIn;
        if (exactIn && !IsOld && poolIn == amount) userIn = request.AmountRaw;
        else fault = AddTransferFee(inputFee, ref userIn);
        if (fault != RaydiumClmmFault.None) return fault;
        ulong userOut = TransferFee.AmountAfterFee(outputFee, poolOut);

        if (VaultA.IsFrozen || VaultB.IsFrozen) return RaydiumClmmFault.VaultFrozen;
        ref TokenAccountInfo vaultIn = ref zeroForOne ? ref VaultA : ref VaultB;
        ref TokenAccountInfo vaultOut = ref zeroForOne ? ref VaultB : ref VaultA;
        if (vaultOut.IsShort(poolOut, StateSlot)) return RaydiumClmmFault.VaultInsufficient;
        fault = CheckAfter(request, amount, poolIn, poolOut, userIn, userOut, walk);
        if (fault != RaydiumClmmFault.None) return fault;

        quote.AmountInRaw = userIn;
        quote.AmountOutRaw = userOut;
        quote.FeeRaw = walk.FeeSum;
        quote.FeeOnOutput = !terms.FeeOnInput;
        quote.CrossedCount = walk.Crossed;
        quote.FeeRateE9 = walk.FirstRate * 1_000;
        quote.LastFeeRateE9 = walk.LastRate * 1_000;
        quote.LastStepInRaw = amount - walk.StepRemaining;
        quote.LastStepOutRaw = walk.StepCalculated;
        quote.SqrtPriceAfterX64 = walk.PriceX64;
        quote.TickAfter = walk.Tick;
        if (walk.IsTickStale) quote.DeferTick(TickRule.Raydium);
        if (!isCommit) return RaydiumClmmFault.None;

        if (IsOld && vaultOut.AmountRaw <= poolOut) _status = byte.MaxValue; // the old binary stops an emptied pool
        vaultIn.Receive(userIn, TransferFee.Fee(inputFee, userIn));
        vaultOut.AmountRaw -= System.Math.Min(poolOut, vaultOut.AmountRaw);
        Commit(zeroForOne, walk);
        return RaydiumClmmFault.None;
    }

    private RaydiumClmmFault CheckAfter(
        in SwapRequest request, ulong amount, ulong poolIn, ulong poolOut, ulong userIn, ulong userOut, in Walk walk)
    {
        bool exactIn = request.Mode == SwapMode.ExactIn;
        if (IsOld && walk.PriceX64 == PriceX64) return RaydiumClmmFault.PriceUnmoved;
        bool isUnlimited = request.SqrtPriceLimitX64 == UInt128.Zero;
        if (!IsOld && isUnlimited && (exactIn ? userIn != request.AmountRaw : poolOut != amount))
            return RaydiumClmmFault.PartialFill;
        if (exactIn && userOut < request.ThresholdRaw) return RaydiumClmmFault.TooLittleOutput;
        return !exactIn && userIn > request.ThresholdRaw ? RaydiumClmmFault.TooMuchInput : RaydiumClmmFault.None;
    }

    [SkipLocalsInit]
    private RaydiumClmmFault WalkTicks(
        in SwapRequest request, ulong amount, in RaydiumClmmSwapStep.Terms terms, bool isCommit, ref Walk walk)
    {
        bool zeroForOne = terms.ZeroForOne;
        UInt128 limit = request.SqrtPriceLimitX64;
        if (limit == UInt128.Zero)
            limit = zeroForOne ? RaydiumTickMath.MinSqrtPriceX64 + 1 : RaydiumTickMath.MaxSqrtPriceX64 - 1;
        if (amount == 0) return RaydiumClmmFault.ZeroAmount;
        if ((_status & RaydiumClmmLayout.StatusSwapDisabled) != 0) return RaydiumClmmFault.SwapDisabled;
        if (zeroForOne
            ? limit >= PriceX64 || limit <= RaydiumTickMath.MinSqrtPriceX64
            : limit <= PriceX64 || limit >= RaydiumTickMath.MaxSqrtPriceX64)
            return RaydiumClmmFault.PriceLimit;

        ref Start start = ref StartOf(zeroForOne);
        if (start.Fault != RaydiumClmmFault.None) return start.Fault;
        Cursor cursor = start.Cursor;
        walk.CountsFees = isCommit || AreFeesCounted;
        walk.Start(this, amount, zeroForOne, (ulong)request.Clock.UnixTimestamp);
        while (true)
        {
            RaydiumClmmFault fault = WalkToTick(cursor.Entry, limit, terms, isCommit, ref walk);
            if (fault != RaydiumClmmFault.None || walk.Remaining == 0 || walk.PriceX64 == limit) return fault;
            fault = MoveOn(zeroForOne, ref cursor);
            if (fault != RaydiumClmmFault.None) return fault;
        }
    }

    // To the next initialized tick or as far as the amount goes, in steps of one tick spacing while the fee changes.
    [SkipLocalsInit]
    private RaydiumClmmFault WalkToTick(
        int entry, UInt128 limit, in RaydiumClmmSwapStep.Terms terms, bool isCommit, ref Walk walk)
    {
        int nextTick = Ticks.Tick[entry];
        UInt128 nextX64 = Ticks.SqrtPriceX64[entry];
        UInt128 targetX64 = terms.ZeroForOne ? UInt128.Max(nextX64, limit) : UInt128.Min(nextX64, limit);
        if (terms.ZeroForOne ? walk.PriceX64 < targetX64 : walk.PriceX64 > targetX64)
            return RaydiumClmmFault.StepBeyondTarget;
        UInt128 liquidityNext = walk.Liquidity;
        RaydiumClmmFault fault;
        do
        {
            uint rate = walk.NextRate(_tradeFeeRate, TickSpacing);
            UInt128 boundX64 = walk.Bound(targetX64, terms.ZeroForOne, TickSpacing, out bool isSkip);
            UInt128 reachedX64 = boundX64;
            if (walk.PriceX64 != boundX64)
            {
                ref PriceRange range = ref walk.IsAtTick
                    ? ref Ranges.Above(terms.ZeroForOne ? entry : entry - 1)
                    : ref Ranges.Open(terms.ZeroForOne);
                RaydiumClmmSwapStep step = default;
                fault = step.Compute(walk.Remaining, rate, walk.Liquidity, walk.PriceX64, boundX64, terms, ref range);
                if (fault == RaydiumClmmFault.None)
                    fault = Take(step.AmountIn, step.AmountOut, step.Fee, terms, ref walk);
                if (fault != RaydiumClmmFault.None) return fault;
                reachedX64 = step.NextX64;
            }

            walk.IsAtTick = reachedX64 == nextX64;
            if (walk.IsAtTick)
            {
                fault = ReachTick(entry, rate, terms, isCommit, ref walk, out liquidityNext);
                if (fault != RaydiumClmmFault.None) return fault;
            }
            else if (reachedX64 != walk.PriceX64)
            {
                walk.IsTickStale = true;
            }

            walk.PriceX64 = reachedX64;
            walk.Advance(isSkip, terms.ZeroForOne, nextX64, nextTick, TickSpacing);
        }
        while (walk.Remaining != 0 && walk.PriceX64 != targetX64);
        walk.Liquidity = liquidityNext;
        return RaydiumClmmFault.None;
    }

    // At an initialized tick: limit orders first, then the liquidity if no orders are left.
    private RaydiumClmmFault ReachTick(
        int entry,
        uint rate,
        in RaydiumClmmSwapStep.Terms terms,
        bool isCommit,
        ref Walk walk,
        out UInt128 liquidityNext)
    {
        TickOrders orders = Ticks.Orders!;
        liquidityNext = walk.Liquidity;
        walk.Crossed++;
        RaydiumLimitOrders match = new() { Untouched = orders.Untouched[entry], PartFilled = orders.PartFilled[entry] };
        if (match.Any)
        {
            RaydiumClmmFault fault = match.Match(walk.Remaining, rate, Ticks.SqrtPriceX64[entry], terms);
            if (fault == RaydiumClmmFault.None)
                fault = Take(match.AmountIn, match.AmountOut, match.Fee, terms, ref walk);
            if (fault != RaydiumClmmFault.None) return fault;
            // What is left of a matched order means that the swap's amount is used up.
            bool isMatched = (match.AmountIn | match.AmountOut | match.Fee) != 0;
            if (walk.Remaining != 0 && isMatched && match.Any) return RaydiumClmmFault.PartialFill;
            if (isCommit)
            {
                orders.Untouched[entry] = match.Untouched;
                orders.PartFilled[entry] = match.PartFilled;
                walk.HasMatchedOrders = true;
            }
        }

        bool hasOrders = match.Any;
        walk.Tick = Ticks.Tick[entry] - (terms.ZeroForOne != hasOrders ? 1 : 0);
        walk.IsTickStale = false;
        if (hasOrders || !orders.HasLiquidity[entry]) return RaydiumClmmFault.None;
        Int128 net = Ticks.LiquidityNet[entry];
        if (terms.ZeroForOne) net = -net;
        UInt128 magnitude = (UInt128)(net < 0 ? -net : net);
        if (net < 0 && magnitude > walk.Liquidity) return RaydiumClmmFault.LiquiditySubtraction;
        if (net >= 0 && magnitude > UInt128.MaxValue - walk.Liquidity) return RaydiumClmmFault.LiquidityAddition;
        liquidityNext = net < 0 ? walk.Liquidity - magnitude : walk.Liquidity + magnitude;
        return RaydiumClmmFault.None;
    }

    // Source: SwapState::apply_swap_amounts and spilt_fees.
    private RaydiumClmmFault Take(
        ulong amountIn, ulong amountOut, ulong fee, in RaydiumClmmSwapStep.Terms terms, ref Walk walk)
    {
        ulong paid = terms.FeeOnInput ? amountIn + fee : amountIn;
        ulong taken = terms.ExactIn ? paid : amountOut;
        ulong added = terms.ExactIn ? amountOut : paid;
        if (paid < amountIn || taken > walk.Remaining || added > ulong.MaxValue - walk.Calculated
            || fee > ulong.MaxValue - walk.FeeSum)
            return IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.CalculateOverflow;
        (walk.StepRemaining, walk.StepCalculated) = (walk.Remaining, walk.Calculated);
        walk.Remaining -= taken;
        walk.Calculated += added;
        walk.FeeSum += fee;
        if (!walk.CountsFees) return RaydiumClmmFault.None;

        ulong protocol = (ulong)((UInt128)fee * _protocolFeeRate / FeeOne);
        ulong fund = (ulong)((UInt128)fee * _fundFeeRate / FeeOne);
        ulong rest = fee - protocol - fund;
        walk.FundFee += fund;
        walk.ProtocolFee += protocol;
        if (walk.Liquidity == UInt128.Zero)
        {
            walk.ProtocolFee += rest;
            return RaydiumClmmFault.None;
        }

        UInt128 growthX64 = ((UInt128)rest << 64) / walk.Liquidity;
        walk.FeeGrowthX64 += growthX64;
        return IsOld && walk.FeeGrowthX64 < growthX64 ? RaydiumClmmFault.Panic : RaydiumClmmFault.None;
    }

    // Source: util/token.rs get_transfer_inverse_fee; the current program checks it against the forward fee.
    private RaydiumClmmFault AddTransferFee(in TransferFeeRate rate, ref ulong amount)
    {
        if (rate.IsZero) return RaydiumClmmFault.None;
        // A fee of the whole amount is its cap, of nothing too, and is not checked; the old program's sum wraps.
        bool isWhole = rate.FeeBps >= TransferFee.OneInBps;
        ulong fee = rate.MaximumRaw;
        if ((!isWhole && !TransferFee.TryInverseFee(rate, amount, out fee))
            || (fee > ulong.MaxValue - amount && !(IsOld && isWhole)))
            return IsOld ? RaydiumClmmFault.Panic : RaydiumClmmFault.CalculateOverflow;
        amount = unchecked(amount + fee);
        return IsOld || isWhole || TransferFee.Fee(rate, amount) == fee
            ? RaydiumClmmFault.None
            : RaydiumClmmFault.TransferFeeMismatch;
    }

    // Source: pool_fee.rs is_fee_on_input, is_fee_on_token0.
    private bool IsFeeOnInput(bool zeroForOne) => _feeOn switch
    {
        1 => zeroForOne,
        2 => !zeroForOne,
        _ => true,
    };

    private bool IsFeeOnToken0(bool zeroForOne) => _feeOn switch
    {
        1 => true,
        2 => false,
        _ => zeroForOne,
    };
}
