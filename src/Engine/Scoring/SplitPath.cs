using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Some legs in a row, quoted exactly as one: output of an input, and the least input of an output. Outputs never fall
/// as inputs rise until a pool has no more to give, so brackets find least inputs. Owner: the router that made it.
/// </summary>
internal sealed class SplitPath(MarketGraph graph, SplitPath.Budget budget)
{
    /// <summary>Doublings of a bracket before an output counts as out of reach.</summary>
    private const int DoublingsMax = 24;

    private readonly int[] _edges = new int[Legs.MaxCount];

    /// <summary>Exact leg quotes left, shared by the paths of a router.</summary>
    internal sealed class Budget
    {
        internal int QuotesLeft { get; set; }
    }

    /// <summary>Legs of the path; none passes amounts on unchanged.</summary>
    internal int Count { get; private set; }

    /// <summary>An edge of the path.</summary>
    internal int Edge(int index) => _edges[index];

    internal void Clear() => Count = 0;

    internal void Add(int edge) => _edges[Count++] = edge;

    /// <summary>Exact output, 0 if a quote fails.</summary>
    internal ulong Out(ulong amount)
    {
        for (int i = 0; i < Count && amount != 0; i++)
        {
            int pool = MarketGraph.EdgePool(_edges[i]);
            SwapRequest request = new()
            {
                Direction = MarketGraph.EdgeDirection(_edges[i]),
                AmountRaw = amount,
                Clock = graph.Clock(pool),
            };
            budget.QuotesLeft--;
            QuoteStatus status = graph.Pool(pool).Quote(in request, out SwapQuote quote);
            amount = status == QuoteStatus.Ok ? quote.AmountOutRaw : 0;
        }

        return amount;
    }

    /// <summary>Output of the curves that the graph keeps, as far as they go.</summary>
    internal double ContinuousOut(double amount)
    {
        for (int i = 0; i < Count; i++) amount = WaterFilling.Output(graph.Segments(_edges[i]), amount);
        return amount;
    }

    /// <summary>
    /// Least input above <paramref name="low"/>, which is known to give less, whose output is at least the target;
    /// false if none is within reach or the quotes end.
    /// </summary>
    internal bool TryLeast(ulong target, ulong low, ulong guess, out ulong input, out ulong output)
    {
        (input, output) = (target, target);
        if (Count == 0) return true;
        ulong at = Math.Max(guess, low + 1);
        ulong high = 0;
        ulong step = 1;
        bool isBracketed = false;
        int doublings = 0;
        while (high == 0 || high - low > 1)
        {
            if (budget.QuotesLeft <= 0 || (high == 0 && ++doublings > DoublingsMax)) return false;
            ulong given = Out(at);
            if (given >= target) (high, output) = (at, given);
            else (low, isBracketed) = (at, true);
            if (high == 0) at = low + step;
            else if (isBracketed || step >= high - low) at = low + ((high - low) / 2);
            else at = high - step;
            step *= 2;
        }

        input = high;
        return true;
    }

    /// <summary>The curve of a path of one leg or two as pieces; returns how many, 0 if a leg has none.</summary>
    internal int CopyCurve(Span<CurveSegment> destination)
    {
        ReadOnlySpan<CurveSegment> first = graph.Segments(_edges[0]);
        if (Count == 1)
        {
            int copied = Math.Min(first.Length, destination.Length);
            first[..copied].CopyTo(destination);
            return copied;
        }

        return Compose(first, graph.Segments(_edges[1]), destination);
    }

    /// <summary>
    /// Pieces of one curve after another, as many as fit. A composition of r x / (1 + c x) and s y / (1 + d y) is
    /// r s x / (1 + (c + r d) x), from the point both have reached.
    /// </summary>
    internal static int Compose(
        ReadOnlySpan<CurveSegment> first, ReadOnlySpan<CurveSegment> second, Span<CurveSegment> destination)
    {
        (int i, int j, int count) = (0, 0, 0);
        double into = 0;
        double intoSecond = 0;
        while (i < first.Length && j < second.Length && count < destination.Length)
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
            (into, intoSecond) = (into + x, intoSecond + (rate * x / (1 + (curvature * x))));
            if (room <= end) (i, into) = (i + 1, 0);
            if (end <= room) (j, intoSecond) = (j + 1, 0);
        }

        return count;
    }
}
