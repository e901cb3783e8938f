using System.IO;
using BenchmarkDotNet.Attributes;
using LowLatency.Benchmarks.Runner;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;

namespace LowLatency.Benchmarks.Fields;

/// <summary>
/// The mispricing field of the real three-DEX graph of 2023-05-12 (1,302 pools, 471 mints): one pool moved by two basis
/// points and settled again, ten pools moved and settled together (a slot), the whole solution, and the measurement.
/// </summary>
[MemoryDiagnoser]
public class MispricingBenchmark
{
    private const long NoBound = long.MaxValue / 2;
    private const double MoveLog = 0.0002;
    private MispricingField _field = null!;
    private double[] _flow = null!;
    private int _pool;
    private int _sign = 1;

    [GlobalSetup]
    public void Setup()
    {
        using StreamReader reader = PerfFolder.OpenGraph();
        MarketGraph graph = GraphSnapshot.Read(reader);
        _field = new MispricingField(graph.MintCapacity, graph.PoolCapacity);
        _flow = new double[graph.PoolCount];
        for (int pool = 0; pool < _flow.Length; pool++)
        {
            _ = _field.AddEdge(graph.EdgeFrom(pool << 1), graph.EdgeTo(pool << 1));
            _flow[pool] = MispricingStage.MidLogRate(graph, pool);
            _field.SetFlow(pool, _flow[pool]);
        }

        _ = _field.Relax(NoBound);
    }

    [Benchmark]
    public bool OnePoolMoved()
    {
        Move();
        return _field.Relax(NoBound);
    }

    [Benchmark]
    public bool TenPoolsMoved()
    {
        for (int i = 0; i < 10; i++) Move();
        return _field.Relax(NoBound);
    }

    [Benchmark]
    public bool WholeSolution()
    {
        for (int pool = 0; pool < _flow.Length; pool++) _field.SetFlow(pool, 0, 0);
        _ = _field.Relax(NoBound);
        for (int pool = 0; pool < _flow.Length; pool++) _field.SetFlow(pool, _flow[pool]);
        return _field.Relax(NoBound);
    }

    [Benchmark]
    public double Measure() => _field.Measure().Energy;

    private void Move()
    {
        _pool = _pool + 1 < _flow.Length ? _pool + 1 : 0;
        if (_pool == 0) _sign = -_sign;
        _field.SetFlow(_pool, _flow[_pool] + (_sign * MoveLog));
    }
}
