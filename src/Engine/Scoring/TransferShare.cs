using System;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// A Token-2022 transfer fee in doubles: rounded up, at most a cap. The default value charges nothing.
/// Source: solana-program/token-2022@6c7a1bd4 interface/src/extension/transfer_fee/mod.rs, calculate_fee.
/// </summary>
internal readonly struct TransferShare
{
    /// <summary>Least distance to an integer that counts: shares have four decimals.</summary>
    private const double Tolerance = 1e-5;

    private readonly double _capRaw;

    internal TransferShare(in TransferFeeRate rate)
    {
        Share = rate.IsZero ? 0 : Math.Min(rate.FeeBps / 10_000.0, 0.9999);
        _capRaw = rate.MaximumRaw;
    }

    /// <summary>Fee as a share of what is sent, below the cap.</summary>
    internal double Share { get; }

    /// <summary>True if anything is charged.</summary>
    internal bool IsCharged => Share > 0;

    /// <summary>What must be sent for the fee to be at its cap; infinity if there is no fee.</summary>
    internal double CapReachedAt => IsCharged ? _capRaw / Share : double.PositiveInfinity;

    /// <summary>What arrives of amounts sent.</summary>
    internal Vector256<double> After(Vector256<double> sent)
    {
        Vector256<double> fee = Vector256.Ceiling((sent * Share) - Vector256.Create(Tolerance));
        return sent - Vector256.Min(fee, Vector256.Create(_capRaw));
    }

    /// <summary>The same for one.</summary>
    internal double After(double sent) => After(Vector256.Create(sent)).ToScalar();

    /// <summary>Least amounts to send for amounts to arrive.</summary>
    internal Vector256<double> Before(Vector256<double> arriving)
    {
        if (!IsCharged) return arriving;
        Vector256<double> sent = Vector256.Ceiling((arriving / (1 - Share)) - Vector256.Create(Tolerance));
        return Vector256.Min(sent, arriving + Vector256.Create(_capRaw));
    }

    /// <summary>The same for one.</summary>
    internal double Before(double arriving) => Before(Vector256.Create(arriving)).ToScalar();

    /// <summary>The fee without its rounding as a map, at the cap if <paramref name="sentRaw"/> is beyond it.</summary>
    internal TransferMatrix<double> Map(double sentRaw) =>
        sentRaw * Share > _capRaw ? new(1, -_capRaw, 0, 1) : new(1 - Share, 0, 0, 1);
}
