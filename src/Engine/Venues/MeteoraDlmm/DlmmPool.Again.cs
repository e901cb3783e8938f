using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Quotes that end in the bin where the last one ended, of one state at one time: whatever comes before it is known, so
/// a quote is one fee and one amount at the bin's price. Refining asks for inputs a few units apart. All that is not
/// such a quote takes the walk.
/// </summary>
public sealed partial class DlmmPool
{
    /// <inheritdoc/>
    [SkipLocalsInit]
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        quote = default;
        if (TryAgain(in request, ref quote)) return QuoteStatus.Ok;
        QuoteStatus status = Run(in request, false, out quote, out Walk walk);
        if (status == QuoteStatus.Ok && walk.Passed is not null) NotePart(in walk, in request);
        return status;
    }

    // The bin is not emptied exactly if what it gives is less than it holds: amounts are rounded down, what empties it
    // is rounded up. So orders behind the market makers do not count either.
    private bool TryAgain(in SwapRequest request, ref SwapQuote quote)
    {
        bool xToY = request.Direction == SwapDirection.AToB;
        ref readonly DlmmPartBin part = ref (xToY ? _passedDown : _passedUp).Part;
        ulong amount = request.AmountRaw;
        if (part.MakerOut == 0 || request.Mode != SwapMode.ExactIn || request.HasPriceImpactLimit
            || part.Slot != request.Clock.Slot || part.UnixTime != request.Clock.UnixTimestamp
            || amount < part.LeastIn)
            return false;
        ulong left = amount - part.TotalIn;
        ulong fee = part.FeeOnInput ? DlmmFees.FeeInGross(left, part.LastRate) : 0;
        if (!BinMath.TryAmountOut(left - fee, part.PriceX64, xToY, out ulong given) || given >= part.MakerOut)
            return false;
        if (!part.FeeOnInput) given -= fee = DlmmFees.FeeInGross(given, part.LastRate);
        ulong output = part.TotalOut + given;
        if (output < given || output == 0 || output < request.ThresholdRaw) return false;
        // PERF: what Finish writes, once more. Kept and copied as a quote it took noting 7 to 13 ns longer: a copy
        // reads in vectors what was just written in words (DlmmQuoteBenchmarks.Quote).
        quote.AmountInRaw = amount;
        quote.AmountOutRaw = output;
        quote.FeeRaw = part.TotalFee + fee;
        quote.FeeOnOutput = !part.FeeOnInput;
        quote.CrossedCount = part.Bins;
        quote.FeeRateE9 = part.FirstRate;
        quote.LastFeeRateE9 = part.LastRate;
        quote.LastStepInRaw = part.TotalIn;
        quote.LastStepOutRaw = part.TotalOut;
        quote.TickAfter = part.ActiveId;
        return true;
    }

    private void NotePart(in Walk walk, in SwapRequest request)
    {
        DlmmPassedBins passed = walk.Passed!;
        passed.Part.MakerOut = 0;
        if (walk.Bins - 1 > passed.Count || walk.TotalIn != request.AmountRaw
            || _mintX.HasTransferFee || _mintY.HasTransferFee)
            return;
        int number = walk.ActiveId - (_arrays.Slot(walk.LastSlot).Index * DlmmLayout.BinsPerArray);
        if ((uint)number >= DlmmLayout.BinsPerArray) return;
        ref readonly DlmmBin bin = ref _arrays.Bin(walk.LastSlot, number);
        passed.Part = new DlmmPartBin
        {
            TotalIn = walk.StepIn,
            TotalOut = walk.StepOut,
            TotalFee = walk.StepFee,
            LeastIn = walk.Bins == 1 ? 1 : walk.StepIn + DlmmPassedBins.MarginRaw,
            MakerOut = walk.XToY ? bin.AmountY : bin.AmountX,
            PriceX64 = bin.PriceX64,
            Slot = request.Clock.Slot,
            UnixTime = request.Clock.UnixTimestamp,
            ActiveId = walk.ActiveId,
            Bins = walk.Bins,
            FirstRate = walk.FirstRate,
            LastRate = walk.LastRate,
            FeeOnInput = walk.FeeOnInput,
        };
    }
}
