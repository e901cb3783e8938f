using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Looks whether a sized route gains more when one of its legs is spread over parallel pools (same two mints, coherent,
/// not on the route): shares by water-filling (<see cref="WaterFilling"/>), the route's input by a search with
/// shrinking steps, then base units moved from pool to pool while the leg's exact output rises. Every candidate is
/// quoted exactly, and only what beats the single path is written, so the plan is never worse. Parallel sub-paths (a
/// leg replaced by two) are not looked at. Owner: the scoring thread. Bound: exact leg quotes a decision, a setting;
/// asked for Go decisions only.
/// </summary>
internal sealed class SplitRouter
{
    /// <summary>Inputs on each side of the best one that are quoted one by one.</summary>
    private const int NeighbourReach = 16;

    private readonly MarketGraph _graph;
    private readonly WaterFilling _water = new();
    private readonly int[] _pools = new int[SplitParts.MaxCount];
    private readonly double[] _shares = new double[SplitParts.MaxCount];
    private readonly ulong[] _parts = new ulong[SplitParts.MaxCount];
    private readonly ulong[] _bestParts = new ulong[SplitParts.MaxCount];
    private int _poolCount;
    private int _leg;
    private int _quotesLeft;
    private ulong _cap;
    private ulong _bestInput;
    private long _bestProfit;

    internal SplitRouter(MarketGraph graph) => _graph = graph;

    /// <summary>Exact quotes used by the last call.</summary>
    internal int QuotesUsed { get; private set; }

    /// <summary>Writes the best plan into the opportunity; leaves it alone if none gains.</summary>
    internal void Plan(ref Opportunity one, ulong capRaw, int quotesMax)
    {
        _cap = Math.Min(capRaw, long.MaxValue);
        QuotesUsed = 0;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            _quotesLeft = (quotesMax - QuotesUsed) / (one.LegCount - leg);
            int before = _quotesLeft;
            if (TryLeg(in one, leg) && _bestProfit - one.GrossProfitRaw > one.Split.GainRaw) Write(ref one);
            QuotesUsed += before - _quotesLeft;
        }
    }

    private bool TryLeg(in Opportunity one, int leg)
    {
        Leg of = one.Legs[leg];
        _leg = leg;
        CollectPools(in one, MarketGraph.Edge(of.PoolId, (SwapDirection)of.Direction));
        if (_poolCount < 2 || !TryShares(in one, of.AmountInRaw)) return false;
        bool isSpread = false;
        for (int i = 1; i < _poolCount; i++) isSpread |= _shares[i] >= 1;
        if (!isSpread) return false;

        _bestProfit = one.GrossProfitRaw;
        _bestInput = 0;
        ulong centre = one.AmountInRaw;
        Try(in one, centre);
        for (ulong step = centre / 4; step > centre / 4096 && _quotesLeft > 0;)
        {
            ulong at = _bestInput == 0 ? centre : _bestInput;
            Try(in one, at + step);
            if (at > step) Try(in one, at - step);
            if (_bestInput == 0 || _bestInput == at) step /= 2;
        }

        if (_bestInput == 0 || PartsUsed() < 2) return false;

        // Rounding makes the top ragged: the inputs around it, one by one.
        ulong top = _bestInput;
        for (ulong away = 1; away <= NeighbourReach; away++)
        {
            Try(in one, top + away);
            if (top > away) Try(in one, top - away);
        }

        MoveUnits(in one);
        return true;
    }

    /// <summary>The leg's own pool, then the best parallel ones by marginal rate (ties: the lower id).</summary>
    private void CollectPools(in Opportunity one, int edge)
    {
        _pools[0] = MarketGraph.EdgePool(edge);
        _poolCount = 1;
        int pair = _graph.EdgePair(edge);
        _graph.EnsureTopology();
        foreach (int pool in _graph.PairPools(pair))
        {
            double rate = _graph.Rate(_graph.PoolEdge(pool, pair));
            if (!(rate > 0) || IsOnRoute(in one, pool)) continue;
            int at = _poolCount;
            while (at > 1 && _graph.Rate(_graph.PoolEdge(_pools[at - 1], pair)) < rate) at--;
            if (at == SplitParts.MaxCount) continue;
            if (_poolCount < SplitParts.MaxCount) _poolCount++;
            for (int i = _poolCount - 1; i > at; i--) _pools[i] = _pools[i - 1];
            _pools[at] = pool;
        }
    }

    private static bool IsOnRoute(in Opportunity one, int pool)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (one.Legs[leg].PoolId == pool) return true;
        }

        return false;
    }

    private bool TryShares(in Opportunity one, ulong amount)
    {
        int pair = _graph.EdgePair(Edge(in one, _leg));
        _water.Clear();
        for (int i = 0; i < _poolCount; i++)
            _water.Add(_graph.Segments(_graph.PoolEdge(_pools[i], pair)), amount);
        return _water.TryAllocate(amount, _shares);
    }

    /// <summary>Quotes the route at an input with the leg spread; keeps it if it is the best.</summary>
    private void Try(in Opportunity one, ulong input)
    {
        if (input == 0 || input > _cap || _quotesLeft <= 0) return;
        ulong amount = input;
        for (int leg = 0; leg < one.LegCount && amount != 0; leg++)
            amount = leg == _leg ? OutOfParts(in one, amount) : Out(Edge(in one, leg), amount);
        if (amount == 0 || amount > long.MaxValue || (long)amount - (long)input <= _bestProfit) return;
        _bestProfit = (long)amount - (long)input;
        _bestInput = input;
        _parts.CopyTo(_bestParts, 0);
    }

    private ulong OutOfParts(in Opportunity one, ulong amount)
    {
        if (!TryShares(in one, amount)) return 0;
        ulong given = 0;
        int largest = 0;
        for (int i = 0; i < _poolCount; i++)
        {
            _parts[i] = (ulong)Math.Min(_shares[i], amount - given);
            given += _parts[i];
            if (_parts[i] > _parts[largest]) largest = i;
        }

        _parts[largest] += amount - given;
        ulong sum = 0;
        for (int i = 0; i < _poolCount; i++)
        {
            if (_parts[i] == 0) continue;
            ulong output = Out(EdgeOfPart(in one, i), _parts[i]);
            if (output == 0) return 0;
            sum += output;
        }

        return sum;
    }

    /// <summary>
    /// Moves ever fewer units between two pools while both together give more; more of a leg never harms.
    /// </summary>
    private void MoveUnits(in Opportunity one)
    {
        bool isBetter = false;
        for (ulong units = 256; units > 0; units /= 4)
        {
            for (int from = 0; from < _poolCount; from++)
            {
                for (int to = 0; to < _poolCount; to++)
                {
                    while (from != to && _quotesLeft > 0 && TryMove(in one, from, to, units)) isBetter = true;
                }
            }
        }

        if (!isBetter) return;
        ulong amount = _bestInput;
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (leg != _leg)
            {
                amount = Out(Edge(in one, leg), amount);
                continue;
            }

            amount = 0;
            for (int i = 0; i < _poolCount; i++)
            {
                if (_bestParts[i] != 0) amount += Out(EdgeOfPart(in one, i), _bestParts[i]);
            }
        }

        _bestProfit = Math.Max(_bestProfit, (long)amount - (long)_bestInput);
    }

    private int PartsUsed()
    {
        int used = 0;
        for (int i = 0; i < _poolCount; i++) used += _bestParts[i] != 0 ? 1 : 0;
        return used;
    }

    private bool TryMove(in Opportunity one, int from, int to, ulong units)
    {
        if (_bestParts[from] <= units || _bestParts[to] == 0) return false;
        (int first, int second) = (EdgeOfPart(in one, from), EdgeOfPart(in one, to));
        ulong now = Out(first, _bestParts[from]) + Out(second, _bestParts[to]);
        ulong less = Out(first, _bestParts[from] - units);
        ulong more = Out(second, _bestParts[to] + units);
        if (less == 0 || more == 0 || less + more <= now) return false;
        _bestParts[from] -= units;
        _bestParts[to] += units;
        return true;
    }

    private void Write(ref Opportunity one)
    {
        one.Split = default;
        one.Split.GainRaw = _bestProfit - one.GrossProfitRaw;
        one.Split.AmountInRaw = _bestInput;
        one.Split.Leg = (byte)_leg;
        for (int i = 0; i < _poolCount; i++)
        {
            if (_bestParts[i] == 0) continue;
            one.Split.Parts[one.Split.Count].PoolId = _pools[i];
            one.Split.Parts[one.Split.Count++].AmountInRaw = _bestParts[i];
        }
    }

    private static int Edge(in Opportunity one, int leg) =>
        MarketGraph.Edge(one.Legs[leg].PoolId, (SwapDirection)one.Legs[leg].Direction);

    private int EdgeOfPart(in Opportunity one, int part) =>
        _graph.PoolEdge(_pools[part], _graph.EdgePair(Edge(in one, _leg)));

    /// <summary>Exact output of an edge, 0 if the quote fails.</summary>
    private ulong Out(int edge, ulong amountIn)
    {
        _quotesLeft--;
        int pool = MarketGraph.EdgePool(edge);
        SwapRequest request = new()
        {
            Direction = MarketGraph.EdgeDirection(edge),
            AmountRaw = amountIn,
            Clock = _graph.Clock(pool),
        };
        return _graph.Pool(pool).Quote(in request, out SwapQuote quote) == QuoteStatus.Ok ? quote.AmountOutRaw : 0;
    }
}
