using System;
using System.Runtime.CompilerServices;
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
/// too high, which is safe, until <see cref="Tighten"/> computes a mint's bounds anew: after a false alarm, and in turn
/// at slot turns. Owner: the finder's thread. Memory: 64 bytes a mint and base (128 above 5 hops), allocated once.
/// </summary>
internal sealed class BasePrices
{
    private readonly MarketGraph _graph;
    private readonly int[] _bases;
    private readonly int _levels; // K
    private readonly int _stride; // doubles a mint and base
    private readonly double[] _values;
    private long _seenChanges;
    private int _turn;

    internal BasePrices(MarketGraph graph, int[] bases, int maxHops)
    {
        _graph = graph;
        _bases = bases;
        _levels = maxHops - 1;
        _stride = 2 * _levels <= 8 ? 8 : 16;
        _values = new double[(long)graph.MintCapacity * bases.Length * _stride];
        for (int index = 0; index < bases.Length; index++)
        {
            Span<double> own = Values(bases[index], index);
            own[..(2 * _levels)].Fill(1);
        }

        _seenChanges = -1;
    }

    /// <summary>True if nothing has changed in the graph since the last call of <see cref="Absorb"/>.</summary>
    internal bool IsCurrent => _seenChanges == _graph.ChangeCount;

    /// <summary>Brings the bounds up to what changed in the graph since the last call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Absorb()
    {
        if (_seenChanges != _graph.ChangeCount) AbsorbChanges();
    }

    /// <summary>
    /// Largest product that a walk of at most <paramref name="legs"/> legs from <paramref name="from"/> through a base
    /// to <paramref name="to"/> can have.
    /// </summary>
    internal double Through(int from, int to, int legs)
    {
        int row = _bases.Length * _stride;
        ReadOnlySpan<double> sell = _values.AsSpan(from * row, row);
        ReadOnlySpan<double> buy = _values.AsSpan(to * row, row);
        double best = 0;
        for (int index = 0; index < _bases.Length; index++)
        {
            int at = index * _stride;
            if (_bases[index] == from) best = Math.Max(best, buy[at + _levels + legs - 1]);
            else if (_bases[index] == to) best = Math.Max(best, sell[at + legs - 1]);
            else
            {
                for (int p = 0; p < legs - 1; p++)
                {
                    double product = sell[at + p] * buy[at + _levels + legs - p - 2];
                    if (product > best) best = product;
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Largest product of a walk of at most <paramref name="legs"/> legs from a mint to the base at an index.
    /// </summary>
    internal double Sell(int mint, int index, int legs) => Value(mint, index, legs - 1);

    /// <summary>Largest product of a walk of at most so many legs from the base at an index to a mint.</summary>
    internal double Buy(int mint, int index, int legs) => Value(mint, index, _levels + legs - 1);

    /// <summary>Computes one mint's bounds anew from its neighbours'; they can only fall. Returns the steps.</summary>
    internal int Tighten(int mint)
    {
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        for (int index = 0; index < _bases.Length; index++)
        {
            if (_bases[index] == mint) continue;
            for (int k = 1; k < _levels; k++)
            {
                LowerTo(ref Value(mint, index, k), BestSell(mint, index, k));
                LowerTo(ref Value(mint, index, _levels + k), BestBuy(mint, index, k));
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

    private static void LowerTo(ref double value, double computed)
    {
        if (computed < value) value = computed;
    }

    private double BestSell(int mint, int index, int k)
    {
        double best = Value(mint, index, k - 1);
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint);
        for (int i = 0; i < neighbours.Length; i++)
        {
            double product = rates[i].Out * Value(neighbours[i], index, k - 1);
            if (product > best) best = product;
        }

        return best;
    }

    private double BestBuy(int mint, int index, int k)
    {
        double best = Value(mint, index, _levels + k - 1);
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint);
        for (int i = 0; i < neighbours.Length; i++)
        {
            double product = rates[i].In * Value(neighbours[i], index, _levels + k - 1);
            if (product > best) best = product;
        }

        return best;
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
            for (long change = _seenChanges; change < changes; change++) Raise(_graph.ChangedPair(change));
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
            if (from == mint) SetFirst(to, index, _levels, rate);
            else if (to == mint) SetFirst(from, index, 0, rate);
            for (int k = 1; k < _levels; k++)
            {
                if (from != mint && to != mint) RaiseBoth(from, to, index, k, rate);
            }
        }
    }

    private void RaiseBoth(int from, int to, int index, int k, double rate)
    {
        double sell = rate * Value(to, index, k - 1);
        if (sell > Value(from, index, k)) RaiseTo(from, index, 0, k, sell);
        double buy = rate * Value(from, index, _levels + k - 1);
        if (buy > Value(to, index, _levels + k)) RaiseTo(to, index, _levels, k, buy);
    }

    /// <summary>One leg to or from the base: the rate itself, up or down.</summary>
    private void SetFirst(int mint, int index, int side, double rate)
    {
        ref double first = ref Value(mint, index, side);
        bool isRise = rate > first;
        first = rate;
        if (isRise) RaiseTo(mint, index, side, 0, rate);
    }

    /// <summary>Raises a bound and all that must not be below it. Each step goes one leg up, so it ends.</summary>
    private void RaiseTo(int mint, int index, int side, int k, double value)
    {
        Value(mint, index, side + k) = value;
        if (++k >= _levels) return;
        if (value > Value(mint, index, side + k)) RaiseTo(mint, index, side, k, value);
        ReadOnlySpan<int> neighbours = _graph.Neighbours(mint);
        ReadOnlySpan<RatePair> rates = _graph.Rates(mint);
        for (int i = 0; i < neighbours.Length; i++)
        {
            double product = value * rates[i].Of(side == 0);
            int next = neighbours[i];
            if (product > Value(next, index, side + k) && next != _bases[index])
                RaiseTo(next, index, side, k, product);
        }
    }

    /// <summary>Sell within <c>at + 1</c> legs; buy within <c>at - K + 1</c> legs from <c>at</c> = K on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref double Value(int mint, int index, int at) =>
        ref _values[(((mint * _bases.Length) + index) * _stride) + at];

    private Span<double> Values(int mint, int index) =>
        _values.AsSpan(((mint * _bases.Length) + index) * _stride, _stride);
}
