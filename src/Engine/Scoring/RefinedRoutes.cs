using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>What refining found for a route, and for which curves.</summary>
internal struct RefinedRoute
{
    /// <summary>Marks of the legs (<see cref="RefinedRoutes.Mark"/>).</summary>
    internal LegMarks Legs;

    /// <summary>Number of legs; 0 if the row is empty.</summary>
    internal int LegCount;

    /// <summary>Largest input that was allowed.</summary>
    internal ulong CapRaw;

    /// <summary>True if <see cref="Size"/> holds.</summary>
    internal bool IsSized;

    /// <summary>The size found.</summary>
    internal FoundSize Size;

    /// <summary>
    /// What the split was looked for with (<see cref="SplitRouter"/>): the marks of all branches, and the size.
    /// </summary>
    internal UInt128 SplitMark;

    /// <summary>The split found; all zero if there is none.</summary>
    internal SplitPlan Plan;
}

/// <summary>Marks of a route's legs.</summary>
[InlineArray(Legs.MaxCount)]
internal struct LegMarks
{
    private ulong _first;
}

/// <summary>The end of a sizing: the input, and what is known of it.</summary>
internal struct FoundSize
{
    /// <summary>Best input found and its exact profit, base units.</summary>
    internal ulong InputRaw;

    /// <summary>Exact profit of it.</summary>
    internal long Profit;

    /// <summary>Continuous optimum.</summary>
    internal double ContinuousInput;

    /// <summary>Its profit.</summary>
    internal double ContinuousProfit;

    /// <summary>Looseness of the bound.</summary>
    internal double BoundSlack;

    /// <summary>True if the bound holds.</summary>
    internal bool BoundHolds;

    /// <summary>True if the neighbourhood was quoted and nothing is better.</summary>
    internal bool IsLocalMaximum;
}

/// <summary>
/// Remembers the last refined size and split of routes, so that a route that is taken again on the very same curves (an
/// event that touches its pools and changes none of their quotes, as the clock does) is not searched again. The graph's
/// version numbers say what is the same. One row a route, by hash; another route of that hash takes the row. Owner: the
/// scoring thread. Memory: 190 KB.
/// </summary>
internal sealed class RefinedRoutes(MarketGraph graph)
{
    private const int RowBits = 9;
    private const ulong Spread = 0x9E3779B97F4A7C15; // 2^64 over the golden ratio

    private readonly RefinedRoute[] _rows = new RefinedRoute[1 << RowBits];

    /// <summary>The row of a route: what is known for its curves as they are, else empty.</summary>
    internal ref RefinedRoute Row(ReadOnlySpan<int> edges, ulong capRaw)
    {
        ulong hash = 0;
        foreach (int edge in edges) hash = (hash + (ulong)edge + 1) * Spread;
        ref RefinedRoute row = ref _rows[hash >> (64 - RowBits)];
        bool isKnown = row.LegCount == edges.Length && row.CapRaw == capRaw;
        for (int leg = 0; leg < edges.Length; leg++)
        {
            ulong mark = Mark(graph, edges[leg]);
            isKnown &= row.Legs[leg] == mark;
            row.Legs[leg] = mark;
        }

        if (isKnown) return ref row;
        (row.LegCount, row.CapRaw, row.IsSized, row.SplitMark) = (edges.Length, capRaw, false, 0);
        return ref row;
    }

    /// <summary>A number that only this edge has, and only while its quotes stay as they are.</summary>
    internal static ulong Mark(MarketGraph graph, int edge) =>
        (graph.Version(MarketGraph.EdgePool(edge)) << 1) | (uint)MarketGraph.EdgeDirection(edge);
}
