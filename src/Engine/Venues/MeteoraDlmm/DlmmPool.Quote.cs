using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// The swap itself: checks, the walk over bin arrays and bins, and the transfer fees at both ends.
/// Source: dlmm-sdk@fb02e51 commons/src/quote.rs (quote_exact_in, quote_exact_out) for the walk; the order of checks
/// and error codes as the program's logs show them in the vectors.
/// </summary>
public sealed partial class DlmmPool
{
    private const uint OneInBps = 10_000;

    // A protocol fee up to this can take the fee of any swap that a mint's supply allows.
    private const ulong HighFeeSum = ulong.MaxValue >> 1;

    /// <summary>State of a swap under way; copied back by Execute on success.</summary>
    private struct Walk
    {
        internal DlmmVolatility Volatility;
        internal int ActiveId;
        internal bool XToY;
        internal bool ExactOut;
        internal bool FeeOnInput;
        internal bool Commit;

        /// <summary>True if the fee is split between makers and protocol: for a commit, or to know their sum.</summary>
        internal bool Splits;

        /// <summary>
        /// Input left (exact in), or output left (exact out), and in that case the input still allowed.
        /// </summary>
        internal ulong Left, MaxInLeft;

        /// <summary>Amounts so far, base units: input with trade fee, output, trade fee, protocol's part.</summary>
        internal ulong TotalIn, TotalOut, TotalFee, ProtocolFee;

        /// <summary>Place in the instruction's list of arrays.</summary>
        internal int ArraysUsed;

        internal int Bins, RewardedBins;

        /// <summary>Place of the last array in the pool's store.</summary>
        internal int LastSlot;
        internal uint FirstRate, LastRate;

        /// <summary>Amounts before the last bin traded in.</summary>
        internal ulong StepIn, StepOut, StepFee;

        internal uint Error;

        /// <summary>Where emptied bins are noted; null if they are not.</summary>
        internal DlmmPassedBins? Passed;
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        // The dry run proves that the second, writing run cannot fail half-way.
        QuoteStatus status = Run(in request, false, out quote, out _);
        if (status != QuoteStatus.Ok) return status;
        status = Run(in request, true, out quote, out Walk walk);
        ForgetPassed();
        bool moved = walk.ActiveId != _activeId;
        _volatility = walk.Volatility;
        if (moved) _volatility.LastUpdate = request.Clock.UnixTimestamp;
        _activeId = walk.ActiveId;
        if (IsFeeInX(in walk)) _protocolFeeX += walk.ProtocolFee;
        else _protocolFeeY += walk.ProtocolFee;
        MoveVaults(in walk, in request, in quote);
        return status;
    }

    private QuoteStatus Run(in SwapRequest request, bool commit, out SwapQuote quote, out Walk walk)
    {
        quote = default;
        walk = default;
        QuoteStatus status = Begin(in request, ref walk);
        walk.Commit = commit;
        walk.Splits = commit || (_protocolFeeX | _protocolFeeY) > HighFeeSum || _arrays.HasHighGrowth;
        if (status == QuoteStatus.Ok) status = Advance(ref walk, request.Clock.UnixTimestamp);
        if (status == QuoteStatus.Ok) status = Finish(in request, ref walk, out quote);
        if (status != QuoteStatus.Ok)
        {
            quote = default;
            quote.ProgramErrorCode = walk.Error;
        }

        return status;
    }

    private QuoteStatus Begin(in SwapRequest request, ref Walk walk)
    {
        if (Readiness is not (QuoteStatus.Ok or QuoteStatus.SwapDisabled)) return Readiness;
        if (request.Mode == SwapMode.PartialFill) return QuoteStatus.UnsupportedMode;
        walk.ExactOut = request.Mode == SwapMode.ExactOut;
        if (walk.ExactOut && request.HasPriceImpactLimit) return QuoteStatus.UnsupportedMode;
        if (Readiness == QuoteStatus.SwapDisabled) return Fail(ref walk, Readiness, DlmmProgram.PoolDisabled);
        ulong point = _activationType == 0 ? request.Clock.Slot : (ulong)request.Clock.UnixTimestamp;
        if (point > _latestPoint) _latestPoint = point;
        if (_needsActivation && point < _activationPoint)
            return Fail(ref walk, QuoteStatus.NotOpenYet, DlmmProgram.PoolDisabled);
        if ((walk.ExactOut ? request.ThresholdRaw : request.AmountRaw) == 0)
            return Fail(ref walk, QuoteStatus.ZeroAmount, DlmmProgram.InvalidInput);

        walk.XToY = request.Direction == SwapDirection.AToB;
        walk.FeeOnInput = FeesOnInput(walk.XToY);
        walk.ActiveId = _activeId;
        walk.Volatility = _volatility;
        if (!_fees.TryUpdateReferences(ref walk.Volatility, _activeId, request.Clock.UnixTimestamp))
            return Fail(ref walk, QuoteStatus.Overflow, DlmmProgram.MathOverflow);
        TransferFeeRate feeIn = InputMintInfo(walk.XToY).FeeAt(request.Clock.Epoch);
        if (!walk.ExactOut)
        {
            walk.Left = TransferFee.AmountAfterFee(in feeIn, request.AmountRaw);
            return QuoteStatus.Ok;
        }

        walk.MaxInLeft = TransferFee.AmountAfterFee(in feeIn, request.ThresholdRaw);
        TransferFeeRate feeOut = InputMintInfo(!walk.XToY).FeeAt(request.Clock.Epoch);
        return TransferFee.TryAmountBeforeFee(in feeOut, request.AmountRaw, out walk.Left)
            ? QuoteStatus.Ok
            : Fail(ref walk, QuoteStatus.Overflow, DlmmProgram.MathOverflow);
    }

    // The limit moves the active bin's price against the swap; the whole input (transfer fee included) at that price is
    // the least output. Observed in the program's results for swap_with_price_impact and its second version.
    private uint MinimumOut(in SwapRequest request, bool xToY, out ulong minimumOut)
    {
        minimumOut = request.ThresholdRaw;
        if (!request.HasPriceImpactLimit) return 0;
        if (request.MaxPriceImpactBps > OneInBps) return DlmmProgram.MathOverflow;
        UInt128 kept = OneInBps - request.MaxPriceImpactBps;
        if (!BinMath.TryPriceFromId(_activeId, _fees.BinStep, out UInt128 price)
            || !MulDiv.TryMulDiv(
                price, xToY ? kept : OneInBps, xToY ? OneInBps : kept, Rounding.Down, out UInt128 limit))
            return DlmmProgram.MathOverflow;
        return BinMath.TryAmountOut(request.AmountRaw, limit, xToY, out minimumOut) ? 0 : DlmmProgram.TypeCastFailed;
    }

    private QuoteStatus Advance(ref Walk walk, long unixTime)
    {
        if (!walk.Splits && !walk.ExactOut)
        {
            QuoteStatus behind = Resume(ref walk, unixTime);
            if (behind != QuoteStatus.Ok) return behind;
        }

        // Nothing may be paid if a transfer fee takes all of the limit: then not even a free unit is given. An output
        // of zero goes into the first bin all the same, and may fail on the way there.
        while (walk.ExactOut ? walk.MaxInLeft != 0 && (walk.Left != 0 || walk.Bins == 0) : walk.Left != 0)
        {
            QuoteStatus status = NextArray(ref walk, out int slot);
            if (status == QuoteStatus.Ok) status = WalkArray(ref walk, slot);
            if (status != QuoteStatus.Ok) return status;
        }

        return QuoteStatus.Ok;
    }

    // PERF: from behind the bins that the input empties for sure (DlmmQuoteBenchmarks.Quote).
    private QuoteStatus Resume(ref Walk walk, long unixTime)
    {
        walk.Passed = walk.XToY ? _passedDown : _passedUp;
        int count = walk.Passed.CountEmptied(walk.Left, unixTime);
        if (count == 0) return QuoteStatus.Ok;
        ref readonly DlmmPassedBin last = ref walk.Passed.Bin(count - 1);
        walk.Left -= last.TotalIn;
        (walk.TotalIn, walk.TotalOut, walk.TotalFee) = (last.TotalIn, last.TotalOut, last.TotalFee);
        (walk.ActiveId, walk.ArraysUsed) = (last.ActiveId, last.ArraysUsed);
        (walk.Bins, walk.FirstRate) = (count, walk.Passed.FirstRate);
        return WalkArray(ref walk, last.Slot);
    }

    /// <summary>
    /// Finds the next array with liquidity, as the program does: by the bitmaps, among the accounts it was given.
    /// </summary>
    private QuoteStatus NextArray(ref Walk walk, out int slot)
    {
        slot = -1;
        int current = ArrayIndexOf(walk.ActiveId);
        if (!_bitmap.TryNext(current, walk.XToY, UsesExtension, out int index))
        {
            if (!_extensionKnown) return QuoteStatus.Incomplete;
            uint error = UsesExtension
                ? DlmmProgram.CannotFindNonZeroLiquidityBinArray
                : DlmmProgram.BitmapExtensionNotProvided;
            return Fail(ref walk, QuoteStatus.InsufficientLiquidity, error);
        }

        slot = _arrays.Find(index);
        if (_pinnedCount >= 0)
        {
            Pubkey key = ArrayKey(index);
            while (walk.ArraysUsed < _pinnedCount && _pinned[walk.ArraysUsed] != key) walk.ArraysUsed++;
            if (walk.ArraysUsed >= _pinnedCount)
                return Fail(ref walk, QuoteStatus.MissingBinArray, DlmmProgram.AccountNotEnoughKeys);
        }
        else if (walk.ArraysUsed >= DlmmProgram.ArraysPerSwap)
        {
            return Fail(ref walk, QuoteStatus.TooManyArrays, DlmmProgram.AccountNotEnoughKeys);
        }

        walk.ArraysUsed++;
        if (slot < 0) return QuoteStatus.MissingBinArray;
        if (index == current) return QuoteStatus.Ok;
        int first = index * DlmmLayout.BinsPerArray;
        walk.ActiveId = walk.XToY ? first + DlmmLayout.BinsPerArray - 1 : first;
        return QuoteStatus.Ok;
    }

    private QuoteStatus WalkArray(ref Walk walk, int slot)
    {
        ref DlmmArraySlot header = ref _arrays.Slot(slot);
        int first = header.Index * DlmmLayout.BinsPerArray;
        int bin = walk.ActiveId - first;
        walk.LastSlot = slot;
        while (true)
        {
            if ((uint)bin < DlmmLayout.BinsPerArray)
                bin = walk.XToY ? header.SellsY.NextDown(bin) : header.SellsX.NextUp(bin);
            if ((uint)bin >= DlmmLayout.BinsPerArray)
            {
                walk.ActiveId = walk.XToY ? first - 1 : first + DlmmLayout.BinsPerArray;
                return IsInRange(walk.ActiveId) ? QuoteStatus.Ok : OutOfBins(ref walk);
            }

            walk.ActiveId = first + bin;
            if (!IsInRange(walk.ActiveId)) return OutOfBins(ref walk);
            uint error = TradeBin(ref walk, slot, bin);
            if (error != 0) return Fail(ref walk, StatusOf(error), error);
            if (walk.Left == 0 || (walk.ExactOut && walk.MaxInLeft == 0)) return QuoteStatus.Ok;
            bin += walk.XToY ? -1 : 1;
            walk.ActiveId = first + bin;
            walk.Passed?.Note(
                walk.Bins - 1,
                new DlmmPassedBin
                {
                    TotalIn = walk.TotalIn,
                    TotalOut = walk.TotalOut,
                    TotalFee = walk.TotalFee,
                    ActiveId = walk.ActiveId,
                    Slot = slot,
                    ArraysUsed = walk.ArraysUsed,
                },
                walk.FirstRate);
        }
    }

    private uint TradeBin(ref Walk walk, int slot, int bin)
    {
        _fees.Accumulate(ref walk.Volatility, walk.ActiveId);
        uint rate = _fees.Rate(walk.Volatility.Accumulator);
        if (walk.Bins++ == 0) walk.FirstRate = rate;
        walk.LastRate = rate;

        ref DlmmArraySlot header = ref _arrays.Slot(slot);
        ulong processing = 0;
        ulong open = 0;
        if (walk.XToY ? header.BidsY.Contains(bin) : header.AsksX.Contains(bin))
        {
            ref DlmmBinOrders orders = ref _arrays.Orders(slot, bin);
            processing = orders.ProcessingLeft;
            open = orders.OpenAmount;
        }

        DlmmBinTrade trade = new(in _arrays.Bin(slot, bin), processing, open, rate, walk.XToY, walk.FeeOnInput);
        DlmmFill fill = default;
        uint error = walk.ExactOut
            ? trade.ExactOut(walk.Left, walk.MaxInLeft, ref fill)
            : trade.ExactIn(walk.Left, ref fill);
        if (error != 0) return error;
        return Settle(ref walk, slot, bin, ref fill);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Settle(ref Walk walk, int slot, int bin, ref DlmmFill fill)
    {
        ulong netOut = fill.NetOut;
        ulong excess = 0;
        if (walk.ExactOut)
        {
            if (netOut > walk.Left)
            {
                excess = netOut - walk.Left;
                netOut = walk.Left;
            }

            walk.Left -= netOut;
            walk.MaxInLeft -= fill.GrossIn;
        }
        else
        {
            walk.Left -= fill.GrossIn;
        }

        ulong totalIn = walk.TotalIn + fill.GrossIn;
        ulong totalOut = walk.TotalOut + netOut;
        if (totalIn < fill.GrossIn || totalOut < netOut) return DlmmProgram.MathOverflow;
        (walk.StepIn, walk.StepOut, walk.StepFee) = (walk.TotalIn, walk.TotalOut, walk.TotalFee);
        walk.TotalIn = totalIn;
        walk.TotalOut = totalOut;
        walk.TotalFee += fill.Fee;
        if (!walk.Splits) return 0;
        _fees.Split(ref fill);
        walk.ProtocolFee += fill.ProtocolFee;
        // What the last bin's rounding gives beyond the wanted output stays in the reserve; where the fee is taken from
        // the output, the program books it as the protocol's. Observed in its post-states.
        if (!walk.FeeOnInput) walk.ProtocolFee += excess;
        if (!CanGrow(in walk, slot, bin, fill.MakerFee)) return DlmmProgram.MathOverflow;
        NoteRewarded(ref walk, slot, bin);
        if (walk.Commit) CommitBin(slot, bin, walk.XToY, walk.FeeOnInput, in fill);
        return 0;
    }

    private QuoteStatus Finish(in SwapRequest request, ref Walk walk, out SwapQuote quote)
    {
        quote = default;
        // Observed: the program adds the protocol's part and rewards once the walk is over, before it looks at the
        // amounts.
        if (walk.Splits
            && (walk.ProtocolFee > ulong.MaxValue - (IsFeeInX(in walk) ? _protocolFeeX : _protocolFeeY)
                || !TryReward(in walk, request.Clock.UnixTimestamp)))
            return Fail(ref walk, QuoteStatus.Overflow, DlmmProgram.MathOverflow);
        TransferFeeRate feeIn = InputMintInfo(walk.XToY).FeeAt(request.Clock.Epoch);
        TransferFeeRate feeOut = InputMintInfo(!walk.XToY).FeeAt(request.Clock.Epoch);
        quote.AmountOutRaw = TransferFee.AmountAfterFee(in feeOut, walk.TotalOut);
        if (quote.AmountOutRaw == 0)
            return Fail(ref walk, QuoteStatus.ZeroOutput, DlmmProgram.InsufficientOutAmount);
        if (walk.ExactOut)
        {
            if (walk.Left != 0) return Fail(ref walk, QuoteStatus.SlippageExceeded, DlmmProgram.NotExactAmountOut);
            if (!TransferFee.TryAmountBeforeFee(in feeIn, walk.TotalIn, out quote.AmountInRaw))
                return Fail(ref walk, QuoteStatus.Overflow, DlmmProgram.MathOverflow);
            if (quote.AmountInRaw > request.ThresholdRaw)
                return Fail(ref walk, QuoteStatus.SlippageExceeded, DlmmProgram.ExceededAmountSlippageTolerance);
        }
        else
        {
            quote.AmountInRaw = request.AmountRaw;
            uint error = MinimumOut(in request, walk.XToY, out ulong minimumOut);
            if (error != 0) return Fail(ref walk, QuoteStatus.Overflow, error);
            if (quote.AmountOutRaw < minimumOut)
                return Fail(ref walk, QuoteStatus.SlippageExceeded, DlmmProgram.ExceededAmountSlippageTolerance);
        }

        quote.FeeRaw = walk.TotalFee;
        quote.FeeOnOutput = !walk.FeeOnInput;
        quote.CrossedCount = walk.Bins;
        quote.FeeRateE9 = walk.FirstRate;
        quote.LastFeeRateE9 = walk.LastRate;
        quote.LastStepInRaw = walk.StepIn;
        quote.LastStepOutRaw = walk.StepOut;
        quote.TickAfter = walk.ActiveId;
        return QuoteStatus.Ok;
    }

    private bool FeesOnInput(bool xToY) => !_feeOnlyInY || !xToY;

    private static bool IsFeeInX(in Walk walk) => walk.FeeOnInput == walk.XToY;

    private bool IsInRange(int binId) => binId >= _minBinId && binId <= _maxBinId;

    // Source: dlmm-sdk@9410e46 programs/lb_clmm/src/state/lb_pair.rs, advance_active_bin.
    private static QuoteStatus OutOfBins(ref Walk walk) =>
        Fail(ref walk, QuoteStatus.InsufficientLiquidity, DlmmProgram.PairInsufficientLiquidity);

    private static QuoteStatus StatusOf(uint error) => error switch
    {
        DlmmProgram.InsufficientInAmount => QuoteStatus.SlippageExceeded,
        DlmmProgram.UndeterminedError => QuoteStatus.InvalidState,
        _ => QuoteStatus.Overflow,
    };

    private static QuoteStatus Fail(ref Walk walk, QuoteStatus status, uint error)
    {
        walk.Error = error;
        return status;
    }

    private ref readonly MintInfo InputMintInfo(bool xToY) => ref xToY ? ref _mintX : ref _mintY;
}
