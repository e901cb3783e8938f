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
    private const int NotInUse = -2;

    private readonly ulong[] _keys;
    private readonly int[] _next;
    private readonly int[] _heads;

    public CycleRows(int capacityRows)
    {
        _keys = new ulong[capacityRows];
        _next = new int[capacityRows];
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)capacityRows)];
        Array.Fill(_next, NotInUse);
        Array.Fill(_heads, -1);
    }

    /// <summary>Puts a decision into a row, in the place of the one that is there.</summary>
    public void Set(int row, in Opportunity decision)
    {
        if (_next[row] != NotInUse) Unlink(row);
        ulong key = CycleKey.Of(in decision);
        ref int head = ref Head(key);
        _keys[row] = key;
        _next[row] = head;
        head = row;
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
