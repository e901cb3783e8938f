using System;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// Interpolated text without a string: the parts are formatted into the area's scratch memory. What does not fit is cut
/// off.
/// </summary>
[InterpolatedStringHandler]
internal ref struct CellText
{
    private readonly Span<char> _scratch;
    private int _length;

    public CellText(int literalLength, int formattedCount, Area area)
    {
        _ = literalLength;
        _ = formattedCount;
        _scratch = area.Scratch;
    }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<char> Text => _scratch[.._length];

    public void AppendLiteral(string text) => AppendFormatted(text.AsSpan());

    public void AppendFormatted(string? text, int alignment = 0) => AppendFormatted(text.AsSpan(), alignment);

    public void AppendFormatted(scoped ReadOnlySpan<char> text, int alignment = 0)
    {
        int room = Math.Min(text.Length, _scratch.Length - _length);
        int start = _length;
        text[..room].CopyTo(_scratch[_length..]);
        _length += room;
        Align(start, alignment);
    }

    public void AppendFormatted<T>(T value, int alignment = 0, string? format = null)
        where T : ISpanFormattable
    {
        int start = _length;
        if (value.TryFormat(_scratch[_length..], out int written, format, CultureInfo.InvariantCulture))
            _length += written;
        Align(start, alignment);
    }

    public void AppendFormatted<T>(T value, string format)
        where T : ISpanFormattable => AppendFormatted(value, 0, format);

    /// <summary>Pads what was written from <paramref name="start"/> on: to the left if positive, as in C#.</summary>
    private void Align(int start, int alignment)
    {
        int pad = Math.Min(Math.Abs(alignment) - (_length - start), _scratch.Length - _length);
        if (pad <= 0) return;
        if (alignment > 0)
        {
            _scratch[start.._length].CopyTo(_scratch[(start + pad)..]);
            _scratch.Slice(start, pad).Fill(' ');
        }
        else
        {
            _scratch.Slice(_length, pad).Fill(' ');
        }

        _length += pad;
    }
}
