using System;
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

    /// <summary>The short way for first pieces gives the walk's numbers, bit for bit, and no others.</summary>
    [Fact]
    public void TryFirstPieces_EqualsTheWalkBitForBit()
    {
        int found = 0;
        int beyond = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = Market(random, out int[] edges);
            double cap = random.Next(3) == 0 ? 1e6 * random.NextDouble() : double.MaxValue;
            RouteCurve walk = new(graph);
            double expected = walk.FindOptimum(edges, cap, true);
            RouteCurve curve = new(graph);
            if (!curve.TryFirstPieces(edges, cap, out double optimum))
            {
                beyond++;
                continue;
            }

            found++;
            Assert.True(expected.Equals(optimum), $"seed {seed}: {expected} and {optimum}");
            Assert.True(!(optimum > 0) || walk.Chain == curve.Chain, $"seed {seed}");
            Assert.True(walk.Walked == curve.Walked && walk.Ended == curve.Ended, $"seed {seed}");
        }

        Assert.True(found > 300 && beyond > 300, $"{found} found, {beyond} beyond");
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
