using System;
using LowLatency.Engine.Events;
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
/// Finds the input with the largest exact profit of a route. First the continuous optimum (<see cref="RouteCurve"/>:
/// closed form, piece by piece), then a polish in integers with the venues' own quotes.
///
/// The polish. Programs round at every leg, so profit over integers is the continuous concave curve minus a loss of up
/// to one unit of each intermediate mint. The mint whose base unit is worth most (8-decimal bitcoin against 6-decimal
/// dollars: some hundred units) loses most; so the search runs over integer amounts of that mint, the pivot: for an
/// amount m the least input whose legs deliver at least m (exact inverse by bracketing, legs are monotone), then the
/// exact legs onward from it. Any input that delivers m and is not the least one is no better, so nothing is lost by
/// looking at least inputs only. Let G be the continuous maximum, rounded down, minus the best profit so far: no point
/// whose continuous loss f(m) falls below it by more than G can be better. On each piece of the route's curve, from the
/// optimum's outward, that leaves an interval of inputs (the roots of a quadratic); pieces without one end the search,
/// because profit falls away from the optimum. An interval is looked at from its best point outward, whole if the
/// budget allows, else half of the budget goes to points spread over it (golden-ratio sequence). Looking means
/// predicting the exact result (<see cref="RoundingModel"/>, which starts from the exact beginning of each leg's tick
/// range or bin); only a size that promises more than the best is quoted. If exact and continuous profit differ by more
/// than rounding can (a curve the model only approximates), a pattern search in exact quotes finds the real top first.
/// In the end the result's neighbourhood is quoted exactly and left for anything better until nothing is (the local
/// proof, InputSizer.Proof.cs). The result is proven among all inputs when G is 0; else it is the best of its
/// neighbourhood and of all sizes looked at, and G says how much another could gain at most.
///
/// Owner: one thread. Nothing is allocated after construction. Bound: quotes per candidate, a setting.
/// </summary>
public sealed partial class InputSizer
{
    /// <summary>Roundings of doubles that are allowed for in a route's profit: 8 a leg.</summary>
    internal const double RoundingsMax = Legs.MaxCount * 8;

    /// <summary>One of them, as a share of the amounts: 2^-53, rounded up.</summary>
    internal const double RoundingUnit = 1.2e-16;

    /// <summary>
    /// No amount in doubles at or above this is converted: amounts and profits are signed 64-bit numbers, and the
    /// largest of these, 2^63 - 1, is 9.22e18. What is left is room for the few units and roundings added to one.
    /// </summary>
    internal const double AmountMax = 9e18;

    private readonly MarketGraph _graph;
    private readonly RouteCurve _curve;
    private readonly RoundingModel _model = new();
    private readonly ulong _minimumInput;
    private readonly int _maxDepthShareBps;
    private readonly ulong[] _legCaps = new ulong[Legs.MaxCount];
    private readonly SwapRequest[] _requests = new SwapRequest[Legs.MaxCount];
    private readonly int[] _poolIds = new int[Legs.MaxCount];
    private readonly ulong[] _amounts = new ulong[Legs.MaxCount + 1];
    private readonly ulong[] _bestAmounts = new ulong[Legs.MaxCount + 1];
    private readonly int[] _at = new int[Legs.MaxCount]; // where each leg's last quote is kept
    private readonly LegStep[] _bestSteps = new LegStep[Legs.MaxCount];
    private readonly double[] _unitValue = new double[Legs.MaxCount + 1];
    private readonly KeptQuote[] _kept = new KeptQuote[Legs.MaxCount * KeptQuotes];
    private long _sizing;
    private int _count;
    private int _scansLeft;
    private bool _modelReady;
    private bool _boundHolds;
    private double _boundSlack;
    private double _edgeRaw;
    private double _phase;
    private bool _isLocalMaximum;
    private int _quotesLeft;
    private int _quotesGiven;
    private ulong _cap;
    private long _bestProfit;

    /// <summary>
    /// A sizer on a graph. Inputs below <paramref name="minimumInputRaw"/> are not considered, nor such that a leg
    /// takes more than <paramref name="maxDepthShareBps"/> of its pool's depth (10,000: no limit).
    /// </summary>
    public InputSizer(MarketGraph graph, ulong minimumInputRaw, int maxDepthShareBps = 10_000)
        : this(graph, new FirstPieces(graph), minimumInputRaw, maxDepthShareBps)
    {
    }

    /// <summary>A sizer that shares the first pieces of the graph's curves.</summary>
    internal InputSizer(MarketGraph graph, FirstPieces firsts, ulong minimumInputRaw, int maxDepthShareBps)
    {
        _maxDepthShareBps = maxDepthShareBps;
        Array.Fill(_legCaps, ulong.MaxValue);
        _graph = graph;
        _curve = new RouteCurve(graph, firsts);
        _minimumInput = Math.Max(1, minimumInputRaw);
    }

    /// <summary>Exact profit of the best input found, base units of the route's mint; can be negative.</summary>
    public long Profit => _bestProfit;

    /// <summary>
    /// Continuous optimum, base units; an upper bound of the exact profit as far as the curve is exact.
    /// </summary>
    public double ContinuousProfit { get; private set; }

    /// <summary>Input of the continuous optimum.</summary>
    public double ContinuousInput { get; private set; }

    /// <summary>
    /// True if the profit equals the continuous maximum rounded down: no input does better on this curve.
    /// </summary>
    public bool Proven => GapRaw == 0;

    /// <summary>
    /// Most that any other input could gain over the profit: the continuous maximum rounded down, minus the profit.
    /// ulong.MaxValue if exact quotes showed that the curve does not bound them.
    /// </summary>
    public ulong GapRaw
    {
        get
        {
            if (!_boundHolds) return ulong.MaxValue;
            double gap = Math.Floor(Promise(ContinuousProfit)) - _bestProfit;
            return gap > 0 ? (ulong)Math.Min(gap, AmountMax) : 0;
        }
    }

    /// <summary>What is proven of the best input found.</summary>
    public SizingProof Proof => !_isLocalMaximum ? SizingProof.None : Proven ? SizingProof.Global : SizingProof.Local;

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
    public int Crossed(int leg) => _bestSteps[leg].Crossed;

    /// <summary>Program steps of a leg beyond one and one for each crossing.</summary>
    public int ExtraSteps(int leg) => _bestSteps[leg].ExtraSteps;

    /// <summary>
    /// Sizes a route of the graph's edges with an input of at most <paramref name="capRaw"/>. The polish predicts at
    /// most <paramref name="scansMax"/> sizes (about 10 ns each; 0 for the closed form and one exact evaluation only)
    /// and makes at most about <paramref name="quotesMax"/> exact quotes (the first evaluations are always made); the
    /// local proof has <see cref="ProofQuotesMax"/> more of its own.
    /// </summary>
    public SizingStatus Size(ReadOnlySpan<int> edges, ulong capRaw, int scansMax, int quotesMax)
    {
        SizingStatus located = Locate(edges, capRaw, canJump: scansMax == 0);
        if (located != SizingStatus.Ok) return located;
        Prepare(edges, capRaw, scansMax, quotesMax);
        ulong start = Start(_cap);
        bool isQuoted = scansMax > 0 ? Try(start) : TryOnce(start);
        if (!isQuoted && !TrySmaller(start))
        {
            QuotesUsed = _quotesGiven - _quotesLeft;
            return SizingStatus.QuoteFailed;
        }

        // Ranking needs one exact result: what rounding still hides is less than the costs it is compared with.
        if (scansMax > 0) Polish();
        QuotesUsed = _quotesGiven - _quotesLeft;
        return SizingStatus.Ok;
    }

    /// <summary>
    /// Finds the continuous optimum of a route, quoting nothing: <see cref="ContinuousInput"/>,
    /// <see cref="ContinuousProfit"/>, <see cref="ProfitBound"/>. With <paramref name="canJump"/> the pieces before it
    /// are not numbered.
    /// </summary>
    internal SizingStatus Locate(ReadOnlySpan<int> edges, ulong capRaw, bool canJump)
    {
        _count = edges.Length;
        QuotesUsed = 0;
        _boundSlack = 0;
        ContinuousProfit = 0;
        for (int leg = 0; _maxDepthShareBps < 10_000 && leg < _count; leg++) CapLeg(leg, edges[leg]);
        return Located(_curve.FindOptimum(edges, capRaw, canJump), capRaw);
    }

    /// <summary>The same for <see cref="ProfitBound"/> alone.</summary>
    internal SizingStatus LocateBound(ReadOnlySpan<int> edges, ulong capRaw) => Locate(edges, capRaw, canJump: true);

    private SizingStatus Located(double optimum, ulong capRaw)
    {
        ContinuousInput = optimum;
        if (!(optimum > 0)) return SizingStatus.NoGain;
        ContinuousProfit = _curve.Chain.Apply(optimum) - optimum;
        return optimum < _minimumInput || capRaw < _minimumInput ? SizingStatus.TooSmall : SizingStatus.Ok;
    }

    /// <summary>
    /// What no exact quote of the located route exceeds, on a curve that is exact up to rounding: the continuous
    /// maximum, and behind the first pieces, which programs round on their own, what rounding can add.
    /// </summary>
    internal double ProfitBound
    {
        get
        {
            double slack = 0;
            double value = 1;
            double amount = ContinuousInput;
            for (int leg = 0; _curve.Walked && leg < _count; leg++)
            {
                double slope = _curve.LegMaps[leg].Slope(amount);
                if (slope > 0) value /= slope;
                slack += 2 * value;
                amount = _curve.LegMaps[leg].Apply(amount);
            }

            return Promise(ContinuousProfit) + slack;
        }
    }

    /// <summary>
    /// Continuous profit of a route without a cap, for ranking; 0 if it gains at no size. No exact quotes.
    /// </summary>
    public double Estimate(ReadOnlySpan<int> edges)
    {
        double optimum = _curve.FindOptimum(edges, double.MaxValue, canJump: true);
        return optimum > 0 ? Math.Max(0, _curve.Chain.Apply(optimum) - optimum) : 0;
    }

    private void Prepare(ReadOnlySpan<int> edges, ulong capRaw, int scansMax, int quotesMax)
    {
        _sizing++;
        _quotesLeft = quotesMax;
        _quotesGiven = quotesMax;
        _scansLeft = scansMax;
        _cap = Math.Min(capRaw, long.MaxValue);
        _bestProfit = long.MinValue;
        _boundHolds = true;
        _isLocalMaximum = false;
        (FailedLeg, FailedStatus) = (0, QuoteStatus.Ok);
        for (int leg = 0; leg < _count; leg++)
        {
            int pool = MarketGraph.EdgePool(edges[leg]);
            _poolIds[leg] = pool;
            _requests[leg].Direction = MarketGraph.EdgeDirection(edges[leg]);
            _requests[leg].Clock = _graph.Clock(pool);
        }
    }

    /// <summary>The input that is tried first.</summary>
    private ulong Start(ulong cap) =>
        Math.Clamp((ulong)(long)Math.Min(Math.Round(ContinuousInput), AmountMax), _minimumInput, cap);

    private void CapLeg(int leg, int edge)
    {
        double cap = _curve.DepthIn(edge) * _maxDepthShareBps / 10_000;
        _curve.LegCaps[leg] = cap;
        _legCaps[leg] = cap < AmountMax ? (ulong)cap : ulong.MaxValue;
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
}
