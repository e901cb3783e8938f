using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>How the profit of the sized route answers to its pools' reserves.</summary>
public sealed partial class InputSizer
{
    private readonly double[] _gradients = new double[Legs.MaxCount + 1];
    private readonly double[] _legRisk = new double[Legs.MaxCount];

    /// <summary>
    /// Profit lost, base units of the route's mint, if each leg's reserves moved against the route by a share:
    /// the sum over both reserves of every leg of |d profit / d ln reserve| times <paramref name="moves"/>, at the best
    /// input. Search numbers: they price risk, no amount.
    /// </summary>
    /// <param name="moves">Relative move of each leg's reserves, by leg.</param>
    /// <param name="largest">Largest |d profit / d ln reserve| of all.</param>
    public double ProfitAtRisk(ReadOnlySpan<double> moves, out double largest)
    {
        double x = _bestAmounts[0];
        bool isFirst = !_curve.Walked;
        double slope = _curve.Chain.Slope(x);
        ReserveWalk walk = new(slope, x);
        if (isFirst) TradeCurve.ReserveGradients(_curve.LegMaps, slope, x, _gradients);
        double risk = 0;
        largest = 0;
        for (int leg = 0; leg < _count; leg++)
        {
            (double perIn, double perOut) = (_gradients[leg], _gradients[leg + 1]);
            if (!isFirst)
            {
                _curve.Piece(leg, out double rate, out double curvature, out double inStart, out double outStart);
                (perIn, perOut) = walk.Pass(rate, curvature, inStart, outStart);
            }

            (perIn, perOut) = (Math.Abs(perIn), Math.Abs(perOut));
            largest = Math.Max(largest, Math.Max(perIn, perOut));
            _legRisk[leg] = (perIn + perOut) * moves[leg];
            risk += _legRisk[leg];
        }

        return risk;
    }

    /// <summary>
    /// <see cref="ProfitAtRisk"/> of a route that is located, and not quoted, at the input that sizing would try first.
    /// </summary>
    internal double RiskAtOptimum(ReadOnlySpan<double> moves, ulong capRaw)
    {
        _bestAmounts[0] = Start(Math.Min(capRaw, long.MaxValue));
        return ProfitAtRisk(moves, out _);
    }

    /// <summary>
    /// Sets the least outputs that a transaction accepts, after <see cref="ProfitAtRisk"/>. Each leg but the last may
    /// fall short by what the expected move of its own pool takes; a shortfall is worth its units times the slope of
    /// the legs behind it, and the last leg's least output rises by the worth of all shortfalls, so that principal,
    /// costs and required profit are kept whichever legs fall short: the sum of the worths is at most the slack between
    /// the output and that least one, else all shortfalls shrink in proportion. Expected moves are 0 for pools that
    /// changed in this slot: then every leg but the last must give what was quoted.
    /// </summary>
    /// <param name="one">Has its amounts and, in MinimumOutRaw, the least final output; that may rise.</param>
    public void SetLeastOutputs(ref Opportunity one)
    {
        double total = 0;
        for (int leg = 0; leg < _count; leg++) total += _legRisk[leg];
        double slack = one.AmountOutRaw - one.MinimumOutRaw;
        double share = total > slack ? slack / total : 1;
        double worth = 1;
        double covered = 0;
        for (int leg = _count - 2; leg >= 0; leg--)
        {
            worth *= _curve.LegMaps[leg + 1].Slope(_bestAmounts[leg + 1]);
            ref Leg of = ref one.Legs[leg];
            of.MinimumOutRaw = of.AmountOutRaw;

            // A curve that ends here says nothing about the worth of a unit, and a move without bound is no margin.
            double units = Math.Floor(_legRisk[leg] * share / worth);
            if (!(worth > 0) || !(units >= 1) || !(units < of.AmountOutRaw)) continue;
            of.MinimumOutRaw -= (ulong)units;
            covered += units * worth;
        }

        ulong raised = one.MinimumOutRaw + (ulong)Math.Ceiling(Math.Min(covered, slack));
        one.MinimumOutRaw = Math.Min(raised, one.AmountOutRaw);
        one.Legs[_count - 1].MinimumOutRaw = one.MinimumOutRaw;
    }
}
