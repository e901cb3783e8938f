using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Some legs in a row, quoted exactly as one: output of an input, and the least input of an output. Outputs never fall
/// as inputs rise until a pool has no more to give, so brackets find least inputs. Owner: the router that made it.
/// </summary>
internal sealed class SplitPath(MarketGraph graph, SplitQuotes quotes)
{
    /// <summary>Doublings of a bracket before an output counts as out of reach.</summary>
    private const int DoublingsMax = 24;

    /// <summary>Units by which fees and outputs that are rounded put a least input beside the curve's.</summary>
    private const double RoundedRaw = 8;

    private readonly int[] _edges = new int[Legs.MaxCount];
    private readonly double[] _shift = new double[Legs.MaxCount];
    private readonly uint[] _fee = new uint[Legs.MaxCount]; // on the output, 1e-9, as the last quote says

    /// <summary>Legs of the path; none passes amounts on unchanged.</summary>
    internal int Count { get; private set; }

    /// <summary>An edge of the path.</summary>
    internal int Edge(int index) => _edges[index];

    internal void Clear() => Count = 0;

    internal void Add(int edge) => (_edges[Count], _fee[Count], _shift[Count++]) = (edge, 0, 0);

    /// <summary>Takes a branch's edges.</summary>
    internal void Set(in SplitBranch branch)
    {
        Clear();
        Add(branch.Edge);
        if (branch.Second >= 0) Add(branch.Second);
    }

    /// <summary>Exact output, 0 if a quote fails.</summary>
    internal ulong Out(ulong amount) => Out(0, amount);

    private ulong Out(int first, ulong amount)
    {
        for (int i = first; i < Count && amount != 0; i++) amount = LegOut(i, amount);
        return amount;
    }

    private ulong LegOut(int leg, ulong amount) => quotes.Out(_edges[leg], amount, out _fee[leg]);

    /// <summary>
    /// Output of the curves that the graph keeps, as far as they go; <paramref name="slope"/> goes on with theirs.
    /// </summary>
    internal double ContinuousOut(double amount, ref CurveSlope slope)
    {
        for (int i = 0; i < Count; i++) amount = WaterFilling.Output(Curve(i, amount), amount, ref slope);
        return amount;
    }

    /// <summary>
    /// Least input above <paramref name="low"/>, which is known to give less, whose output is at least the target;
    /// false if none is within reach or the quotes end. Leg by leg from the end: the least input of the whole is the
    /// least that gives the least of the rest.
    /// </summary>
    internal bool TryLeast(ulong target, ulong low, ulong guess, out ulong input, out ulong output)
    {
        (input, output) = (target, target);
        bool isKnown = true; // output is that of the legs behind, at exactly their least input
        for (int leg = Count - 1; leg >= 0; leg--)
        {
            ulong least = input;
            bool isFirst = leg == 0;
            if (!TryLeastOf(leg, least, isFirst ? low : 0, isFirst ? guess : least, out input, out ulong given))
                return false;
            if (leg == Count - 1) output = given;
            else if (given != least) (isKnown, output) = (isFirst, isFirst ? Out(1, given) : 0);
            else if (isFirst && !isKnown) output = Out(1, given);
        }

        return output >= target;
    }

    /// <summary>
    /// The same for one leg. The curve says where to look first, <paramref name="guess"/> where it ends. Programs round
    /// against the user, so the exact one is seldom far above; where it is, the next one will be as far. PERF: two
    /// quotes are usual.
    /// </summary>
    private bool TryLeastOf(int leg, ulong target, ulong low, ulong guess, out ulong input, out ulong output)
    {
        (input, output) = (0, 0);
        double curve = WaterFilling.Input(graph.NearSegments(_edges[leg]), target);
        if (double.IsNaN(curve)) curve = WaterFilling.Input(graph.Segments(_edges[leg]), target);
        curve = Math.Ceiling(curve - Math.Max(1e-6, curve * 1e-15)); // roundings of doubles only
        double near = curve + _shift[leg];
        ulong at = Math.Max(near >= 1 && near < InputSizer.AmountMax ? (ulong)near : guess, low + 1);
        if (quotes.Left <= 0) return false;
        ulong least = LeastBehindFee(leg, target, low, out ulong leastOut);
        ulong enough = least; // and up to here the output is known to be enough
        ulong high = 0;
        ulong step = 1;
        bool isBracketed = false;
        int doublings = 0;
        while (high == 0 || high - low > 1)
        {
            if (quotes.Left <= 0 || (high == 0 && ++doublings > DoublingsMax)) return false;
            ulong given = leastOut;
            if (least == 0 || at > enough) given = LegOut(leg, at);
            else quotes.Charge();
            if (at < least) given = 0;
            else if (least != 0 && given >= target) enough = Math.Max(enough, at);
            if (given >= target) (high, output) = (at, given);
            else (low, isBracketed) = (at, true);
            if (high == 0) at = low + step;
            else if (isBracketed || step >= high - low) at = low + ((high - low) / 2);
            else at = high - step;
            step *= 2;
        }

        input = high;
        double shift = high - curve;
        _shift[leg] = Math.Abs(shift) > RoundedRaw ? shift : 0; // and 0 where the curve ends
        return true;
    }

    /// <summary>
    /// The same where the fee is taken from the output: there whole units before the fee count, each worth many of
    /// input, and halving takes a dozen quotes where these two or three tell; 0 if they do not. PERF: not counted, as
    /// the search that counts is then followed without its quotes.
    /// </summary>
    private ulong LeastBehindFee(int leg, ulong target, ulong low, out ulong output)
    {
        output = 0;
        if (_fee[leg] == 0) return 0;
        double curve = WaterFilling.Input(graph.NearSegments(_edges[leg]), LegStep.Needed(target, _fee[leg]));
        if (!(curve < InputSizer.AmountMax)) return 0;
        ulong at = Math.Max((ulong)Math.Ceiling(curve - Math.Max(1e-6, curve * 1e-15)), low + 1);
        output = quotes.Peek(_edges[leg], at, out _);
        if (output < target) output = quotes.Peek(_edges[leg], ++at, out _);
        if (output < target) return 0;
        if (at - 1 == low || quotes.Peek(_edges[leg], at - 1, out _) < target) return at;
        return 0;
    }

    /// <summary>
    /// The curve of a path of one leg or two as pieces, those that an input of <paramref name="reach"/> can reach;
    /// returns how many, 0 if a leg has none.
    /// </summary>
    internal int CopyCurve(Span<CurveSegment> destination, double reach)
    {
        ReadOnlySpan<CurveSegment> first = Curve(0, reach);
        if (Count > 1) return Compose(first, Curve(1, reach * graph.Rate(_edges[0])), destination, reach);
        int count = 0;
        for (double into = 0; count < Math.Min(first.Length, destination.Length) && into < reach; count++)
        {
            destination[count] = first[count];
            if (IsUsable(in first[count])) into += first[count].AmountInMax;
        }

        return count;
    }

    /// <summary>
    /// A leg's curve as far as an input reaches, if it goes so far; most do not leave the nearest pieces.
    /// </summary>
    private ReadOnlySpan<CurveSegment> Curve(int leg, double reach)
    {
        ReadOnlySpan<CurveSegment> near = graph.NearSegments(_edges[leg]);
        foreach (ref readonly CurveSegment piece in near)
        {
            if (IsUsable(in piece)) reach -= piece.AmountInMax;
            if (reach < 0) return near;
        }

        return graph.Segments(_edges[leg]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUsable(in CurveSegment piece) => piece.RateOut > 0 && piece.AmountInMax > 0;

    /// <summary>
    /// Pieces of one curve after another, as many as fit and <paramref name="reachRaw"/> can reach. A
    /// composition of r x / (1 + c x) and s y / (1 + d y) is r s x / (1 + (c + r d) x), from the point both have
    /// reached.
    /// </summary>
    internal static int Compose(
        ReadOnlySpan<CurveSegment> first,
        ReadOnlySpan<CurveSegment> second,
        Span<CurveSegment> destination,
        double reachRaw = double.PositiveInfinity)
    {
        (int i, int j, int count) = (0, 0, 0);
        double into = 0;
        double intoSecond = 0;
        double reached = 0;
        while (i < first.Length && j < second.Length && count < destination.Length && reached < reachRaw)
        {
            double below = 1 + (first[i].Curvature * into);
            double rate = first[i].RateOut / (below * below);
            double curvature = first[i].Curvature / below;
            double belowSecond = 1 + (second[j].Curvature * intoSecond);
            double rateSecond = second[j].RateOut / (belowSecond * belowSecond);
            double curvatureSecond = second[j].Curvature / belowSecond;
            double room = first[i].AmountInMax - into;
            double roomSecond = second[j].AmountInMax - intoSecond;

            // The input that fills the second leg's piece: y = r x / (1 + c x) solved for x, if y can be reached.
            double reach = rate - (curvature * roomSecond);
            double end = double.IsFinite(roomSecond) && reach > 0 ? roomSecond / reach : double.PositiveInfinity;
            double x = Math.Min(room, end);
            destination[count++] = new CurveSegment
            {
                RateOut = rate * rateSecond,
                Curvature = curvature + (rate * curvatureSecond),
                AmountInMax = x,
            };
            if (!double.IsFinite(x)) break;
            if (x > 0) reached += x;
            (into, intoSecond) = (into + x, intoSecond + (rate * x / (1 + (curvature * x))));
            if (room <= end) (i, into) = (i + 1, 0);
            if (end <= room) (j, intoSecond) = (j + 1, 0);
        }

        return count;
    }
}
