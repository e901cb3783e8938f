using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Which bin arrays hold liquidity: the pair's own bitmap (array indices -512..511) and the extension's (12 more
/// words of 512 bits on each side), laid side by side in one run of bits so that a search is a scan of words. 1,664
/// bytes.
/// Source: dlmm-sdk@fb02e51 commons/src/extensions/{lb_pair,bin_array_bitmap}.rs; the extension's negative half
/// counts away from zero.
/// </summary>
internal sealed class DlmmBitmap
{
    private const int InternalHalf = 512;
    private const int Reach = InternalHalf * 13;
    private const int Words = 2 * Reach / 64;
    private const int InternalFirstWord = (Reach - InternalHalf) / 64;
    private const int InternalWords = 2 * InternalHalf / 64;

    private readonly ulong[] _words = new ulong[Words];

    /// <summary>Takes the 16 words of the pair account.</summary>
    internal void SetInternal(ReadOnlySpan<byte> bytes)
    {
        Span<ulong> words = _words.AsSpan(InternalFirstWord, InternalWords);
        bytes[..(words.Length * sizeof(ulong))].CopyTo(MemoryMarshal.AsBytes(words)); // little-endian, as memory is
    }

    /// <summary>Takes the extension's two halves of 96 words each; empty spans clear them.</summary>
    internal void SetExtension(ReadOnlySpan<byte> positive, ReadOnlySpan<byte> negative)
    {
        int above = InternalFirstWord + InternalWords;
        for (int i = 0; i < positive.Length / 8; i++)
        {
            _words[above + i] = BinaryPrimitives.ReadUInt64LittleEndian(positive[(i * 8)..]);
            _words[InternalFirstWord - 1 - i] = Reverse(BinaryPrimitives.ReadUInt64LittleEndian(negative[(i * 8)..]));
        }

        if (!positive.IsEmpty) return;
        _words.AsSpan(0, InternalFirstWord).Clear();
        _words.AsSpan(above).Clear();
    }

    /// <summary>
    /// Nearest marked array at or beyond <paramref name="index"/> downward (or upward); false if there is none.
    /// </summary>
    internal bool TryNext(int index, bool down, bool withExtension, out int next)
    {
        int first = withExtension ? 0 : InternalFirstWord;
        int last = withExtension ? Words - 1 : InternalFirstWord + InternalWords - 1;
        int position = index + Reach;
        int word = position >> 6;
        next = 0;
        if (word < first || word > last || position < 0) return false;
        ulong bits = _words[word];
        bits &= down ? ulong.MaxValue >> (63 - (position & 63)) : ulong.MaxValue << (position & 63);
        while (bits == 0)
        {
            word += down ? -1 : 1;
            if (word < first || word > last) return false;
            bits = _words[word];
        }

        int bit = down ? 63 - BitOperations.LeadingZeroCount(bits) : BitOperations.TrailingZeroCount(bits);
        next = (word << 6) + bit - Reach;
        return true;
    }

    private static ulong Reverse(ulong value)
    {
        value = ((value >> 1) & 0x5555_5555_5555_5555) | ((value & 0x5555_5555_5555_5555) << 1);
        value = ((value >> 2) & 0x3333_3333_3333_3333) | ((value & 0x3333_3333_3333_3333) << 2);
        value = ((value >> 4) & 0x0F0F_0F0F_0F0F_0F0F) | ((value & 0x0F0F_0F0F_0F0F_0F0F) << 4);
        return BinaryPrimitives.ReverseEndianness(value);
    }
}
