using System;
using System.Numerics;

namespace LowLatency.Engine.Events;

/// <summary>
/// Unordered pairs of pools that follow each other on cycles, with row numbers in the order first seen. Open addressing
/// over the packed key (lower id, higher id), at most a quarter full. Bound: fixed at construction.
/// </summary>
public sealed class PoolPairTable
{
    private readonly ulong[] _keys;
    private readonly int[] _cells; // row + 1
    private readonly int _mask;

    /// <summary>A table of at most that many pairs.</summary>
    public PoolPairTable(int capacityPairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityPairs, 1);
        _keys = new ulong[capacityPairs];
        _cells = new int[BitOperations.RoundUpToPowerOf2((uint)capacityPairs * 4)];
        _mask = _cells.Length - 1;
    }

    /// <summary>Pairs in it.</summary>
    public int Count { get; private set; }

    /// <summary>Lower pool id of a row.</summary>
    public int PoolA(int row) => (int)(_keys[row] >> 32);

    /// <summary>Higher pool id of a row.</summary>
    public int PoolB(int row) => (int)(uint)_keys[row];

    /// <summary>Pairs of neighbours on a cycle of so many legs: two pools are one pair, not two.</summary>
    public static int PairsOf(int legCount) => legCount == 2 ? 1 : legCount;

    /// <summary>Row of a pair; -1 if it is not there.</summary>
    public int Find(int one, int other) => _cells[Cell(Key(one, other))] - 1;

    /// <summary>Row of a pair, which is added if there is room; -1 if there is none.</summary>
    public int FindOrAdd(int one, int other)
    {
        ulong key = Key(one, other);
        int cell = Cell(key);
        if (_cells[cell] != 0) return _cells[cell] - 1;
        if (Count == _keys.Length) return -1;
        _keys[Count++] = key;
        _cells[cell] = Count;
        return Count - 1;
    }

    private static ulong Key(int one, int other) =>
        ((ulong)(uint)Math.Min(one, other) << 32) | (uint)Math.Max(one, other);

    private int Cell(ulong key)
    {
        int cell = (int)((key * 0x9E3779B97F4A7C15UL) >> 40) & _mask;
        while (_cells[cell] != 0 && _keys[_cells[cell] - 1] != key) cell = (cell + 1) & _mask;
        return cell;
    }
}
