using System;
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// What ends a run of plain characters in a JSON string: quote, backslash, control characters. Source: RFC 8259
/// section 7.
/// </summary>
internal static class JsonStops
{
    private static readonly SearchValues<byte> All = SearchValues.Create(
        [.. "\"\\"u8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
            27, 28, 29, 30, 31]);

    /// <summary>
    /// Index of the first quote, backslash or control character; -1 if there is none.
    /// PERF: most texts end in the first vector, and an account's data in the long ones; a search call costs more than
    /// the search (AccountNotificationBenchmark.Strict).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexIn(ReadOnlySpan<byte> text)
    {
        if (text.Length >= Vector128<byte>.Count)
        {
            uint stops = Of(Vector128.Create(text));
            if (stops != 0) return BitOperations.TrailingZeroCount(stops);
        }

        return IndexInLong(text);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int IndexInLong(ReadOnlySpan<byte> text)
    {
        int position = 0;
        while (Vector512.IsHardwareAccelerated && text.Length - position >= Vector512<byte>.Count)
        {
            Vector512<byte> block = Vector512.Create(text.Slice(position, Vector512<byte>.Count));
            // Blank and exclamation mark are below the quote too and cost a second look; base64 has neither.
            Vector512<byte> near = Vector512.LessThanOrEqual(block, Vector512.Create((byte)'"'))
                | Vector512.Equals(block, Vector512.Create((byte)'\\'));
            if (near != Vector512<byte>.Zero)
            {
                ulong stops = Of(block);
                if (stops != 0) return position + BitOperations.TrailingZeroCount(stops);
            }

            position += Vector512<byte>.Count;
        }

        while (text.Length - position >= Vector128<byte>.Count)
        {
            uint stops = Of(Vector128.Create(text.Slice(position, Vector128<byte>.Count)));
            if (stops != 0) return position + BitOperations.TrailingZeroCount(stops);
            position += Vector128<byte>.Count;
        }

        int rest = text[position..].IndexOfAny(All);
        return rest < 0 ? -1 : position + rest;
    }

    private static ulong Of(Vector512<byte> block) =>
        (Vector512.Equals(block, Vector512.Create((byte)'"')) | Vector512.Equals(block, Vector512.Create((byte)'\\'))
            | Vector512.LessThan(block, Vector512.Create((byte)' '))).ExtractMostSignificantBits();

    /// <summary>A bit for each quote, backslash and control character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(Vector128<byte> block) =>
        (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(block, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
}
