using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Decimal numbers eight digits at a time, from the front or from the back, without a branch per digit.
/// Refuses (so that the strict path decides) what it cannot take: more than 16 digits, leading zeros, or a place
/// where eight bytes cannot be read.
/// PERF: a notification holds about 30 digits; a loop costs about 1 ns each, this about 2 ns a number
/// (AccountNotificationBenchmark.Fast).
/// </summary>
internal static class DigitRun
{
    private const int BlockDigits = 8;
    private const ulong BlockScale = 100_000_000;

    /// <summary>Reads the number that starts at <paramref name="position"/> and steps behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadForward(ReadOnlySpan<byte> text, ref int position, out ulong value)
    {
        value = 0;
        if ((uint)position > (uint)text.Length || text.Length - position < 2 * BlockDigits) return false;
        int start = position;
        ulong block = BinaryPrimitives.ReadUInt64LittleEndian(text[position..]) ^ 0x3030303030303030;
        int count = BitOperations.TrailingZeroCount(NonDigits(block)) >> 3;
        if (count == 0) return false;
        value = Combine(block << (64 - (count << 3)));
        if (count == BlockDigits)
        {
            block = BinaryPrimitives.ReadUInt64LittleEndian(text[(position + BlockDigits)..]) ^ 0x3030303030303030;
            int more = BitOperations.TrailingZeroCount(NonDigits(block)) >> 3;
            if (more == BlockDigits) return false;
            if (more != 0)
            {
                value = (value * PowersOfTen[more]) + Combine(block << (64 - (more << 3)));
                count += more;
            }
        }

        position += count;
        return count == 1 || text[start] != (byte)'0';
    }

    /// <summary>Reads the number that ends before <paramref name="end"/> and steps before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadBackward(ReadOnlySpan<byte> text, ref int end, out ulong value)
    {
        value = 0;
        if ((uint)end > (uint)text.Length || end < 2 * BlockDigits) return false;
        ulong block = BinaryPrimitives.ReadUInt64LittleEndian(text[(end - BlockDigits)..]) ^ 0x3030303030303030;
        int count = BitOperations.LeadingZeroCount(NonDigits(block)) >> 3;
        if (count == 0) return false;
        value = Combine(KeepTop(block, count));
        if (count == BlockDigits)
        {
            block = BinaryPrimitives.ReadUInt64LittleEndian(text[(end - (2 * BlockDigits))..]) ^ 0x3030303030303030;
            int more = BitOperations.LeadingZeroCount(NonDigits(block)) >> 3;
            if (more == BlockDigits) return false;
            if (more != 0)
            {
                value += Combine(KeepTop(block, more)) * BlockScale;
                count += more;
            }
        }

        end -= count;
        return count == 1 || text[end] != (byte)'0';
    }

    /// <summary>Reads sixteen digits; false if fewer stand there. Whether they are all of the number is not
    /// said.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadSixteen(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length < 2 * BlockDigits) return false;
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(text) ^ 0x3030303030303030;
        ulong second = BinaryPrimitives.ReadUInt64LittleEndian(text[BlockDigits..]) ^ 0x3030303030303030;
        if ((NonDigits(first) | NonDigits(second)) != 0) return false;
        value = (Combine(first) * BlockScale) + Combine(second);
        return true;
    }

    private static ReadOnlySpan<ulong> PowersOfTen =>
        [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

    /// <summary>
    /// A bit in the upper half of every byte that is no digit (digits are 0..9 after the exclusive or).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NonDigits(ulong block) =>
        (block | ((block & 0x0F0F0F0F0F0F0F0F) + 0x0606060606060606)) & 0xF0F0F0F0F0F0F0F0;

    /// <summary>
    /// Keeps the last <paramref name="count"/> (1 to 8) bytes of the text; those before become leading zeros.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeepTop(ulong block, int count) => block & (ulong.MaxValue << (64 - (count << 3)));

    /// <summary>Value of eight digits, first digit in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Combine(ulong block)
    {
        block = (block * 10) + (block >> 8);
        return (((block & 0x000000FF000000FF) * 0x000F424000000064)
            + (((block >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32;
    }
}
