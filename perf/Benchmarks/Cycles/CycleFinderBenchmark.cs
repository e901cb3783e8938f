using System.IO;
using BenchmarkDotNet.Attributes;
using LowLatency.Benchmarks.Runner;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Benchmarks.Cycles;

/// <summary>
/// One pool updated on the real three-DEX graph of 2023-05-12 (1,159 pools with at least 1,000 base units on both
/// sides): edge update, the best cycle through the pool over any mint, every profitable one through SOL, and the global
/// search. A call goes over all pools; the figure is their mean.
/// </summary>
[MemoryDiagnoser]
public class CycleFinderBenchmark
{
    private const long NoBound = long.MaxValue;
    private const int Pools = 1159;
    private const ulong ReserveMin = 1000;
    private readonly int[] _edges = new int[64];
    private MarketGraph _graph = null!;
    private CycleFinder _upTo3 = null!;
    private CycleFinder _upTo4 = null!;
    private CycleFinder _bestUpTo3 = null!;
    private CycleFinder _bestUpTo4 = null!;
    private GlobalCycleFinder _global = null!;
    private readonly TouchedPools _touched = new(Pools);
    private readonly OpportunityRing _ring = new(16_384);
    private readonly MarketEvent[] _event = new MarketEvent[1];
    private CycleStage _stage = null!;
    private int _pool;

    [GlobalSetup]
    public void Setup()
    {
        using StreamReader reader = PerfFolder.OpenGraph();
        _graph = GraphSnapshot.Read(reader, ReserveMin);
        if (_graph.PoolCount != Pools) throw new InvalidDataException($"{_graph.PoolCount} pools");
        _upTo3 = new CycleFinder(_graph, new SearchSettings { MaxHops = 3, MaxCyclesPerEvent = 65_536 });
        _upTo4 = new CycleFinder(_graph, new SearchSettings { MaxHops = 4, MaxCyclesPerEvent = 65_536 });
        _bestUpTo3 = new CycleFinder(_graph, new SearchSettings { MaxHops = 3, BaseMints = [] });
        _bestUpTo4 = new CycleFinder(_graph, new SearchSettings { MaxHops = 4, BaseMints = [] });
        _global = new GlobalCycleFinder(_graph);
        SearchSettings settings = new() { MaxHops = 3, MaxCyclesPerEvent = 65_536 };
        _stage = new CycleStage(_graph, _touched, _ring, settings);
    }

    [Benchmark]
    public double EdgeUpdate()
    {
        int pool = Next();
        _graph.Refresh(pool, GraphSnapshot.Clock);
        return _graph.Rate(pool << 1);
    }

    [Benchmark(OperationsPerInvoke = Pools)]
    public double BestCycleUpTo3() => FindBest(_bestUpTo3);

    [Benchmark(OperationsPerInvoke = Pools)]
    public double BestCycleUpTo4() => FindBest(_bestUpTo4);

    [Benchmark(OperationsPerInvoke = Pools)]
    public int AllCyclesUpTo3() => FindAll(_upTo3);

    [Benchmark(OperationsPerInvoke = Pools)]
    public int AllCyclesUpTo4() => FindAll(_upTo4);

    /// <summary>As <see cref="AllCyclesUpTo3"/>, each cycle read, best first.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public double ReadUpTo3() => ReadAll(_upTo3);

    /// <summary>As <see cref="AllCyclesUpTo4"/>, each cycle read, best first.</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public double ReadUpTo4() => ReadAll(_upTo4);

    /// <summary>As <see cref="AllCyclesUpTo3"/>, each cycle written as an opportunity (12.6 a pool).</summary>
    [Benchmark(OperationsPerInvoke = Pools)]
    public long OpportunitiesUpTo3()
    {
        for (int pool = 0; pool < Pools; pool++)
        {
            _touched.Clear();
            _touched.Add(pool);
            _ = _stage.OnBatch(_event, pool);
            _ring.Release(_ring.Next);
        }

        return _stage.OpportunityCount;
    }

    [Benchmark]
    public int FirstGlobalCycle()
    {
        _global.Begin();
        return _global.FindNext(_edges, NoBound);
    }

    private static double FindBest(CycleFinder finder)
    {
        double sum = 0;
        for (int pool = 0; pool < Pools; pool++)
        {
            if (finder.FindBest(pool)) sum += finder[0].MarginalProduct;
        }

        return sum;
    }

    private static int FindAll(CycleFinder finder)
    {
        int found = 0;
        for (int pool = 0; pool < Pools; pool++)
        {
            _ = finder.Find(pool, NoBound);
            found += finder.Count;
        }

        return found;
    }

    private static double ReadAll(CycleFinder finder)
    {
        double sum = 0;
        for (int pool = 0; pool < Pools; pool++)
        {
            _ = finder.Find(pool, NoBound);
            for (int rank = 0; rank < finder.Count; rank++)
            {
                Cycle cycle = finder[rank];
                sum += cycle.MarginalProduct + cycle.Edges[cycle.LegCount - 1];
            }
        }

        return sum;
    }

    private int Next() => _pool = _pool + 1 < _graph.PoolCount ? _pool + 1 : 0;
}
