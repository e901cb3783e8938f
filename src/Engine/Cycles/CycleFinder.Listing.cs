using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Lists the cycles of pools over a cycle of three or four mints where nothing is asked but which are profitable. PERF:
/// the last two pairs' pools are multiplied in blocks of eight times eight, without a branch that depends on a price;
/// the rotation is an index into the four that a cycle of these legs can have.
/// </summary>
public sealed partial class CycleFinder
{
    private const int Rotations = 4; // which of the legs is the lowest: one before the last, or the last, number 3
    private const byte __ = 0x80;
    private const int Block = 8; // pools of a pair that are looked at together
    private readonly double[] _factors = new double[3 * Rotations]; // by rotation: what a last rate is multiplied by
    private readonly Vector512<double>[] _products = new Vector512<double>[Block]; // by pool, then the last pool
    private readonly int[] _owns = new int[Block]; // by pool: the rotation if the last edge is not the lowest
    private readonly Vector128<int>[] _befores = new Vector128<int>[Block]; // by pool: the edges before the last

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
    /// Lists the cycles of three legs over a branch of the start that passed; false if they are to be entered instead.
    /// PERF: what <see cref="Extend"/> would ask again is known.
    /// </summary>
    private bool ListBranch(int start, int branch)
    {
        if (_steps > _stepsMax) return false;
        _entered++;
        int position = _graph.FirstPosition(start) + branch;
        int pair = _graph.PairAt(position);
        int closing = _graph.FindPair(_graph.MintOfRank(_graph.RankAt(position)), _aim.Target);
        _cyclePair[1] = _isReversed ? closing ^ 1 : pair;
        _cyclePair[2] = _isReversed ? pair ^ 1 : closing;
        double rate = _graph.Rate(_edge);
        return ListOver(1, rate, Vector128.CreateScalar(_edge), rate, 1);
    }

    /// <summary>
    /// Lists over the last two pairs, of which the first is at a level: the rates before it are one, or two, and their
    /// product. PERF: eight pools times eight at once, a bit for each that gains; so the one branch that nothing
    /// predicts is the end of the loop that writes those.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ListOver(int level, double product, Vector128<int> before, double first, double second)
    {
        int pair = _cyclePair[level];
        int lastPair = _cyclePair[level + 1];
        int length = _graph.PoolsOf(pair, out int start);
        int lastLength = _graph.PoolsOf(lastPair, out int lastStart);
        if (_cycles.Length - _count <= length * lastLength) return LeaveToExpand(level);
        _steps += length + (length * lastLength);
        ref double factors = ref MemoryMarshal.GetArrayDataReference(_factors);
        Put(ref factors, 0, Vector256.Create(product, second, 1, 0));
        Put(ref factors, 1, Vector256.Create(1, first, first, 0));
        Put(ref factors, 2, Vector256.Create(1, 1, second, 0));
        int own = ((before[1] - before[0]) >> 31) & (level - 1);
        int lowest = own == 0 ? before[0] : before[1];
        for (int j = 0; j < lastLength; j += Block)
        {
            ref double lastRate = ref _graph.RateAt(lastStart + j, lastPair);
            Vector512<double> lasts = EveryOther(ref lastRate);
            Vector512<double> turned = lasts * first * second;
            Vector512<long> lastEdges = _graph.EdgesAt(lastStart + j, lastPair);
            ulong some = (1UL << Math.Min(lastLength - j, Block)) - 1;
            for (int i = 0; i < length; i += Block)
            {
                ulong gains = 0;
                ulong lows = 0;
                int end = Math.Min(length - i, Block);
                ref double rates = ref _graph.RateAt(start + i, pair);
                for (int k = 0; k < end; k++)
                {
                    // SAFETY: there are twice as many doubles as pools of the pair; owns and befores are a block each.
                    double rate = Unsafe.Add(ref rates, k << 1);
                    int edge = _graph.ParallelEdgeAt(start + i + k) ^ (pair & 1);
                    int isLower = (edge - lowest) >> 31;
                    int ownNow = own ^ ((own ^ level) & isLower);
                    long lowestNow = lowest ^ ((lowest ^ edge) & isLower);
                    _owns[k] = ownNow;
                    _befores[k] = level == 1 ? before.WithElement(1, edge) : before.WithElement(2, edge);
                    // SAFETY: it is a rotation, which is below four; there are three times four factors.
                    ref double factor = ref Unsafe.Add(ref factors, ownNow);
                    Vector512<double> all = lasts * (rate * factor);
                    // SAFETY: as above.
                    all *= Unsafe.Add(ref factor, Rotations);
                    // SAFETY: as above.
                    all *= Unsafe.Add(ref factor, 2 * Rotations);
                    Vector512<long> isLast = Vector512.LessThan(lastEdges, Vector512.Create(lowestNow));
                    all = Vector512.ConditionalSelect(isLast.AsDouble(), turned * rate, all);
                    _products[k] = all;
                    lows |= isLast.ExtractMostSignificantBits() << (k * Block);
                    ulong gain = Vector512.GreaterThan(all, Vector512<double>.One).ExtractMostSignificantBits();
                    gains |= (gain & some) << (k * Block);
                }

                Write(gains, lows, level + 2, lastStart + j, lastPair);
            }
        }

        return true;
    }

    /// <summary>Writes the cycles that gain, of a block.</summary>
    private void Write(ulong gains, ulong lows, int count, int lastStart, int lastPair)
    {
        int found = BitOperations.PopCount(gains);
        ref byte orders = ref MemoryMarshal.GetReference(count == 3 ? RotationsOf3 : RotationsOf4);
        ref double products = ref Unsafe.As<Vector512<double>, double>(ref _products[0]);
        ref Cycle next = ref _cycles[_count];
        ref double kept = ref _sorter.Products[_count];
        ref int lastEdges = ref _graph.ParallelEdgeAt(lastStart);
        ref int owns = ref _owns[0];
        ref Vector128<int> befores = ref _befores[0];
        int turn = lastPair & 1;
        _count += found;
        for (; gains != 0; gains &= gains - 1)
        {
            nint at = BitOperations.TrailingZeroCount(gains);
            // SAFETY: a bit is below 64, as there are products; above the lowest three a block's row.
            double product = Unsafe.Add(ref products, at);
            nint k = at >> 3;
            // SAFETY: as above.
            nint rotation = (nint)(uint)Unsafe.Add(ref owns, k) | (nint)(3 * ((lows >> (int)at) & 1));
            // SAFETY: a rotation is below four; there are four times sixteen bytes of orders.
            Vector128<byte> order = Unsafe.As<byte, Vector128<byte>>(ref Unsafe.Add(ref orders, rotation << 4));
            // SAFETY: bits are set for pools of the pair only; the others as above.
            int last = Unsafe.Add(ref lastEdges, at & 7) ^ turn;
            // SAFETY: as above.
            Vector128<int> edges = Unsafe.Add(ref befores, k).WithElement(3, last);
            next.LegCount = count;
            next.MarginalProduct = product;
            kept = product;
            // SAFETY: a cycle has room for more than four edges.
            Unsafe.As<CycleEdges, Vector128<byte>>(ref next.Edges) =
                Vector128.ShuffleNative(edges.AsByte(), order);
            // SAFETY: there is room for more cycles, and products, than there are ways to choose pools.
            next = ref Unsafe.Add(ref next, 1);
            // SAFETY: as above.
            kept = ref Unsafe.Add(ref kept, 1);
        }
    }

    /// <summary>Eight doubles, every other one from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> EveryOther(ref double from)
    {
        Vector512<long> even = Vector512.Create(0L, 2, 4, 6, 0, 2, 4, 6);
        // SAFETY: the graph's list of rates is longer by a step than there are pools.
        Vector512<double> low = Unsafe.As<double, Vector512<double>>(ref from);
        // SAFETY: as above.
        Vector512<double> high = Unsafe.As<double, Vector512<double>>(ref Unsafe.Add(ref from, Block));
        return Vector512.Create(Vector512.Shuffle(low, even).GetLower(), Vector512.Shuffle(high, even).GetLower());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref double factors, int at, Vector256<double> four) =>
        // SAFETY: there are three times four factors.
        Unsafe.As<double, Vector256<double>>(ref Unsafe.Add(ref factors, at * Rotations)) = four;

    /// <summary>Nothing was listed over the last two pairs: one by one from their first choice on.</summary>
    private bool LeaveToExpand(int level)
    {
        _cursor.Choice[level] = 0;
        _cursor.Choice[level + 1] = 0;
        _resumePools = level + 2;
        return false;
    }
}
