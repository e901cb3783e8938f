namespace LowLatency.Engine.Graph;

/// <summary>
/// Where the best rates of an ordered pair are kept besides the pair, as seen from the mint it starts at: in that
/// mint's list, and in the row of the mint it ends at.
/// </summary>
internal struct PairPlace
{
    internal RatePair[] Row; // one that nobody reads if the pair ends at no hub
    internal int Rank; // in the row
    internal int Position; // in the lists
}
