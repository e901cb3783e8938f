using System;
using System.Text;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// Turns the difference between what a terminal shows and what it should show into one run of bytes: only cells that
/// changed, a cursor move where they do not follow each other, a pen change where the ink changes, all inside one
/// synchronized update. Allocates when the size changes and never else. Owner: the console's thread.
/// </summary>
internal sealed class FrameEncoder
{
    /// <summary>Unchanged cells that are cheaper to write again than to jump over with a cursor move.</summary>
    private const int GapMax = 4;

    // A cursor move of at most 10 bytes, a pen of at most 48, a character of at most 4.
    private const int CellBytesMax = 10 + Palette.SequenceBytesMax + 4;

    private readonly Palette _palette;
    private readonly bool _asciiOnly;
    private readonly CellBuffer _shown = new();
    private byte[] _bytes = [];
    private int _used;
    private int _pen;
    private bool _isWhole = true;

    public FrameEncoder(Palette palette, bool asciiOnly)
    {
        _palette = palette;
        _asciiOnly = asciiOnly;
    }

    /// <summary>Forgets what the terminal shows: the next frame is written whole.</summary>
    public void Invalidate() => _isWhole = true;

    /// <summary>The bytes that bring the terminal to <paramref name="wanted"/>; empty if it is there already.</summary>
    public ReadOnlySpan<byte> Encode(CellBuffer wanted)
    {
        if (wanted.Columns != _shown.Columns || wanted.Rows != _shown.Rows)
        {
            _shown.Resize(wanted.Columns, wanted.Rows);
            _bytes = new byte[64 + (wanted.Columns * wanted.Rows * CellBytesMax)];
            _isWhole = true;
        }

        _used = 0;
        _pen = -1;
        // Source: synchronized output, private mode 2026; terminals without it ignore the sequence.
        Append("\e[?2026h"u8);
        int begin = _used;
        if (_isWhole)
        {
            Append("\e[0m\e[2J"u8);
            _shown.Clear();
        }

        for (int y = 0; y < wanted.Rows; y++) EncodeRow(wanted.Row(y), _shown.Row(y), y);
        bool isSame = _used == begin;
        _isWhole = false;
        if (isSame) return default;
        _shown.CopyFrom(wanted);
        Append("\e[0m\e[?2026l"u8);
        return _bytes.AsSpan(0, _used);
    }

    private void EncodeRow(ReadOnlySpan<Cell> wanted, ReadOnlySpan<Cell> shown, int y)
    {
        if (wanted.SequenceEqual(shown)) return;
        int cursor = -1;
        for (int x = 0; x < wanted.Length; x++)
        {
            Cell cell = wanted[x];
            if (cell.IsTail) continue; // written with its left half
            bool isWide = x + 1 < wanted.Length && wanted[x + 1].IsTail;
            bool isChanged = cell != shown[x] || (isWide && wanted[x + 1] != shown[x + 1]);
            if (!isChanged) continue;
            if (cursor < 0 || x - cursor > GapMax) MoveTo(x, y);
            else
            {
                for (int i = cursor; i < x; i++) Write(wanted[i]);
            }

            Write(cell);
            cursor = x + (isWide ? 2 : 1);
        }
    }

    private void Write(in Cell cell)
    {
        if (cell.IsTail) return;
        if (_pen != (int)cell.Ink)
        {
            _pen = (int)cell.Ink;
            Append(_palette.Of(cell.Ink));
        }

        int rune = cell.Rune;
        if (_asciiOnly && rune >= 0x80)
        {
            for (int i = RuneWidth.Of(rune); i > 0; i--) _bytes[_used++] = (byte)Glyphs.ToAscii(rune);
            return;
        }

        if (rune < 0x80) _bytes[_used++] = (byte)rune;
        else _used += new Rune(rune).EncodeToUtf8(_bytes.AsSpan(_used));
    }

    private void MoveTo(int x, int y)
    {
        Append("\e["u8);
        AppendNumber(y + 1);
        _bytes[_used++] = (byte)';';
        AppendNumber(x + 1);
        _bytes[_used++] = (byte)'H';
    }

    private void AppendNumber(int number)
    {
        number.TryFormat(_bytes.AsSpan(_used), out int written);
        _used += written;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_used));
        _used += bytes.Length;
    }
}
