using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Curve pieces for search: one a bin, at the bin's price, with the fee the volatility rule gives there.
/// </summary>
public sealed partial class DlmmPool
{
    /// <inheritdoc/>
    public override TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch) =>
        InputMintInfo(isMintA).FeeAt(epoch);

    /// <inheritdoc/>
    public override int MintDecimals(bool isMintA) => InputMintInfo(isMintA).KnownDecimals;

    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        SwapRequest request = default;
        request.Direction = direction;
        request.AmountRaw = 1;
        request.Clock = clock;
        Walk walk = default;
        if (destination.IsEmpty || Begin(in request, ref walk) != QuoteStatus.Ok) return 0;
        double netIn = 1.0 - TransferRate(InputMintInfo(walk.XToY).FeeAt(clock.Epoch));
        double netOut = 1.0 - TransferRate(InputMintInfo(!walk.XToY).FeeAt(clock.Epoch));
        int count = 0;
        while (count < destination.Length && NextArray(ref walk, out int slot) == QuoteStatus.Ok)
        {
            ref DlmmArraySlot header = ref _arrays.Slot(slot);
            int first = header.Index * DlmmLayout.BinsPerArray;
            int bin = walk.ActiveId - first;
            while (count < destination.Length && (uint)bin < DlmmLayout.BinsPerArray)
            {
                bin = walk.XToY ? header.SellsY.NextDown(bin) : header.SellsX.NextUp(bin);
                if (bin < 0) break;
                _fees.Accumulate(ref walk.Volatility, first + bin);
                destination[count++] = Segment(in walk, slot, bin, netIn, netOut);
                bin += walk.XToY ? -1 : 1;
            }

            walk.ActiveId = walk.XToY ? first - 1 : first + DlmmLayout.BinsPerArray;
            if (!IsInRange(walk.ActiveId)) break;
        }

        return count;
    }

    /// <inheritdoc/>
    // PERF: checks and references once for both directions, no piece but its rate (graph step of bench --load max).
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        SwapRequest request = default;
        request.AmountRaw = 1;
        request.Clock = clock;
        Walk walk = default;
        rateAToB = 0.0;
        rateBToA = 0.0;
        if (Begin(in request, ref walk) != QuoteStatus.Ok) return;
        double keptX = 1.0 - TransferRate(_mintX.FeeAt(clock.Epoch));
        double keptY = 1.0 - TransferRate(_mintY.FeeAt(clock.Epoch));
        int array = ArrayIndexOf(_activeId);
        int slot = _pinnedCount < 0 ? _arrays.Find(array) : -1;
        rateAToB = TryRateInArray(in walk, true, array, slot, keptX, keptY, out double rate)
            ? rate : FirstRate(SwapDirection.AToB, in clock);
        rateBToA = TryRateInArray(in walk, false, array, slot, keptY, keptX, out rate)
            ? rate : FirstRate(SwapDirection.BToA, in clock);
    }

    /// <inheritdoc/>
    public override double StatedPrice =>
        BinMath.TryPriceFromId(_activeId, _fees.BinStep, out UInt128 price) ? Q64.ToDouble(price) : 0;

    /// <summary>The rate of a direction's first bin, if that is in the active bin's array.</summary>
    private bool TryRateInArray(
        in Walk walk, bool xToY, int array, int slot, double netIn, double netOut, out double rate)
    {
        rate = 0.0;
        if (slot < 0 || !_bitmap.TryNext(array, xToY, UsesExtension, out int next) || next != array) return false;
        ref DlmmArraySlot header = ref _arrays.Slot(slot);
        int first = array * DlmmLayout.BinsPerArray;
        int bin = _activeId - first;
        bin = xToY ? header.SellsY.NextDown(bin) : header.SellsX.NextUp(bin);
        if (bin < 0) return false;
        DlmmVolatility volatility = walk.Volatility;
        _fees.Accumulate(ref volatility, first + bin);
        double fee = FeeShare(in volatility);
        double price = Q64.ToDouble(_arrays.Bin(slot, bin).PriceX64);
        rate = Rate(xToY ? price : 1.0 / price, fee, FeesOnInput(xToY), netIn, netOut, out _);
        return true;
    }

    private double FeeShare(in DlmmVolatility volatility) =>
        _fees.Rate(volatility.Accumulator) / (double)DlmmFees.FeePrecision;

    private static double Rate(
        double spot, double fee, bool isFeeOnInput, double netIn, double netOut, out double keepIn)
    {
        keepIn = netIn * (isFeeOnInput ? 1.0 - fee : 1.0);
        double keepOut = netOut * (isFeeOnInput ? 1.0 : 1.0 - fee);
        return spot * keepIn * keepOut;
    }

    private CurveSegment Segment(in Walk walk, int slot, int bin, double netIn, double netOut)
    {
        double fee = FeeShare(in walk.Volatility);
        ref DlmmBin amounts = ref _arrays.Bin(slot, bin);
        double price = Q64.ToDouble(amounts.PriceX64);
        double held = walk.XToY ? amounts.AmountY : amounts.AmountX;
        if (walk.XToY ? _arrays.Slot(slot).BidsY.Contains(bin) : _arrays.Slot(slot).AsksX.Contains(bin))
        {
            ref DlmmBinOrders orders = ref _arrays.Orders(slot, bin);
            held += (double)orders.ProcessingLeft + orders.OpenAmount;
        }

        double spot = walk.XToY ? price : 1.0 / price;
        CurveSegment segment = default;
        segment.RateOut = Rate(spot, fee, walk.FeeOnInput, netIn, netOut, out double keepIn);
        segment.AmountInMax = held / (spot * keepIn);
        return segment;
    }

    private static double TransferRate(in TransferFeeRate rate) => rate.IsZero ? 0.0 : rate.FeeBps / 10_000.0;
}
