using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Which tick arrays of a pool hold initialized ticks: the pool's own 1,024 bits and the extension account's 14 blocks
/// of
/// 512 on either side, as one line of bits by array number (start / span) + 7,680.
/// Source: raydium-clmm@03b44b7 libraries/tick_array_bit_map.rs, states/tickarray_bitmap_extension.rs.
/// </summary>
internal sealed class RaydiumArrayBitmap
{
    /// <summary>Array numbers of the pool's own bitmap run from minus this to this (exclusive).</summary>
    internal const int OwnHalf = 512;

    private const int ExtensionHalf = OwnHalf * (RaydiumClmmLayout.ExtensionChunks + 1);
    private const int WordsPerChunk = 8;
    private const int OwnFirstWord = (ExtensionHalf - OwnHalf) / 64;

    private readonly ulong[] _words = new ulong[ExtensionHalf * 2 / 64];

    /// <summary>Takes the pool's own bitmap.</summary>
    internal void ReadOwn(ReadOnlySpan<byte> bitmap)
    {
        Span<ulong> words = _words.AsSpan(OwnFirstWord, RaydiumClmmLayout.BitmapWords);
        bitmap[..(words.Length * sizeof(ulong))].CopyTo(MemoryMarshal.AsBytes(words)); // little-endian, as memory is
    }

    /// <summary>Writes the pool's own bitmap back.</summary>
    internal void WriteOwn(Span<byte> bitmap)
    {
        for (int i = 0; i < RaydiumClmmLayout.BitmapWords; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bitmap[(i * sizeof(ulong))..], _words[OwnFirstWord + i]);
    }

    /// <summary>Takes the extension account's bitmaps.</summary>
    internal void ReadExtension(ReadOnlySpan<byte> data)
    {
        for (int chunk = 0; chunk < RaydiumClmmLayout.ExtensionChunks; chunk++)
        {
            int offset = chunk * RaydiumClmmLayout.ExtensionChunkBytes;
            for (int i = 0; i < WordsPerChunk; i++)
            {
                int at = offset + (i * sizeof(ulong));
                _words[PositiveWord(chunk) + i] =
                    BinaryPrimitives.ReadUInt64LittleEndian(data[(RaydiumClmmLayout.ExtensionPositive + at)..]);
                _words[NegativeWord(chunk) + i] =
                    BinaryPrimitives.ReadUInt64LittleEndian(data[(RaydiumClmmLayout.ExtensionNegative + at)..]);
            }
        }
    }

    /// <summary>Writes the extension account's bitmaps back.</summary>
    internal void WriteExtension(Span<byte> data)
    {
        for (int chunk = 0; chunk < RaydiumClmmLayout.ExtensionChunks; chunk++)
        {
            int offset = chunk * RaydiumClmmLayout.ExtensionChunkBytes;
            for (int i = 0; i < WordsPerChunk; i++)
            {
                int at = offset + (i * sizeof(ulong));
                BinaryPrimitives.WriteUInt64LittleEndian(
                    data[(RaydiumClmmLayout.ExtensionPositive + at)..], _words[PositiveWord(chunk) + i]);
                BinaryPrimitives.WriteUInt64LittleEndian(
                    data[(RaydiumClmmLayout.ExtensionNegative + at)..], _words[NegativeWord(chunk) + i]);
            }
        }
    }

    /// <summary>True if the array with a number has initialized ticks.</summary>
    internal bool IsSet(int number)
    {
        int bit = number + ExtensionHalf;
        return (uint)bit < ExtensionHalf * 2 && (_words[bit >> 6] >> (bit & 63) & 1) != 0;
    }

    /// <summary>Changes an array's bit.</summary>
    internal void Flip(int number)
    {
        int bit = number + ExtensionHalf;
        if ((uint)bit < ExtensionHalf * 2) _words[bit >> 6] ^= 1UL << (bit & 63);
    }

    /// <summary>
    /// Nearest set array beyond <paramref name="number"/> in a direction, up to <paramref name="last"/> inclusive.
    /// </summary>
    internal bool TryNext(int number, int last, bool isDown, out int found)
    {
        int bit = number + ExtensionHalf + (isDown ? -1 : 1);
        int end = System.Math.Clamp(last + ExtensionHalf, 0, (ExtensionHalf * 2) - 1);
        found = 0;
        if (isDown ? bit < end : bit > end) return false;
        int word = bit >> 6;
        ulong rest = _words[word] & (isDown ? ulong.MaxValue >> (63 - (bit & 63)) : ulong.MaxValue << (bit & 63));
        if (rest == 0)
        {
            // PERF: behind the last array of a side all words up to the end are 0: in whole vectors.
            int limit = end >> 6;
            int away = isDown
                ? _words.AsSpan(limit, word - limit).LastIndexOfAnyExcept(0UL)
                : _words.AsSpan(word + 1, limit - word).IndexOfAnyExcept(0UL);
            if (away < 0) return false;
            word = isDown ? limit + away : word + 1 + away;
            rest = _words[word];
        }

        int inWord = isDown ? 63 - BitOperations.LeadingZeroCount(rest) : BitOperations.TrailingZeroCount(rest);
        int hit = (word << 6) + inWord;
        if (isDown ? hit < end : hit > end) return false;
        found = hit - ExtensionHalf;
        return true;
    }

    private static int PositiveWord(int chunk) => (ExtensionHalf + (OwnHalf * (chunk + 1))) / 64;

    private static int NegativeWord(int chunk) => (ExtensionHalf - (OwnHalf * (chunk + 2))) / 64;
}
