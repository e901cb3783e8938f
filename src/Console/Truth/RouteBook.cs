using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>A route as last sized by the engine.</summary>
internal sealed record StandingRoute(
    ulong AmountInRaw, ulong AmountOutRaw, long ProfitRaw, DecisionReason Reason, int[] Edges);

/// <summary>
/// The opportunities that stand: every route that the engine found profitable when one of its pools last changed.
/// When a pool is touched, the routes through it are forgotten, because the same event decides them again. Runs on the
/// market group's thread, after Scoring. Allocates: for checks and reports.
/// </summary>
internal sealed class RouteBook : IStage
{
    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly OpportunityRing _opportunities;
    private readonly Dictionary<string, StandingRoute> _routes = [];
    private readonly Dictionary<int, HashSet<string>> _routesOfPool = [];
    private readonly Dictionary<int, string> _addresses = [];

    public RouteBook(MarketGraph graph, TouchedPools touched, OpportunityRing opportunities)
    {
        _graph = graph;
        _touched = touched;
        _opportunities = opportunities;
    }

    public string Name => "route-book";

    /// <summary>Text key of a route: start mint, then pool addresses in order.</summary>
    public static string Key(string startMint, IEnumerable<string> pools) => startMint + ">" + string.Join('>', pools);

    /// <summary>The standing route, or null.</summary>
    public StandingRoute? Find(string key) => _routes.GetValueOrDefault(key);

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        foreach (ref MarketEvent e in batch)
        {
            if (_touched.Count != 0) Forget();
            for (int i = 0; i < e.OpportunityCount; i++) Remember(in _opportunities[e.OpportunityPosition + i]);
        }

        return batch.Length;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    private void Forget()
    {
        foreach (int poolId in _touched.Ids)
        {
            if (!_routesOfPool.TryGetValue(poolId, out HashSet<string>? keys)) continue;
            foreach (string key in keys) _routes.Remove(key);
            keys.Clear(); // another pool's set may still name such a key: removing it again does no harm
        }
    }

    private void Remember(in Opportunity o)
    {
        StringBuilder text = new();
        for (int i = 0; i < o.LegCount; i++)
        {
            Leg leg = o.Legs[i];
            if (i == 0) text.Append(_graph.Pool(leg.PoolId).InputMint((SwapDirection)leg.Direction).ToString());
            text.Append('>').Append(AddressOf(leg.PoolId));
        }

        string key = text.ToString();
        int[] edges = new int[o.LegCount];
        for (int i = 0; i < o.LegCount; i++)
        {
            int poolId = o.Legs[i].PoolId;
            edges[i] = MarketGraph.Edge(poolId, (SwapDirection)o.Legs[i].Direction);
            if (!_routesOfPool.TryGetValue(poolId, out HashSet<string>? keys)) _routesOfPool[poolId] = keys = [];
            keys.Add(key);
        }

        _routes[key] = new StandingRoute(o.AmountInRaw, o.AmountOutRaw, o.GrossProfitRaw, o.Reason, edges);
    }

    private string AddressOf(int poolId)
    {
        if (_addresses.TryGetValue(poolId, out string? address)) return address;
        return _addresses[poolId] = _graph.Pool(poolId).Address.ToString();
    }
}
