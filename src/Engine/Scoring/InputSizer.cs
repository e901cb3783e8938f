using System;
using System.Runtime.CompilerServices;
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
/// k (m - m*)^2 exceeds G can be better. The search takes the amounts m*, m* +- 1, ... outward and ends proven when that radius
/// is covered or G is 0; where the radius is larger than the budget of quotes, half of the budget goes to points spread over
/// it (golden-ratio sequence). If exact and continuous profit differ by more than rounding can (a curve the model only
/// approximates), a pattern search in exact quotes finds the real top first.
///
/// Owner: one thread. Nothing is allocated after construction. Bound: quotes per candidate, a setting.
/// </summary>
public sealed class InputSizer
{
    private readonly MarketGraph _graph;
    private readonly RouteCurve _curve;
    private readonly ulong _minimumInput;
    private readonly SwapRequest[] _requests = new SwapRequest[Legs.MaxCount];
    private readonly Pool?[] _pools = new Pool?[Legs.MaxCount];
    private readonly ulong[] _amounts = new ulong[Legs.MaxCount + 1];
    private readonly int[] _crossed = new int[Legs.MaxCount];
    private readonly ulong[] _bestAmounts = new ulong[Legs.MaxCount + 1];
    private readonly int[] _bestCrossed = new int[Legs.MaxCount];
    private readonly double[] _unitValue = new double[Legs.MaxCount + 1];
    private int _count;
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
    /// True if the polish covered every input that could do better by the continuous bound, and all of them lie in the
    /// curve piece of the optimum (a kink or a further piece inside the radius leaves it unproven).
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
    /// Sizes a route of the graph's edges with an input of at most <paramref name="capRaw"/>, using at most
    /// <paramref name="quotesMax"/> exact quotes (the first evaluation is always made).
    /// </summary>
    public SizingStatus Size(ReadOnlySpan<int> edges, ulong capRaw, int quotesMax)
    {
        Prepare(edges, capRaw, quotesMax);
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

    private void Prepare(ReadOnlySpan<int> edges, ulong capRaw, int quotesMax)
    {
        _count = edges.Length;
        _quotesLeft = quotesMax;
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

        ulong centre = _bestAmounts[pivot];
        double bend = Bend() * _unitValue[pivot] * _unitValue[pivot];
        int half = _quotesLeft / 2;
        ulong radius = SearchRadius(bend, _unitValue[pivot]);
        ulong covered = 0;
        while (covered < radius && _quotesLeft > half)
        {
            covered++;
            TryPivot(pivot, centre + covered);
            if (centre > covered) TryPivot(pivot, centre - covered);
            radius = SearchRadius(bend, _unitValue[pivot]);
        }

        if (covered >= radius) Proven = IsInPiece(pivot, radius);
        else Spread(pivot, centre, bend);
    }

    /// <summary>True if the whole radius lies in the curve piece that holds the optimum, where the bound is exact.</summary>
    private bool IsInPiece(int pivot, ulong radius)
    {
        double reach = radius * _unitValue[pivot];
        return ContinuousInput - reach >= _curve.PieceStart && ContinuousInput + reach <= _curve.PieceEnd;
    }

    /// <summary>Points of a golden-ratio sequence over the radius in which a better input is possible.</summary>
    private void Spread(int pivot, ulong centre, double bend)
    {
        const ulong GoldenRatio64 = 0x9E3779B97F4A7C15UL;
        ulong phase = 0;
        while (_quotesLeft > 0)
        {
            ulong radius = SearchRadius(bend, _unitValue[pivot]);
            if (radius == 0)
            {
                Proven = IsInPiece(pivot, 0);
                return;
            }

            phase += GoldenRatio64;
            ulong offset = (ulong)(((UInt128)phase * (2 * (UInt128)radius)) >> 64);
            if (centre + offset > radius) TryPivot(pivot, centre + offset - radius);
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

        // The continuous bound does not hold for such a curve; what was reached stands in for it, plus rounding.
        ContinuousInput = _bestAmounts[0];
        ContinuousProfit = Math.Max(ContinuousProfit, _bestProfit);
    }
}
