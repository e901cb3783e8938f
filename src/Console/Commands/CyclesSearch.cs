using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// Every profitable cycle of a graph, each once, sized in the pools' own integers. A dense graph has more of them than
/// anybody waits for (4,000 pools of 40 mints: millions of three legs), so it ends where it is told to or its time is
/// up, and says which pools were not searched. Kept are the routes to be shown, at most <see cref="ListedMax"/>.
/// </summary>
internal sealed class CyclesSearch
{
    /// <summary>Most routes listed: some 100 MB of text.</summary>
    internal const int ListedMax = 1_000_000;

    private const int CallSteps = 1 << 24; // some 20 ms: as long as Ctrl-C may wait for a call of the search
    private const int LookInterval = 64; // routes sized between looks at the time, up to a millisecond each
    private readonly MarketGraph _graph;
    private readonly SearchSettings _settings;
    private readonly CycleFinder _finder;
    private readonly InputSizer _sizer;
    private readonly List<SizedRoute> _best = [];
    private readonly int _shown;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _stop;
    private readonly TextWriter _errors;
    private long _started;
    private long _told;
    private bool _isLate;

    /// <summary>A search that keeps the <paramref name="shown"/> best routes, 0 for all.</summary>
    internal CyclesSearch(
        MarketGraph graph,
        SearchSettings settings,
        int shown,
        TimeSpan limit,
        CancellationToken stop,
        TextWriter errors)
    {
        _graph = graph;
        _settings = settings;
        _finder = new CycleFinder(graph, settings);
        _sizer = new InputSizer(graph, settings.MinimumInputRaw);
        _shown = shown <= 0 ? ListedMax : Math.Min(shown, ListedMax);
        _limit = limit;
        _stop = stop;
        _errors = errors;
    }

    /// <summary>The best routes, best first.</summary>
    internal IReadOnlyList<SizedRoute> Best => _best;

    /// <summary>Profitable cycles found.</summary>
    internal long Cycles { get; private set; }

    /// <summary>Routes sized: cycles by the mints that they may start with.</summary>
    internal long Routes { get; private set; }

    /// <summary>Pools, from the first, all of whose cycles with later ones were found and sized.</summary>
    internal int PoolsSearched { get; private set; }

    /// <summary>Time of the search alone.</summary>
    internal double SearchMilliseconds { get; private set; }

    /// <summary>Time with the sizing.</summary>
    internal double TotalMilliseconds { get; private set; }

    /// <summary>Searches until the end, the time's or the caller's.</summary>
    internal void Run()
    {
        _started = TimeProvider.System.GetTimestamp();
        _told = _started;
        for (int pool = 0; pool < _graph.PoolCount && TrySearch(pool); pool++) PoolsSearched = pool + 1;
        TotalMilliseconds = TimeProvider.System.GetElapsedTime(_started).TotalMilliseconds;
        Trim();
    }

    /// <summary>What is not among the results, in words; null if nothing.</summary>
    internal string? LeftOut()
    {
        int rest = _graph.PoolCount - PoolsSearched;
        if (rest > 0)
        {
            string why = _isLate ? $"--seconds {_limit.TotalSeconds:F0} were over" : "interrupted";
            return $"{why}: {PoolsSearched:N0} of {_graph.PoolCount:N0} pools searched; "
                + $"cycles among the last {rest:N0} pools may be missing";
        }

        return _shown == ListedMax && Routes > ListedMax
            ? $"{Routes - ListedMax:N0} routes, those that gain least: {ListedMax:N0} are listed at most"
            : null;
    }

    /// <summary>A route in words.</summary>
    internal string Describe(in SizedRoute route)
    {
        List<string> parts = [Short(_graph.Mint(_graph.EdgeFrom(route.Edges[0])))];
        for (int i = 0; i < route.LegCount; i++)
        {
            int edge = route.Edges[i];
            Pool pool = _graph.Pool(MarketGraph.EdgePool(edge));
            parts.Add($"-{pool.Venue}:{Short(pool.Address)}> {Short(_graph.Mint(_graph.EdgeTo(edge)))}");
        }

        return string.Join(' ', parts);
    }

    /// <summary>Finds and sizes a pool's cycles with later pools; false if it ended before they all were.</summary>
    private bool TrySearch(int pool)
    {
        long before = TimeProvider.System.GetTimestamp();
        SearchStatus status = _finder.FindOwned(pool, CallSteps);
        while (true)
        {
            SearchMilliseconds += TimeProvider.System.GetElapsedTime(before).TotalMilliseconds;
            Cycles += _finder.Count;
            for (int rank = 0; rank < _finder.Count; rank++)
            {
                if (rank % LookInterval == 0 && !MayGoOn()) return false;
                Size(_finder[rank]);
            }

            if (!MayGoOn()) return false;
            if (status == SearchStatus.Complete) return true;
            before = TimeProvider.System.GetTimestamp();
            status = _finder.Resume(_finder.Cursor, CallSteps);
        }
    }

    /// <summary>False if it is to end; tells once a second how far it is.</summary>
    private bool MayGoOn()
    {
        if (_stop.IsCancellationRequested) return false;
        long now = TimeProvider.System.GetTimestamp();
        _isLate = _limit > TimeSpan.Zero && TimeProvider.System.GetElapsedTime(_started, now) >= _limit;
        if (_isLate) return false;
        if (TimeProvider.System.GetElapsedTime(_told, now).TotalSeconds < 1) return true;
        _told = now;
        long share = 100L * PoolsSearched / _graph.PoolCount;
        _errors.WriteLine($"cycles   {share} % of the pools  {Cycles} cycles, {Routes} routes sized");
        return true;
    }

    private void Size(in Cycle cycle)
    {
        Span<int> edges = stackalloc int[cycle.LegCount];
        for (int start = 0; start < cycle.LegCount; start++)
        {
            bool isBase = _finder.IsBase(_graph.EdgeFrom(cycle.Edges[start]));
            if (_settings.BaseMints.Length == 0 ? start > 0 : !isBase) continue;
            for (int i = 0; i < edges.Length; i++) edges[i] = cycle.Edges[(start + i) % edges.Length];
            SizingStatus status =
                _sizer.Size(edges, ulong.MaxValue, _settings.PolishScansMax, _settings.PolishQuotesMax);
            bool isSized = status == SizingStatus.Ok;
            SizedRoute route = new()
            {
                LegCount = edges.Length,
                Status = status,
                Product = cycle.MarginalProduct,
                InputRaw = isSized ? _sizer.Amount(0) : 0,
                ProfitRaw = isSized ? _sizer.Profit : 0,
            };
            edges.CopyTo(route.Edges);
            _best.Add(route);
            Routes++;
            if (_best.Count >= 2L * Math.Max(_shown, 1 << 12)) Trim();
        }
    }

    /// <summary>Sorts the routes and forgets those that will not be shown.</summary>
    private void Trim()
    {
        _best.Sort(SizedRoute.Compare);
        if (_best.Count > _shown) _best.RemoveRange(_shown, _best.Count - _shown);
    }

    private static string Short(in Pubkey key) => key.ToString()[..4];
}

/// <summary>A route and what it gains.</summary>
internal struct SizedRoute
{
    /// <summary>Legs.</summary>
    internal int LegCount;

    /// <summary>Edges of the graph, from the start.</summary>
    internal CycleEdges Edges;

    /// <summary>How the sizing ended.</summary>
    internal SizingStatus Status;

    /// <summary>Product of the marginal rates.</summary>
    internal double Product;

    /// <summary>Input, base units of the start; 0 if not sized.</summary>
    internal ulong InputRaw;

    /// <summary>Profit, same units.</summary>
    internal long ProfitRaw;

    /// <summary>Profit per input: comparable between base mints.</summary>
    internal readonly double ProfitShare => InputRaw > 0 ? (double)ProfitRaw / InputRaw : 0;

    /// <summary>Order of the list: larger share first, then by edges, so that it is one order.</summary>
    internal static int Compare(SizedRoute left, SizedRoute right)
    {
        int order = right.ProfitShare.CompareTo(left.ProfitShare);
        if (order == 0) order = left.LegCount - right.LegCount;
        for (int i = 0; order == 0 && i < left.LegCount; i++) order = left.Edges[i] - right.Edges[i];
        return order;
    }
}
