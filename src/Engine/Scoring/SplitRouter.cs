using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Looks whether a sized route gains more when one section of it, a leg or two legs in a row, is spread over parallel
/// branches: pools of the same two mints and paths through any third mint, coherent, of pools that neither the route
/// nor another branch uses. Sections are ranked by the continuous optimum (<see cref="WaterFilling"/>); the best one is
/// taken, but for such as one other branch alone does best, which is another route: the route's input where its slope
/// on the curves is 1, quoted exactly there, then all combinations of steps of the branches' staircases around it
/// (<see cref="SplitBox"/>), again from a better one while one is found. Only what beats the single path is written, so
/// the plan is never worse.
///
/// How good it is: within the last box the plan is the best of all splits. Any split anywhere is bounded by the
/// continuous optimum, and the split rounded down from that loses at most two units (fee and output) at each quote,
/// each worth what it brings at the end; the plan is no further below the best than that, given quotes enough to reach
/// it. A split that the continuous optimum does not ask for could gain by rounding only and is not looked for. Owner:
/// the scoring thread. Bound: exact leg quotes a decision, a setting; mints looked at for paths a section
/// (<see cref="MintsMax"/>). Asked for Go decisions only.
/// </summary>
internal sealed partial class SplitRouter
{
    /// <summary>Newton's steps of the search for the input, two are usual; then it halves.</summary>
    private const int NewtonsMax = 8;

    private const int StepsMax = NewtonsMax + 64;

    /// <summary>
    /// A slope this near to 1 is at the top: the profit there is below the largest by the square of it.
    /// </summary>
    private const double NoGap = 1e-9;

    /// <summary>Boxes around ever better splits; each move gains a base unit, one or two are usual.</summary>
    private const int BoxesMax = 16;

    private readonly MarketGraph _graph;
    private readonly SplitQuotes _quotes;
    private readonly WaterFilling _water = new();
    private readonly SplitBox _box = new();
    private readonly SplitPath _before;
    private readonly SplitPath _after;
    private readonly SplitPath[] _branches = new SplitPath[SplitParts.MaxCount];
    private readonly CurveSegment[] _curves = new CurveSegment[SplitParts.MaxCount * WaterFilling.PiecesPerPool];
    private readonly int[] _pieces = new int[SplitParts.MaxCount];
    private readonly double[] _shares = new double[SplitParts.MaxCount];
    private readonly ulong[] _parts = new ulong[SplitParts.MaxCount];
    private readonly ulong[] _bestParts = new ulong[SplitParts.MaxCount];
    private int _count;
    private double _reach; // amount that the curves are laid out for
    private ulong _cap;
    private ulong _bestInput;
    private long _bestProfit;

    internal SplitRouter(MarketGraph graph)
    {
        _graph = graph;
        _quotes = new SplitQuotes(graph);
        _before = new SplitPath(graph, _quotes);
        _after = new SplitPath(graph, _quotes);
        for (int i = 0; i < _branches.Length; i++) _branches[i] = new SplitPath(graph, _quotes);
    }

    /// <summary>Exact quotes used by the last call.</summary>
    internal int QuotesUsed { get; private set; }

    /// <summary>How much more of the section's output the continuous optimum gives, as a share of it.</summary>
    private double ContinuousGain(int section, ulong amount)
    {
        if (_found[section] < 2) return 0;

        // PERF: over half of the sections end here: no other branch's first unit gives what the own one's last does.
        ReadOnlySpan<SplitBranch> found = Found(section);
        _branches[0].Set(in found[0]);
        CurveSlope slope = CurveSlope.One;
        _ = _branches[0].ContinuousOut(amount, ref slope);
        if (slope.Rate >= found[1].Rate) return 0;
        Open(section);
        if (!TryShares(amount, slope.Rate)) return 0;
        double together = 0;
        for (int i = 0; i < _count; i++) together += WaterFilling.Output(Curve(i), _shares[i]);
        double alone = WaterFilling.Output(Curve(0), amount);
        bool isSpread = false;
        for (int i = 1; i < _count; i++) isSpread |= _shares[i] >= 1;
        return isSpread && alone > 0 ? (together / alone) - 1 : 0;
    }

    private ReadOnlySpan<CurveSegment> Curve(int branch) =>
        _curves.AsSpan(branch * WaterFilling.PiecesPerPool, _pieces[branch]);

    private bool TryShares(double amount, double marginalRate = 0)
    {
        if (amount > _reach)
        {
            const int Room = WaterFilling.PiecesPerPool;
            _reach = 2 * amount; // larger ones come: the search begins at the unspread size
            _water.Clear(marginalRate);
            for (int i = 0; i < _count; i++)
            {
                _pieces[i] = _branches[i].CopyCurve(_curves.AsSpan(i * Room, Room), _reach);
                _water.Add(Curve(i), _reach);
            }
        }

        return _water.TryAllocate(amount, _shares);
    }

    /// <summary>Finds the section's best plan; false if the optimum uses one branch at most.</summary>
    private bool TrySearch(in Opportunity one, int first, int legs)
    {
        _before.Clear();
        _after.Clear();
        for (int leg = 0; leg < first; leg++) _before.Add(Edge(in one, leg));
        for (int leg = first + legs; leg < one.LegCount; leg++) _after.Add(Edge(in one, leg));
        Forget();
        Try(ContinuousInput(one.AmountInRaw));
        if (_bestProfit < one.GrossProfitRaw) SearchExactly(one.AmountInRaw);
        if (UsedBranches() < 2) return false;
        for (int box = 0; box < BoxesMax; box++)
        {
            long before = _bestProfit;
            LookInBox();
            if (_bestProfit == before) break;
        }

        return true;
    }

    private void Forget()
    {
        (_bestInput, _bestProfit) = (0, long.MinValue);
        Array.Clear(_bestParts);
    }

    /// <summary>Shrinking steps in exact quotes, where a pool gives less than its curve: half of the budget.</summary>
    private void SearchExactly(ulong centre)
    {
        int kept = _quotes.Left / 2;
        Forget();
        Try(centre);
        for (ulong step = centre / 4; step > centre / 4096 && _quotes.Left > kept;)
        {
            ulong at = _bestInput == 0 ? centre : _bestInput;
            Try(at + step);
            if (at > step) Try(at - step);
            if (_bestInput == 0 || _bestInput == at) step /= 4;
        }
    }

    /// <summary>
    /// Input of the largest continuous profit with the section spread: where the slope is 1, or the unit at which it
    /// falls past 1 because a piece ends. On one piece of all curves 1 / sqrt(slope) is nearly a straight line of the
    /// input, so Newton's step meets it at once; where it does not, because a piece ends on the way, halving does.
    /// </summary>
    private ulong ContinuousInput(ulong unspread)
    {
        (double low, double high, double at) = (0, double.PositiveInfinity, Math.Min(unspread, _cap));
        for (int step = 0; step < StepsMax; step++)
        {
            double gap = Gap(at, out double rise);
            if (Math.Abs(gap) < NoGap || (gap < 0 && at >= _cap)) break;
            if (gap < 0) low = at;
            else high = at;
            double next = step < NewtonsMax ? at - (gap / rise) : low;
            if (!(next > low) || !(next < high)) next = high < double.PositiveInfinity ? (low + high) / 2 : 4 * at;
            if (high - low <= 1) break;
            at = Math.Min(next, _cap);
        }

        return (ulong)Math.Clamp(Math.Round(at), 1, _cap);
    }

    /// <summary>
    /// 1 / sqrt(slope) - 1 of the route at an input with the section spread: below 0 while more input gains; and how
    /// much it rises with a unit of input. Infinity where the curves end.
    /// </summary>
    private double Gap(double input, out double rise)
    {
        rise = 0;
        CurveSlope slope = CurveSlope.One;
        double amount = _before.ContinuousOut(input, ref slope);
        if (!(amount > 0) || !TryShares(amount)) return double.PositiveInfinity;
        double output = 0;
        for (int i = 0; i < _count; i++) output += WaterFilling.Output(Curve(i), _shares[i]);
        slope.Follow(_water.Slope);
        _ = _after.ContinuousOut(output, ref slope);
        double root = 1 / Math.Sqrt(slope.Rate);
        rise = -slope.Bend / 2 * root;
        return root - 1;
    }

    /// <summary>Quotes the route at an input with the section spread; keeps it if it is the best.</summary>
    private void Try(ulong input)
    {
        if (input == 0 || input > _cap || _quotes.Left <= 0) return;
        ulong amount = _before.Out(input);
        if (amount == 0 || !TryShares(amount)) return;
        ulong given = 0;
        int largest = 0;
        for (int i = 0; i < _count; i++)
        {
            _parts[i] = (ulong)Math.Min(_shares[i], amount - given);
            given += _parts[i];
            if (_parts[i] > _parts[largest]) largest = i;
        }

        _parts[largest] += amount - given;
        ulong output = 0;
        for (int i = 0; i < _count; i++)
        {
            ulong part = _parts[i] == 0 ? 0 : _branches[i].Out(_parts[i]);
            if (part == 0) _parts[i] = 0; // too little to give anything: kept back
            output += part;
        }

        Keep(input, output == 0 ? 0 : _after.Out(output));
    }

    private void Keep(ulong input, ulong output)
    {
        if (output == 0 || output > long.MaxValue || (long)output - (long)input <= _bestProfit) return;
        (_bestProfit, _bestInput) = ((long)output - (long)input, input);
        _parts.CopyTo(_bestParts, 0);
    }

    /// <summary>Quotes every total of the box around the best split, from the middle outward.</summary>
    private void LookInBox()
    {
        int stepQuotes = 0;
        int middleQuotes = 0;
        for (int i = 0; i < _count; i++) stepQuotes += 5 * _branches[i].Count;
        for (int i = 0; i < _count; i++) middleQuotes += 3 * _branches[i].Count;
        stepQuotes += 2 * _count * ((3 * _before.Count) + _after.Count);
        int reach = Math.Min(SplitBox.ReachMax, (_quotes.Left - middleQuotes) / stepQuotes);
        if (reach < 1 || !_box.TryBuild(_branches.AsSpan(0, _count), _bestParts.AsSpan(0, _count), reach)) return;
        int middle = _box.Totals / 2;
        ulong centre = _bestInput;
        (ulong upInput, ulong downInput) = (centre, centre);
        (int up, int down) = (_box.NextTotal(middle), _box.LastTotal(middle));
        while (_quotes.Left > 0 && (up < _box.Totals || down >= 0))
        {
            int away = Math.Min(up - middle, down < 0 ? _box.Totals : middle - down);
            if (up - middle == away && up < _box.Totals)
            {
                TryTotal(up, ref upInput);
                up = _box.NextTotal(up + 1);
            }

            if (middle - down != away) continue;
            TryTotal(down, ref downInput);
            down = _box.LastTotal(down);
        }
    }

    private void TryTotal(int total, ref ulong guess)
    {
        _box.Total(total, out ulong amount, out ulong output);
        if (amount == 0) return;
        if (!_before.TryLeast(amount, 0, guess, out ulong input, out _)) return;
        guess = input;
        if (input > _cap) return;
        ulong final = _after.Out(output);
        if (final == 0 || final > long.MaxValue || (long)final - (long)input <= _bestProfit) return;
        _box.CopyParts(total, _parts);
        Keep(input, final);
    }

    private static int Edge(in Opportunity one, int leg) =>
        MarketGraph.Edge(one.Legs[leg].PoolId, (SwapDirection)one.Legs[leg].Direction);
}
