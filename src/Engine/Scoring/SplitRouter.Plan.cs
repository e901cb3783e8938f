using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// A decision's plan, and what it depends on as one number: the size it starts from, and for each section its branches,
/// as their pools' versions. Pools that a section passed over count only by having been passed over.
/// </summary>
internal sealed partial class SplitRouter
{
    /// <summary>Odd, with both halves mixed.</summary>
    private static readonly UInt128 Spread = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    private readonly double[] _gains = new double[SectionsMax]; // of the sections not looked at

    /// <summary>Writes the best plan into the opportunity; leaves it alone if none gains.</summary>
    internal void Plan(ref Opportunity one, ulong capRaw, int quotesMax)
    {
        RefinedRoute nothing = default;
        Plan(ref one, capRaw, quotesMax, ref nothing);
    }

    /// <summary>
    /// The same, unless all that the plan depends on is as it was for the one that is known; the plan is kept there.
    /// </summary>
    internal void Plan(ref Opportunity one, ulong capRaw, int quotesMax, ref RefinedRoute known)
    {
        _cap = Math.Min(capRaw, long.MaxValue);
        _quotes.Begin(quotesMax);
        QuotesUsed = 0;
        _graph.EnsureTopology();
        Collect(in one);
        UInt128 mark = MarkOf(in one);
        if (known.SplitMark != UInt128.Zero && known.SplitMark == mark)
        {
            one.Split = known.Plan;
            return;
        }

        for (int span = 1; span <= 2 && span < one.LegCount; span++)
        {
            for (int leg = 0; leg + span <= one.LegCount; leg++)
                _gains[Section(leg, span)] = ContinuousGain(Section(leg, span), one.Legs[leg].AmountInRaw);
        }

        while (TryBest(in one, out int first, out int legs) && _quotes.Left > 0)
        {
            _gains[Section(first, legs)] = 0;
            Open(Section(first, legs));
            if (TryDecide(ref one, first, legs)) break;
        }

        QuotesUsed = quotesMax - _quotes.Left;
        (known.SplitMark, known.Plan) = (mark, one.Split);
    }

    /// <summary>The section that gains most of those not looked at; false if none gains.</summary>
    private bool TryBest(in Opportunity one, out int first, out int legs)
    {
        (first, legs, double best) = (0, 0, 0);
        for (int span = 1; span <= 2 && span < one.LegCount; span++)
        {
            for (int leg = 0; leg + span <= one.LegCount; leg++)
            {
                double gain = _gains[Section(leg, span)];
                if (gain > best) (first, legs, best) = (leg, span, gain);
            }
        }

        return legs != 0;
    }

    /// <summary>
    /// Looks for the best plan of a section and writes it if it gains; false if the section's best is another branch
    /// alone, which is another route.
    /// </summary>
    private bool TryDecide(ref Opportunity one, int first, int legs)
    {
        if (!TrySearch(in one, first, legs)) return false;
        if (UsedBranches() > 1 && _bestProfit > one.GrossProfitRaw) Write(ref one, first, legs);
        return true;
    }

    private int UsedBranches()
    {
        int used = 0;
        for (int i = 0; i < _count; i++) used += _bestParts[i] != 0 ? 1 : 0;
        return used;
    }

    /// <summary>The number of a route as it is now, once its branches are found.</summary>
    private UInt128 MarkOf(in Opportunity one)
    {
        UInt128 mark = (new UInt128(one.AmountInRaw, (ulong)one.GrossProfitRaw) + 1) * Spread;
        for (int span = 1; span <= 2 && span < one.LegCount; span++)
        {
            for (int leg = 0; leg + span <= one.LegCount; leg++)
            {
                // Both edges of a branch in one number: none is 0, and a single edge leaves the second at 0.
                foreach (ref readonly SplitBranch branch in Found(Section(leg, span)))
                {
                    ulong second = branch.Second < 0 ? 0 : RefinedRoutes.Mark(_graph, branch.Second);
                    mark = Mixed(mark, new UInt128(second, RefinedRoutes.Mark(_graph, branch.Edge)));
                }

                mark = Mixed(mark, 0);
            }
        }

        return mark;
    }

    private static UInt128 Mixed(UInt128 mark, UInt128 next)
    {
        UInt128 sum = (mark ^ (mark >> 67)) + next;
        return (sum + 1) * Spread;
    }

    private void Write(ref Opportunity one, int first, int legs)
    {
        one.Split = default;
        one.Split.GainRaw = _bestProfit - one.GrossProfitRaw;
        one.Split.AmountInRaw = _bestInput;
        (one.Split.Leg, one.Split.LegCount) = ((byte)first, (byte)legs);
        for (int i = 0; i < _count; i++)
        {
            if (_bestParts[i] == 0) continue;
            ref SplitPart part = ref one.Split.Parts[one.Split.Count++];
            part.PoolId = MarketGraph.EdgePool(_branches[i].Edge(0));
            part.SecondPoolId = _branches[i].Count > 1 ? MarketGraph.EdgePool(_branches[i].Edge(1)) : -1;
            part.AmountInRaw = _bestParts[i];
        }
    }
}
