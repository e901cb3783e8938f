using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class RouteCurveTests
{
    /// <summary>
    /// The jump to the optimum's piece against the walk piece by piece: random ticks and bins, unusable pieces between
    /// them, curves that end, more pieces than the graph keeps, caps of the route and of legs.
    /// </summary>
    [Fact]
    public void FindOptimum_Jump_EqualsTheWalk()
    {
        int crossed = 0;
        int ended = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = Market(random, out int[] edges);
            int legs = edges.Length;
            RouteCurve curve = new(graph);
            double cap = random.Next(3) == 0 ? 1e6 * random.NextDouble() : double.MaxValue;
            if (random.Next(3) == 0) curve.LegCaps[random.Next(legs)] = 1e6 * random.NextDouble();
            double walked = curve.FindOptimum(edges, cap, false);
            (double profit, bool isWalked, bool isEnded) = (Profit(curve, walked), curve.Walked, curve.Ended);
            double jumped = curve.FindOptimum(edges, cap, true);
            Assert.True(Math.Abs(walked - jumped) <= 1e-9 * walked, $"seed {seed}: {walked} and {jumped}");
            Assert.True(Math.Abs(profit - Profit(curve, jumped)) <= 1e-9 * walked, $"seed {seed}: profit {profit}");
            Assert.True(isEnded == curve.Ended, $"seed {seed}: ended {isEnded}");
            if (isWalked && curve.OptimumPiece > 8) crossed++;
            if (isEnded) ended++;
        }

        Assert.True(crossed > 150 && ended > 50, $"{crossed} jumped, {ended} ended");
    }

    /// <summary>On first pieces the numbers are those of the matrices' product, bit for bit.</summary>
    [Fact]
    public void FindOptimum_OnFirstPieces_EqualsTheProductBitForBit()
    {
        int found = 0;
        int beyond = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = Market(random, out int[] edges);
            double cap = random.Next(3) == 0 ? 1e6 * random.NextDouble() : double.MaxValue;
            RouteCurve curve = new(graph);
            double optimum = curve.FindOptimum(edges, cap, random.Next(2) == 0);
            if (!IsOnFirstPieces(graph, edges, cap, out double expected, out TransferMatrix<double> chain))
            {
                beyond++;
                continue;
            }

            found++;
            Assert.True(expected.Equals(optimum), $"seed {seed}: {expected} and {optimum}");
            Assert.True(chain == curve.Chain && !curve.Walked && !curve.Ended, $"seed {seed}");
        }

        Assert.True(found > 300 && beyond > 300, $"{found} found, {beyond} beyond");
    }

    /// <summary>The optimum on the first pieces by matrices; false if it lies elsewhere.</summary>
    internal static bool IsOnFirstPieces(
        MarketGraph graph, int[] edges, double cap, out double optimum, out TransferMatrix<double> chain)
    {
        (optimum, chain) = (0, TransferMatrix<double>.Identity);
        double end = double.PositiveInfinity;
        foreach (int edge in edges)
        {
            ReadOnlySpan<CurveSegment> pieces = graph.NearSegments(edge);
            if (pieces.IsEmpty) return false;
            CurveSegment first = pieces[0];
            if (!(first.RateOut > 0) || !(first.AmountInMax > 0) || !(first.Curvature >= 0)) return false;
            if (double.IsFinite(first.AmountInMax) && chain.A - (chain.C * first.AmountInMax) > 0)
                end = Math.Min(end, chain.Invert(first.AmountInMax));
            chain = new TransferMatrix<double>(first.RateOut, 0, first.Curvature, 1) * chain;
        }

        double top = TradeCurve.Optimum(chain);
        optimum = Math.Max(0, Math.Min(top, Math.Min(cap, end)));
        return top <= end || end >= cap;
    }

    internal static MarketGraph Market(Random random, out int[] edges)
    {
        int legs = 2 + random.Next(4);
        edges = new int[legs];
        MarketGraph graph = new(8, legs, 16);
        for (int leg = 0; leg < legs; leg++)
        {
            PiecesPool pool = new(leg, (leg + 1) % legs, Pieces(random));
            edges[leg] = MarketGraph.Edge(graph.AddPool(pool), SwapDirection.AToB);
            graph.SetState(leg, PoolState.Coherent, 1);
            graph.Refresh(leg, default);
        }

        return graph;
    }

    private static double Profit(RouteCurve curve, double input) => input > 0 ? curve.Chain.Apply(input) - input : 0;

    private static CurveSegment[] Pieces(Random random)
    {
        CurveSegment[] pieces = new CurveSegment[1 + random.Next(40)];
        double rate = 0.99 + (0.05 * random.NextDouble());
        bool isFlat = random.Next(3) == 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            double curvature = isFlat ? 0 : Math.Exp((random.NextDouble() * 4) - 18);
            double width = 1e5 * (0.1 + random.NextDouble());
            if (random.Next(8) == 0 && i > 0) continue; // a range without liquidity
            if (i == pieces.Length - 1 && random.Next(2) == 0) width = double.PositiveInfinity;
            pieces[i] = new CurveSegment { RateOut = rate, Curvature = curvature, AmountInMax = width };
            double below = 1 + (double.IsFinite(width) ? curvature * width : 0);
            rate = rate / (below * below) * (1 - (0.004 * random.NextDouble()));
        }

        return pieces;
    }

    /// <summary>A pool with a given curve and no quotes.</summary>
    private sealed class PiecesPool : Pool
    {
        private readonly CurveSegment[] _pieces;

        internal PiecesPool(int from, int to, CurveSegment[] pieces)
            : base(VenueId.RaydiumClmm, TestPool.Key(1, from))
        {
            (MintA, MintB) = (TestPool.Key(2, from), TestPool.Key(2, to));
            _pieces = pieces;
            Readiness = QuoteStatus.Ok;
        }

        public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
        {
            int count = direction == SwapDirection.AToB ? Math.Min(_pieces.Length, destination.Length) : 0;
            _pieces.AsSpan(0, count).CopyTo(destination);
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
    }
}
