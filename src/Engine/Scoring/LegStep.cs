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
