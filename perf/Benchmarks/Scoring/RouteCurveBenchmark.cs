using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Benchmarks.Scoring;

/// <summary>
/// The continuous optimum of three legs, the first and the last cut into ticks, by the number of ticks crossed: the
/// walk piece by piece against the jump by prefix sums and binary search.
/// </summary>
[MemoryDiagnoser]
public class RouteCurveBenchmark
{
    private const int Legs = 3;
    private readonly int[] _edges = new int[Legs];
    private RouteCurve _curve = null!;

    /// <summary>Break points before the optimum.</summary>
    [Params(0, 1, 5, 15, 50)]
    public int Crossings { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        const double Rate = 1.01;
        const double Curvature = 1e-9;
        const double Optimum = 4.96e6;
        MarketGraph graph = new(8, Legs);
        for (int leg = 0; leg < Legs; leg++)
        {
            int crossings = leg == 0 ? Crossings - (Crossings / 2) : leg == 2 ? Crossings / 2 : 0;
            CutPool pool = new(leg, (leg + 1) % Legs, Rate, Curvature, Optimum / (crossings + 0.5), crossings + 6);
            int id = graph.AddPool(pool);
            graph.SetState(id, PoolState.Coherent, 1);
            graph.Refresh(id, GraphSnapshot.Clock);
            _edges[leg] = MarketGraph.Edge(id, SwapDirection.AToB);
        }

        _curve = new RouteCurve(graph);
    }

    [Benchmark(Baseline = true)]
    public double Walk() => _curve.FindOptimum(_edges, 9e18, false);

    [Benchmark]
    public double Jump() => _curve.FindOptimum(_edges, 9e18, true);

    /// <summary>A constant-product curve cut into pieces of equal input; the last one has no end.</summary>
    private sealed class CutPool : Pool
    {
        private readonly double _rate;
        private readonly double _curvature;
        private readonly double _width;
        private readonly int _pieces;

        internal CutPool(int from, int to, double rate, double curvature, double width, int pieces)
            : base(VenueId.RaydiumClmm, Key(from + 16))
        {
            (MintA, MintB) = (Key(from), Key(to));
            (_rate, _curvature, _width, _pieces) = (rate, curvature, width, pieces);
            Readiness = QuoteStatus.Ok;
        }

        public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
        {
            int count = Math.Min(direction == SwapDirection.AToB ? _pieces : 0, destination.Length);
            for (int i = 0; i < count; i++)
            {
                double below = 1 + (_curvature * _width * i);
                destination[i] = new CurveSegment
                {
                    RateOut = _rate / (below * below),
                    Curvature = _curvature / below,
                    AmountInMax = i == count - 1 ? double.PositiveInfinity : _width,
                };
            }

            return count;
        }

        public override int CopyDependencies(Span<AccountDependency> destination) => 0;

        public override DecodeStatus Apply(AccountRole role, in AccountView account) => DecodeStatus.UnknownRole;

        public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
        {
            quote = default;
            return QuoteStatus.UnsupportedMode;
        }

        public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote) =>
            Quote(in request, out quote);

        public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination) =>
            QuoteStatus.UnsupportedMode;

        public override bool TryWriteState(in Pubkey key, Span<byte> data) => false;

        public override bool IsModelled(AccountRole role, int offset) => false;

        private static Pubkey Key(int number)
        {
            Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
            bytes[0] = (byte)(number + 1);
            return Pubkey.Read(bytes);
        }
    }
}
