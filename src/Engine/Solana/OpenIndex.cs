using System;
using System.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Cells of an open-addressing index from keys to rows, allocated for all rows there may be. Only so many cells are in
/// use that a row has four or more (two when all are in use), so probes stay short. PERF: few rows' cells lie on a page
/// or two. Spread over all cells, each look-up waited for a line and a page of its own (bench --load max).
/// The owner looks keys up itself: from a key's tag on, cell by cell, to a free one (0).
/// </summary>
internal struct OpenIndex
{
    private const int CellsARow = 4;
    private const int FirstCells = 1_024;

    /// <summary>What the owner entered; 0 = free.</summary>
    internal readonly uint[] Cells;

    /// <summary>Of the cells in use.</summary>
    internal int Mask;

    /// <summary>Cells for at most <paramref name="maxRows"/> rows.</summary>
    internal OpenIndex(int maxRows)
    {
        Cells = new uint[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, maxRows)) * 2];
        Mask = Math.Min(Cells.Length, FirstCells) - 1;
    }

    /// <summary>
    /// Before a row is added to <paramref name="count"/>: true if twice as many cells were taken into use. They are all
    /// free then, and the owner enters its rows again.
    /// </summary>
    internal bool TryGrow(int count)
    {
        if (count * CellsARow <= Mask || Mask + 1 >= Cells.Length) return false;
        Mask = (2 * Mask) + 1;
        Array.Clear(Cells, 0, Mask + 1);
        return true;
    }

    /// <summary>Enters a cell for a key with this tag.</summary>
    internal readonly void Enter(ulong tag, uint cell)
    {
        int at = (int)tag & Mask;
        while (Cells[at] != 0) at = (at + 1) & Mask;
        Cells[at] = cell;
    }
}
