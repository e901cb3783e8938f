using System;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Which bytes of an account an update changes. A swap writes a few bins or ticks of an array of 10 KB; what is equal
/// before and behind them need neither be copied nor decoded.
/// </summary>
internal static class ByteChange
{
    /// <summary>Makes <paramref name="known"/> equal to <paramref name="data"/>, which is no longer.</summary>
    /// <param name="data">New bytes.</param>
    /// <param name="known">Bytes so far; those behind the length of the new ones stay.</param>
    /// <param name="from">First byte that differs.</param>
    /// <param name="to">Byte after the last that differs; as <paramref name="from"/> if none does.</param>
    /// <returns>False if none differed.</returns>
    internal static bool TryCopy(ReadOnlySpan<byte> data, Span<byte> known, out int from, out int to)
    {
        known = known[..data.Length];
        from = data.CommonPrefixLength(known);
        to = from;
        if (from == data.Length) return false;
        to = data.Length - CommonSuffixLength(data[from..], known[from..]);
        data[from..to].CopyTo(known[from..]);
        return true;
    }

    private static int CommonSuffixLength(ReadOnlySpan<byte> data, ReadOnlySpan<byte> known)
    {
        int end = data.Length;
        for (; end >= Vector256<byte>.Count; end -= Vector256<byte>.Count)
        {
            Vector256<byte> a = Vector256.Create(data.Slice(end - Vector256<byte>.Count, Vector256<byte>.Count));
            Vector256<byte> b = Vector256.Create(known.Slice(end - Vector256<byte>.Count, Vector256<byte>.Count));
            if (a != b) break;
        }

        while (end > 0 && data[end - 1] == known[end - 1]) end--;
        return data.Length - end;
    }
}
