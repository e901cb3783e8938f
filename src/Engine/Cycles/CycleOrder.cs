using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Sorts cycles by number, best first. The order is total (<see cref="Cycle.Compare"/>), so the method does not show:
/// up to <see cref="RankedMax"/> each cycle's rank is how many products are above its own, eight at a time; of more,
/// three counting passes over the products' leading bits within their range; then comparisons among those alike.
/// PERF: comparisons of random products are mispredicted branches, two thirds of the time of listing 900 cycles before.
/// Linear in cycles unless most are alike; then heap sort bounds it. Three longs a cycle, allocated once.
/// </summary>
internal sealed class CycleOrder(int capacity)
{
    private const int RankedMax = 144; // counting passes have as many steps for any number of cycles
    private const int InsertionMax = 24; // cycles that are sorted by comparisons alone
    private const int DigitBits = 8;
    private const int KeyBits = 3 * DigitBits;
    private readonly int[] _counts = new int[3 << DigitBits]; // of each digit, the lowest first
    private ulong[] _keyed = new ulong[RoundUp(capacity)]; // leading bits above 32, index below
    private ulong[] _spare = new ulong[RoundUp(capacity)];

    /// <summary>
    /// Writes the numbers 0 to count - 1 of the cycles in their order. Their products are filled up to whole vectors.
    /// </summary>
    internal void Sort(FoundCycles cycles, Span<int> order)
    {
        if (order.Length <= RankedMax)
        {
            Rank(cycles, order);
            return;
        }

        SetKeys(cycles.Products, order.Length);
        for (int digit = 0; digit < KeyBits / DigitBits; digit++) Distribute(order.Length, digit);
        for (int i = 0; i < order.Length; i++) order[i] = (int)_keyed[i];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && _keyed[end] >> 32 == _keyed[start] >> 32;) end++;
            SortAlike(cycles, order[start..end]);
        }
    }

    private void Rank(FoundCycles cycles, Span<int> order)
    {
        if (order.Length < 2)
        {
            order.Clear();
            return;
        }

        if (RankAll(cycles.Products, order.Length))
        {
            for (int i = 0; i < order.Length; i++) order[(int)_spare[i]] = i;
            return;
        }

        order.Fill(-1);
        for (int i = 0; i < order.Length; i++)
        {
            int rank = (int)_spare[i];
            while (order[rank] >= 0) rank++;
            order[rank] = i;
        }

        double[] products = cycles.Products;
        for (int start = 0, end; start < order.Length; start = end)
        {
            double product = products[order[start]];
            for (end = start + 1; end < order.Length && products[order[end]] == product;) end++;
            SortAlike(cycles, order[start..end]);
        }
    }

    /// <summary>
    /// Counts of each product how many are above it, of eight at once. False if two are alike: of two that are not,
    /// one is above the other, so the counts' sum says so.
    /// </summary>
    private bool RankAll(double[] products, int count)
    {
        ReadOnlySpan<Vector512<double>> eights = FillUp(products, count, 0); // below all, and above none
        Span<Vector512<long>> ranks = MemoryMarshal.Cast<ulong, Vector512<long>>(_spare.AsSpan())[..eights.Length];
        ReadOnlySpan<double> singles = products.AsSpan(0, count);
        Vector512<long> sum = Vector512<long>.Zero;
        int i = 0;
        for (; i + 1 < eights.Length; i += 2)
        {
            Vector512<double> own = eights[i];
            Vector512<double> next = eights[i + 1];
            Vector512<long> above = Vector512<long>.Zero;
            Vector512<long> aboveNext = Vector512<long>.Zero;
            foreach (double product in singles)
            {
                Vector512<double> one = Vector512.Create(product);
                above -= Vector512.LessThan(own, one).AsInt64();
                aboveNext -= Vector512.LessThan(next, one).AsInt64();
            }

            ranks[i] = above;
            ranks[i + 1] = aboveNext;
            sum += above + aboveNext;
        }

        if (i < eights.Length)
        {
            Vector512<double> own = eights[i];
            Vector512<long> above = Vector512<long>.Zero;
            foreach (double product in singles)
                above -= Vector512.LessThan(own, Vector512.Create(product)).AsInt64();
            ranks[i] = above;
            sum += above;
        }

        int filled = eights.Length * Vector512<double>.Count;
        return Vector512.Sum(sum) == (count * (count - 1) / 2) + ((filled - count) * count);
    }

    private static int RoundUp(int count) => (count + Vector512<double>.Count - 1) & -Vector512<double>.Count;

    private static ReadOnlySpan<Vector512<double>> FillUp(double[] products, int count, double with)
    {
        int filled = RoundUp(count);
        products.AsSpan(count, filled - count).Fill(with);
        return MemoryMarshal.Cast<double, Vector512<double>>(products.AsSpan(0, filled));
    }

    private static void SortAlike(FoundCycles cycles, Span<int> alike)
    {
        if (alike.Length <= InsertionMax) Insert(cycles, alike);
        else Heap(cycles, alike);
    }

    /// <summary>
    /// A double's bits are ordered as the positive double is; keys grow as products fall. Counts all digits.
    /// </summary>
    private void SetKeys(double[] all, int count)
    {
        ReadOnlySpan<Vector512<double>> eights = FillUp(all, count, all[0]);
        Vector512<double> highest = eights[0];
        Vector512<double> lowest = eights[0];
        foreach (Vector512<double> eight in eights)
        {
            highest = Vector512.MaxNative(highest, eight);
            lowest = Vector512.MinNative(lowest, eight);
        }

        ulong most = 0;
        ulong least = ulong.MaxValue;
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            most = Math.Max(most, BitConverter.DoubleToUInt64Bits(highest[i]));
            least = Math.Min(least, BitConverter.DoubleToUInt64Bits(lowest[i]));
        }

        ReadOnlySpan<double> products = all.AsSpan(0, count);
        int[] counts = _counts;
        Array.Clear(counts);
        int shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount(most - least) - KeyBits);
        for (int i = 0; i < count; i++)
        {
            ulong key = (most - BitConverter.DoubleToUInt64Bits(products[i])) >> shift;
            _keyed[i] = (key << 32) | (uint)i;
            counts[(byte)key]++;
            counts[(1 << DigitBits) | (byte)(key >> DigitBits)]++;
            counts[(2 << DigitBits) | (byte)(key >> (2 * DigitBits))]++;
        }
    }

    private void Distribute(int count, int digit)
    {
        Span<int> starts = _counts.AsSpan(digit << DigitBits, 1 << DigitBits);
        int start = 0;
        foreach (ref int of in starts) (of, start) = (start, start + of);
        int shift = 32 + (digit * DigitBits);
        ulong[] keyed = _keyed;
        ulong[] sorted = _spare;
        for (int i = 0; i < count; i++) sorted[starts[(byte)(keyed[i] >> shift)]++] = keyed[i];
        (_keyed, _spare) = (sorted, keyed);
    }

    private static void Insert(FoundCycles cycles, Span<int> order)
    {
        for (int i = 1; i < order.Length; i++)
        {
            int moved = order[i];
            int to = i;
            Cycle cycle = cycles.At(moved);
            for (; to > 0 && Cycle.Compare(cycle, cycles.At(order[to - 1])) < 0; to--) order[to] = order[to - 1];
            order[to] = moved;
        }
    }

    private static void Heap(FoundCycles cycles, Span<int> order)
    {
        for (int root = (order.Length / 2) - 1; root >= 0; root--) Sift(cycles, order, root, order.Length);
        for (int end = order.Length - 1; end > 0; end--)
        {
            (order[0], order[end]) = (order[end], order[0]);
            Sift(cycles, order, 0, end);
        }
    }

    private static void Sift(FoundCycles cycles, Span<int> order, int root, int end)
    {
        while (true)
        {
            int child = (2 * root) + 1;
            if (child >= end) return;
            if (child + 1 < end && Cycle.Compare(cycles.At(order[child + 1]), cycles.At(order[child])) > 0) child++;
            if (Cycle.Compare(cycles.At(order[child]), cycles.At(order[root])) <= 0) return;
            (order[root], order[child]) = (order[child], order[root]);
            root = child;
        }
    }
}
