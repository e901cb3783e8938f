using System;
using System.Numerics;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Sorts indices of cycles, best first. The order is total (<see cref="Cycle.Compare"/>), so the method does not show:
/// three counting passes over the products' leading bits within their range, then comparisons among those alike.
/// PERF: comparisons of random products are mispredicted branches, two thirds of the time of listing 900 cycles before.
/// Linear in cycles unless most are alike; then heap sort bounds it. Two longs a cycle, allocated once.
/// </summary>
internal sealed class CycleOrder(int capacity)
{
    private const int InsertionMax = 24; // cycles that are sorted by comparisons alone
    private const int DigitBits = 8;
    private const int KeyBits = 3 * DigitBits;
    private readonly int[] _starts = new int[1 << DigitBits];
    private ulong[] _keyed = new ulong[capacity]; // leading bits above 32, index below
    private ulong[] _spare = new ulong[capacity];

    /// <summary>Writes the indices 0 to count - 1 of the cycles in their order.</summary>
    internal void Sort(Cycle[] cycles, Span<int> order)
    {
        if (order.Length <= InsertionMax)
        {
            for (int i = 0; i < order.Length; i++) order[i] = i;
            Insert(cycles, order);
            return;
        }

        SetKeys(cycles, order.Length);
        for (int shift = 32; shift < 32 + KeyBits; shift += DigitBits) Distribute(order.Length, shift);
        for (int i = 0; i < order.Length; i++) order[i] = (int)_keyed[i];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && _keyed[end] >> 32 == _keyed[start] >> 32;) end++;
            Span<int> alike = order[start..end];
            if (alike.Length <= InsertionMax) Insert(cycles, alike);
            else Heap(cycles, alike);
        }
    }

    /// <summary>A double's bits are ordered as the positive double is; keys grow as products fall.</summary>
    private void SetKeys(Cycle[] cycles, int count)
    {
        ulong most = 0;
        ulong least = ulong.MaxValue;
        for (int i = 0; i < count; i++)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(cycles[i].MarginalProduct);
            most = Math.Max(most, bits);
            least = Math.Min(least, bits);
        }

        int shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount(most - least) - KeyBits);
        for (int i = 0; i < count; i++)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(cycles[i].MarginalProduct);
            _keyed[i] = ((most - bits) >> shift << 32) | (uint)i;
        }
    }

    private void Distribute(int count, int shift)
    {
        Array.Clear(_starts);
        for (int i = 0; i < count; i++) _starts[(byte)(_keyed[i] >> shift)]++;
        int start = 0;
        for (int digit = 0; digit < _starts.Length; digit++) (_starts[digit], start) = (start, start + _starts[digit]);
        for (int i = 0; i < count; i++) _spare[_starts[(byte)(_keyed[i] >> shift)]++] = _keyed[i];
        (_keyed, _spare) = (_spare, _keyed);
    }

    private static void Insert(Cycle[] cycles, Span<int> order)
    {
        for (int i = 1; i < order.Length; i++)
        {
            int moved = order[i];
            int to = i;
            for (; to > 0 && Cycle.Compare(cycles[moved], cycles[order[to - 1]]) < 0; to--) order[to] = order[to - 1];
            order[to] = moved;
        }
    }

    private static void Heap(Cycle[] cycles, Span<int> order)
    {
        for (int root = (order.Length / 2) - 1; root >= 0; root--) Sift(cycles, order, root, order.Length);
        for (int end = order.Length - 1; end > 0; end--)
        {
            (order[0], order[end]) = (order[end], order[0]);
            Sift(cycles, order, 0, end);
        }
    }

    private static void Sift(Cycle[] cycles, Span<int> order, int root, int end)
    {
        while (true)
        {
            int child = (2 * root) + 1;
            if (child >= end) return;
            if (child + 1 < end && Cycle.Compare(cycles[order[child + 1]], cycles[order[child]]) > 0) child++;
            if (Cycle.Compare(cycles[order[child]], cycles[order[root]]) <= 0) return;
            (order[root], order[child]) = (order[child], order[root]);
            root = child;
        }
    }
}
