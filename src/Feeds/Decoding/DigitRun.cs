using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Decimal numbers of up to fifteen digits at once, from the front or from the back, without a branch per digit.
/// Refuses (so that the strict path decides) what it cannot take: more digits, leading zeros, or a place where sixteen
/// bytes cannot be read.
/// PERF: a notification holds about 30 digits; a loop costs about 1 ns each, this about 2 ns a number
/// (AccountNotificationBenchmark.Fast).
/// </summary>
internal static class DigitRun
{
    private const int BlockDigits = 8;
    private const int MaxDigits = 2 * BlockDigits;
    private const ulong BlockScale = 100_000_000;

    /// <summary>Reads the number that starts at <paramref name="position"/> and steps behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadForward(ReadOnlySpan<byte> text, ref int position, out ulong value)
    {
        value = 0;
        if ((uint)position > (uint)text.Length || text.Length - position < MaxDigits) return false;
        Vector128<byte> digits = DigitsAt(text, position);
        uint others = Others(digits);
        int count = BitOperations.TrailingZeroCount(others);
        if ((uint)(count - 1) >= MaxDigits - 1) return false; // none, or too many
        // A byte's new place less its old one is how many there are not; a negative index gives zero.
        // SAFETY: count is 1 to 15 and the table twice as long as a vector.
        Vector128<byte> places = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Places), (nuint)count);
        value = Sum(Vector128.ShuffleNative(digits, places));
        position += count;
        return count == 1 || digits[0] != 0;
    }

    /// <summary>Reads the number that ends before <paramref name="end"/> and steps before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadBackward(ReadOnlySpan<byte> text, ref int end, out ulong value)
    {
        value = 0;
        if ((uint)end > (uint)text.Length || end < MaxDigits) return false;
        Vector128<byte> digits = DigitsAt(text, end - MaxDigits);
        int count = BitOperations.LeadingZeroCount(Others(digits) << MaxDigits);
        if ((uint)(count - 1) >= MaxDigits - 1) return false; // none, or too many
        // SAFETY: as in TryReadForward.
        value = Sum(digits & Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Kept), (nuint)count));
        end -= count;
        return count == 1 || text[end] != (byte)'0';
    }

    /// <summary>
    /// Reads sixteen digits; false if fewer stand there. Whether they are all of the number is not said.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadSixteen(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length < MaxDigits) return false;
        Vector128<byte> digits = DigitsAt(text, 0);
        if (Others(digits) != 0) return false;
        value = Sum(digits);
        return true;
    }

    /// <summary>From <c>count</c> on: where the bytes of so many digits go, all others nowhere.</summary>
    private static ReadOnlySpan<byte> Places =>
    [
        0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <summary>From <c>count</c> on: ones over the last so many bytes of a vector.</summary>
    private static ReadOnlySpan<byte> Kept =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DigitsAt(ReadOnlySpan<byte> text, int position)
    {
        // SAFETY: the callers have checked that sixteen bytes stand there.
        Vector128<byte> bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)position);
        return bytes - Vector128.Create((byte)'0');
    }

    /// <summary>A bit for every byte that is no digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Others(Vector128<byte> digits) =>
        Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();

    /// <summary>Value of sixteen digits, the first in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Sum(Vector128<byte> digits)
    {
        if (!Sse41.IsSupported)
        {
            Vector128<ulong> blocks = digits.AsUInt64();
            return (Combine(blocks[0]) * BlockScale) + Combine(blocks[1]);
        }

        Vector128<short> tens = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((short)0x010A).AsSByte());
        Vector128<int> fours = Sse2.MultiplyAddAdjacent(tens, Vector128.Create(0x00010064).AsInt16());
        Vector128<short> packed = Sse41.PackUnsignedSaturate(fours, fours).AsInt16();
        Vector128<int> eights = Sse2.MultiplyAddAdjacent(packed, Vector128.Create(0x00012710).AsInt16());
        ulong both = eights.AsUInt64().ToScalar();
        return ((both & uint.MaxValue) * BlockScale) + (both >> 32);
    }

    /// <summary>Value of eight digits, first digit in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Combine(ulong block)
    {
        block = (block * 10) + (block >> 8);
        return (((block & 0x000000FF000000FF) * 0x000F424000000064)
            + (((block >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32;
    }
}
