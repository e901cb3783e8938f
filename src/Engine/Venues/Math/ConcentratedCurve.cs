using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// Writes curve pieces of concentrated liquidity: within a range of liquidity L from sqrt price s, A in gives
/// <c>out = L s^2 x / (L + s x)</c>, B in gives <c>out = L x / (s (L s + x))</c>. Search only: doubles, caps of
/// Token-2022 fees ignored.
/// </summary>
internal ref struct ConcentratedCurve
{
    private const double BpsOne = 10_000.0;

    private readonly Span<CurveSegment> _destination;
    private readonly bool _aToB;
    private readonly double _inputKeep;
    private readonly double _outputKeep;

    /// <summary>Starts at the first element of <paramref name="destination"/>.</summary>
    internal ConcentratedCurve(
        bool aToB, in TransferFeeRate inputFee, in TransferFeeRate outputFee, Span<CurveSegment> destination)
    {
        _aToB = aToB;
        _inputKeep = Keep(in inputFee);
        _outputKeep = Keep(in outputFee);
        _destination = destination;
        Count = 0;
    }

    /// <summary>Pieces written.</summary>
    internal int Count { get; private set; }

    /// <summary>True if no further piece fits.</summary>
    internal readonly bool IsFull => Count == _destination.Length;

    /// <summary>Share of a transfer that arrives.</summary>
    internal static double Keep(in TransferFeeRate fee) => fee.IsZero ? 1.0 : 1.0 - (fee.FeeBps / BpsOne);

    /// <summary>Rate of a piece that begins at a square root price; 0 if nothing of an input is left.</summary>
    internal static double Rate(bool aToB, double from, double inputKeep, double outputKeep) =>
        inputKeep <= 0.0 ? 0.0 : (aToB ? from * from : 1.0 / (from * from)) * inputKeep * outputKeep;

    /// <summary>Adds the piece between two prices; nothing where no liquidity or no distance is.</summary>
    internal void Add(UInt128 liquidity, UInt128 fromX64, UInt128 toX64, double feeRate, bool isFeeOnOutput)
    {
        if (liquidity == UInt128.Zero || fromX64 == toX64 || IsFull) return;
        double l = (double)liquidity;
        double from = Q64.ToDouble(fromX64);
        double to = Q64.ToDouble(toX64);
        double inputKeep = _inputKeep * (isFeeOnOutput ? 1.0 : 1.0 - feeRate);
        double outputKeep = _outputKeep * (isFeeOnOutput ? 1.0 - feeRate : 1.0);
        if (inputKeep <= 0.0) return;
        // The distance comes from the exact difference: nearby prices would cancel.
        double distance = Q64.ToDouble(_aToB ? fromX64 - toX64 : toX64 - fromX64);
        double net = _aToB ? l * distance / (from * to) : l * distance;
        _destination[Count++] = new CurveSegment
        {
            RateOut = Rate(_aToB, from, inputKeep, outputKeep),
            Curvature = (_aToB ? from / l : 1.0 / (l * from)) * inputKeep,
            AmountInMax = net / inputKeep,
        };
    }

    /// <summary>Adds a piece of constant rate and limited output (limit orders at one price).</summary>
    internal void AddFixed(double amountOut, double rateOut, double feeRate, bool isFeeOnOutput)
    {
        if (amountOut <= 0.0 || rateOut <= 0.0 || IsFull) return;
        double inputKeep = _inputKeep * (isFeeOnOutput ? 1.0 : 1.0 - feeRate);
        double outputKeep = _outputKeep * (isFeeOnOutput ? 1.0 - feeRate : 1.0);
        if (inputKeep <= 0.0) return;
        _destination[Count++] = new CurveSegment
        {
            RateOut = rateOut * inputKeep * outputKeep,
            Curvature = 0.0,
            AmountInMax = amountOut / rateOut / inputKeep,
        };
    }
}
