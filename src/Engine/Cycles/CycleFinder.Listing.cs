using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Lists the cycles of pools over a cycle of three or four mints where nothing is asked but which are profitable. PERF:
/// of the last pair every pool is written as a cycle, and the next one is written over it if it gains nothing; so no
/// branch depends on a price, and the rotation is an index into the four that a cycle of these legs can have.
/// </summary>
public sealed partial class CycleFinder
{
    private const int Rotations = 4; // which of the legs is the lowest: one before the last, or the last, number 3
    private const byte __ = 0x80;

    private readonly double[] _products = new double[Rotations]; // of the same legs, by rotation

    /// <summary>By rotation: bytes of the edges before the last in lanes 0 to 1 or 2, of the last in lane 3.</summary>
    private static ReadOnlySpan<byte> RotationsOf3 =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, __, __, __, __,
        4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, __, __, __, __,
        __, __, __, __, __, __, __, __, __, __, __, __, __, __, __, __,
        12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, __, __, __, __,
    ];

    private static ReadOnlySpan<byte> RotationsOf4 =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3,
        8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7,
        12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ];

    /// <summary>
    /// Lists over the pairs laid out. False if the buffer may not hold the rest; nothing is listed twice if
    /// <see cref="Expand"/> then goes on from the cursor's choice.
    /// </summary>
    private bool List(int count)
    {
        double rate = _graph.Rate(_edge);
        if (count == 3) return ListOver(1, rate, Vector128.CreateScalar(_edge), rate, 1);
        int pair = _cyclePair[1];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        ReadOnlySpan<int> edges = _graph.ParallelEdges(pair)[..rates.Length];
        bool isIn = (pair & 1) == 0;
        double suffix = _graph.BestRate(_cyclePair[3]) * _graph.BestRate(_cyclePair[2]);
        _steps += rates.Length;
        for (int i = 0; i < rates.Length; i++)
        {
            double second = rates[i].Of(isIn);
            if (!(rate * second * suffix > _least)) continue;
            _cursor.Choice[1] = i;
            Vector128<int> two = Vector128.CreateScalar(_edge).WithElement(1, edges[i] ^ (pair & 1));
            if (!ListOver(2, rate * second, two, rate, second)) return false;
        }

        return true;
    }

    /// <summary>
    /// Lists over the last two pairs, of which the first is at a level: the rates before it are one, or two, and their
    /// product. PERF: one loop over all ways to choose two pools, whose end is the only branch; in two loops each end
    /// of the inner one is mispredicted, since pairs have one to eight pools.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ListOver(int level, double product, Vector128<int> before, double first, double second)
    {
        int pair = _cyclePair[level];
        int lastPair = _cyclePair[level + 1];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        ReadOnlySpan<RatePair> lastRates = _graph.ParallelRates(lastPair);
        int ways = rates.Length * lastRates.Length;
        if (_cycles.Length - _count <= ways) return LeaveToExpand(level);
        _steps += rates.Length + ways;
        bool isThree = level == 1;
        Vector256<double> isLast = Vector256.Create(0, 0, 0, -1L).AsDouble();
        Vector256<double> firsts = Vector256.Create(product, second, isThree ? 0 : 1, 0);
        Vector256<double> lastFirst = Vector256.Create(0, 0, 0, first);
        Vector256<double> seconds = Vector256.Create(1, first, isThree ? 0 : first, isThree ? 1 : second);
        Vector256<double> thirds = Vector256.Create(1, 1, isThree ? 0 : second, 0);
        long lowestBefore = Math.Min((long)before[0] << 2, isThree ? long.MaxValue : ((long)before[1] << 2) | 1);
        Vector128<int> three = isThree ? before : before.WithElement(2, 0);
        ref byte orders = ref MemoryMarshal.GetReference(isThree ? RotationsOf3 : RotationsOf4);
        ref Cycle cycle = ref _cycles[_count];
        ref double kept = ref _sorter.Products[_count];
        ref double turned = ref _products[0];
        ref double rate = ref RateOf(rates, pair);
        ref double lastRate = ref RateOf(lastRates, lastPair);
        ref int edges = ref MemoryMarshal.GetReference(_graph.ParallelEdges(pair));
        ref int lasts = ref MemoryMarshal.GetReference(_graph.ParallelEdges(lastPair));
        nint found = 0;
        nint i = 0;
        nint j = 0;
        for (; ways > 0; ways--)
        {
            // SAFETY: i and j are below the lengths of their pairs' lists, of edges as of rates, which are pairs.
            int edge = Unsafe.Add(ref edges, i) ^ (pair & 1);
            int last = Unsafe.Add(ref lasts, j) ^ (lastPair & 1);
            Vector256<double> one = Vector256.Create(Unsafe.Add(ref rate, i << 1));
            Vector256<double> all = Vector256.Create(Unsafe.Add(ref lastRate, j << 1));
            all *= Vector256.ConditionalSelect(isLast, lastFirst, one * firsts);
            all *= seconds;
            all *= Vector256.ConditionalSelect(isLast, one, thirds);
            // SAFETY: there are four products.
            Unsafe.As<double, Vector256<double>>(ref turned) = all;
            long lowest = Math.Min(lowestBefore, ((long)edge << 2) | (uint)level);
            nint rotation = (nint)((lowest & 3) | (((last - (lowest >> 2)) >> 63) & 3));
            // SAFETY: a rotation is below four.
            double one1 = Unsafe.Add(ref turned, rotation);
            // SAFETY: as above; there are four times sixteen bytes of orders.
            Vector128<byte> order = Unsafe.As<byte, Vector128<byte>>(ref Unsafe.Add(ref orders, rotation << 4));
            // SAFETY: there is room for as many cycles as there are ways and one more.
            ref Cycle next = ref Unsafe.Add(ref cycle, found);
            next.LegCount = level + 2;
            next.MarginalProduct = one1;
            // SAFETY: as above; there are as many products as cycles.
            Unsafe.Add(ref kept, found) = one1;
            // SAFETY: a cycle has room for more than four edges.
            Unsafe.As<CycleEdges, Vector128<byte>>(ref next.Edges) = Vector128.ShuffleNative(
                (isThree ? three.WithElement(1, edge) : three.WithElement(2, edge)).WithElement(3, last).AsByte(),
                order);
            // SAFETY: a bool is one byte of value 0 or 1.
            found += Unsafe.BitCast<bool, byte>(one1 > 1);
            j++;
            // SAFETY: as above.
            nint isEnd = Unsafe.BitCast<bool, byte>(j == lastRates.Length);
            i += isEnd;
            j &= isEnd - 1;
        }

        _count += (int)found;
        return true;
    }

    /// <summary>The rates of a pair's pools in the pair's direction: every other double from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref double RateOf(ReadOnlySpan<RatePair> rates, int pair) =>
        // SAFETY: the struct is two doubles, the way in first, which is that of even pairs; a pair has pools.
        ref Unsafe.Add(ref Unsafe.As<RatePair, double>(ref MemoryMarshal.GetReference(rates)), pair & 1);

    /// <summary>Nothing was listed over the last two pairs: one by one from their first choice on.</summary>
    private bool LeaveToExpand(int level)
    {
        _cursor.Choice[level] = 0;
        _cursor.Choice[level + 1] = 0;
        _resumePools = level + 2;
        return false;
    }
}
