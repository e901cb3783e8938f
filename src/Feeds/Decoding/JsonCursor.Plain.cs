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

    /// <summary>Steps over a value that stands there as <paramref name="plain"/>, up to what ends it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPlain(ReadOnlySpan<byte> plain)
    {
        if (!_text[_position..].StartsWith(plain)) return false;
        _position += plain.Length;
        return true;
    }

    /// <summary>The string of so many characters, if one may stand here: nothing between its quotes was
    /// checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryPeekString(int length, out ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = _text[_position..];
        bool may = rest.Length > length + 1 && rest[0] == (byte)'"' && rest[length + 1] == (byte)'"';
        text = may ? rest.Slice(1, length) : default;
        return may;
    }
}
