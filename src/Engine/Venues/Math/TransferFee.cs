using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// Token-2022 transfer fee, forward and inverse, to the unit. Amounts are base units.
/// Source: solana-program/token-2022@6c7a1bd4 interface/src/extension/transfer_fee/mod.rs, calculate_fee,
/// calculate_pre_fee_amount, calculate_inverse_fee.
/// </summary>
public static class TransferFee
{
    /// <summary>A rate that takes the whole amount, up to the cap.</summary>
    internal const ulong OneInBps = 10_000;

    /// <summary>
    /// Fee withheld from a transfer of <paramref name="amountRaw"/>: rounded up, at most the cap. Never above the
    /// amount
    /// (a rate is at most 10,000 bps).
    /// </summary>
    public static ulong Fee(in TransferFeeRate rate, ulong amountRaw)
    {
        if (rate.FeeBps == 0 || amountRaw == 0) return 0;
        ulong fee = (ulong)((((UInt128)amountRaw * rate.FeeBps) + (OneInBps - 1)) / OneInBps);
        return fee < rate.MaximumRaw ? fee : rate.MaximumRaw;
    }

    /// <summary>What arrives when <paramref name="amountRaw"/> is sent.</summary>
    public static ulong AmountAfterFee(in TransferFeeRate rate, ulong amountRaw) => amountRaw - Fee(in rate, amountRaw);

    /// <summary>
    /// Smallest amount to send so that <paramref name="netRaw"/> arrives, as the program computes it; false if it
    /// does not
    /// fit 64 bits.
    /// </summary>
    public static bool TryAmountBeforeFee(in TransferFeeRate rate, ulong netRaw, out ulong grossRaw)
    {
        grossRaw = netRaw;
        if (rate.FeeBps == 0 || netRaw == 0) return true;
        ulong capped = unchecked(netRaw + rate.MaximumRaw);
        bool cappedFits = capped >= netRaw;
        if (rate.FeeBps >= OneInBps)
        {
            grossRaw = cappedFits ? capped : 0;
            return cappedFits;
        }

        ulong denominator = OneInBps - rate.FeeBps;
        UInt128 gross = (((UInt128)netRaw * OneInBps) + (denominator - 1)) / denominator;
        if (gross - netRaw >= rate.MaximumRaw)
        {
            grossRaw = cappedFits ? capped : 0;
            return cappedFits;
        }

        bool fits = gross <= ulong.MaxValue;
        grossRaw = fits ? (ulong)gross : 0;
        return fits;
    }

    /// <summary>
    /// Fee of the transfer that delivers <paramref name="netRaw"/>: the forward fee of <see
    /// cref="TryAmountBeforeFee"/>.
    /// False if that amount does not fit 64 bits.
    /// </summary>
    public static bool TryInverseFee(in TransferFeeRate rate, ulong netRaw, out ulong feeRaw)
    {
        bool ok = TryAmountBeforeFee(in rate, netRaw, out ulong grossRaw);
        feeRaw = ok ? Fee(in rate, grossRaw) : 0;
        return ok;
    }
}
