using System;
using System.Runtime.CompilerServices;
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
        // PERF: spans of the legs, nothing read back that was written (CycleFinderBenchmark.OpportunitiesUpTo3).
        ReadOnlySpan<int> edges = ((ReadOnlySpan<int>)cycle.Edges)[..cycle.LegCount];
        Span<Leg> legs = ((Span<Leg>)one.Legs)[..edges.Length];
        int mint = graph.EdgeFrom(edges[start]);
        ulong newest = 0;
        ulong oldest = ulong.MaxValue;
        ulong digest = graph.MintTag(mint);
        int at = start;
        foreach (ref Leg leg in legs)
        {
            int edge = edges[at];
            if (++at == edges.Length) at = 0;
            int pool = MarketGraph.EdgePool(edge);
            byte direction = (byte)MarketGraph.EdgeDirection(edge);
            leg.PoolId = pool;
            leg.Direction = direction;
            ulong slot = graph.StateSlot(pool);
            newest = Math.Max(newest, slot);
            oldest = Math.Min(oldest, slot);
            digest = Mix(digest ^ graph.PoolTag(pool), direction);
        }

        one.LegCount = (byte)edges.Length;
        one.MarginalProduct = cycle.MarginalProduct;
        one.BaseMintId = mint;
        one.Slot = newest;
        one.RouteDigest = digest;
        ulong now = Math.Max(eventSlot, newest);
        one.StateAgeSlotsMax = (uint)Math.Min(now - oldest, uint.MaxValue);
    }

    /// <summary>Order-dependent 64-bit mix, so that A-B-C and A-C-B differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, byte direction)
    {
        hash = (hash + direction + 1) * 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }
}
