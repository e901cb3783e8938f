using System;
using System.Numerics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Unordered pairs of mints that at least one pool trades, with small ids. Parallel pools share a pair: the search
/// walks pairs (one best rate a direction) and expands the parallel pools only where the best one can be profitable.
/// Open addressing over the packed key (low mint, high mint). Bound: one pair a pool at most.
/// </summary>
internal sealed class PairTable
{
    private readonly int[] _low;
    private readonly int[] _high;
    private readonly ulong[] _keys; // by cell; 0 is empty, as no mint pairs with itself
    private readonly int[] _pairs; // by cell
    private readonly int _mask;

    internal PairTable(int capacity)
    {
        _low = new int[capacity];
        _high = new int[capacity];
        _keys = new ulong[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _pairs = new int[_keys.Length];
        _mask = _keys.Length - 1;
    }

    internal int Count { get; private set; }

    internal int Low(int pair) => _low[pair];

    internal int High(int pair) => _high[pair];

    internal int Find(int mint, int other)
    {
        ulong key = Key(mint, other);
        for (int cell = Cell(key); ; cell = (cell + 1) & _mask)
        {
            ulong held = _keys[cell];
            if (held == 0) return -1; // first: a mint with itself is no pair, and of mint 0 that is the key 0
            if (held == key) return _pairs[cell];
        }
    }

    internal int GetOrAdd(int mint, int other)
    {
        int found = Find(mint, other);
        if (found >= 0) return found;
        ulong key = Key(mint, other);
        int cell = Cell(key);
        while (_keys[cell] != 0) cell = (cell + 1) & _mask;
        _low[Count] = Math.Min(mint, other);
        _high[Count] = Math.Max(mint, other);
        (_keys[cell], _pairs[cell]) = (key, Count);
        return Count++;
    }

    // PERF: which one is the lower no branch predictor knows.
    private static ulong Key(int mint, int other) =>
        ((ulong)(uint)Math.Min(mint, other) << 32) | (uint)Math.Max(mint, other);

    private int Cell(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> 33) & _mask;
}
