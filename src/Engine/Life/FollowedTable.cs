using System;
using System.Numerics;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Life;

/// <summary>
/// Cycles that are being followed: found by key, by pool, and in the order they were added. All links are integers in
/// arrays made by the constructor (about 220 bytes a cycle). Owner: the life stage's thread.
/// </summary>
internal sealed class FollowedTable
{
    private readonly LifeRecord[] _records;
    private readonly byte[] _directions; // bit i: direction of leg i
    private readonly int[] _bucket;
    private readonly int[] _bucketNext;
    private readonly int[] _older;
    private readonly int[] _newer;
    private readonly int[] _free;
    private readonly int[] _poolHead;
    private readonly int[] _poolNext; // by Legs.MaxCount * entry + leg
    private readonly int[] _poolPrevious; // -1: first of its pool
    private int _freeCount;
    private int _newest = -1;

    /// <summary>A table of at most that many cycles.</summary>
    public FollowedTable(int capacity, int poolCapacity)
    {
        _records = new LifeRecord[capacity];
        _directions = new byte[capacity];
        _bucket = new int[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _bucketNext = new int[capacity];
        _older = new int[capacity];
        _newer = new int[capacity];
        _free = new int[capacity];
        _poolHead = new int[poolCapacity];
        _poolNext = new int[Legs.MaxCount * capacity];
        _poolPrevious = new int[Legs.MaxCount * capacity];
        Array.Fill(_bucket, -1);
        Array.Fill(_poolHead, -1);
        for (int i = 0; i < capacity; i++) _free[_freeCount++] = capacity - 1 - i;
    }

    /// <summary>Cycles in it.</summary>
    public int Count => _records.Length - _freeCount;

    /// <summary>The cycle added first; -1 if empty.</summary>
    public int Oldest { get; private set; } = -1;

    /// <summary>The record of an entry.</summary>
    public ref LifeRecord this[int entry] => ref _records[entry];

    /// <summary>Graph edge of a leg of an entry.</summary>
    public int Edge(int entry, int leg) => (_records[entry].Pools[leg] << 1) | ((_directions[entry] >> leg) & 1);

    /// <summary>Entry of a key, or -1.</summary>
    public int Find(ulong key)
    {
        int entry = _bucket[Bucket(key)];
        while (entry >= 0 && _records[entry].CycleKey != key) entry = _bucketNext[entry];
        return entry;
    }

    /// <summary>First link of a pool's cycles; -1 if it has none. The entry is <c>link / Legs.MaxCount</c>.</summary>
    public int FirstLink(int pool) => _poolHead[pool];

    /// <summary>The link after one; read it before the entry is removed.</summary>
    public int NextLink(int link) => _poolNext[link];

    /// <summary>Adds an opportunity's cycle, which is not in the table; -1 if it is full.</summary>
    public int Add(ulong key, in Opportunity one)
    {
        if (_freeCount == 0) return -1;
        int entry = _free[--_freeCount];
        ref LifeRecord record = ref _records[entry];
        record = default;
        record.CycleKey = key;
        record.LegCount = one.LegCount;
        record.EndPoolId = -1;
        _directions[entry] = 0;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            record.Pools[leg] = one.Legs[leg].PoolId;
            _directions[entry] |= (byte)(one.Legs[leg].Direction << leg);
            LinkPool((entry * Legs.MaxCount) + leg, one.Legs[leg].PoolId);
        }

        ref int bucket = ref _bucket[Bucket(key)];
        _bucketNext[entry] = bucket;
        bucket = entry;
        (_older[entry], _newer[entry]) = (_newest, -1);
        if (_newest >= 0) _newer[_newest] = entry;
        else Oldest = entry;
        _newest = entry;
        return entry;
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(int entry)
    {
        ref LifeRecord record = ref _records[entry];
        for (int leg = 0; leg < record.LegCount; leg++)
            UnlinkPool((entry * Legs.MaxCount) + leg, record.Pools[leg]);
        ref int at = ref _bucket[Bucket(record.CycleKey)];
        while (at != entry) at = ref _bucketNext[at];
        at = _bucketNext[entry];
        (int older, int newer) = (_older[entry], _newer[entry]);
        if (older >= 0) _newer[older] = newer;
        else Oldest = newer;
        if (newer >= 0) _older[newer] = older;
        else _newest = older;
        _free[_freeCount++] = entry;
    }

    private int Bucket(ulong key) => (int)(key >> 20) & (_bucket.Length - 1);

    private void LinkPool(int link, int pool)
    {
        int first = _poolHead[pool];
        (_poolNext[link], _poolPrevious[link]) = (first, -1);
        if (first >= 0) _poolPrevious[first] = link;
        _poolHead[pool] = link;
    }

    private void UnlinkPool(int link, int pool)
    {
        (int next, int previous) = (_poolNext[link], _poolPrevious[link]);
        if (next >= 0) _poolPrevious[next] = previous;
        if (previous >= 0) _poolNext[previous] = next;
        else _poolHead[pool] = next;
    }
}
