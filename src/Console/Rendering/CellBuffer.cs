using System;
using System.Text;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// A screen of cells. Everything outside is cut off; half a wide character is never left behind. Owner: the console's
/// thread. Allocates when it is resized and never else.
/// </summary>
internal sealed class CellBuffer
{
    private readonly char[] _scratch = new char[1024];
    private Cell[] _cells = [];

    public int Columns { get; private set; }

    public int Rows { get; private set; }

    /// <summary>Memory for text that is being put together.</summary>
    public Span<char> Scratch => _scratch;

    /// <summary>The cells of a row.</summary>
    public ReadOnlySpan<Cell> Row(int y) => _cells.AsSpan(y * Columns, Columns);

    /// <summary>Makes it that large, and blank.</summary>
    public void Resize(int columns, int rows)
    {
        if (columns != Columns || rows != Rows) _cells = new Cell[columns * rows];
        Columns = columns;
        Rows = rows;
        Clear();
    }

    public void Clear() => _cells.AsSpan().Fill(Cell.Blank);

    /// <summary>Makes this a copy of another of the same size.</summary>
    public void CopyFrom(CellBuffer other) => other._cells.AsSpan().CopyTo(_cells);

    /// <summary>Puts a character; returns its columns, 0 if it has none or no room.</summary>
    public int Put(int x, int y, int rune, Ink ink)
    {
        int width = RuneWidth.Of(rune);
        if (width == 0 || (uint)y >= (uint)Rows || x < 0 || x + width > Columns) return 0;
        Span<Cell> row = _cells.AsSpan(y * Columns, Columns);
        Release(row, x);
        if (width == 2) Release(row, x + 1);
        row[x] = new Cell(rune, ink);
        if (width == 2) row[x + 1] = new Cell(0, ink);
        return width;
    }

    /// <summary>
    /// Puts a text into at most <paramref name="columnsMax"/> columns; returns the columns used. Control and combining
    /// characters are left out.
    /// </summary>
    public int Text(int x, int y, ReadOnlySpan<char> text, Ink ink, int columnsMax)
    {
        int used = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int width = RuneWidth.Of(rune.Value);
            if (width == 0) continue;
            if (used + width > columnsMax) break;
            Put(x + used, y, rune.Value, ink);
            used += width;
        }

        return used;
    }

    /// <summary>Changes how a stretch looks, not what it says.</summary>
    public void Tint(int x, int y, int columns, Ink ink)
    {
        if ((uint)y >= (uint)Rows) return;
        Span<Cell> row = _cells.AsSpan(y * Columns, Columns);
        for (int i = Math.Max(0, x); i < Math.Min(Columns, x + columns); i++) row[i] = row[i] with { Ink = ink };
    }

    /// <summary>If a cell is half of a wide character, the other half becomes a blank.</summary>
    private static void Release(Span<Cell> row, int x)
    {
        if (row[x].IsTail && x > 0) row[x - 1] = new Cell(' ', row[x - 1].Ink);
        if (x + 1 < row.Length && row[x + 1].IsTail) row[x + 1] = new Cell(' ', row[x + 1].Ink);
    }
}
