using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Decoding;

/// <content>Steps over what nodes write without white space and escapes, byte for byte; else nothing is said.</content>
internal ref partial struct JsonCursor
{
    /// <summary>
    /// Steps over the next member's name if it stands there as <paramref name="plain"/>: in its quotes, with the colon
    /// behind it, without white space and escapes. False says nothing: <see cref="NextMember"/> decides.
    /// PERF: where the value begins is a branch and not a search's result, so the CPU reads on before the name is
    /// compared (AccountNotificationBenchmark.Strict).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryName(ref bool isFirst, ReadOnlySpan<byte> plain)
    {
        ReadOnlySpan<byte> text = _text;
        int start = _position + (isFirst ? 0 : 1);
        if ((uint)start > (uint)text.Length || !text[start..].StartsWith(plain)) return false;
        if (!isFirst && text[start - 1] != (byte)',') return false;
        isFirst = false;
        _position = start + plain.Length;
        return true;
    }

    /// <summary>The whole text.</summary>
    public readonly ReadOnlySpan<byte> Text => _text;

    /// <summary>
    /// Steps behind the end of the object entered last if it comes next, without white space. False says nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnd()
    {
        ReadOnlySpan<byte> text = _text;
        int position = _position;
        if ((uint)position >= (uint)text.Length || text[position] != (byte)'}') return false;
        _position = position + 1;
        return true;
    }

    /// <summary>Steps over a value that stands there as <paramref name="plain"/>, up to what ends it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPlain(ReadOnlySpan<byte> plain)
    {
        if (!_text[_position..].StartsWith(plain)) return false;
        _position += plain.Length;
        return true;
    }
}
