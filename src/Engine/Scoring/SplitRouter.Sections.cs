using System;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>A branch of a section.</summary>
/// <param name="Edge">Its edge.</param>
/// <param name="Second">The second edge of a path, else -1.</param>
/// <param name="Rate">Marginal rate, of a path the product; 0 for the section's own legs.</param>
internal readonly record struct SplitBranch(int Edge, int Second, double Rate);

/// <summary>
/// The sections of a route, legs and pairs of legs in a row, and the branches of each: found once for a plan, a list
/// of edges each, and opened where a section's curves are looked at.
/// </summary>
internal sealed partial class SplitRouter
{
    /// <summary>Third mints looked at for a section's paths.</summary>
    internal const int MintsMax = 128;

    private const int SectionsMax = 2 * Legs.MaxCount;

    private readonly SplitBranch[] _lists = new SplitBranch[SectionsMax * SplitParts.MaxCount];
    private readonly int[] _found = new int[SectionsMax];
    private Vector256<int> _routePools;

    /// <summary>Number of a section.</summary>
    internal static int Section(int leg, int legs) => leg + ((legs - 1) * Legs.MaxCount);

    /// <summary>A section's branches, its own first.</summary>
    internal ReadOnlySpan<SplitBranch> Found(int section) =>
        _lists.AsSpan(section * SplitParts.MaxCount, _found[section]);

    /// <summary>Finds all sections' branches.</summary>
    private void Collect(in Opportunity one)
    {
        _routePools = Vector256.Create(-1);
        for (int leg = 0; leg < one.LegCount; leg++)
            _routePools = _routePools.WithElement(leg, one.Legs[leg].PoolId);
        for (int span = 1; span <= 2 && span < one.LegCount; span++)
        {
            for (int leg = 0; leg + span <= one.LegCount; leg++) Collect(in one, leg, span);
        }
    }

    /// <summary>The section's branches, its own first, the others by marginal rate.</summary>
    private void Collect(in Opportunity one, int first, int legs)
    {
        int section = Section(first, legs);
        Span<SplitBranch> list = _lists.AsSpan(section * SplitParts.MaxCount, SplitParts.MaxCount);
        list[0] = new SplitBranch(Edge(in one, first), legs > 1 ? Edge(in one, first + 1) : -1, 0);
        int count = 1;
        int from = _graph.EdgeFrom(Edge(in one, first));
        int to = _graph.EdgeTo(Edge(in one, first + legs - 1));
        int pair = _graph.FindPair(from, to);
        if (pair >= 0)
        {
            foreach (int pool in _graph.PairPools(pair))
            {
                if (!IsOnRoute(pool)) Offer(list, ref count, _graph.PoolEdge(pool, pair), -1);
            }
        }

        // Paths through a third mint, from the end that has fewer neighbours.
        bool isFromEnd = _graph.Neighbours(to).Length < _graph.Neighbours(from).Length;
        ReadOnlySpan<int> mints = _graph.Neighbours(isFromEnd ? to : from);
        ReadOnlySpan<int> pairs = _graph.PairsOut(isFromEnd ? to : from);
        for (int i = 0; i < Math.Min(mints.Length, MintsMax); i++)
        {
            if (mints[i] == from || mints[i] == to) continue;
            int other = isFromEnd ? _graph.FindPair(from, mints[i]) : _graph.FindPair(mints[i], to);
            if (other < 0) continue;
            (int into, int onward) = isFromEnd ? (other, pairs[i] ^ 1) : (pairs[i], other);

            // PERF: pools are looked for only where the best of all of them would be taken.
            double most = _graph.BestRate(into) * _graph.BestRate(onward);
            if (!(most > (count < SplitParts.MaxCount ? 0 : list[^1].Rate))) continue;
            (into, onward) = (BestOffRoute(into), BestOffRoute(onward));
            if (into >= 0 && onward >= 0) Offer(list, ref count, into, onward);
        }

        _found[section] = count;
    }

    private int BestOffRoute(int pair)
    {
        int best = _graph.BestEdge(pair);
        if (best < 0 || !IsOnRoute(MarketGraph.EdgePool(best))) return best;
        best = -1;
        foreach (int pool in _graph.PairPools(pair))
        {
            int edge = _graph.PoolEdge(pool, pair);
            if (_graph.Rate(edge) > (best < 0 ? 0 : _graph.Rate(best)) && !IsOnRoute(pool)) best = edge;
        }

        return best;
    }

    /// <summary>Takes a branch if it is among the best by marginal rate (ties: the one offered first).</summary>
    private void Offer(Span<SplitBranch> list, ref int count, int edge, int second)
    {
        double rate = _graph.Rate(edge) * (second < 0 ? 1 : _graph.Rate(second));
        if (!(rate > 0)) return;
        int at = count;
        while (at > 1 && list[at - 1].Rate < rate) at--;
        if (at == list.Length) return;
        if (count < list.Length) count++;
        for (int i = count - 1; i > at; i--) list[i] = list[i - 1];
        list[at] = new SplitBranch(edge, second, rate);
    }

    private bool IsOnRoute(int pool) => Vector256.EqualsAny(_routePools, Vector256.Create(pool));

    /// <summary>Takes a section's branches as those to quote.</summary>
    private void Open(int section)
    {
        ReadOnlySpan<SplitBranch> found = Found(section);
        _count = found.Length;
        for (int i = 0; i < _count; i++) _branches[i].Set(in found[i]);
        _reach = 0;
    }
}
