using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>Rows of rates multiplied rank by rank, both directions at once.</summary>
internal static class RowProducts
{
    /// <summary>
    /// Largest products, rank by rank, of the rates from a hub to the mints that <paramref name="last"/> leads on from,
    /// and backwards, the way in first. PERF: over all ranks, without an index to follow; a maximum does not depend on
    /// the order, so the width of the vectors does not show.
    /// </summary>
    internal static Vector128<double> Largest(RatePair[] row, RatePair[] last, int count)
    {
        ReadOnlySpan<Vector512<double>> left = Fours(row, count);
        ReadOnlySpan<Vector512<double>> right = Fours(last, count);
        Vector512<double> most = Vector512<double>.Zero;
        Vector512<double> second = Vector512<double>.Zero;
        for (int i = 1; i < left.Length && i < right.Length; i += 2)
        {
            most = Vector512.MaxNative(most, Turn(left[i - 1]) * right[i - 1]);
            second = Vector512.MaxNative(second, Turn(left[i]) * right[i]);
        }

        return Most(Vector512.MaxNative(most, second));
    }

    /// <summary>
    /// A rank that has the largest products, one for each direction, as <see cref="Largest"/> gave them; -1 for 0.
    /// </summary>
    internal static Vector128<long> Find(RatePair[] row, RatePair[] last, Vector128<double> products, int count)
    {
        ReadOnlySpan<Vector512<double>> left = Fours(row, count);
        ReadOnlySpan<Vector512<double>> right = Fours(last, count);
        Vector512<double> wanted = Four(products);
        Vector512<long> at = Vector512.Create(0L, 0, 1, 1, 2, 2, 3, 3);
        Vector512<long> most = Vector512.Create(-1L);
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            Vector512<long> isFound = Vector512.Equals(Turn(left[i]) * right[i], wanted).AsInt64();
            most = Vector512.ConditionalSelect(isFound, at, most);
            at += Vector512.Create(4L);
        }

        Vector256<long> two = Vector256.Max(most.GetLower(), most.GetUpper());
        Vector128<long> found = Vector128.Max(two.GetLower(), two.GetUpper());
        Vector128<long> isNone = Vector128.Equals(products, Vector128<double>.Zero).AsInt64();
        return found | isNone;
    }

    /// <summary>Copies the rates out of each pair. PERF: four pairs a step.</summary>
    internal static void CopyOut(ReadOnlySpan<RatePair> pairs, Span<double> destination)
    {
        Span<double> copy = destination[..pairs.Length];
        ReadOnlySpan<Vector512<double>> fours = MemoryMarshal.Cast<RatePair, Vector512<double>>(pairs);
        Span<Vector256<double>> copied = MemoryMarshal.Cast<double, Vector256<double>>(copy)[..fours.Length];
        Vector512<long> odd = Vector512.Create(1L, 3, 5, 7, 1, 3, 5, 7);
        for (int i = 0; i < fours.Length; i++) copied[i] = Vector512.Shuffle(fours[i], odd).GetLower();
        for (int i = fours.Length << 2; i < pairs.Length; i++) copy[i] = pairs[i].Out;
    }

    /// <summary>A row in vectors of four ranks, an even number of them.</summary>
    internal static ReadOnlySpan<Vector512<double>> Fours(RatePair[] row, int count) =>
        MemoryMarshal.Cast<RatePair, Vector512<double>>(row.AsSpan(0, MarketGraph.RowLength(count)));

    /// <summary>The rates of four ranks of a row, the first of them at a place of a list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<double> Gather(RatePair[] row, ReadOnlySpan<int> ranks, int of) => Vector512.Create(
        Vector256.Create(RatePair.Vector(ref row[ranks[of]]), RatePair.Vector(ref row[ranks[of + 1]])),
        Vector256.Create(RatePair.Vector(ref row[ranks[of + 2]]), RatePair.Vector(ref row[ranks[of + 3]])));

    /// <summary>In and out trade places: a hub's row seen from the hub.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<double> Turn(Vector512<double> rates) =>
        Vector512.Shuffle(rates, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6));

    /// <summary>In and out trade places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<double> Turn(Vector128<double> rates) =>
        Vector128.Shuffle(rates, Vector128.Create(1L, 0));

    /// <summary>A bound of one direction; no number is above that of the other.</summary>
    internal static Vector512<double> Bounds(double bound, bool isReversed)
    {
        Vector128<double> one = isReversed
            ? Vector128.Create(bound, double.PositiveInfinity)
            : Vector128.Create(double.PositiveInfinity, bound);
        return Four(one);
    }

    /// <summary>A pair four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<double> Four(Vector128<double> pair) =>
        Vector512.Create(Vector256.Create(pair, pair), Vector256.Create(pair, pair));

    /// <summary>The largest of four pairs, each direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<double> Most(Vector512<double> pairs)
    {
        Vector256<double> two = Vector256.MaxNative(pairs.GetLower(), pairs.GetUpper());
        return Vector128.MaxNative(two.GetLower(), two.GetUpper());
    }
}
