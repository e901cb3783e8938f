using System;
using System.Numerics;
using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// Rows of decisions by the key of their cycle, so that the end of a life finds its decisions. Chains of integers over
/// a fixed number of rows; allocates nothing after construction.
/// </summary>
internal sealed class CycleRows
{
    private readonly ulong[] _keys;
    private readonly int[] _next;
    private readonly int[] _heads;
    private readonly bool[] _isUsed;

    public CycleRows(int capacityRows)
    {
        _keys = new ulong[capacityRows];
        _next = new int[capacityRows];
        _isUsed = new bool[capacityRows];
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)capacityRows)];
        Array.Fill(_heads, -1);
    }

    /// <summary>Rows with a decision.</summary>
    public int UsedCount { get; private set; }

    /// <summary>True if a decision is in a row.</summary>
    public bool IsUsed(int row) => _isUsed[row];

    /// <summary>Puts a decision into a row, in place of the one that may be there.</summary>
    public void Set(int row, in Opportunity decision)
    {
        Clear(row);
        _isUsed[row] = true;
        UsedCount++;
        ulong key = CycleKey.Of(in decision);
        ref int head = ref Head(key);
        _keys[row] = key;
        _next[row] = head;
        head = row;
    }

    /// <summary>Empties a row.</summary>
    public void Clear(int row)
    {
        if (!_isUsed[row]) return;
        Unlink(row);
        _isUsed[row] = false;
        UsedCount--;
    }

    /// <summary>First row of a cycle; -1 if there is none.</summary>
    public int First(ulong key) => Skip(Head(key), key);

    /// <summary>The row after one; -1 if it was the last.</summary>
    public int Next(int row) => Skip(_next[row], _keys[row]);

    private int Skip(int row, ulong key)
    {
        while (row >= 0 && _keys[row] != key) row = _next[row];
        return row;
    }

    private void Unlink(int row)
    {
        ref int at = ref Head(_keys[row]);
        while (at != row) at = ref _next[at];
        at = _next[row];
    }

    private ref int Head(ulong key) => ref _heads[(int)(key >> 20) & (_heads.Length - 1)];
}
