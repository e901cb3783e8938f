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

    private readonly double[] _factors = new double[3 * Rotations]; // what a last rate is multiplied by, in order

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
        double best = _graph.BestRate(_cyclePair[count - 1]);
        if (count == 3) return ListOver(1, rate, best, Vector128.CreateScalar(_edge), rate, 1);
        int pair = _cyclePair[1];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        ReadOnlySpan<int> edges = _graph.ParallelEdges(pair)[..rates.Length];
        bool isIn = (pair & 1) == 0;
        double suffix = best * _graph.BestRate(_cyclePair[2]);
        _steps += rates.Length;
        for (int i = 0; i < rates.Length; i++)
        {
            double second = rates[i].Of(isIn);
            if (!(rate * second * suffix > _least)) continue;
            _cursor.Choice[1] = i;
            Vector128<int> two = Vector128.CreateScalar(_edge).WithElement(1, edges[i] ^ (pair & 1));
            if (!ListOver(2, rate * second, best, two, rate, second)) return false;
        }

        return true;
    }

    /// <summary>
    /// Goes over the pair before the last one, at a level: the rates before it are one, or two, and their product.
    /// </summary>
    private bool ListOver(
        int level, double product, double suffix, Vector128<int> before, double first, double second)
    {
        int pair = _cyclePair[level];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        ReadOnlySpan<int> edges = _graph.ParallelEdges(pair)[..rates.Length];
        bool isIn = (pair & 1) == 0;
        _steps += rates.Length;
        ref double factors = ref MemoryMarshal.GetArrayDataReference(_factors);
        for (int i = 0; i < rates.Length; i++)
        {
            double rate = rates[i].Of(isIn);
            double next = product * rate;
            if (!(next * suffix > _least)) continue;
            int edge = edges[i] ^ (pair & 1);
            long lowest = Math.Min((long)before[0] << 2, ((long)edge << 2) | (uint)level);
            Vector128<int> chosen;
            if (level == 1)
            {
                chosen = before.WithElement(1, edge);
                Put(ref factors, 0, Vector256.Create(next, rate, 0, first));
                Put(ref factors, 1, Vector256.Create(1, first, 0, rate));
                Put(ref factors, 2, Vector256.Create(1.0));
            }
            else
            {
                chosen = before.WithElement(2, edge);
                lowest = Math.Min(lowest, ((long)before[1] << 2) | 1);
                Put(ref factors, 0, Vector256.Create(next, second * rate, rate, first));
                Put(ref factors, 1, Vector256.Create(1, first, first, second));
                Put(ref factors, 2, Vector256.Create(1, 1, second, rate));
            }

            if (ListLast(level + 2, lowest, chosen)) continue;
            _cursor.Choice[level] = i;
            _cursor.Choice[level + 1] = 0;
            _resumePools = level + 2;
            return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref double factors, int at, Vector256<double> four) =>
        // SAFETY: there are three times four factors.
        Unsafe.As<double, Vector256<double>>(ref Unsafe.Add(ref factors, at * Rotations)) = four;

    /// <summary>
    /// Writes the profitable ones of the cycles of some edges and any pool of the last pair; false if there may be no
    /// room. The lowest of the edges before it is given as four times the edge and its leg.
    /// </summary>
    private bool ListLast(int count, long lowest, Vector128<int> edges)
    {
        int pair = _cyclePair[count - 1];
        ReadOnlySpan<RatePair> rates = _graph.ParallelRates(pair);
        ReadOnlySpan<int> lasts = _graph.ParallelEdges(pair)[..rates.Length];
        if (_cycles.Length - _count <= rates.Length) return false;
        _steps += rates.Length;
        bool isIn = (pair & 1) == 0;
        long lowestEdge = lowest >> 2;
        nint own = (nint)(lowest & 3);
        ref byte orders = ref MemoryMarshal.GetReference(count == 3 ? RotationsOf3 : RotationsOf4);
        ref double factors = ref MemoryMarshal.GetArrayDataReference(_factors);
        ref Cycle cycle = ref _cycles[_count];
        ref double products = ref _sorter.Products[_count];
        nint found = 0;
        for (int i = 0; i < rates.Length; i++)
        {
            int edge = lasts[i] ^ (pair & 1);
            nint rotation = own | ((nint)((edge - lowestEdge) >> 63) & 3);
            double product = rates[i].Of(isIn);
            // SAFETY: a rotation is below four; there are three times four factors.
            product *= Unsafe.Add(ref factors, rotation);
            // SAFETY: as above.
            product *= Unsafe.Add(ref factors, rotation + Rotations);
            // SAFETY: as above.
            product *= Unsafe.Add(ref factors, rotation + (2 * Rotations));
            // SAFETY: as above; there are four times sixteen bytes of orders.
            Vector128<byte> order = Unsafe.As<byte, Vector128<byte>>(ref Unsafe.Add(ref orders, rotation << 4));
            // SAFETY: there is room for as many cycles as the pair has pools and one more.
            ref Cycle next = ref Unsafe.Add(ref cycle, found);
            next.LegCount = count;
            next.MarginalProduct = product;
            // SAFETY: as above; there are as many products as cycles.
            Unsafe.Add(ref products, found) = product;
            // SAFETY: a cycle has room for more than four edges.
            Unsafe.As<CycleEdges, Vector128<byte>>(ref next.Edges) =
                Vector128.ShuffleNative(edges.WithElement(3, edge).AsByte(), order);
            // SAFETY: a bool is one byte of value 0 or 1.
            found += Unsafe.BitCast<bool, byte>(product > 1);
        }

        _count += (int)found;
        return true;
    }
}
