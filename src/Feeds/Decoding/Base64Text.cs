using System;
using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Padded base64 without white space to bytes. Sixty-four characters at a time where the CPU permutes bytes over whole
/// vectors (AVX-512 VBMI), each once; what such a text is not long enough for, and all texts on other CPUs, goes to the
/// framework's decoder. The two accept the same texts (tested).
/// Source: RFC 4648 sections 3.5 and 4: the bits of the last character that belong to no byte are zero.
/// </summary>
internal static class Base64Text
{
    private const int BlockChars = 64;
    private const int BlockBytes = 48;
    private const byte NoDigit = 0x80;

    /// <summary>Value of each ASCII character; <see cref="NoDigit"/> where it has none.</summary>
    private static readonly byte[] Values = BuildValues();

    /// <summary>A block of zeros, then two ones: read from 0, 1 or 2 on, it marks the padding.</summary>
    private static readonly byte[] PaddingMarks = BuildMarks();

    /// <summary>
    /// Decodes; false unless all of it is base64. The destination needs room for three bytes for every four characters;
    /// behind <paramref name="length"/> up to two of them may have been overwritten.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        if (!Avx512Vbmi.IsSupported || text.Length < BlockChars || (text.Length & 3) != 0
            || destination.Length < (text.Length >> 2) * 3)
        {
            return TryDecodeAny(text, destination, out length);
        }

        int padding = text[^1] != (byte)'=' ? 0 : text[^2] != (byte)'=' ? 1 : 2;
        length = ((text.Length >> 2) * 3) - padding;
        if (!DecodeBlocks(text, destination, padding)) return false;
        return padding == 0 || destination[length] == 0; // bits of the last character that say nothing
    }

    /// <summary>Length of the bytes of a text; -1 if it cannot be base64.</summary>
    public static int DecodedLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return 0;
        if ((text.Length & 3) != 0) return -1;
        int padding = text[^1] != (byte)'=' ? 0 : text[^2] != (byte)'=' ? 1 : 2;
        return ((text.Length >> 2) * 3) - padding;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryDecodeAny(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        // The library skips white space, which then shows as a length that is too short.
        OperationStatus status = Base64.DecodeFromUtf8(text, destination, out _, out length);
        return status == OperationStatus.Done && length == DecodedLength(text);
    }

    /// <summary>
    /// All blocks, the last one again with the characters before it if they do not come out even. PERF: nothing is
    /// decided before the end, so the blocks overlap in the CPU, and nothing is called, so no vector is kept on the
    /// stack (AccountNotificationBenchmark.Base64Only).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool DecodeBlocks(ReadOnlySpan<byte> text, Span<byte> destination, int padding)
    {
        // SAFETY: the caller checked that the text has a block at least and the destination three bytes for every four
        // characters. A block is read where 64 characters are left and written where 48 bytes are.
        ref byte source = ref MemoryMarshal.GetReference(text);
        ref byte target = ref MemoryMarshal.GetReference(destination);
        ref byte values = ref MemoryMarshal.GetArrayDataReference(Values);
        Vector512<byte> low = Vector512.LoadUnsafe(ref values);
        Vector512<byte> high = Vector512.LoadUnsafe(ref values, BlockChars);
        Vector512<byte> refused = Vector512<byte>.Zero;
        nuint last = (nuint)(text.Length - BlockChars);
        nuint to = 0;
        for (nuint at = 0; at < last; at += BlockChars, to += BlockBytes)
        {
            Vector512<byte> block = Vector512.LoadUnsafe(ref source, at);
            Vector512<byte> digits = Avx512Vbmi.PermuteVar64x8x2(low, block, high);
            refused |= digits | block; // above ASCII: a value by the low bits, but the upper bit itself
            Store(digits, ref Unsafe.Add(ref target, to));
        }

        // SAFETY: padding is 0 to 2, and so many bytes stand behind a block of marks.
        Vector512<byte> marks = Vector512.LoadUnsafe(
            ref MemoryMarshal.GetArrayDataReference(PaddingMarks), (nuint)padding);
        Vector512<byte> tail = Vector512.LoadUnsafe(ref source, last);
        tail = Vector512.ConditionalSelect(marks, Vector512.Create((byte)'A'), tail);
        Vector512<byte> tailDigits = Avx512Vbmi.PermuteVar64x8x2(low, tail, high);
        Store(tailDigits, ref Unsafe.Add(ref target, (last >> 2) * 3));
        return (refused | tailDigits | tail).ExtractMostSignificantBits() == 0;
    }

    /// <summary>Four digits of six bits each to three bytes, and the 48 bytes to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<byte> digits, ref byte target)
    {
        Vector512<short> pairs = Avx512BW.MultiplyAddAdjacent(digits, Vector512.Create((short)0x0140).AsSByte());
        Vector512<byte> fours = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create(0x00011000).AsInt16()).AsByte();
        Vector512<byte> bytes = Avx512Vbmi.PermuteVar64x8(fours, Vector512.Create(
            (byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28, 34, 33, 32,
            38, 37, 36, 42, 41, 40, 46, 45, 44, 50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        bytes.GetLower().StoreUnsafe(ref target);
        bytes.GetUpper().GetLower().StoreUnsafe(ref target, (nuint)Vector256<byte>.Count);
    }

    private static byte[] BuildMarks()
    {
        byte[] marks = new byte[BlockChars + 2];
        marks.AsSpan(BlockChars).Fill(byte.MaxValue);
        return marks;
    }

    private static byte[] BuildValues()
    {
        ReadOnlySpan<byte> alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        byte[] values = new byte[2 * BlockChars];
        Array.Fill(values, NoDigit);
        for (int i = 0; i < alphabet.Length; i++) values[alphabet[i]] = (byte)i;
        return values;
    }
}
