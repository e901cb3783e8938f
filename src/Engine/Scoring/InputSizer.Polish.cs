using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Scoring;

/// <summary>The integer polish.</summary>
public sealed partial class InputSizer
{
    /// <summary>
    /// Inputs on each side of the result that are looked at one by one: as many as the base units of the usual
    /// coarsest mints are worth in the usual finest (dollar millionths in a unit of bitcoin: some hundred).
    /// </summary>
    private const int NeighbourReach = 320;

    /// <summary>Least amounts of the pivot on each side, where these are looked at.</summary>
    private const double AmountReach = 64;

    private void Polish()
    {
        int pivot = ChoosePivot(out double roundingLoss);

        // Pieces behind the first were rounded by the program on their own, either way: the bound is that much looser.
        _boundSlack = _curve.Walked ? roundingLoss : 0;
        _edgeRaw = roundingLoss;
        if (_curve.Ended || Math.Abs(ProfitAt(_bestAmounts[0]) - _bestProfit) > roundingLoss)
        {
            PatternSearch();
            pivot = ChoosePivot(out _);
        }

        if (SearchRadius(Bend(), 1) == 0)
        {
            ProveNeighbours();
            return;
        }

        double centre = ContinuousInput;
        for (int leg = 0; leg < pivot; leg++) centre = _curve.LegMaps[leg].Apply(centre);
        TryPivot(pivot, (ulong)Math.Min(Math.Round(centre), AmountMax));
        SearchPieces(pivot);
        LookAtNeighbours(pivot);

        // The least input that gives the best output, leg by leg from the end.
        TryPivot(_count, _bestAmounts[_count]);
        _modelReady = false;
        ProveNeighbours();
    }

    /// <summary>Fits the model to the exact steps that the route takes at an input.</summary>
    private bool Calibrate(ulong input)
    {
        _modelReady = false;
        if (!Try(input)) return false;
        _model.Begin(_count);
        for (int leg = 0; leg < _count; leg++)
        {
            // Pieces are measured in what the user sends, steps in what arrives in the pool.
            Pool pool = _graph.Pool(_poolIds[leg]);
            bool isAIn = _requests[leg].Direction == SwapDirection.AToB;
            ulong epoch = _requests[leg].Clock.Epoch;
            TransferFeeRate feeIn = pool.TransferFeeAt(isAIn, epoch);
            ref readonly LegStep step = ref LastStep(leg);
            ulong start = step.StartInRaw;
            if (!feeIn.IsZero && TransferFee.TryAmountBeforeFee(feeIn, start, out ulong sent)) start = sent;
            _curve.PieceAt(leg, start, out double rate, out double curvature);
            _model.SetLeg(leg, in step, rate, curvature, feeIn, pool.TransferFeeAt(!isAIn, epoch));
        }

        _modelReady = true;
        return true;
    }

    /// <summary>
    /// The optimum's piece with half of the budget, then the pieces behind and before it as far as they can be better.
    /// </summary>
    private void SearchPieces(int pivot)
    {
        _phase = 0;
        int middle = _curve.OptimumPiece;
        int scans = _scansLeft;
        _scansLeft = scans / 2;
        _ = SearchPiece(pivot);
        _scansLeft += scans - (scans / 2);
        double phase = _phase;
        _phase = 0;
        for (int side = 1; side >= -1 && !_curve.HasCuts; side -= 2)
        {
            if (side < 0) _scansLeft = Math.Max(_scansLeft, scans / 4);
            int piece = middle + side;
            while (_quotesLeft > 0 && _curve.TryMoveTo(piece) && SearchPiece(pivot)) piece += side;
        }

        // Behind a fee's cap the rate rises: a piece that cannot be better says nothing of those beyond the next cut.
        for (int piece = 0; _curve.HasCuts && _quotesLeft > 0 && _curve.TryMoveTo(piece); piece++)
        {
            if (piece == middle) continue;
            _scansLeft = Math.Max(_scansLeft, scans / 4);
            if (!SearchPiece(pivot) && piece > middle && !_curve.HasCutsAhead) break;
        }

        // What is left goes to the optimum's piece again: the spread goes on where it stopped.
        _ = _curve.TryMoveTo(middle);
        _phase = phase;
        if (_scansLeft > 0 && phase > 0) _ = SearchPiece(pivot);
        _ = Calibrate(_bestAmounts[0]);
    }

    /// <summary>
    /// Looks at the current piece of the curve; false if nothing on it can be better than the best so far.
    /// </summary>
    private bool SearchPiece(int pivot)
    {
        (double start, double end) = (_curve.PieceStart, _curve.PieceEnd);
        if (!TryInterval(_curve.Chain, Promise(0), start, end, out double low, out double high)) return false;

        // Rounding moves the exact ends of the piece: fit well inside, then look a little beyond both ends.
        double edge = _edgeRaw * (_curve.OptimumPiece + 2);
        double inset = Math.Min(edge, (Math.Min(high, end) - Math.Max(low, start)) / 2);
        double inside = Math.Round(Math.Max(low + inset, Math.Min(ContinuousInput, high - inset)));
        if (!Calibrate((ulong)Math.Max(1, inside))) return true;

        // The fitted steps give the curve that the exact result never exceeds.
        TransferMatrix<double> chain = _model.Chain();
        if (!TryInterval(chain, Promise(0) - _boundSlack, start - edge, end + edge, out low, out high)) return true;
        double top = Math.Clamp(TradeCurve.Optimum(chain), low, high);
        for (int leg = 0; leg < pivot; leg++)
        {
            TransferMatrix<double> map = _model.Map(leg);
            (low, top, high) = (map.Apply(low), map.Apply(top), map.Apply(high));
        }

        Scan(pivot, Math.Floor(top), Math.Max(1, Math.Floor(low)), Math.Ceiling(high));
        return true;
    }

    /// <summary>
    /// Inputs of a piece at which the continuous profit, with the slack, allows more than the best exact one: between
    /// the roots of C x^2 + (D + C t - A) x + (D t - B) = 0 for the profit t to be exceeded.
    /// </summary>
    private bool TryInterval(
        in TransferMatrix<double> chain, double slack, double start, double end, out double low, out double high)
    {
        double least = _bestProfit + 1 - slack;
        double linear = chain.D + (chain.C * least) - chain.A;
        double constant = (chain.D * least) - chain.B;
        (low, high) = (start, Math.Min(end, _cap));
        if (chain.C > 0)
        {
            double discriminant = (linear * linear) - (4 * chain.C * constant);
            if (!(discriminant >= 0)) return false;
            double root = Math.Sqrt(discriminant);
            low = Math.Max(low, ((-linear - root) / (2 * chain.C)) - 1);
            high = Math.Min(high, ((-linear + root) / (2 * chain.C)) + 1);
        }
        else if (linear < 0)
        {
            low = Math.Max(low, (constant / -linear) - 1);
        }
        else if (linear > 0)
        {
            high = Math.Min(high, (-constant / linear) + 1);
        }
        else if (constant > 0)
        {
            return false;
        }

        low = Math.Max(low, _minimumInput);
        return high >= low;
    }

    /// <summary>What exact profit a continuous one allows at most.</summary>
    private double Promise(double continuousProfit)
    {
        double slack = (ContinuousInput * RoundingsMax * RoundingUnit) + _boundSlack;
        return continuousProfit + slack;
    }

    /// <summary>How far from the top, in pivot units, an exact profit above the best one is still possible.</summary>
    private ulong SearchRadius(double bend, double unitValue)
    {
        double gap = Promise(ContinuousProfit) - (_bestProfit + 1);
        if (!(gap >= 0)) return 0;

        // Loss at distance e beyond the top: bend e^2 / (1 + lean e), lean = C / (C x + D); solved for loss = gap.
        double lean = _curve.Chain.C / ((_curve.Chain.C * ContinuousInput) + _curve.Chain.D) * unitValue;
        double skew = gap * lean / (2 * bend);
        double radius = bend > 0 ? skew + Math.Sqrt((skew * skew) + (gap / bend)) + 1 : 1e18;

        // At a kink or a cap the slope is not 1, and the loss grows at least with the slope's difference.
        double tilt = Math.Abs(_curve.Chain.Slope(ContinuousInput) - 1) * unitValue;
        if (tilt > 1e-9) radius = Math.Min(radius, (gap / tilt) + 1);
        return (ulong)Math.Min(radius, 1e18);
    }

    /// <summary>
    /// Half the second derivative of the continuous profit at the optimum, per input unit squared, positive.
    /// </summary>
    private double Bend()
    {
        TransferMatrix<double> chain = _curve.Chain;
        double below = (chain.C * ContinuousInput) + chain.D;
        return chain.C * chain.Determinant / (below * below * below);
    }

    private double ProfitAt(ulong input) => _curve.Chain.Apply(input) - input;

    /// <summary>
    /// Worth of one base unit at each point of the route, in input units, and the point where it is largest. Also the
    /// most that rounding (two units each: fee and output) can take.
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
            if (!TryLeastInput(leg, amount, out amount)) return;
        }

        _ = Try(amount);
    }

    /// <summary>Least input of a leg whose exact output is at least <paramref name="target"/>.</summary>
    private bool TryLeastInput(int leg, ulong target, out ulong input)
    {
        input = 0;
        double guess = _curve.LegMaps[leg].Invert(_bestSteps[leg].Needed(target));
        if (!(guess < AmountMax) || target == 0) return false;
        ulong high = Math.Max(1, (ulong)Math.Ceiling(Math.Max(guess, 1)));
        ulong low;
        ulong step = 1;
        if (Out(leg, high) >= target)
        {
            while (true)
            {
                low = high > step ? high - step : 0;
                if (low == 0 || Out(leg, low) < target) break;
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
            while (Out(leg, high) < target);
        }

        while (high - low > 1)
        {
            ulong middle = low + ((high - low) / 2);
            if (Out(leg, middle) >= target) high = middle;
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

        // A top outside the radius that the continuous bound allows, or above it, shows that the bound does not hold
        // here: what was reached stands in for it.
        double away = Math.Abs(ContinuousInput - _bestAmounts[0]);
        if (_bestProfit <= ContinuousProfit && away <= SearchRadius(Bend(), 1)) return;
        _boundHolds = false;
        ContinuousInput = _bestAmounts[0];
        ContinuousProfit = Math.Max(ContinuousProfit, _bestProfit);
    }
}
