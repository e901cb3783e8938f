using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// Quote and execution. Source: whirlpools@630c0e01 programs/whirlpool/src/{instructions/v2/swap.rs,
/// manager/swap_manager.rs, util/sparse_swap.rs, util/swap_tick_sequence.rs}: order of checks and errors follow them.
/// </summary>
public sealed partial class WhirlpoolPool
{
    private const uint ProtocolFeeOne = 10_000;

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        if (request.Clock.UnixTimestamp >= 0 && (ulong)request.Clock.UnixTimestamp >= _rewardTimestamp
            && TryQuoteInRange(request, _feeRate, TickRule.Whirlpool, out quote))
            return QuoteStatus.Ok;
        return Swap(request, false, out quote);
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote) =>
        Swap(request, true, out quote);

    private QuoteStatus Swap(in SwapRequest request, bool isCommit, out SwapQuote quote)
    {
        quote = default;
        if (Readiness is not (QuoteStatus.Ok or QuoteStatus.Frozen)) return Readiness;
        if (request.Mode == SwapMode.PartialFill) return QuoteStatus.UnsupportedMode;
        uint code = Run(request, isCommit, ref quote);
        if (isCommit) KnownStarts = 0;
        if (code == 0) return QuoteStatus.Ok;
        quote = default;
        quote.ProgramErrorCode = code;
        return code == WhirlpoolError.TickArraySequenceInvalidIndex
            && SequenceOf(request.Direction == SwapDirection.AToB).IsTruncated
            ? QuoteStatus.MissingTickArray
            : WhirlpoolError.ToStatus(code);
    }

    [SkipLocalsInit]
    private uint Run(in SwapRequest request, bool isCommit, ref SwapQuote quote)
    {
        bool aToB = request.Direction == SwapDirection.AToB;
        bool exactIn = request.Mode == SwapMode.ExactIn;
        if (request.Clock.UnixTimestamp < 0) return WhirlpoolError.InvalidTimestampConversion;
        ulong timestamp = (ulong)request.Clock.UnixTimestamp;
        ref Sequence sequence = ref SequenceOf(aToB);
        if (sequence.Count == 0) return WhirlpoolError.InvalidTickArraySequence;
        if (_isAdaptive && _fee.TradeEnableTimestamp > timestamp) return WhirlpoolError.TradeIsNotEnabled;

        TransferFeeRate inputFee = (aToB ? ref MintInfoA : ref MintInfoB).FeeAt(request.Clock.Epoch);
        TransferFeeRate outputFee = (aToB ? ref MintInfoB : ref MintInfoA).FeeAt(request.Clock.Epoch);
        ulong amount = request.AmountRaw;
        if (exactIn) amount = TransferFee.AmountAfterFee(inputFee, amount);
        else if (!TryAddTransferFee(outputFee, ref amount)) return WhirlpoolError.TransferFeeCalculation;

        Walk walk = default;
        uint code = WalkTicks(request, aToB, exactIn, amount, timestamp, sequence, isCommit, ref walk);
        if (code != 0) return code;

        ulong consumed = amount - walk.Remaining;
        ulong poolIn = exactIn ? consumed : walk.Calculated;
        ulong poolOut = exactIn ? walk.Calculated : consumed;
        ulong userIn = request.AmountRaw;
        if (!exactIn || poolIn != amount)
        {
            userIn = poolIn;
            if (!TryAddTransferFee(inputFee, ref userIn)) return WhirlpoolError.TransferFeeCalculation;
        }

        ulong userOut = TransferFee.AmountAfterFee(outputFee, poolOut);
        if (exactIn && userOut < request.ThresholdRaw) return WhirlpoolError.AmountOutBelowMinimum;
        if (!exactIn && userIn > request.ThresholdRaw)
            return WhirlpoolError.AmountInAboveMaximum;
        if (VaultA.IsFrozen || VaultB.IsFrozen) return WhirlpoolError.TokenAccountFrozen;
        ref TokenAccountInfo vaultIn = ref aToB ? ref VaultA : ref VaultB;
        ref TokenAccountInfo vaultOut = ref aToB ? ref VaultB : ref VaultA;
        if (vaultOut.IsShort(poolOut, StateSlot)) return WhirlpoolError.TokenInsufficientFunds;

        quote.AmountInRaw = userIn;
        quote.AmountOutRaw = userOut;
        quote.FeeRaw = walk.FeeSum;
        quote.CrossedCount = walk.Crossed;
        quote.ExtraStepCount = System.Math.Max(walk.Steps - walk.Crossed - 1, 0);
        quote.FeeRateE9 = walk.FirstRate * 1_000;
        quote.LastFeeRateE9 = walk.LastRate * 1_000;
        quote.LastStepInRaw = amount - walk.StepRemaining;
        quote.LastStepOutRaw = walk.StepCalculated;
        quote.SqrtPriceAfterX64 = walk.PriceX64;
        quote.TickAfter = walk.Tick;
        if (walk.IsTickStale) quote.DeferTick(TickRule.Whirlpool);
        if (!isCommit) return 0;

        vaultIn.Receive(userIn, TransferFee.Fee(inputFee, userIn));
        vaultOut.AmountRaw -= System.Math.Min(poolOut, vaultOut.AmountRaw);
        Commit(aToB, timestamp, walk);
        return 0;
    }

    // The price walk; amounts here are those of the pool, transfer fees excluded.
    private uint WalkTicks(
        in SwapRequest request,
        bool aToB,
        bool exactIn,
        ulong amount,
        ulong timestamp,
        in Sequence sequence,
        bool isCommit,
        ref Walk walk)
    {
        UInt128 limit = request.SqrtPriceLimitX64;
        if (limit == UInt128.Zero)
            limit = aToB ? WhirlpoolTickMath.MinSqrtPriceX64 : WhirlpoolTickMath.MaxSqrtPriceX64;
        if (limit < WhirlpoolTickMath.MinSqrtPriceX64 || limit > WhirlpoolTickMath.MaxSqrtPriceX64)
            return WhirlpoolError.SqrtPriceOutOfBounds;
        if (aToB ? limit >= PriceX64 : limit <= PriceX64) return WhirlpoolError.InvalidSqrtPriceLimitDirection;
        if (amount == 0) return WhirlpoolError.ZeroTradableAmount;
        if (timestamp < _rewardTimestamp) return WhirlpoolError.InvalidTimestamp;

        walk.Remaining = amount;
        walk.PriceX64 = PriceX64;
        walk.Liquidity = Liquidity;
        walk.Tick = CurrentTick;
        walk.FeeGrowthX64 = aToB ? _feeGrowthA : _feeGrowthB;
        uint code;
        if (_isAdaptive)
        {
            WhirlpoolFeeWalk fee = new(aToB, CurrentTick, timestamp, _feeRate, _fee);
            if (!fee.IsClockValid) return WhirlpoolError.InvalidTimestamp;
            code = WalkSteps(limit, aToB, exactIn, sequence, isCommit, ref fee, ref walk);
            if (code != 0) return code;
            if (IsUnfilled(request, exactIn, walk)) return WhirlpoolError.PartialFill;
            bool fits = fee.Fee.UpdateMajorSwap(PriceX64, walk.PriceX64, timestamp);
            _feeAfter = fee.Fee;
            return fits ? 0 : WhirlpoolError.NumberDownCast;
        }

        // PERF: the constant fee's walk is compiled on its own, without the adaptive one's state and branches
        // (WhirlpoolBenchmarks.Quote).
        WhirlpoolStaticFeeWalk constant = new(_feeRate);
        code = WalkSteps(limit, aToB, exactIn, sequence, isCommit, ref constant, ref walk);
        if (code != 0) return code;
        return IsUnfilled(request, exactIn, walk) ? WhirlpoolError.PartialFill : 0;
    }

    private static bool IsUnfilled(in SwapRequest request, bool exactIn, in Walk walk) =>
        walk.Remaining > 0 && !exactIn && request.SqrtPriceLimitX64 == UInt128.Zero;

    [SkipLocalsInit]
    private uint WalkSteps<TFee>(
        UInt128 limit, bool aToB, bool exactIn, in Sequence sequence, bool isCommit, ref TFee fee, ref Walk walk)
        where TFee : struct, IWhirlpoolFeeWalk
    {
        int entry = sequence.FirstEntry;
        bool isAtTick = false;
        bool isExhausted = false;
        WhirlpoolSwapStep step = default;
        while (walk.Remaining > 0 && walk.PriceX64 != limit)
        {
            if (isExhausted) return WhirlpoolError.TickArraySequenceInvalidIndex;
            int nextTick = NextTick(entry, aToB, sequence, out bool isInitialized);
            UInt128 nextX64 = isInitialized ? Ticks.SqrtPriceX64[entry] : sequence.EndX64;
            UInt128 targetX64 = aToB ? UInt128.Max(nextX64, limit) : UInt128.Min(nextX64, limit);
            do
            {
                walk.Steps++;
                uint rate = fee.NextRate();
                if (walk.FirstRate == 0) walk.FirstRate = rate;
                walk.LastRate = rate;
                UInt128 boundX64 = fee.Bound(targetX64, walk.Liquidity, out bool isSkip);
                ref PriceRange range = ref isAtTick && isInitialized
                    ? ref Ranges.Above(aToB ? entry : entry - 1)
                    : ref Ranges.Open(aToB);
                isAtTick = false;
                uint code = step.Compute(
                    walk.Remaining, rate, walk.Liquidity, walk.PriceX64, boundX64, exactIn, aToB, ref range);
                if (code == 0) code = walk.Take(step, exactIn);
                if (code != 0) return code;
                if (isCommit) walk.Accrue(step.Fee, _protocolFeeRate);

                if (step.NextX64 == nextX64)
                {
                    if (isInitialized)
                    {
                        code = Cross(entry, aToB, ref walk);
                        if (code != 0) return code;
                        entry += aToB ? -1 : 1;
                        isAtTick = true;
                    }

                    isExhausted = sequence.EndsAt(nextTick, aToB, TickSpacing);
                    walk.Tick = aToB ? nextTick - 1 : nextTick;
                    walk.IsTickStale = false;
                }
                else if (step.NextX64 != walk.PriceX64)
                {
                    walk.IsTickStale = true;
                }

                walk.PriceX64 = step.NextX64;
                fee.Advance(isSkip, walk.PriceX64, nextX64, nextTick);
            }
            while (walk.Remaining != 0 && walk.PriceX64 != targetX64);
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Cross(int entry, bool aToB, ref Walk walk)
    {
        walk.Crossed++;
        Int128 net = Ticks.LiquidityNet[entry];
        if (aToB) net = -net;
        UInt128 magnitude = (UInt128)(net < 0 ? -net : net);
        if (net < 0)
        {
            if (walk.Liquidity < magnitude) return WhirlpoolError.LiquidityUnderflow;
            walk.Liquidity -= magnitude;
            return 0;
        }

        walk.Liquidity += magnitude;
        return walk.Liquidity < magnitude ? WhirlpoolError.LiquidityOverflow : 0;
    }

    private static bool TryAddTransferFee(in TransferFeeRate rate, ref ulong amount)
    {
        if (rate.IsZero) return true;
        if (!TransferFee.TryInverseFee(rate, amount, out ulong fee) || fee > ulong.MaxValue - amount) return false;
        amount += fee;
        return TransferFee.Fee(rate, amount) == fee;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Commit(bool aToB, ulong timestamp, in Walk walk)
    {
        if (Liquidity != UInt128.Zero && timestamp != _rewardTimestamp)
        {
            UInt128 seconds = timestamp - _rewardTimestamp;
            for (int i = 0; i < WhirlpoolLayout.RewardCount; i++)
            {
                ref Reward reward = ref _rewards[i];
                // The program's product is 128 bits; beyond, the reward stands still.
                if (!reward.IsInitialized) continue;
                UInt256 product = UInt256.Multiply(seconds, reward.EmissionsX64);
                if (product.High == UInt128.Zero) reward.GrowthX64 += product.Low / Liquidity;
            }
        }

        SetRewardTimestamp(timestamp);
        Liquidity = walk.Liquidity;
        PriceX64 = walk.PriceX64;
        CurrentTick = walk.IsTickStale ? WhirlpoolTickMath.TickAtSqrtPrice(walk.PriceX64) : walk.Tick;
        if (aToB)
        {
            _feeGrowthA = walk.FeeGrowthX64;
            _protocolFeeA += walk.ProtocolFee;
        }
        else
        {
            _feeGrowthB = walk.FeeGrowthX64;
            _protocolFeeB += walk.ProtocolFee;
        }

        if (_isAdaptive) _fee = _feeAfter;
    }

    /// <summary>State of a swap under way.</summary>
    private struct Walk
    {
        public ulong Remaining;
        public ulong Calculated;
        public ulong FeeSum;
        public ulong ProtocolFee;
        public UInt128 PriceX64;
        public UInt128 Liquidity;
        public UInt128 FeeGrowthX64;
        public int Tick;
        public int Crossed;
        public int Steps;
        public uint FirstRate;
        public bool IsTickStale;
        public uint LastRate;
        public ulong StepRemaining;
        public ulong StepCalculated;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Take(in WhirlpoolSwapStep step, bool exactIn)
        {
            ulong paid = step.AmountIn + step.Fee;
            ulong taken = exactIn ? paid : step.AmountOut;
            ulong added = exactIn ? step.AmountOut : paid;
            if (taken > Remaining) return WhirlpoolError.AmountRemainingOverflow;
            if (paid < step.Fee)
                return exactIn ? WhirlpoolError.AmountRemainingOverflow : WhirlpoolError.AmountCalcOverflow;
            if (added > ulong.MaxValue - Calculated) return WhirlpoolError.AmountCalcOverflow;
            (StepRemaining, StepCalculated) = (Remaining, Calculated);
            Remaining -= taken;
            Calculated += added;
            FeeSum += step.Fee;
            return FeeSum < step.Fee ? WhirlpoolError.AmountCalcOverflow : 0;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Accrue(ulong fee, uint protocolRate)
        {
            ulong protocol = (ulong)((UInt128)fee * protocolRate / ProtocolFeeOne);
            ProtocolFee += protocol;
            if (Liquidity != UInt128.Zero) FeeGrowthX64 += ((UInt128)(fee - protocol) << 64) / Liquidity;
        }
    }
}
