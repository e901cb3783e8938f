using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Benchmarks.Scoring;

/// <summary>
/// A cycle of four constant-product legs: chain product and optimum, gradient, exact sizes without and with the polish.
/// </summary>
[MemoryDiagnoser]
public class InputSizerBenchmark
{
    private const int Legs = 4;
    private readonly TransferMatrix<double>[] _chain = new TransferMatrix<double>[Legs];
    private readonly double[] _gradients = new double[Legs + 1];
    private readonly int[] _edges = new int[Legs];
    private InputSizer _sizer = null!;

    [GlobalSetup]
    public void Setup()
    {
        MarketGraph graph = new(8, Legs, 1);
        ulong[] sizes = [800_000_000_000, 95_000_000_000, 2_000_000_000, 47_000_000_000_000];
        Span<byte> key = stackalloc byte[Pubkey.SizeBytes];
        for (int leg = 0; leg < Legs; leg++)
        {
            key[0] = (byte)(leg + 1);
            Pubkey from = Pubkey.Read(key);
            key[0] = (byte)(((leg + 1) % Legs) + 1);
            Pubkey to = Pubkey.Read(key);
            key[1] = (byte)(leg + 1);
            Pubkey address = Pubkey.Read(key);
            key[1] = 0;
            ulong output = sizes[(leg + 1) % Legs];
            int id = graph.AddPool(new SnapshotPool(
                VenueId.RaydiumCpmm, address, from, to, sizes[leg], output + (output / 100), 2500));
            graph.SetState(id, PoolState.Coherent, 1);
            graph.Refresh(id, GraphSnapshot.Clock);
            _edges[leg] = MarketGraph.Edge(id, SwapDirection.AToB);
            CurveSegment piece = graph.Segments(_edges[leg])[0];
            _chain[leg] = new TransferMatrix<double>(piece.RateOut, 0, piece.Curvature, 1);
        }

        _sizer = new InputSizer(graph, 200);
        if (_sizer.Size(_edges, ulong.MaxValue, 0, 64) != SizingStatus.Ok)
            throw new InvalidOperationException("no gain to size");
    }

    [Benchmark]
    public double ChainOptimum() => TradeCurve.Optimum(TransferChain.Product<double>(_chain));

    /// <summary>The same, and the derivative of that profit by every reserve, as risk is priced by it.</summary>
    [Benchmark]
    public double ChainGradient()
    {
        TransferMatrix<double> product = TransferChain.Product<double>(_chain);
        double optimum = TradeCurve.Optimum(product);
        TradeCurve.ReserveGradients(_chain, 1, optimum, _gradients);
        return _gradients[Legs];
    }

    [Benchmark]
    public long ClosedFormAndExactQuotes()
    {
        _ = _sizer.Size(_edges, ulong.MaxValue, 0, 64);
        return _sizer.Profit;
    }

    [Benchmark]
    public long Polished()
    {
        _ = _sizer.Size(_edges, ulong.MaxValue, 4096, 1024);
        return _sizer.Profit;
    }
}
