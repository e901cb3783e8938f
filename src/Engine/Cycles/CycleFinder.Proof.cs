using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>What the prices prove of a pool: that no cycle of interest passes it.</summary>
public sealed partial class CycleFinder : IGainProof
{
    /// <inheritdoc/>
    /// <remarks>
    /// A cycle passes the pool once, so whatever else it passes is in the prices, which know nothing of the new rates.
    /// </remarks>
    public bool CanGain(int poolId, double rateAToBMax, double rateBToAMax)
    {
        if (_prices is null || _graph.IsTopologyStale) return true;
        _prices.Absorb();
        int edge = poolId << 1;
        return _prices.MayExceed(
            Threshold, _graph.EdgeFrom(edge), _graph.EdgeTo(edge), rateAToBMax, rateBToAMax);
    }

    /// <summary>False if the prices prove that no cycle of interest passes the edge.</summary>
    private bool MayGain(int edge)
    {
        double rate = _graph.Rate(edge);
        if (!(rate > 0)) return false;
        return _prices is null
            || rate * _prices.Through(_graph.EdgeTo(edge), _graph.EdgeFrom(edge), _maxHops - 1) > Threshold;
    }

    /// <summary>As <see cref="MayGain"/>, for both directions of a pool.</summary>
    private bool MayGainEither(int edge) => _prices!.MayExceed(
        Threshold, _graph.EdgeFrom(edge), _graph.EdgeTo(edge), _graph.Rate(edge), _graph.Rate(edge | 1));
}
