using System;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// How much a pool's reserves usually move in a slot, as a share of themselves: an exponential mean, weight 1/8 for the
/// newest, of the relative move of the marginal rate between two updates, halved (a swap moves both reserves, the rate
/// by their sum) and divided by the slots between them. Slots and rates come from events, so it is the same in every
/// run. Owner: the scoring thread. Memory: 24 bytes a pool.
/// </summary>
public sealed class PoolDrift
{
    private const double NewestWeight = 0.125;

    private readonly MarketGraph _graph;
    private readonly double[] _rate;
    private readonly double[] _perSlot;
    private readonly ulong[] _slot;

    /// <summary>Moves of a graph's pools; none known yet.</summary>
    public PoolDrift(MarketGraph graph)
    {
        _graph = graph;
        _rate = new double[graph.PoolCapacity];
        _perSlot = new double[graph.PoolCapacity];
        _slot = new ulong[graph.PoolCapacity];
    }

    /// <summary>Takes a pool's present rate; nothing if it cannot quote or is of the slot taken last.</summary>
    public void Observe(int poolId)
    {
        double rate = _graph.Rate(poolId << 1);
        ulong slot = _graph.StateSlot(poolId);
        if (!(rate > 0)) return;
        (double before, ulong since) = (_rate[poolId], _slot[poolId]);
        if (slot <= since && before > 0) return;
        (_rate[poolId], _slot[poolId]) = (rate, slot);
        if (!(before > 0)) return;
        double move = Math.Abs((rate - before) / (rate + before)) / (slot - since);
        _perSlot[poolId] += (move - _perSlot[poolId]) * NewestWeight;
    }

    /// <summary>Relative move of each reserve to expect since the pool's state, at <paramref name="slot"/>.</summary>
    public double Expected(int poolId, ulong slot)
    {
        ulong state = _graph.StateSlot(poolId);
        return slot > state ? Math.Min(1, _perSlot[poolId] * (slot - state)) : 0;
    }
}
