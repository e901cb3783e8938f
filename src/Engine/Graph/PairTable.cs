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
    private readonly int[] _index;
    private readonly int _mask;

    internal PairTable(int capacity)
    {
        _low = new int[capacity];
        _high = new int[capacity];
        _index = new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _index.Length - 1;
    }

    internal int Count { get; private set; }

    internal int Low(int pair) => _low[pair];

    internal int High(int pair) => _high[pair];

    internal int Find(int mint, int other)
    {
        // PERF: which one is the lower no branch predictor knows.
        int low = Math.Min(mint, other);
        int high = Math.Max(mint, other);
        int cell = Cell(low, high);
        for (; ; cell = (cell + 1) & _mask)
        {
            int pair = _index[cell] - 1;
            if (pair < 0 || (_low[pair] == low && _high[pair] == high)) return pair;
        }
    }

    internal int GetOrAdd(int mint, int other)
    {
        int found = Find(mint, other);
        if (found >= 0) return found;
        (int low, int high) = mint < other ? (mint, other) : (other, mint);
        int cell = Cell(low, high);
        while (_index[cell] != 0) cell = (cell + 1) & _mask;
        _low[Count] = low;
        _high[Count] = high;
        _index[cell] = ++Count;
        return Count - 1;
    }

    private int Cell(int low, int high)
    {
        ulong h = (((ulong)(uint)low << 32) | (uint)high) * 0x9E3779B97F4A7C15UL;
        return (int)(h >> 33) & _mask;
    }
}
