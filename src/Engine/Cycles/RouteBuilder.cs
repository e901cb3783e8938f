using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>Turns a cycle and a start into the route part of an opportunity.</summary>
public static class RouteBuilder
{
    /// <summary>
    /// Fills legs, start mint, product, digest, slot and age. <paramref name="start"/> is the leg the route begins
    /// with.
    /// </summary>
    public static void Fill(ref Opportunity one, MarketGraph graph, in Cycle cycle, int start, ulong eventSlot)
    {
        one.LegCount = (byte)cycle.LegCount;
        one.MarginalProduct = cycle.MarginalProduct;
        one.BaseMintId = graph.EdgeFrom(cycle.Edges[start]);
        ulong newest = 0;
        ulong oldest = ulong.MaxValue;
        ulong digest = graph.Mint(one.BaseMintId).Tag;
        int at = start;
        for (int i = 0; i < cycle.LegCount; i++)
        {
            int edge = cycle.Edges[at];
            if (++at == cycle.LegCount) at = 0;
            int pool = MarketGraph.EdgePool(edge);
            one.Legs[i].PoolId = pool;
            one.Legs[i].Direction = (byte)MarketGraph.EdgeDirection(edge);
            ulong slot = graph.StateSlot(pool);
            newest = Math.Max(newest, slot);
            oldest = Math.Min(oldest, slot);
            digest = Mix(digest ^ graph.PoolTag(pool), one.Legs[i].Direction);
        }

        one.Slot = newest;
        one.RouteDigest = digest;
        ulong now = Math.Max(eventSlot, newest);
        one.StateAgeSlotsMax = (uint)Math.Min(now - oldest, uint.MaxValue);
    }

    /// <summary>Order-dependent 64-bit mix, so that A-B-C and A-C-B differ.</summary>
    private static ulong Mix(ulong hash, byte direction)
    {
        hash = (hash + direction + 1) * 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }
}
