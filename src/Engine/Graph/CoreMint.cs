namespace LowLatency.Engine.Graph;

/// <summary>What a search asks of a mint of the core, in one load: its list of neighbours there, and its row.</summary>
internal struct CoreMint
{
    internal int First; // position of its first neighbour
    internal int Degree; // neighbours in the core
    internal int Hub; // index of its row + 1; 0 = none
    internal int Mint;

    /// <summary>Length of the list filled up.</summary>
    internal readonly int Length => (Degree + MarketGraph.ListStep - 1) & -MarketGraph.ListStep;
}
