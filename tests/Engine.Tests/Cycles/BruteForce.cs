using System;
using System.Collections.Generic;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;

namespace LowLatency.Engine.Tests.Cycles;

/// <summary>Random graphs and the plain enumeration of their cycles: no pairs, no bounds, no pruning.</summary>
internal static class BruteForce
{
    internal static readonly ChainClock Clock = new(1, 1, 1);

    internal static MarketGraph RandomGraph(Random random, int mints, int pools, double noise)
    {
        MarketGraph graph = new(mints + 4, pools, 1);
        double[] price = new double[mints];
        for (int i = 0; i < mints; i++) price[i] = Math.Exp((random.NextDouble() - 0.5) * 8);
        for (int i = 0; i < pools; i++)
        {
            int a = random.Next(mints);
            int b = (a + 1 + random.Next(mints - 1)) % mints;
            double depth = 1e9 * Math.Exp(random.NextDouble() * 6);
            double error = Math.Exp((random.NextDouble() - 0.5) * 2 * noise);
            bool empty = random.Next(12) == 0;
            TestPool pool = TestPool.Of(
                i, a, b, empty ? 0 : (ulong)(depth / price[a]), (ulong)(depth * error / price[b]),
                (uint)random.Next(0, 4) * 1000);
            int id = graph.AddPool(pool);
            graph.SetState(id, random.Next(20) == 0 ? PoolState.Torn : PoolState.Coherent, 1);
            graph.Refresh(id, Clock);
        }

        return graph;
    }

    /// <summary>Canonical texts of all profitable cycles through a pool, or of the whole graph for pool -1.</summary>
    internal static SortedSet<string> Cycles(MarketGraph graph, int pool, int maxHops, HashSet<int> baseMints)
    {
        SortedSet<string> found = [];
        ForEach(graph, pool, maxHops, baseMints, (edges, product) =>
        {
            if (product > 1) found.Add(Text(graph, edges));
        });
        return found;
    }

    /// <summary>The first of all cycles through a pool in their order, whether it gains or not.</summary>
    internal static Cycle? Best(MarketGraph graph, int pool, int maxHops, HashSet<int> baseMints)
    {
        Cycle? best = null;
        ForEach(graph, pool, maxHops, baseMints, (edges, product) =>
        {
            Cycle cycle = new() { LegCount = edges.Count, MarginalProduct = product };
            for (int i = 0; i < edges.Count; i++) cycle.Edges[i] = edges[i];
            if (best is null || Cycle.Compare(cycle, best.Value) < 0) best = cycle;
        });
        return best;
    }

    private static void ForEach(
        MarketGraph graph, int pool, int maxHops, HashSet<int> baseMints, Action<List<int>, double> seen)
    {
        List<int> path = [];
        List<int>[] from = new List<int>[graph.MintCount];
        for (int mint = 0; mint < from.Length; mint++) from[mint] = [];
        for (int edge = 0; edge < graph.EdgeCount; edge++) from[graph.EdgeFrom(edge)].Add(edge);
        for (int edge = 0; edge < graph.EdgeCount; edge++)
        {
            if (pool < 0 || edge >> 1 == pool) Walk(graph, from, edge, path, maxHops, baseMints, seen);
        }
    }

    internal static string Text(MarketGraph graph, IReadOnlyList<int> edges)
    {
        int first = 0;
        for (int i = 1; i < edges.Count; i++)
        {
            if (edges[i] < edges[first]) first = i;
        }

        List<string> parts = [];
        for (int i = 0; i < edges.Count; i++)
        {
            int edge = edges[(first + i) % edges.Count];
            parts.Add($"{edge >> 1}{((edge & 1) == 0 ? '>' : '<')}");
        }

        _ = graph;
        return string.Join(' ', parts);
    }

    internal static string Text(MarketGraph graph, in Cycle cycle)
    {
        List<int> edges = [];
        for (int i = 0; i < cycle.LegCount; i++) edges.Add(cycle.Edges[i]);
        return Text(graph, edges);
    }

    private static void Walk(
        MarketGraph graph, List<int>[] from, int edge, List<int> path, int maxHops, HashSet<int> baseMints,
        Action<List<int>, double> seen)
    {
        if (!(graph.Rate(edge) > 0)) return;
        foreach (int before in path)
        {
            if (before >> 1 == edge >> 1) return;
            if (graph.EdgeFrom(before) == graph.EdgeFrom(edge)) return;
        }

        path.Add(edge);
        if (path.Count >= 2 && graph.EdgeTo(edge) == graph.EdgeFrom(path[0])) Close(graph, path, baseMints, seen);
        else if (path.Count < maxHops)
        {
            foreach (int next in from[graph.EdgeTo(edge)])
                Walk(graph, from, next, path, maxHops, baseMints, seen);
        }

        path.RemoveAt(path.Count - 1);
    }

    private static void Close(
        MarketGraph graph, List<int> path, HashSet<int> baseMints, Action<List<int>, double> seen)
    {
        bool touches = baseMints.Count == 0;
        foreach (int edge in path) touches |= baseMints.Contains(graph.EdgeFrom(edge));
        if (!touches) return;
        int first = 0;
        for (int i = 1; i < path.Count; i++)
        {
            if (path[i] < path[first]) first = i;
        }

        List<int> canonical = [];
        double product = 1;
        for (int i = 0; i < path.Count; i++)
        {
            canonical.Add(path[(first + i) % path.Count]);
            product *= graph.Rate(canonical[i]);
        }

        seen(canonical, product);
    }
}
