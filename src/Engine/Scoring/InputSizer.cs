using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>Outcome of sizing.</summary>
public enum SizingStatus : byte
{
    /// <summary>Sized; the amounts are exact quotes.</summary>
    Ok = 0,

    /// <summary>The continuous optimum is not above 0: the route gains at no size.</summary>
    NoGain = 1,

    /// <summary>The optimum, or a cap, is below the smallest sensible input.</summary>
    TooSmall = 2,

    /// <summary>A leg's exact quote fails at every size tried.</summary>
    QuoteFailed = 3,
}

/// <summary>
/// Finds the input with the largest exact profit of a route. First the continuous optimum (<see cref="RouteCurve"/>: closed
/// form, piece by piece), then a polish in integers with the venues' own quotes.
///
/// The polish. Programs round at every leg, so profit over integers is the continuous concave curve minus a loss of up to one
/// unit of each intermediate mint. The mint whose base unit is worth most (8-decimal bitcoin against 6-decimal dollars: some
/// hundred units) loses most; so the search runs over integer amounts of that mint, the pivot: for an amount m the least
/// input whose legs deliver at least m (exact inverse by bracketing, legs are monotone), then the exact legs onward from it.
/// Any input that delivers m and is not the least one is no better, so nothing is lost by looking at least inputs only.
/// Let G be the continuous maximum, rounded down, minus the best profit so far: no point whose continuous loss
/// k (m - m*)^2 exceeds G can be better. The amounts m*, m* +- 1, ... are looked at outward until that radius is covered, or, where it
/// is larger than half of the budget, the other half goes to points spread over it (golden-ratio sequence). Looking means
/// predicting the exact result (<see cref="RoundingModel"/>); only a size that promises more than the best is quoted. If exact
/// and continuous profit differ by more than rounding can (a curve the model only approximates), a pattern search in exact
/// quotes finds the real top first. The result is proven only when G is 0; else it is the best of all sizes looked at.
///
/// Owner: one thread. Nothing is allocated after construction. Bound: quotes per candidate, a setting.
/// </summary>
public sealed class InputSizer
{
    /// <summary>
    /// Inputs on each side of the result that are looked at one by one: as many as the base units of the usual
    /// coarsest mints are worth in the usual finest (dollar millionths in a unit of bitcoin: some hundred).
    /// </summary>
    private const int NeighbourReach = 320;

    private readonly MarketGraph _graph;
    private readonly RouteCurve _curve;
    private readonly RoundingModel _model = new();
    private readonly ulong _minimumInput;
    private readonly SwapRequest[] _requests = new SwapRequest[Legs.MaxCount];
    private readonly Pool?[] _pools = new Pool?[Legs.MaxCount];
    private readonly ulong[] _amounts = new ulong[Legs.MaxCount + 1];
    private readonly int[] _crossed = new int[Legs.MaxCount];
    private readonly ulong[] _bestAmounts = new ulong[Legs.MaxCount + 1];
    private readonly int[] _bestCrossed = new int[Legs.MaxCount];
    private readonly uint[] _feeRate = new uint[Legs.MaxCount];
    private readonly bool[] _feeOnOutput = new bool[Legs.MaxCount];
    private readonly double[] _unitValue = new double[Legs.MaxCount + 1];
    private int _count;
    private int _scansLeft;
    private int _quotesLeft;
    private ulong _cap;
    private long _bestProfit;

    /// <summary>A sizer on a graph. Inputs below <paramref name="minimumInputRaw"/> are not considered.</summary>
    public InputSizer(MarketGraph graph, ulong minimumInputRaw)
    {
        _graph = graph;
        _curve = new RouteCurve(graph);
        _minimumInput = Math.Max(1, minimumInputRaw);
    }

    /// <summary>Exact profit of the best input found, base units of the route's mint; can be negative.</summary>
    public long Profit => _bestProfit;

    /// <summary>Continuous optimum, base units; an upper bound of the exact profit as far as the curve is exact.</summary>
    public double ContinuousProfit { get; private set; }

    /// <summary>Input of the continuous optimum.</summary>
    public double ContinuousInput { get; private set; }

    /// <summary>
    /// True if the profit equals the continuous maximum rounded down: no input does better on this curve.
    /// </summary>
    public bool Proven { get; private set; }

    /// <summary>True if the optimum crosses ticks or bins.</summary>
    public bool Walked => _curve.Walked;

    /// <summary>Exact quotes used by the last call.</summary>
    public int QuotesUsed { get; private set; }

    /// <summary>Leg whose quote failed at the last exact evaluation.</summary>
    public int FailedLeg { get; private set; }

    /// <summary>Status of that quote.</summary>
    public QuoteStatus FailedStatus { get; private set; }

    /// <summary>Exact amount before leg <paramref name="leg"/>; at the number of legs, the final output.</summary>
    public ulong Amount(int leg) => _bestAmounts[leg];

    /// <summary>Ticks or bins crossed by a leg at the best input.</summary>
    public int Crossed(int leg) => _bestCrossed[leg];

    /// <summary>
    /// Sizes a route of the graph's edges with an input of at most <paramref name="capRaw"/>. The polish predicts at most
    /// <paramref name="scansMax"/> sizes (about 10 ns each; 0 for the closed form and its exact rounding only) and makes at
    /// most about <paramref name="quotesMax"/> exact quotes (the first evaluations are always made).
    /// </summary>
    public SizingStatus Size(ReadOnlySpan<int> edges, ulong capRaw, int scansMax, int quotesMax)
    {
        Prepare(edges, capRaw, scansMax, quotesMax);
        double optimum = _curve.FindOptimum(edges, capRaw);
        ContinuousInput = optimum;
        if (!(optimum > 0)) return SizingStatus.NoGain;
        ContinuousProfit = _curve.Chain.Apply(optimum) - optimum;
        if (optimum < _minimumInput || capRaw < _minimumInput) return SizingStatus.TooSmall;
        ulong start = Math.Clamp((ulong)Math.Min(Math.Round(optimum), 9e18), _minimumInput, _cap);
        if (!Try(start) && !TrySmaller(start))
        {
            QuotesUsed = quotesMax - _quotesLeft;
            return SizingStatus.QuoteFailed;
        }

        Polish();
        QuotesUsed = quotesMax - _quotesLeft;
        return SizingStatus.Ok;
    }

    /// <summary>Continuous profit of a route without a cap, for ranking; 0 if it gains at no size. No exact quotes.</summary>
    public double Estimate(ReadOnlySpan<int> edges)
    {
        double optimum = _curve.FindOptimum(edges, double.MaxValue);
        return optimum > 0 ? Math.Max(0, _curve.Chain.Apply(optimum) - optimum) : 0;
    }

    private void Prepare(ReadOnlySpan<int> edges, ulong capRaw, int scansMax, int quotesMax)
    {
        _count = edges.Length;
        _quotesLeft = quotesMax;
        _scansLeft = scansMax;
        _cap = Math.Min(capRaw, long.MaxValue);
        _bestProfit = long.MinValue;
        Proven = false;
        ContinuousProfit = 0;
        (FailedLeg, FailedStatus) = (0, QuoteStatus.Ok);
        for (int leg = 0; leg < _count; leg++)
        {
            int pool = MarketGraph.EdgePool(edges[leg]);
            _pools[leg] = _graph.Pool(pool);
            _requests[leg].Direction = MarketGraph.EdgeDirection(edges[leg]);
            _requests[leg].Clock = _graph.Clock(pool);
        }
    }

    /// <summary>Exact output of a leg, 0 if the quote fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Out(int leg, ulong amountIn, out int crossed)
    {
        _quotesLeft--;
        ref SwapRequest request = ref _requests[leg];
        request.AmountRaw = amountIn;
        QuoteStatus status = _pools[leg]!.Quote(request, out SwapQuote quote);
        crossed = quote.CrossedCount;
        (_feeRate[leg], _feeOnOutput[leg]) = (quote.FeeRateE9, quote.FeeOnOutput);
        if (status == QuoteStatus.Ok) return quote.AmountOutRaw;
        (FailedLeg, FailedStatus) = (leg, status);
        return 0;
    }

    /// <summary>Evaluates an input exactly and keeps it if it is the best (less input wins a tie).</summary>
    private bool Try(ulong input)
    {
        if (input < _minimumInput || input > _cap) return false;
        _amounts[0] = input;
        ulong amount = input;
        for (int leg = 0; leg < _count; leg++)
        {
            amount = Out(leg, amount, out _crossed[leg]);
            if (amount == 0) return false;
            _amounts[leg + 1] = amount;
        }

        if (amount > long.MaxValue) return false;
        long profit = (long)amount - (long)input;
        if (profit < _bestProfit || (profit == _bestProfit && input >= _bestAmounts[0])) return true;
        _bestProfit = profit;
        _amounts.CopyTo(_bestAmounts, 0);
        _crossed.CopyTo(_bestCrossed, 0);
        return true;
    }

    private bool TrySmaller(ulong start)
    {
        // The curve promised more depth than the exact quote has (an array not known): halve until it can be filled.
        for (ulong input = start / 2; input >= _minimumInput && _quotesLeft > 0; input /= 2)
        {
            if (Try(input)) return true;
        }

        return false;
    }

    private void Polish()
    {
        int pivot = ChoosePivot(out double roundingLoss);
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

        TryPivot(pivot, centre);
        if (_scansLeft <= 0) return;
        _model.Begin(_count);
        for (int leg = 0; leg < _count; leg++)
        {
            _model.SetLeg(
                leg, _curve.LegMaps[leg], _feeRate[leg], _feeOnOutput[leg], _bestAmounts[leg], _bestAmounts[leg + 1]);
        }

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
        LookAtNeighbours();
        Proven = SearchRadius(bend, _unitValue[pivot]) == 0;
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

    /// <summary>Quotes the amounts of the pivot that promise more than the best so far, in order.</summary>
    private void Look(int pivot, Vector256<double> amounts)
    {
        Vector256<double> promised = _model.Predict(pivot, amounts, out Vector256<double> inputs);
        if (!Vector256.GreaterThanAny(promised, Vector256.Create((double)_bestProfit))) return;
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            if (promised.GetElement(lane) > _bestProfit) Verify(pivot, amounts.GetElement(lane), inputs.GetElement(lane));
        }
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
        double slack = ContinuousInput * Legs.MaxCount * 8 * 1.2e-16;
        double gap = Math.Floor(ContinuousProfit + slack) - _bestProfit;
        if (!(gap >= 1)) return 0;
        gap = ContinuousProfit + slack - (_bestProfit + 1);

        // Loss at distance e beyond the top: bend e^2 / (1 + lean e), lean = C / (C x + D); solved for loss = gap.
        double lean = _curve.Chain.C / ((_curve.Chain.C * ContinuousInput) + _curve.Chain.D) * unitValue;
        double skew = gap * lean / (2 * bend);
        double radius = bend > 0 ? skew + Math.Sqrt((skew * skew) + (gap / bend)) + 1 : 1e18;
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
            if (!TryLeastInput(leg, amount, out amount)) return;
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
