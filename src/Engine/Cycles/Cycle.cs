using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Cycles;

/// <summary>The directed edges of a cycle in order.</summary>
[InlineArray(Legs.MaxCount)]
public struct CycleEdges
{
    private int _first;
}

/// <summary>
/// A profitable cycle in canonical rotation: the leg with the lowest pool id first. Mints and pools are each distinct.
/// Two cycles are the same exactly if their edges in this order are.
/// </summary>
public struct Cycle
{
    /// <summary>Number of legs.</summary>
    public int LegCount;

    /// <summary>Edges of the market graph, canonical order.</summary>
    public CycleEdges Edges;

    /// <summary>Product of the marginal rates in canonical order; above 1.</summary>
    public double MarginalProduct;

    /// <summary>
    /// Order of cycles of one event: higher product first, then by edges, so that nothing depends on how they were
    /// found.
    /// </summary>
    internal static int Compare(in Cycle left, in Cycle right)
    {
        if (left.MarginalProduct != right.MarginalProduct) return left.MarginalProduct > right.MarginalProduct ? -1 : 1;
        if (left.LegCount != right.LegCount) return left.LegCount - right.LegCount;
        for (int i = 0; i < left.LegCount; i++)
        {
            if (left.Edges[i] != right.Edges[i]) return left.Edges[i] - right.Edges[i];
        }

        return 0;
    }
}
