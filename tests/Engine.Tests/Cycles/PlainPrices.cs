using System;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Tests.Cycles;

/// <summary>
/// The upkeep of <see cref="LowLatency.Engine.Cycles.BasePrices"/> as its summary states it: one price, one number of
/// legs and one neighbour at a time. Of one base.
/// </summary>
internal sealed class PlainPrices
{
    private readonly MarketGraph _graph;
    private readonly int _base;
    private readonly int _levels;
    private readonly double[,] _sell;
    private readonly double[,] _buy;
    private long _seen = -1;

    internal PlainPrices(MarketGraph graph, int baseMint, int maxHops)
    {
        _graph = graph;
        _base = baseMint;
        _levels = maxHops - 1;
        _sell = new double[graph.MintCapacity, _levels + 1];
        _buy = new double[graph.MintCapacity, _levels + 1];
        for (int legs = 0; legs <= _levels; legs++) _sell[baseMint, legs] = _buy[baseMint, legs] = 1;
    }

    internal double Sell(int mint, int legs) => _sell[mint, legs];

    internal double Buy(int mint, int legs) => _buy[mint, legs];

    internal void Absorb()
    {
        bool isAll = _seen < 0 || _graph.ChangeCount - _seen > MarketGraph.ChangeLogEntries;
        if (isAll)
        {
            for (int pair = 0; pair < 2 * _graph.PairCount; pair++) Raise(pair);
        }

        for (long change = isAll ? _graph.ChangeCount : _seen; change < _graph.ChangeCount; change++)
            Raise(_graph.ChangedPair(change));
        _seen = _graph.ChangeCount;
    }

    internal void Tighten(int mint)
    {
        if (mint == _base) return;
        for (int legs = 2; legs <= _levels; legs++)
        {
            _sell[mint, legs] = Math.Min(_sell[mint, legs], BestOf(_sell, mint, legs, isBuy: false));
            _buy[mint, legs] = Math.Min(_buy[mint, legs], BestOf(_buy, mint, legs, isBuy: true));
        }
    }

    private double BestOf(double[,] values, int mint, int legs, bool isBuy)
    {
        double best = values[mint, legs - 1];
        for (int i = 0; i < _graph.Neighbours(mint).Length; i++)
        {
            double product = _graph.Rates(mint)[i].Of(isBuy) * values[_graph.Neighbours(mint)[i], legs - 1];
            if (product > best) best = product;
        }

        return best;
    }

    private void Raise(int pair)
    {
        int from = _graph.PairFrom(pair);
        int to = _graph.PairTo(pair);
        double rate = _graph.BestRate(pair);
        if (from == _base) SetFirst(_buy, to, rate, isBuy: true);
        else if (to == _base) SetFirst(_sell, from, rate, isBuy: false);
        for (int legs = 2; legs <= _levels && from != _base && to != _base; legs++)
        {
            if (rate * _sell[to, legs - 1] > _sell[from, legs])
                RaiseTo(_sell, from, legs, rate * _sell[to, legs - 1], isBuy: false);
            if (rate * _buy[from, legs - 1] > _buy[to, legs])
                RaiseTo(_buy, to, legs, rate * _buy[from, legs - 1], isBuy: true);
        }
    }

    private void SetFirst(double[,] values, int mint, double rate, bool isBuy)
    {
        bool isRise = rate > values[mint, 1];
        values[mint, 1] = rate;
        if (isRise) RaiseTo(values, mint, 1, rate, isBuy);
    }

    private void RaiseTo(double[,] values, int mint, int legs, double value, bool isBuy)
    {
        values[mint, legs] = value;
        if (++legs > _levels) return;
        if (value > values[mint, legs]) RaiseTo(values, mint, legs, value, isBuy);
        for (int i = 0; i < _graph.Neighbours(mint).Length; i++)
        {
            int next = _graph.Neighbours(mint)[i];
            double product = value * _graph.Rates(mint)[i].Of(!isBuy);
            if (product > values[next, legs] && next != _base) RaiseTo(values, next, legs, product, isBuy);
        }
    }
}
