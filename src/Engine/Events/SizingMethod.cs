namespace LowLatency.Engine.Events;

/// <summary>Where a decision's amounts come from. Part of the journal format.</summary>
public enum SizingMethod : byte
{
    /// <summary>Closed form over the first piece of every leg's curve, then exact quotes.</summary>
    ClosedForm = 0,

    /// <summary>A walk over ticks or bins, then exact quotes.</summary>
    Walk = 1,

    /// <summary>
    /// The continuous optimum alone: its profit, which no exact quote exceeds, did not suffice. No leg was quoted;
    /// amounts and costs are that estimate's, costs without the priority fee.
    /// </summary>
    Bound = 2,
}
