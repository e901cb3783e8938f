using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// Reference prices of every mint in every base mint, by number of legs: what one unit of a mint can be sold for within
/// k legs (<c>sell</c>), and what one unit of the base buys of it within k legs (<c>buy</c>), both at marginal rates.
/// They prove in O(hops) that no profitable cycle passes a pool.
///
/// Bound. Let w be the best rates of the ordered pairs and b a base. Kept invariant, for all mints x other than b, all
/// their neighbours y, and 1 &lt;= k &lt;= K: sell[k](x) &gt;= w(x, y) * sell[k-1](y) and sell[k](x) &gt;=
/// sell[k-1](x), with sell[k](b) = 1 for all k, sell[0](x) = 0 elsewhere. By induction on the legs, sell[k](x) is at
/// least the product of every walk of at most k legs from x that meets b for the first time at its end; buy likewise,
/// backwards.
///
/// Proof of the reject. A simple cycle of at most N legs through the edge u -> v (rate r) and through b is: the edge, a
/// path of p legs from v to b, a path of q legs from b to u, p + q + 1 &lt;= N, each meeting b only at its end. Its
/// product is at most r * sell[p](v) * buy[N-1-p](u), since both are monotone in k. If that is not above 1 for any p
/// and any base, no cycle that could be listed passes the edge. Rounding: see <see cref="CycleFinder.Slack"/>.
///
/// These are potentials that exist whatever the market does. Prices that hold for any number of legs do not exist while
/// a single gain stands, and on real graphs dust and stale pools always show some; within k legs they do exist, and a
/// standing gain spoils only the bounds of mints from which it can be reached and sold within k legs.
///
/// Upkeep. A rate that rose is propagated at once, because the invariant needs it; a rate that fell leaves the bounds
/// too high, which is safe, until <see cref="Tighten"/> recomputes a mint's bounds: after a false alarm, and in turn
/// at slot turns. Owner: the finder's thread. Memory: 64 bytes a mint and base (128 above 4 hops), allocated once.
///
/// Layout. A mint's prices in a base are <c>sell[0..K]</c>, then <c>buy[K..0]</c>, each filled up with zeros to four or
/// eight; <c>[0]</c> is 1 for the base itself and 0 for any other mint. So the products of the proof are vector times
/// vector, and mints that are the base are no special case; and what a leg more can give is the same vector read one
/// place beside. There is a line of memory in front of the first mint and behind the last, so every place beside
/// exists.
/// </summary>
internal sealed class BasePrices
{
    private const int LineDoubles = 8;
    private readonly MarketGraph _graph;
    private readonly int[] _bases;
    private readonly int _levels; // K
    private readonly int _half; // doubles a mint, base and side
    private readonly int _width; // doubles a mint
    private readonly int _start; // of the first mint
    private readonly double[] _values;
    private readonly double[] _isBound; // all bits set where a mint's places are bounds of two legs or more
    private readonly double[] _found; // by the same places: the best over a mint's neighbours
    private long _seenChanges;
    private int _turn;

    internal BasePrices(MarketGraph graph, int[] bases, int maxHops)
    {
        _graph = graph;
        _bases = bases;
        _levels = maxHops - 1;
        _half = _levels < 4 ? 4 : 8;
        _width = bases.Length * 2 * _half;
        // PERF: a mint's prices of up to four legs in one base are one line of memory.
        _values = GC.AllocateArray<double>(checked((graph.MintCapacity * _width) + (2 * LineDoubles)), pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
        _start = LineDoubles - (int)(address / sizeof(double) % LineDoubles);
        _isBound = new double[2 * _half];
        _found = new double[2 * _half];
        for (int legs = 2; legs <= _levels; legs++)
            _isBound[legs] = _isBound[_half + _levels - legs] = BitConverter.UInt64BitsToDouble(ulong.MaxValue);
        for (int index = 0; index < bases.Length; index++)
        {
            for (int legs = 0; legs <= _levels; legs++)
                Value(bases[index], index, isBuy: false, legs) = Value(bases[index], index, isBuy: true, legs) = 1;
        }

        _seenChanges = -1;
    }

    /// <summary>Brings the bounds up to what changed in the graph since the last call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Absorb()
    {
        if (_seenChanges != _graph.ChangeCount) AbsorbChanges();
    }

    /// <summary>
    /// False if it is proven that no cycle of at most K + 1 legs through a base and one edge between two mints has a
    /// product above a bound; the edges' rates are there and back. PERF: all ways to share the legs out at once.
    /// </summary>
    internal bool MayExceed(double bound, int from, int to, double rate, double rateBack)
    {
        ref double ofFrom = ref First(from, 0);
        ref double ofTo = ref First(to, 0);
        Vector256<double> bounds = Vector256.Create(bound);
        for (int place = 0; place < _width; place += 2 * _half)
        {
            for (int sell = place; sell < place + _half; sell += Vector256<double>.Count)
            {
                Vector256<double> there = Four(ref ofTo, sell) * Four(ref ofFrom, sell + _half) * rate;
                Vector256<double> back = Four(ref ofFrom, sell) * Four(ref ofTo, sell + _half) * rateBack;
                Vector256<double> isAbove = Vector256.GreaterThan(there, bounds) | Vector256.GreaterThan(back, bounds);
                if (isAbove != Vector256<double>.Zero) return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Largest product that a walk of at most <paramref name="legs"/> legs from <paramref name="from"/> through a base
    /// to <paramref name="to"/> can have.
    /// </summary>
    internal double Through(int from, int to, int legs)
    {
        double best = 0;
        for (int index = 0; index < _bases.Length; index++)
        {
            for (int sold = 0; sold <= legs; sold++)
            {
                double product = Value(from, index, isBuy: false, sold) * Value(to, index, isBuy: true, legs - sold);
                if (product > best) best = product;
            }
        }

        return best;
    }

    /// <summary>
    /// Largest product of a walk of at most <paramref name="legs"/> legs from a mint to the base at an index.
    /// </summary>
    internal double Sell(int mint, int index, int legs) => Value(mint, index, isBuy: false, legs);

    /// <summary>Largest product of a walk of at most so many legs from the base at an index to a mint.</summary>
    internal double Buy(int mint, int index, int legs) => Value(mint, index, isBuy: true, legs);

    /// <summary>Recomputes one mint's bounds from its neighbours'; they can only fall. Returns the steps.</summary>
    internal int Tighten(int mint)
    {
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint)[..neighbours.Length];
        for (int index = 0; index < _bases.Length; index++)
        {
            if (_bases[index] == mint) continue;
            for (int lane = 0; lane < _half; lane += Vector256<double>.Count)
                FindBest(neighbours, rates, index, lane);
            for (int legs = 2; legs <= _levels; legs++)
            {
                Lower(mint, index, isBuy: false, legs);
                Lower(mint, index, isBuy: true, legs);
            }
        }

        return neighbours.Length * _bases.Length * 2 * (_levels - 1);
    }

    /// <summary>Tightens the next mints in turn, until about so many steps are done.</summary>
    internal void TightenInTurn(int stepsMax)
    {
        Absorb();
        int mints = _graph.MintCount;
        for (int done = 0, steps = 0; done < mints && steps < stepsMax; done++)
        {
            if (++_turn >= mints) _turn = 0;
            steps += Tighten(_turn) + 1;
        }
    }

    /// <summary>
    /// The best over a mint's neighbours, of four numbers of legs on either side. PERF: a neighbour's prices are read
    /// once for all numbers of legs (perf/Notes/graph-and-search.md, "The back half by instructions").
    /// </summary>
    private void FindBest(ReadOnlySpan<int> neighbours, ReadOnlySpan<RatePair> rates, int index, int lane)
    {
        Vector256<double> sell = default;
        Vector256<double> buy = default;
        for (int i = 0; i < neighbours.Length; i++)
        {
            ref double first = ref First(neighbours[i], index);
            Vector256<double> sold = Four(ref first, lane - 1) * rates[i].Out;
            Vector256<double> bought = Four(ref first, _half + lane + 1) * rates[i].In;
            sell = Vector256.ConditionalSelect(Vector256.GreaterThan(sold, sell), sold, sell);
            buy = Vector256.ConditionalSelect(Vector256.GreaterThan(bought, buy), bought, buy);
        }

        sell.CopyTo(_found, lane);
        buy.CopyTo(_found, _half + lane);
    }

    private void Lower(int mint, int index, bool isBuy, int legs)
    {
        double best = Value(mint, index, isBuy, legs - 1);
        double found = _found[Place(isBuy, legs)];
        if (found > best) best = found;
        ref double value = ref Value(mint, index, isBuy, legs);
        if (best < value) value = best;
    }

    private void AbsorbChanges()
    {
        long changes = _graph.ChangeCount;
        if (_seenChanges < 0 || changes - _seenChanges > MarketGraph.ChangeLogEntries)
        {
            for (int pair = 0; pair < 2 * _graph.PairCount; pair++) Raise(pair);
        }
        else
        {
            for (long change = _seenChanges; change < changes; change++)
            {
                // PERF: a pool that did not quote for a moment changed both directions twice; the rate is that of now.
                int pair = _graph.ChangedPair(change);
                if (change - 2 >= _seenChanges && pair == _graph.ChangedPair(change - 2)) continue;
                Raise(pair);
            }
        }

        _seenChanges = changes;
    }

    /// <summary>Restores the invariant for one ordered pair.</summary>
    private void Raise(int pair)
    {
        int from = _graph.PairFrom(pair);
        int to = _graph.PairTo(pair);
        double rate = _graph.BestRate(pair);
        for (int index = 0; index < _bases.Length; index++)
        {
            int mint = _bases[index];
            if (from == mint) SetFirst(to, index, isBuy: true, rate);
            else if (to == mint) SetFirst(from, index, isBuy: false, rate);
            else if (MustRaise(from, to, index, rate)) RaiseBoth(from, to, index, rate);
        }
    }

    private void RaiseBoth(int from, int to, int index, double rate)
    {
        for (int legs = 2; legs <= _levels; legs++)
        {
            double sell = rate * Value(to, index, isBuy: false, legs - 1);
            if (sell > Value(from, index, isBuy: false, legs)) RaiseTo(from, index, isBuy: false, legs, sell);
            double buy = rate * Value(from, index, isBuy: true, legs - 1);
            if (buy > Value(to, index, isBuy: true, legs)) RaiseTo(to, index, isBuy: true, legs, buy);
        }
    }

    /// <summary>True if a bound of one of two mints other than the base is below what the other gives.</summary>
    // PERF: of most changes none is, and all numbers of legs are asked at once.
    private bool MustRaise(int from, int to, int index, double rate)
    {
        ref double ofFrom = ref First(from, index);
        ref double ofTo = ref First(to, index);
        ref double isBound = ref _isBound[0];
        for (int sell = 0; sell < _half; sell += Vector256<double>.Count)
        {
            int buy = sell + _half;
            Vector256<double> sold = Vector256.GreaterThan(Four(ref ofTo, sell - 1) * rate, Four(ref ofFrom, sell));
            Vector256<double> bought = Vector256.GreaterThan(Four(ref ofFrom, buy + 1) * rate, Four(ref ofTo, buy));
            Vector256<double> isBelow = (sold & Four(ref isBound, sell)) | (bought & Four(ref isBound, buy));
            if (isBelow.ExtractMostSignificantBits() != 0) return true;
        }

        return false;
    }

    /// <summary>One leg to or from the base: the rate itself, up or down.</summary>
    private void SetFirst(int mint, int index, bool isBuy, double rate)
    {
        ref double first = ref Value(mint, index, isBuy, 1);
        bool isRise = rate > first;
        first = rate;
        if (isRise) RaiseTo(mint, index, isBuy, 1, rate);
    }

    /// <summary>
    /// Raises a bound and all that must not be below it. Each step goes one leg up, so it ends. PERF: bounds do not
    /// fall with the number of legs, so a neighbour whose bound is high enough for one leg more is for all.
    /// </summary>
    private void RaiseTo(int mint, int index, bool isBuy, int legs, double value)
    {
        int raised = legs;
        do Value(mint, index, isBuy, raised) = value;
        while (++raised <= _levels && value > Value(mint, index, isBuy, raised));
        if (++legs > _levels) return;
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint)[..neighbours.Length];
        ref double ofFirstMint = ref Value(0, index, isBuy, legs);
        for (int i = 0; i < neighbours.Length; i++)
        {
            double product = value * (isBuy ? rates[i].Out : rates[i].In);
            int next = neighbours[i];
            // SAFETY: neighbours are mints of the graph, and each has its prices.
            if (product > Unsafe.Add(ref ofFirstMint, (nint)next * _width) && next != _bases[index])
                RaiseTo(next, index, isBuy, legs, product);
        }
    }

    /// <summary>Sell or buy within so many legs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref double Value(int mint, int index, bool isBuy, int legs) =>
        ref _values[_start + (mint * _width) + (index * 2 * _half) + Place(isBuy, legs)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(bool isBuy, int legs) => isBuy ? _half + _levels - legs : legs;

    /// <summary>The first of a mint's prices in a base.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref double First(int mint, int index) => ref Value(mint, index, isBuy: false, 0);

    /// <summary>Four prices from a place on, counted from the first of a mint and base.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Four(ref double first, int place) =>
        // SAFETY: places are those of a mint's prices or one beside them, which exists (see the layout).
        Vector256.LoadUnsafe(ref Unsafe.Add(ref first, place));
}
