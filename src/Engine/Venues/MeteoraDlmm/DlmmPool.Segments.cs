using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

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

    private CurveSegment Segment(in Walk walk, int slot, int bin, double netIn, double netOut)
    {
        double fee = _fees.Rate(walk.Volatility.Accumulator) / (double)DlmmFees.FeePrecision;
        ref DlmmBin amounts = ref _arrays.Bin(slot, bin);
        double price = Q64.ToDouble(amounts.PriceX64);
        double held = walk.XToY ? amounts.AmountY : amounts.AmountX;
        if (walk.XToY ? _arrays.Slot(slot).BidsY.Contains(bin) : _arrays.Slot(slot).AsksX.Contains(bin))
        {
            ref DlmmBinOrders orders = ref _arrays.Orders(slot, bin);
            held += (double)orders.ProcessingLeft + orders.OpenAmount;
        }

        double spot = walk.XToY ? price : 1.0 / price;
        double keepIn = netIn * (walk.FeeOnInput ? 1.0 - fee : 1.0);
        double keepOut = netOut * (walk.FeeOnInput ? 1.0 : 1.0 - fee);
        CurveSegment segment = default;
        segment.RateOut = spot * keepIn * keepOut;
        segment.AmountInMax = held / (spot * keepIn);
        return segment;
    }

    private static double TransferRate(in TransferFeeRate rate) => rate.IsZero ? 0.0 : rate.FeeBps / 10_000.0;
}
