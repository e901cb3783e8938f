using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>What a successful swap leaves behind in bins and vaults.</summary>
public sealed partial class DlmmPool
{
    private void CommitBin(int slot, int bin, bool xToY, bool feeOnInput, in DlmmFill fill)
    {
        ref DlmmBin amounts = ref _arrays.Bin(slot, bin);
        if (xToY)
        {
            amounts.AmountX += fill.MakerIn;
            amounts.AmountY -= fill.MakerOut;
        }
        else
        {
            amounts.AmountY += fill.MakerIn;
            amounts.AmountX -= fill.MakerOut;
        }

        ref DlmmBinOrders rest = ref _arrays.Orders(slot, bin);
        GrowFees(ref rest, fill.MakerFee, feeOnInput == xToY);
        CommitOrders(ref rest, xToY, in fill);
        _arrays.UpdateMasks(slot, bin, _supportsOrders);
    }

    private void GrowFees(ref DlmmBinOrders rest, ulong makerFee, bool feeInX)
    {
        UInt128 growth = Growth(in rest, makerFee);
        if (feeInX) rest.FeeX += growth;
        else rest.FeeY += growth;
        _arrays.NoteGrowth(in rest);
    }

    // Source: dlmm-sdk@9410e46 programs/lb_clmm/src/state/bin.rs, update_fee_per_token_stored.
    private static UInt128 Growth(in DlmmBinOrders rest, ulong makerFee)
    {
        ulong shares = (ulong)(rest.Supply >> 64);
        return shares == 0 || makerFee == 0 ? UInt128.Zero : new UInt128(makerFee, 0) / shares;
    }

    // Observed: growth that leaves its integer fails at the bin.
    private bool CanGrow(in Walk walk, int slot, int bin, ulong makerFee)
    {
        if (!_arrays.HasHighGrowth) return true;
        ref DlmmBinOrders rest = ref _arrays.Orders(slot, bin);
        return Growth(in rest, makerFee) <= UInt128.MaxValue - (IsFeeInX(in walk) ? rest.FeeX : rest.FeeY);
    }

    // A batch of open orders that a swap reaches goes into processing as a whole and ages by one.
    private static void CommitOrders(ref DlmmBinOrders orders, bool xToY, in DlmmFill fill)
    {
        orders.ProcessingLeft -= fill.ProcessingOut;
        if (fill.OpenTouched)
        {
            orders.ProcessingTotal = orders.OpenAmount;
            orders.ProcessingLeft = orders.OpenAmount - fill.OpenOut;
            orders.OpenAmount = 0;
            orders.Age++;
        }

        ulong fulfilled = fill.ProcessingOut + fill.OpenOut;
        if (xToY)
        {
            orders.FulfilledY += fulfilled;
            orders.FeeBid += fill.OrderFee;
        }
        else
        {
            orders.FulfilledX += fulfilled;
            orders.FeeAsk += fill.OrderFee;
        }
    }

    private void MoveVaults(in Walk walk, in SwapRequest request, in SwapQuote quote)
    {
        TransferFeeRate feeIn = InputMintInfo(walk.XToY).FeeAt(request.Clock.Epoch);
        ref TokenAccountInfo input = ref walk.XToY ? ref _vaultX : ref _vaultY;
        ref TokenAccountInfo output = ref walk.XToY ? ref _vaultY : ref _vaultX;
        input.Receive(quote.AmountInRaw, TransferFee.Fee(in feeIn, quote.AmountInRaw));
        output.AmountRaw -= walk.TotalOut;
    }
}
