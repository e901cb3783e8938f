using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Pool address to small integer id and the pool itself; ids in order of registration, never taken back.
/// The index holds addresses of pools with both directions known: one pool, one id, two directed edges
/// (<c>2 * id + direction</c>), so neither direction can overwrite the other.
/// Open addressing, linear probing, load at most one half. Owner: the market group's thread. Bound: <c>capacity</c>
/// pools.
/// </summary>
public sealed class PoolTable
{
    private readonly Pool[] _pools;
    private readonly ulong[] _tags;
    private readonly int[] _index;
    private readonly int _mask;

    /// <summary>A table for at most <paramref name="capacity"/> pools.</summary>
    public PoolTable(int capacity)
    {
        _pools = new Pool[capacity];
        _tags = new ulong[capacity];
        _index = new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _index.Length - 1;
    }

    /// <summary>Pools known.</summary>
    public int Count { get; private set; }

    /// <summary>Most pools it can hold.</summary>
    public int Capacity => _pools.Length;

    /// <summary>The pool of an id.</summary>
    public Pool this[int id]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pools[id];
    }

    /// <summary>Tag of a pool's address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Tag(int id) => _tags[id];

    /// <summary>Id of the pool at an address, or -1.</summary>
    public int Find(in Pubkey address)
    {
        int cell = (int)address.Tag & _mask;
        for (; ; cell = (cell + 1) & _mask)
        {
            int id = _index[cell] - 1;
            if (id < 0 || _pools[id].Address == address) return id;
        }
    }

    /// <summary>Adds a pool that is not yet known. Returns its id, or -1 if the table is full.</summary>
    public int Add(Pool pool)
    {
        if (Count == _pools.Length) return -1;
        int cell = (int)pool.Address.Tag & _mask;
        while (_index[cell] != 0) cell = (cell + 1) & _mask;
        (_pools[Count], _tags[Count]) = (pool, pool.Address.Tag);
        _index[cell] = ++Count;
        return Count - 1;
    }
}
