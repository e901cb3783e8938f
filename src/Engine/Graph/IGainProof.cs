namespace LowLatency.Engine.Graph;

/// <summary>
/// Proves of a pool that is not priced yet that no cycle through it gains. Asked by Graph before a pool's bytes are
/// taken, answered by Cycles, which holds the prices; on the same thread.
/// </summary>
public interface IGainProof
{
    /// <summary>
    /// False if no profitable cycle can pass a pool whose marginal rates are at most these, in the graph as it is but
    /// for the pool itself; true if that is not proven.
    /// </summary>
    bool CanGain(int poolId, double rateAToBMax, double rateBToAMax);
}
