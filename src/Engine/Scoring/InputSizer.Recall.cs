using System;

namespace LowLatency.Engine.Scoring;

/// <summary>Sizes that were found before, on the same curves.</summary>
public sealed partial class InputSizer
{
    /// <summary>The end of the last <see cref="Size"/>, for <see cref="TryRecall"/>.</summary>
    internal FoundSize Found => new()
    {
        InputRaw = _bestAmounts[0],
        Profit = _bestProfit,
        ContinuousInput = ContinuousInput,
        ContinuousProfit = ContinuousProfit,
        BoundSlack = _boundSlack,
        BoundHolds = _boundHolds,
        IsLocalMaximum = _isLocalMaximum,
    };

    /// <summary>
    /// Takes a size that was found for the same route, cap and curves in place of <see cref="Size"/>: the route is
    /// quoted at that input only. False, and no size, if the quotes are others than they were.
    /// </summary>
    internal bool TryRecall(ReadOnlySpan<int> edges, ulong capRaw, in FoundSize found)
    {
        if (Locate(edges, capRaw, canJump: false) != SizingStatus.Ok) return false;
        Prepare(edges, capRaw, 0, edges.Length);
        bool isSame = Try(found.InputRaw) && _bestProfit == found.Profit;
        QuotesUsed = _quotesGiven - _quotesLeft;
        if (!isSame) return false;
        (ContinuousInput, ContinuousProfit) = (found.ContinuousInput, found.ContinuousProfit);
        (_boundSlack, _boundHolds, _isLocalMaximum) = (found.BoundSlack, found.BoundHolds, found.IsLocalMaximum);
        return true;
    }
}
