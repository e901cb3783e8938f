using System;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>How the profit of the sized route answers to its pools' reserves.</summary>
public sealed partial class InputSizer
{
    private readonly TransferMatrix<double>[] _gradients = new TransferMatrix<double>[Events.Legs.MaxCount];

    /// <summary>
    /// Profit lost, base units of the route's mint, if each leg's reserves moved against the route by a share:
    /// the sum over both reserves of every leg of |d profit / d ln reserve| times <paramref name="moves"/>, in reverse
    /// mode through the chain of the legs' maps at the best input. Search numbers: they price risk, no amount.
    /// </summary>
    /// <param name="moves">Relative move of each leg's reserves, by leg.</param>
    /// <param name="largest">Largest |d profit / d ln reserve| of all.</param>
    public double ProfitAtRisk(ReadOnlySpan<double> moves, out double largest)
    {
        ReadOnlySpan<TransferMatrix<double>> maps = _curve.LegMaps;
        TransferMatrix<double> byProduct = TradeCurve.ProfitGradient(_curve.Chain, _bestAmounts[0]);
        TransferChain.Backward(maps, byProduct, _gradients.AsSpan(0, _count));
        double risk = 0;
        largest = 0;
        for (int leg = 0; leg < _count; leg++)
        {
            _curve.Piece(leg, out double rate, out double curvature, out double inStart, out double outStart);
            (double perIn, double perOut) =
                TradeCurve.ReserveGradient(_gradients[leg], rate, curvature, inStart, outStart);
            (perIn, perOut) = (Math.Abs(perIn), Math.Abs(perOut));
            largest = Math.Max(largest, Math.Max(perIn, perOut));
            risk += (perIn + perOut) * moves[leg];
        }

        return risk;
    }
}
