using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Pools whose quotes the current event may have changed, each once. Filled by Graph in the order they were touched,
/// then put in order of priority; read by Cycles for the same event, on the same thread. Bound: the pools of the graph.
/// </summary>
public sealed class TouchedPools
{
    /// <summary>So many are put in order by insertion: most events touch one or two.</summary>
    private const int FewPools = 8;

    private readonly int[] _ids;
    private readonly int[] _rank; // position in the list + 1; 0 = not in it
    private readonly uint[] _priority;
    private readonly ulong[] _keys;

    /// <summary>A list for at most <paramref name="maxPools"/> pools.</summary>
    public TouchedPools(int maxPools)
    {
        _ids = new int[maxPools];
        _rank = new int[maxPools];
        _priority = new uint[maxPools];
        _keys = new ulong[maxPools];
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int poolId)
    {
        if (_rank[poolId] != 0) return;
        _ids[Count++] = poolId;
        _rank[poolId] = Count;
    }

    /// <summary>Says how early a pool is to be searched; larger is earlier, 0 at the start.</summary>
    public void SetPriority(int poolId, uint priority) => _priority[poolId] = priority;

    /// <summary>Puts the largest priority first; equal ones stay in the order they were touched.</summary>
    public void OrderByPriority()
    {
        if (Count < 2) return;
        if (Count <= FewPools)
        {
            OrderFew();
            return;
        }

        for (int i = 0; i < Count; i++) _keys[i] = ((ulong)~_priority[_ids[i]] << 32) | (uint)i;
        Span<ulong> keys = _keys.AsSpan(0, Count);
        NumberSort.Sort(keys);

        // The old order is kept in the keys' upper halves while the list is rewritten.
        for (int i = 0; i < Count; i++) _keys[i] = (keys[i] & uint.MaxValue) | ((ulong)(uint)_ids[i] << 32);
        for (int i = 0; i < Count; i++)
        {
            _ids[i] = (int)(_keys[(int)(uint)_keys[i]] >> 32);
            _rank[_ids[i]] = i + 1;
        }
    }

    private void OrderFew()
    {
        for (int end = 1; end < Count; end++)
        {
            int id = _ids[end];
            int at = end;
            for (; at > 0 && _priority[_ids[at - 1]] < _priority[id]; at--) Put(_ids[at - 1], at);
            Put(id, at);
        }
    }

    private void Put(int poolId, int at)
    {
        _ids[at] = poolId;
        _rank[poolId] = at + 1;
    }

    /// <summary>Empties the list.</summary>
    public void Clear()
    {
        for (int i = 0; i < Count; i++) _rank[_ids[i]] = 0;
        Count = 0;
    }
}
