namespace LowLatency.Engine.Cycles;

/// <summary>Keeping warm between events.</summary>
public sealed partial class CycleFinder
{
    /// <summary>Adjacency entries looked at in a slice: most searches of a market of some hundred pools.</summary>
    private const int WarmSteps = 64;

    /// <summary>
    /// Searches as <see cref="Find"/> does and changes nothing: prices are asked and not made exact, nothing is
    /// counted. What is found is of no use but to go on with.
    /// </summary>
    internal void Warm(int poolId)
    {
        _count = 0;
        if (_graph.IsTopologyStale || _prices is { IsCurrent: false }) return;
        int edge = poolId << 1;
        if (_prices is null || MayGainEither(edge)) _ = Begin(poolId, WarmSteps, -1);
    }
}
