using System;
using System.Diagnostics;
using System.Globalization;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;

namespace LowLatency.Benchmarks.Cycles;

/// <summary>
/// The search on hub markets in one table, each figure the least mean of many short rounds:
/// <c>dotnet run -c Release --project perf/Benchmarks -- cycles</c>. Real snapshots:
/// <c>lowlatency cycles --snapshot data/graphs --report</c>.
/// </summary>
internal static class CycleTable
{
    private const double CellSeconds = 0.7;
    private const double RoundNs = 500_000;
    private static readonly double TickNs = 1e9 / Stopwatch.Frequency;

    internal static void Run()
    {
        HubMarket[] markets = [new(100, 600, 1), new(1000, 10_000, 2), new(10_000, 100_000, 3)];
        Console.WriteLine("ns (least of rounds of 0.5 ms)     100/600   1k/10k 10k/100k   targets");
        Row("reject, bounds up to date", "15 / - / 100", markets, m => Reject(m, 0));
        Row("update of a pool and reject", string.Empty, markets, m => Reject(m, 0.0005));
        Row("update alone", "10", markets, Update);
        Row("update and search, any mint <= 4", "300 / 3,200 / 32,000", markets, m => Search(m, [], 0.001));
        Row("same, 2 % moves, base <= 4", "x2: 600 / 6,400", markets, m => Search(m, [HubMarket.Base], 0.02));
        Row("global search, no gain", string.Empty, markets, m => Global(m, false));
        Row("global search, planted gain", "3,000 / 45,000 / 1,600,000", markets, m => Global(m, true));
    }

    private static void Row(string name, string targets, HubMarket[] markets, Func<HubMarket, double> measure)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{name,-34}");
        foreach (HubMarket market in markets)
            text += measure(market).ToString("N1", CultureInfo.InvariantCulture).PadLeft(9);
        Console.WriteLine($"{text}   {targets}");
    }

    private static double Reject(HubMarket market, double noise)
    {
        MarketGraph graph = market.Graph;
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [HubMarket.Base] });
        int pool = 0;
        for (int i = 0; i < graph.PoolCount; i++) _ = finder.Find(i, long.MaxValue);
        double best = Least(() =>
        {
            pool = pool + 7919 < graph.PoolCount ? pool + 7919 : (pool + 7919) % graph.PoolCount;
            if (noise > 0) market.Move(pool, noise);
            _ = finder.Find(pool, long.MaxValue);
        });
        return best;
    }

    private static double Update(HubMarket market)
    {
        int pool = 0;
        return Least(() =>
        {
            pool = (pool + 7919) % market.Graph.PoolCount;
            market.Move(pool, 0.0005);
        });
    }

    private static double Search(HubMarket market, Pubkey[] bases, double noise)
    {
        CycleFinder finder = new(market.Graph, new SearchSettings { BaseMints = bases });
        int pool = 0;
        double best = Least(() =>
        {
            pool = (pool + 7919) % market.Graph.PoolCount;
            market.Move(pool, noise);
            _ = finder.Find(pool, long.MaxValue);
        });
        for (int i = 0; i < market.Graph.PoolCount; i++) market.Move(i, 0.001);
        return best;
    }

    private static double Global(HubMarket market, bool isPlanted)
    {
        int[] edges = new int[16];
        GlobalCycleFinder finder = new(market.Graph);
        int planted = market.Graph.PoolCount / 2;
        if (isPlanted) market.Price(planted, 1.03);
        double best = Least(() =>
        {
            finder.Begin();
            bool found = finder.FindNext(edges, long.MaxValue) > 0;
            if (found != isPlanted) throw new InvalidOperationException("the global search is wrong");
        });
        market.Price(planted, 1);
        return best;
    }

    /// <summary>
    /// Least mean of short rounds: on a shared machine a round of half a millisecond is often left alone, a long one
    /// never. The first rounds compile.
    /// </summary>
    private static double Least(Action call)
    {
        double best = double.MaxValue;
        int calls = 1;
        long end = Stopwatch.GetTimestamp() + (long)(CellSeconds * Stopwatch.Frequency);
        for (int round = 0; round < 3 || Stopwatch.GetTimestamp() < end; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++) call();
            double ns = (Stopwatch.GetTimestamp() - start) * TickNs;
            best = Math.Min(best, ns / calls);
            calls = (int)Math.Clamp(RoundNs / best, 1, 100_000);
        }

        return best;
    }
}
