using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>A route as last sized by the engine.</summary>
internal sealed record StandingRoute(ulong AmountInRaw, ulong AmountOutRaw, long ProfitRaw, DecisionReason Reason);

/// <summary>
/// The opportunities that stand: every route that the engine found profitable when one of its pools last changed.
/// When a pool is touched, the routes through it are forgotten, because the same event decides them anew. Runs on the
/// market group's thread, after Scoring. Allocates: for checks and reports.
/// </summary>
internal sealed class RouteBook : IStage
{
    private readonly MarketGraph _graph;
    private readonly TouchedPools _touched;
    private readonly OpportunityRing _opportunities;
    private readonly Dictionary<string, (StandingRoute Route, int[] Pools)> _routes = [];
    private readonly List<string> _forgotten = [];

    public RouteBook(MarketGraph graph, TouchedPools touched, OpportunityRing opportunities)
    {
        _graph = graph;
        _touched = touched;
        _opportunities = opportunities;
    }

    public string Name => "route-book";

    /// <summary>Routes standing.</summary>
    public int Count => _routes.Count;

    /// <summary>Text key of a route: start mint, then pool addresses in order.</summary>
    public static string Key(string startMint, IEnumerable<string> pools) => startMint + ">" + string.Join('>', pools);

    /// <summary>The standing route, or null.</summary>
    public StandingRoute? Find(string key) => _routes.TryGetValue(key, out var found) ? found.Route : null;

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
        _forgotten.Clear();
        foreach ((string key, (StandingRoute _, int[] pools)) in _routes)
        {
            foreach (int poolId in pools)
            {
                if (!_touched.Contains(poolId)) continue;
                _forgotten.Add(key);
                break;
            }
        }

        foreach (string key in _forgotten) _routes.Remove(key);
    }

    private void Remember(in Opportunity o)
    {
        StringBuilder key = new();
        int[] pools = new int[o.LegCount];
        for (int i = 0; i < o.LegCount; i++)
        {
            Leg leg = o.Legs[i];
            Pool pool = _graph.Pool(leg.PoolId);
            if (i == 0) key.Append(pool.InputMint((SwapDirection)leg.Direction).ToString());
            key.Append('>').Append(pool.Address.ToString());
            pools[i] = leg.PoolId;
        }

        _routes[key.ToString()] = (new StandingRoute(o.AmountInRaw, o.AmountOutRaw, o.GrossProfitRaw, o.Reason), pools);
    }
}
