using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// The cycles that a search found, and their order. One that was listed is kept as its edges and its product, of which
/// a <see cref="Cycle"/> is made for who asks for it. Owner: the finder's thread. Bound: so many cycles; who adds asks
/// for room first.
/// </summary>
internal sealed class FoundCycles
{
    /// <summary>In place of a second edge: cycles of three legs. Above all edges.</summary>
    internal const int NoEdge = int.MaxValue;

    private const int Block = 8; // tails that are multiplied at once
    private readonly Cycle[] _cycles; // those that were not listed
    private readonly Vector128<int>[] _edges; // -1 first: not listed; -1 last: three legs
    private readonly int[] _order;
    private readonly CycleOrder _sorter;
    private Cycle _candidate;

    internal FoundCycles(MarketGraph graph, int capacity)
    {
        int length = capacity + (2 * Block); // whole vectors are written and read
        _cycles = new Cycle[capacity];
        _edges = new Vector128<int>[length];
        _order = new int[capacity];
        Products = new double[length];
        _sorter = new CycleOrder(capacity);
        Tails = new TailList(graph, capacity);
    }

    internal int Count { get; private set; }

    /// <summary>So many more cycles may be added.</summary>
    internal int Room => _cycles.Length - Count;

    /// <summary>Products of the cycles as they were found, and room for two vectors more.</summary>
    internal double[] Products { get; }

    /// <summary>What <see cref="Multiply"/> reads.</summary>
    internal TailList Tails { get; }

    /// <summary>The cycle of a rank after <see cref="Sort"/>, best first.</summary>
    internal Cycle this[int rank]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => At(_order[rank]);
    }

    internal void Clear() => Count = 0;

    /// <summary>Adds a cycle in canonical order; there is room.</summary>
    internal void Add(ReadOnlySpan<int> edges, double product)
    {
        Write(Count, edges, product);
        Count++;
    }

    /// <summary>Keeps one cycle only, the one that comes first; false if that is not this one.</summary>
    internal bool KeepBetter(ReadOnlySpan<int> edges, double product)
    {
        if (Count > 0)
        {
            Write(ref _candidate, edges, product);
            if (Cycle.Compare(_candidate, _cycles[0]) >= 0) return false;
        }

        Write(0, edges, product);
        _order[0] = 0;
        Count = 1;
        return true;
    }

    /// <summary>
    /// Adds the cycles that gain, of one leg or two and then any of some tails; there is room for all. Products and
    /// edges are in canonical order: from the lowest edge on, which is one of the legs before, or one of the tail's.
    /// PERF: eight tails at a time without a branch; what a cycle begins with is chosen by compares.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Multiply(int firstEdge, int secondEdge, double firstRate, double secondRate, int from, int to)
    {
        bool isOfThree = secondEdge == NoEdge;
        bool isSecond = secondEdge < firstEdge;
        Vector512<long> lowest = Vector512.Create((long)Math.Min(firstEdge, secondEdge));
        Vector512<double> begin = Vector512.Create(isSecond ? secondRate : firstRate * secondRate);
        Vector512<double> end = Vector512.Create(isSecond ? firstRate : 1);
        Vector512<double> first = Vector512.Create(firstRate);
        Vector512<double> second = Vector512.Create(secondRate);
        Vector512<long> numbers = Vector512.Create(0L, 1, 2, 3, 4, 5, 6, 7);
        Vector512<long> before = Vector512.Create(((long)secondEdge << 32) | (uint)firstEdge);
        Vector512<long> firstAbove = Vector512.Create((long)firstEdge << 32);
        Vector512<long> below = Vector512.Create((long)(isOfThree ? firstEdge : secondEdge));
        Vector512<long> isTurned = isSecond | isOfThree ? Vector512<long>.AllBitsSet : Vector512<long>.Zero;
        ref double rates = ref Tails.Rates;
        ref double lastRates = ref Tails.LastRates;
        ref long edges = ref Tails.Edges;
        int count = Count;
        for (nint at = from; at < to; at += Block)
        {
            // SAFETY: at is below the number of tails, and whole vectors may be read from any.
            Vector512<double> one = Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref rates, at));
            // SAFETY: as above.
            Vector512<double> last = Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref lastRates, at));
            // SAFETY: as above.
            Vector512<long> tail = Unsafe.As<long, Vector512<long>>(ref Unsafe.Add(ref edges, at));
            Vector512<long> lastEdge = tail >>> 32;
            Vector512<long> oneEdge = tail & Vector512.Create((long)uint.MaxValue);
            Vector512<long> isLast = Vector512.LessThan(lastEdge, oneEdge);
            Vector512<long> isTail = Vector512.LessThan(Vector512.Min(oneEdge, lastEdge), lowest);
            Vector512<double> tailFirst =
                Vector512.ConditionalSelect(isLast.AsDouble(), last, one * last) * first * second;
            tailFirst *= Vector512.ConditionalSelect(isLast.AsDouble(), one, Vector512<double>.One);
            Vector512<double> products =
                Vector512.ConditionalSelect(isTail.AsDouble(), tailFirst, begin * one * last * end);
            Vector512<double> gains = Vector512.GreaterThan(products, Vector512<double>.One)
                & Vector512.LessThan(numbers, Vector512.Create((long)to - at)).AsDouble();
            // The edges as two halves: of four legs first, second, one, last from the lowest on, of three without the
            // second; "middle" is second and one (of three first and one), "outer" last and first.
            Vector512<long> middle = below | (tail << 32);
            Vector512<long> outer = lastEdge | firstAbove;
            Vector512<long> half = isOfThree ? lastEdge : Vector512.ConditionalSelect(isTurned, outer, tail);
            Vector512<long> half1 = Vector512.ConditionalSelect(
                isTail,
                Vector512.ConditionalSelect(isLast, outer, tail),
                Vector512.ConditionalSelect(isTurned, middle, before));
            Vector512<long> half2 = Vector512.ConditionalSelect(
                isTail,
                isOfThree
                    ? Vector512.ConditionalSelect(isLast, oneEdge, below)
                    : Vector512.ConditionalSelect(isLast, middle, before),
                half);
            if (isOfThree) half2 |= Vector512.Create(-1L << 32);
            count += Pack(gains, products, half1, half2, count);
        }

        Count = count;
    }

    /// <summary>Puts the cycles found in their order.</summary>
    internal void Sort() => _sorter.Sort(this, _order.AsSpan(0, Count));

    /// <summary>The cycle of a number, in the order in which they were found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Cycle At(int number)
    {
        Vector128<int> edges = _edges[number];
        if (edges[0] < 0) return _cycles[number];
        Unsafe.SkipInit(out Cycle cycle);
        cycle.LegCount = 4 + (edges[3] >> 31);
        cycle.MarginalProduct = Products[number];
        // SAFETY: a cycle has room for six edges, four of which are one vector and two a long.
        Unsafe.As<CycleEdges, Vector128<int>>(ref cycle.Edges) = edges;
        // SAFETY: as above.
        Unsafe.WriteUnaligned(ref Unsafe.As<int, byte>(ref cycle.Edges[4]), 0L);
        return cycle;
    }

    private static void Write(ref Cycle cycle, ReadOnlySpan<int> edges, double product)
    {
        cycle.LegCount = edges.Length;
        cycle.MarginalProduct = product;
        for (int i = 0; i < edges.Length; i++) cycle.Edges[i] = edges[i];
    }

    private void Write(int number, ReadOnlySpan<int> edges, double product)
    {
        Write(ref _cycles[number], edges, product);
        Products[number] = product;
        _edges[number] = Vector128<int>.AllBitsSet;
    }

    /// <summary>Writes those of eight cycles that gain beside each other; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Pack(
        Vector512<double> gains, Vector512<double> products, Vector512<long> half1, Vector512<long> half2, int count)
    {
        // SAFETY: there is room for the cycles of all tails, and for a vector more.
        ref double product = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Products), count);
        // SAFETY: as above.
        ref Vector128<int> edge = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_edges), count);
        ulong found = gains.ExtractMostSignificantBits();
        if (Avx512F.IsSupported)
        {
            products = Avx512F.Compress(Vector512<double>.Zero, gains, products);
            half1 = Avx512F.Compress(Vector512<long>.Zero, gains.AsInt64(), half1);
            half2 = Avx512F.Compress(Vector512<long>.Zero, gains.AsInt64(), half2);
            // SAFETY: as above.
            Unsafe.As<double, Vector512<double>>(ref product) = products;
            // SAFETY: as above; four cycles are one vector.
            Unsafe.As<Vector128<int>, Vector512<long>>(ref edge) = Avx512F.PermuteVar8x64x2(
                half1, Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), half2);
            // SAFETY: as above.
            Unsafe.As<Vector128<int>, Vector512<long>>(ref Unsafe.Add(ref edge, Block / 2)) = Avx512F.PermuteVar8x64x2(
                half1, Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15), half2);
            return BitOperations.PopCount(found);
        }

        nint to = 0;
        for (ulong rest = found; rest != 0; rest &= rest - 1, to++)
        {
            int at = BitOperations.TrailingZeroCount(rest);
            // SAFETY: as above.
            Unsafe.Add(ref product, to) = products[at];
            // SAFETY: as above.
            Unsafe.Add(ref edge, to) = Vector128.Create(half1[at], half2[at]).AsInt32();
        }

        return (int)to;
    }
}
