using System;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// One exact quote of a leg and where its last step (tick range or bin) began: programs round every step on its own, so
/// the result of a slightly other input follows from here. Base units.
/// </summary>
internal struct LegStep
{
    /// <summary>Input of the quote.</summary>
    internal ulong InRaw;

    /// <summary>Output of the quote; 0 if it failed.</summary>
    internal ulong OutRaw;

    /// <summary>Input before the last step.</summary>
    internal ulong StartInRaw;

    /// <summary>Output before the last step.</summary>
    internal ulong StartOutRaw;

    /// <summary>Fee rate of the last step, 1e-9.</summary>
    internal uint FeeRateE9;

    /// <summary>True if that fee is taken from the output.</summary>
    internal bool FeeOnOutput;

    /// <summary>Ticks or bins crossed.</summary>
    internal int Crossed;

    /// <summary>Program steps beyond one and one for each crossing.</summary>
    internal int ExtraSteps;

    /// <summary>
    /// Where a curve with all fees inside gives enough for an output. A fee on the output is rounded behind the
    /// curve's own rounding, so that only whole units before the fee count; else it is the output itself. A guess, in
    /// doubles.
    /// </summary>
    internal readonly double Needed(ulong output) =>
        FeeOnOutput ? StartOutRaw + Needed(output - (double)StartOutRaw, FeeRateE9) : output;

    /// <summary>The same from the beginning of a step, for a fee on the output.</summary>
    internal static double Needed(double output, uint feeRateE9)
    {
        double keep = 1 - (feeRateE9 * 1e-9);
        return Math.Ceiling((output / keep) - 1e-6) * keep;
    }
}

/// <summary>A quote of a leg that was made for one sizing, whatever its end.</summary>
internal struct KeptQuote
{
    /// <summary>Number of the sizing; the route and the market are others in the next.</summary>
    internal long Sizing;

    /// <summary>How it ended.</summary>
    internal QuoteStatus Status;

    /// <summary>The quote.</summary>
    internal LegStep Step;
}
