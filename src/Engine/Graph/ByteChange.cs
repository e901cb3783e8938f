using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Which bytes of an account an update changes. A swap writes a few bins or ticks of an array of 10 KB; what is equal
/// before and behind them need neither be copied nor decoded.
/// </summary>
internal static class ByteChange
{
    /// <summary>Up to this length all from the first difference on counts as changed: looking costs more.</summary>
    internal const int WholeBytes = 2_048;

    /// <summary>Makes <paramref name="known"/> equal to <paramref name="data"/>, which is no longer.</summary>
    /// <param name="data">New bytes.</param>
    /// <param name="known">Bytes so far; those behind the length of the new ones stay.</param>
    /// <param name="from">First byte that differs.</param>
    /// <param name="to">
    /// Behind the last byte that differs, or the end of up to <see cref="WholeBytes"/>; as <paramref name="from"/> if
    /// none does.
    /// </param>
    /// <returns>False if none differed.</returns>
    internal static bool TryCopy(ReadOnlySpan<byte> data, Span<byte> known, out int from, out int to)
    {
        known = known[..data.Length];
        from = CommonPrefixLength(data, known);
        to = from;
        if (from == data.Length) return false;
        to = data.Length;
        if (to > WholeBytes) to -= CommonSuffixLength(data[from..], known[from..]);
        data[from..to].CopyTo(known[from..]);
        return true;
    }

    private static int CommonPrefixLength(ReadOnlySpan<byte> data, ReadOnlySpan<byte> known)
    {
        int at = 0;
        for (; at <= data.Length - Vector512<byte>.Count; at += Vector512<byte>.Count)
        {
            ulong differing = Differing(data, known, at);
            if (differing != 0) return at + BitOperations.TrailingZeroCount(differing);
        }

        if (data.Length >= Vector512<byte>.Count)
        {
            at = data.Length - Vector512<byte>.Count; // what was compared before is equal
            ulong differing = Differing(data, known, at);
            return differing == 0 ? data.Length : at + BitOperations.TrailingZeroCount(differing);
        }

        while (at < data.Length && data[at] == known[at]) at++;
        return at;
    }

    private static int CommonSuffixLength(ReadOnlySpan<byte> data, ReadOnlySpan<byte> known)
    {
        int end = data.Length;
        for (; end >= Vector512<byte>.Count; end -= Vector512<byte>.Count)
        {
            ulong differing = Differing(data, known, end - Vector512<byte>.Count);
            if (differing != 0) return data.Length - end + BitOperations.LeadingZeroCount(differing);
        }

        if (data.Length >= Vector512<byte>.Count)
        {
            ulong differing = Differing(data, known, 0);
            return data.Length - Vector512<byte>.Count + BitOperations.LeadingZeroCount(differing);
        }

        while (end > 0 && data[end - 1] == known[end - 1]) end--;
        return data.Length - end;
    }

    /// <summary>A bit for each of the 64 bytes from a position on that differ.</summary>
    private static ulong Differing(ReadOnlySpan<byte> data, ReadOnlySpan<byte> known, int at)
    {
        // SAFETY: callers pass a position with 64 bytes behind it in data, and known is no shorter.
        Vector512<byte> a = Vector512.LoadUnsafe(in MemoryMarshal.GetReference(data), (nuint)at);
        Vector512<byte> b = Vector512.LoadUnsafe(in MemoryMarshal.GetReference(known), (nuint)at);
        return ~Vector512.Equals(a, b).ExtractMostSignificantBits();
    }
}
