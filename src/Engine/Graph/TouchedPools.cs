using System;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Pools whose quotes the current event may have changed, each once, in the order they were touched. Filled by Graph,
/// read by Cycles for the same event, on the same thread. Bound: the pools of the graph.
/// </summary>
public sealed class TouchedPools
{
    private readonly int[] _ids;
    private readonly int[] _rank; // position in the list + 1; 0 = not in it

    /// <summary>A list for at most <paramref name="maxPools"/> pools.</summary>
    public TouchedPools(int maxPools)
    {
        _ids = new int[maxPools];
        _rank = new int[maxPools];
    }

    /// <summary>Pools touched.</summary>
    public int Count { get; private set; }

    /// <summary>Their ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>True if the pool is in the list.</summary>
    public bool Contains(int poolId) => _rank[poolId] != 0;

    /// <summary>Position of a pool in the list; -1 if it is not in it.</summary>
    public int Rank(int poolId) => _rank[poolId] - 1;

    /// <summary>Adds a pool once.</summary>
    public void Add(int poolId)
    {
        if (_rank[poolId] != 0) return;
        _ids[Count++] = poolId;
        _rank[poolId] = Count;
    }

    /// <summary>Empties the list.</summary>
    public void Clear()
    {
        for (int i = 0; i < Count; i++) _rank[_ids[i]] = 0;
        Count = 0;
    }
}
