using System;
using System.Runtime.CompilerServices;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>A rectangle of a buffer with its own origin; what is drawn outside of it is cut off.</summary>
internal readonly struct Area
{
    private readonly CellBuffer _buffer;
    private readonly int _x;
    private readonly int _y;

    public Area(CellBuffer buffer, int x, int y, int width, int height)
    {
        _buffer = buffer;
        _x = x;
        _y = y;
        Width = Math.Max(0, width);
        Height = Math.Max(0, height);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Memory for text that is being put together.</summary>
    public Span<char> Scratch => _buffer.Scratch;

    /// <summary>A part of it.</summary>
    public Area Part(int x, int y, int width, int height) =>
        new(_buffer, _x + x, _y + y, Math.Min(width, Width - x), Math.Min(height, Height - y));

    /// <summary>Puts a text; returns the column behind it.</summary>
    public int Text(int x, int y, ReadOnlySpan<char> text, Ink ink)
    {
        if ((uint)y >= (uint)Height || (uint)x >= (uint)Width) return x;
        return x + _buffer.Text(_x + x, _y + y, text, ink, Width - x);
    }

    /// <summary>Puts text with figures in it, without making a string; returns the column behind it.</summary>
    public int Print(int x, int y, Ink ink, [InterpolatedStringHandlerArgument("")] CellText text) =>
        Text(x, y, text.Text, ink);

    /// <summary>Puts a text that ends before a column.</summary>
    public void Right(int end, int y, Ink ink, [InterpolatedStringHandlerArgument("")] CellText text) =>
        Text(Math.Max(0, end - RuneWidth.Of(text.Text)), y, text.Text, ink);

    /// <summary>Puts one character.</summary>
    public void Put(int x, int y, int rune, Ink ink)
    {
        if ((uint)y < (uint)Height && (uint)x < (uint)Width) _buffer.Put(_x + x, _y + y, rune, ink);
    }

    /// <summary>Fills a row with one character.</summary>
    public void Fill(int y, int rune, Ink ink)
    {
        for (int x = 0; x < Width; x++) Put(x, y, rune, ink);
    }

    /// <summary>Changes how a row looks.</summary>
    public void TintRow(int y, Ink ink)
    {
        if ((uint)y < (uint)Height) _buffer.Tint(_x, _y + y, Width, ink);
    }

    /// <summary>A heading with a rule to the right of it.</summary>
    public void Heading(int y, ReadOnlySpan<char> text)
    {
        int x = Text(0, y, text, Ink.Title) + 1;
        for (; x < Width; x++) Put(x, y, Glyphs.Horizontal, Ink.Dim);
    }

    /// <summary>A bar from the left, a share of 0 to 1 of so many columns, in eighths.</summary>
    public void Bar(int x, int y, int columns, double share, Ink ink)
    {
        int eighths = !(share > 0) ? 0 : Math.Clamp((int)Math.Ceiling(share * columns * 8), 1, columns * 8);
        for (int i = 0; i < columns; i++)
        {
            int part = Math.Clamp(eighths - (i * 8), 0, 8);
            if (part > 0) Put(x + i, y, Glyphs.Rows[part], ink);
        }
    }

    /// <summary>The newest values of a history as columns one row high, scaled to their largest.</summary>
    public void Sparkline(int x, int y, int columns, History history, Ink ink)
    {
        double max = 0;
        int count = Math.Min(columns, history.Count);
        for (int i = 0; i < count; i++) max = Math.Max(max, history.Newest(i));
        for (int i = 0; i < count; i++)
        {
            double share = max > 0 ? history.Newest(i) / max : 0;
            Put(x + columns - 1 - i, y, Glyphs.Column(share), ink);
        }
    }
}
