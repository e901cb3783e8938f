namespace LowLatency.Engine.Events;

/// <summary>What is proven of a decision's input.</summary>
public enum SizingProof : byte
{
    /// <summary>Nothing: the closed form's input, quoted exactly, or a proof that ran out of quotes.</summary>
    None = 0,

    /// <summary>
    /// Quoted exactly and not better: the inputs one unit away, and on both sides the nearest inputs at which any leg's
    /// integer output changes, as far as the caps and the pools allow them. Another, farther input may gain more.
    /// </summary>
    Local = 1,

    /// <summary>Besides, the continuous maximum allows no input a larger profit.</summary>
    Global = 2,
}
