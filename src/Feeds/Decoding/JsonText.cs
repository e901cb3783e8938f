using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The text of a JSON string as it stands between its quotes, over borrowed bytes. Escapes are valid (the cursor
/// checked
/// them) but not resolved: nearly every string of a feed has none.
/// </summary>
internal readonly ref struct JsonText
{
    /// <summary>Longest escaped text that <see cref="Is"/> compares; longer than any member name or method.</summary>
    private const int ComparedTextBytes = 256;

    /// <summary>Bytes between the quotes.</summary>
    public readonly ReadOnlySpan<byte> Raw;

    /// <summary>True if <see cref="Raw"/> holds at least one escape.</summary>
    public readonly bool IsEscaped;

    /// <summary>A text over <paramref name="raw"/>.</summary>
    public JsonText(ReadOnlySpan<byte> raw, bool isEscaped)
    {
        Raw = raw;
        IsEscaped = isEscaped;
    }

    /// <summary>True if the text, escapes resolved, is <paramref name="expected"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the length is known where it is called
    public bool Is(ReadOnlySpan<byte> expected) =>
        IsEscaped ? IsUnescaped(expected) : Raw.SequenceEqual(expected);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsUnescaped(ReadOnlySpan<byte> expected)
    {
        if (Raw.Length > ComparedTextBytes) return false;
        Span<byte> plain = stackalloc byte[ComparedTextBytes];
        return TryUnescape(plain, out int length) && plain[..length].SequenceEqual(expected);
    }

    /// <summary>
    /// Writes the text with escapes resolved, as UTF-8; never longer than <see cref="Raw"/>. False if
    /// <paramref name="destination"/> is too small or a surrogate stands alone.
    /// Source: RFC 8259 section 7.
    /// </summary>
    public bool TryUnescape(Span<byte> destination, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> rest = Raw;
        while (!rest.IsEmpty)
        {
            int run = rest.IndexOf((byte)'\\');
            if (run < 0) run = rest.Length;
            if (run > destination.Length - length) return false;
            rest[..run].CopyTo(destination[length..]);
            length += run;
            rest = rest[run..];
            if (rest.IsEmpty) return true;
            if (rest[1] == (byte)'u')
            {
                if (!TryUnescapeUnit(ref rest, destination, ref length)) return false;
                continue;
            }

            if (length == destination.Length) return false;
            destination[length++] = rest[1] switch
            {
                (byte)'b' => 8,
                (byte)'f' => 12,
                (byte)'n' => 10,
                (byte)'r' => 13,
                (byte)'t' => 9,
                _ => rest[1], // quote, backslash, slash
            };
            rest = rest[2..];
        }

        return true;
    }

    private static bool TryUnescapeUnit(ref ReadOnlySpan<byte> rest, Span<byte> destination, ref int length)
    {
        uint scalar = Hex4(rest[2..]);
        rest = rest[6..];
        if (scalar is >= 0xDC00 and <= 0xDFFF) return false;
        if (scalar is >= 0xD800 and <= 0xDBFF)
        {
            if (rest.Length < 6 || rest[0] != (byte)'\\' || rest[1] != (byte)'u') return false;
            uint low = Hex4(rest[2..]);
            if (low is < 0xDC00 or > 0xDFFF) return false;
            scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
            rest = rest[6..];
        }

        int size = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
        if (size > destination.Length - length) return false;
        Span<byte> target = destination[length..];
        length += size;
        if (size == 1)
        {
            target[0] = (byte)scalar;
            return true;
        }

        for (int i = size - 1; i > 0; i--, scalar >>= 6) target[i] = (byte)(0x80 | (scalar & 0x3F));
        target[0] = (byte)((0xF00u >> size) | scalar);
        return true;
    }

    private static uint Hex4(ReadOnlySpan<byte> digits)
    {
        uint value = 0;
        uint packed = BinaryPrimitives.ReadUInt32BigEndian(digits);
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint digit = (packed >> shift) & 0xFF;
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }
}
