using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Cycles;

namespace LowLatency.Benchmarks.Cycles;

/// <summary>
/// The cycle search on seeded hub markets of the stated sizes. Targets:
/// reject 15 / - / 100 ns; update and search 300 / 3,200 / 32,000 ns; negative-cycle detection with an arbitrage
/// present 3 / 45 / 1,600 us.
/// </summary>
[MemoryDiagnoser]
public class HubMarketBenchmark
{
    private const int Stride = 7919;

    /// <summary>Pools of a call: searches differ from pool to pool, so a figure is a mean over many.</summary>
    private const int Pools = 500;
    private readonly int[] _edges = new int[16];
    private HubMarket _quiet = null!;
    private HubMarket _busy = null!;
    private CycleFinder _rejecting = null!;
    private CycleFinder _searching = null!;
    private GlobalCycleFinder _global = null!;
    private int _pool;

    public enum MarketSize
    {
        Mints100Pools600,
        Mints1kPools10k,
        Mints10kPools100k,
    }

    [ParamsAllValues]
    public MarketSize Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _quiet = Market();
        _busy = Market();
        _rejecting = new CycleFinder(_quiet.Graph, new SearchSettings { BaseMints = [HubMarket.Base] });
        for (int i = 0; i < _quiet.Graph.PoolCount; i++) _ = _rejecting.Find(i, long.MaxValue);
        _searching = new CycleFinder(_busy.Graph, new SearchSettings { BaseMints = [] });
        _global = new GlobalCycleFinder(_busy.Graph);
        _busy.Price(_busy.Graph.PoolCount / 2, 1.03);
        if (FirstGlobalCycle() == 0) throw new InvalidOperationException("the planted gain is not found");
    }

    /// <summary>No cycle can be profitable, and the bounds that prove it are up to date.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Pools)]
    public int Reject()
    {
        int found = 0;
        for (int i = 0; i < Pools; i++)
        {
            _ = _rejecting.Find(Next(), long.MaxValue);
            found += _rejecting.Count;
        }

        return found;
    }

    /// <summary>One pool moves by up to 5 bp, no cycle can be profitable: update, upkeep of bounds, proof.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public int UpdateAndReject()
    {
        int found = 0;
        for (int i = 0; i < Pools; i++)
        {
            int pool = Next();
            _quiet.Move(pool, 0.0005);
            _ = _rejecting.Find(pool, long.MaxValue);
            found += _rejecting.Count;
        }

        return found;
    }

    /// <summary>The update alone; random reserves and an exponential are inside.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public double Update()
    {
        double sum = 0;
        for (int i = 0; i < Pools; i++)
        {
            int pool = Next();
            _quiet.Move(pool, 0.0005);
            sum += _quiet.Graph.Rate(pool << 1);
        }

        return sum;
    }

    /// <summary>One pool moves by up to 10 bp: update and every profitable cycle of 4 hops or less.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public int UpdateAndSearchUpTo4()
    {
        int found = 0;
        for (int i = 0; i < Pools; i++)
        {
            int pool = Next();
            _busy.Move(pool, 0.001);
            _ = _searching.Find(pool, long.MaxValue);
            found += _searching.Count;
        }

        return found;
    }

    /// <summary>One pool moves by up to 10 bp: update and the best cycle of 4 hops or less, gain or not.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public double UpdateAndBestUpTo4()
    {
        double sum = 0;
        for (int i = 0; i < Pools; i++)
        {
            int pool = Next();
            _busy.Move(pool, 0.001);
            if (_searching.FindBest(pool)) sum += _searching[0].MarginalProduct;
        }

        return sum;
    }

    /// <summary>Negative-cycle detection over the whole graph, one pool 3 % off its price.</summary>
    [Benchmark]
    public int FirstGlobalCycle()
    {
        _global.Begin();
        return _global.FindNext(_edges, long.MaxValue);
    }

    private HubMarket Market() => Size switch
    {
        MarketSize.Mints100Pools600 => new HubMarket(100, 600, 1),
        MarketSize.Mints1kPools10k => new HubMarket(1000, 10_000, 2),
        _ => new HubMarket(10_000, 100_000, 3),
    };

    private int Next() => _pool = (_pool + Stride) % _quiet.Graph.PoolCount;
}
