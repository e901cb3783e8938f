using System;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;

namespace LowLatency.Engine.Scoring;

/// <summary>The integer polish.</summary>
public sealed partial class InputSizer
{
    /// <summary>
    /// Inputs on each side of the result that are looked at one by one: as many as the base units of the usual
    /// coarsest mints are worth in the usual finest (dollar millionths in a unit of bitcoin: some hundred).
    /// </summary>
    private const int NeighbourReach = 320;

    /// <summary>Pivot amounts on each side that are evaluated exactly where predictions may not hold.</summary>
    private const int ExactReach = 256;

    private void Polish()
    {
        int pivot = ChoosePivot(out double roundingLoss);

        // Pieces behind the first were rounded by the program on their own, either way: the bound is that much looser.
        _boundSlack = _curve.Walked ? roundingLoss : 0;
        if (Math.Abs(ProfitAt(_bestAmounts[0]) - _bestProfit) > roundingLoss)
        {
            PatternSearch();
            pivot = ChoosePivot(out _);
        }

        double centre = ContinuousInput;
        for (int leg = 0; leg < pivot; leg++) centre = _curve.LegMaps[leg].Apply(centre);
        SearchAround(pivot, (ulong)Math.Min(Math.Round(centre), 9e18));
    }

    private void SearchAround(int pivot, ulong centre)
    {
        double bend = Bend() * _unitValue[pivot] * _unitValue[pivot];
        ulong radius = SearchRadius(bend, _unitValue[pivot]);
        if (radius == 0)
        {
            Proven = true;
            return;
        }

        if (_scansLeft <= 0)
        {
            TryPivot(pivot, centre);
            return;
        }

        int scans = _scansLeft;
        Calibrate(_bestAmounts);
        _modelReady = true;
        TryPivot(pivot, centre);
        Scan(pivot, centre, bend);
        TryPivot(pivot, _bestAmounts[pivot]);
        if (_curve.Walked) TryAround(pivot, _bestAmounts[pivot], bend);
        LookAtNeighbours();
        ScanNextPieces(pivot, centre, scans / 2);

        // The least input that gives the best output, leg by leg from the end.
        TryPivot(_count, _bestAmounts[_count]);
        _modelReady = false;
        Proven = SearchRadius(bend, _unitValue[pivot]) == 0;
    }

    /// <summary>Fits the model to the curve's maps at exact amounts that lie on them.</summary>
    private void Calibrate(ulong[] amounts)
    {
        _model.Begin(_count);
        for (int leg = 0; leg < _count; leg++)
            _model.SetLeg(leg, _curve.LegMaps[leg], _feeRate[leg], _feeOnOutput[leg], amounts[leg], amounts[leg + 1]);
    }

    /// <summary>The same search with the maps of the pieces before and after the optimum's, where they are in reach.</summary>
    private void ScanNextPieces(int pivot, ulong centre, int scans)
    {
        double bend = Bend() * _unitValue[pivot] * _unitValue[pivot];
        double reach = SearchRadius(bend, _unitValue[pivot]) * _unitValue[pivot];
        for (int side = 0; side < 2 && reach > 0 && _quotesLeft > 0; side++)
        {
            // After the piece first: stepping back then restores the maps saved before the walk's last step.
            if (!(side == 0 ? _curve.TryStepOn(ContinuousInput, reach) : _curve.TryStepBack(ContinuousInput, reach))) continue;
            double inside = ContinuousInput + ((side == 0 ? 1 : -1) * Math.Min(reach / 4, ContinuousInput / 8));
            _modelReady = false;
            if (!Try((ulong)Math.Max(1, inside))) continue;
            Calibrate(_amounts);
            _modelReady = true;
            _scansLeft = scans;
            TryPivot(pivot, centre);
            Scan(pivot, centre, Bend() * _unitValue[pivot] * _unitValue[pivot]);
        }
    }

    private void Scan(int pivot, ulong centre, double bend)
    {
        ulong radius = SearchRadius(bend, _unitValue[pivot]);
        int half = _scansLeft / 2;
        ulong covered = 0;
        while (covered < radius && _scansLeft > half && _quotesLeft > 0)
        {
            // Four amounts above and four below the centre.
            Vector256<double> offsets = Vector256.Create(1.0, 2, 3, 4) + Vector256.Create((double)covered);
            Look(pivot, Vector256.Create((double)centre) + offsets);
            Look(pivot, Vector256.Create((double)centre) - offsets);
            covered += 4;
            _scansLeft -= 8;
            radius = SearchRadius(bend, _unitValue[pivot]);
        }

        if (covered < radius) Spread(pivot, centre, bend);
    }

    /// <summary>Looks at every input near the best one, again from each better one, until none is better.</summary>
    private void LookAtNeighbours()
    {
        long before = long.MinValue;
        while (_bestProfit > before && _quotesLeft > 0 && SearchRadius(Bend(), 1) > 0)
        {
            before = _bestProfit;
            Vector256<double> centre = Vector256.Create((double)_bestAmounts[0]);
            for (int away = 0; away < NeighbourReach; away += 4)
            {
                Vector256<double> offsets = Vector256.Create(1.0, 2, 3, 4) + Vector256.Create((double)away);
                Look(0, centre + offsets);
                Look(0, centre - offsets);
            }
        }
    }

    /// <summary>
    /// Where pieces of curve meet near the optimum, predictions hold on one side only: amounts next to the best one are
    /// evaluated exactly, with what is left of the budget.
    /// </summary>
    private void TryAround(int pivot, ulong centre, double bend)
    {
        for (ulong away = 1; away <= ExactReach && _quotesLeft > 0; away++)
        {
            if (away > SearchRadius(bend, _unitValue[pivot])) return;
            TryPivot(pivot, centre + away);
            if (centre > away) TryPivot(pivot, centre - away);
        }
    }

    /// <summary>Quotes the amounts of the pivot that promise more than the best so far, in order.</summary>
    private void Look(int pivot, Vector256<double> amounts)
    {
        Vector256<double> outputs = _curve.IsFirstPiece(pivot) ? _model.Forward(pivot, amounts) : QuoteEach(pivot, amounts);
        Vector256<double> promised = _model.Predict(pivot, amounts, outputs, out Vector256<double> inputs);
        if (!Vector256.GreaterThanAny(promised, Vector256.Create((double)_bestProfit))) return;
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            if (promised.GetElement(lane) > _bestProfit) Verify(pivot, amounts.GetElement(lane), inputs.GetElement(lane));
        }
    }

    /// <summary>
    /// Exact outputs of the pivot's leg. Behind ticks or bins the model does not know where the fee's rounding falls, and one
    /// unit of the pivot is what matters most.
    /// </summary>
    private Vector256<double> QuoteEach(int leg, Vector256<double> amounts)
    {
        Vector256<double> outputs = Vector256.Create(double.NaN);
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            double amount = amounts.GetElement(lane);
            if (!(amount >= 1) || !(amount < 9e18)) continue;
            ulong output = Out(leg, (ulong)amount, out _);
            if (output > 0) outputs = outputs.WithElement(lane, output);
        }

        return outputs;
    }

    private void Verify(int pivot, double amount, double input)
    {
        if (!(input >= 1) || !(input < 9e18) || !(amount >= 1) || !(amount < 9e18)) return;
        long before = _bestProfit;
        if (!Try((ulong)input) || _bestProfit == before) TryPivot(pivot, (ulong)amount);
    }

    /// <summary>Points of a golden-ratio sequence over the radius in which a better input is possible.</summary>
    private void Spread(int pivot, ulong centre, double bend)
    {
        const double GoldenRatio = 0.6180339887498949;
        Vector256<double> phase = Vector256.Create(0.0, 1, 2, 3) * GoldenRatio;
        for (; _scansLeft > 0 && _quotesLeft > 0; _scansLeft -= 4)
        {
            double radius = SearchRadius(bend, _unitValue[pivot]);
            if (radius == 0) return;
            phase += Vector256.Create(4 * GoldenRatio);
            phase -= Vector256.Floor(phase);
            Vector256<double> offsets = Vector256.Floor(phase * (2 * radius)) - Vector256.Create(radius);
            Look(pivot, Vector256.Create((double)centre) + offsets);
        }
    }

    /// <summary>How far from the top, in pivot units, an exact profit above the best one is still possible.</summary>
    private ulong SearchRadius(double bend, double unitValue)
    {
        // Doubles carry the continuous maximum to 2^-53 of the amounts; 8 roundings a leg are allowed for.
        double slack = (ContinuousInput * Legs.MaxCount * 8 * 1.2e-16) + _boundSlack;
        double gap = Math.Floor(ContinuousProfit + slack) - _bestProfit;
        if (!(gap >= 1)) return 0;
        gap = ContinuousProfit + slack - (_bestProfit + 1);

        // Loss at distance e beyond the top: bend e^2 / (1 + lean e), lean = C / (C x + D); solved for loss = gap.
        double lean = _curve.Chain.C / ((_curve.Chain.C * ContinuousInput) + _curve.Chain.D) * unitValue;
        double skew = gap * lean / (2 * bend);
        double radius = bend > 0 ? skew + Math.Sqrt((skew * skew) + (gap / bend)) + 1 : 1e18;

        // At a kink or a cap the slope is not 1, and the loss grows at least with the slope's difference.
        double tilt = Math.Abs(_curve.Chain.Slope(ContinuousInput) - 1) * unitValue;
        if (tilt > 1e-9) radius = Math.Min(radius, (gap / tilt) + 1);
        return (ulong)Math.Min(radius, 1e18);
    }

    /// <summary>Half the second derivative of the continuous profit at the optimum, per input unit squared, positive.</summary>
    private double Bend()
    {
        TransferMatrix<double> chain = _curve.Chain;
        double below = (chain.C * ContinuousInput) + chain.D;
        return chain.C * chain.Determinant / (below * below * below);
    }

    private double ProfitAt(ulong input) => _curve.Chain.Apply(input) - input;

    /// <summary>
    /// Worth of one base unit at each point of the route, in input units, and the point where it is largest. Also the most
    /// that rounding (two units each: fee and output) can take.
    /// </summary>
    private int ChoosePivot(out double roundingLoss)
    {
        ReadOnlySpan<TransferMatrix<double>> legs = _curve.LegMaps;
        _unitValue[0] = 1;
        int pivot = 0;
        roundingLoss = 2;
        for (int leg = 0; leg < _count; leg++)
        {
            double slope = legs[leg].Slope(_bestAmounts[leg]);
            double value = slope > 0 ? _unitValue[leg] / slope : _unitValue[leg];
            _unitValue[leg + 1] = value;
            roundingLoss += 2 * value;
            if (leg + 1 < _count && value > _unitValue[pivot]) pivot = leg + 1;
        }

        return pivot;
    }

    private void TryPivot(int pivot, ulong amount)
    {
        for (int leg = pivot - 1; leg >= 0; leg--)
        {
            ulong output = amount;
            if (!TryLeastInput(leg, output, out amount)) return;
            if (_modelReady) _model.LearnLeast(leg, output, amount);
        }

        _ = Try(amount);
    }

    /// <summary>Least input of a leg whose exact output is at least <paramref name="target"/>.</summary>
    private bool TryLeastInput(int leg, ulong target, out ulong input)
    {
        input = 0;
        double guess = _curve.LegMaps[leg].Invert(target);
        if (!(guess < 9e18) || target == 0) return false;
        ulong high = Math.Max(1, (ulong)Math.Ceiling(Math.Max(guess, 1)));
        ulong low;
        ulong step = 1;
        if (Out(leg, high, out _) >= target)
        {
            while (true)
            {
                low = high > step ? high - step : 0;
                if (low == 0 || Out(leg, low, out _) < target) break;
                high = low;
                step *= 2;
            }
        }
        else
        {
            do
            {
                if (_quotesLeft <= 0 || step > 1UL << 40) return false;
                low = high;
                high += step;
                step *= 2;
            }
            while (Out(leg, high, out _) < target);
        }

        while (high - low > 1)
        {
            ulong middle = low + ((high - low) / 2);
            if (Out(leg, middle, out _) >= target) high = middle;
            else low = middle;
        }

        input = high;
        return true;
    }

    /// <summary>Exact search with shrinking steps, for curves that the model only approximates.</summary>
    private void PatternSearch()
    {
        ulong step = Math.Max(1, _bestAmounts[0] / 4);
        while (step > 0 && _quotesLeft > 0)
        {
            ulong centre = _bestAmounts[0];
            long before = _bestProfit;
            Try(centre + step);
            if (centre > step) Try(centre - step);
            if (_bestProfit == before) step /= 2;
        }

        // A top outside the radius that the continuous bound allows, or above it, shows that the bound does not hold here:
        // what was reached stands in for it.
        double away = Math.Abs(ContinuousInput - _bestAmounts[0]);
        if (_bestProfit <= ContinuousProfit && away <= SearchRadius(Bend(), 1)) return;
        ContinuousInput = _bestAmounts[0];
        ContinuousProfit = Math.Max(ContinuousProfit, _bestProfit);
    }
}
