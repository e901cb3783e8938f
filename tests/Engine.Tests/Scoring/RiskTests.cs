using System;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

public sealed class RiskTests
{
    /// <summary>
    /// Relative gradients of all reserves against central differences of the profit as a function of the reserves.
    /// </summary>
    [Fact]
    public void ReserveGradient_ConstantProductCycles_AgreesWithFiniteDifferences()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int legs = 2 + random.Next(5);
            double[] reserves = new double[2 * legs];
            for (int i = 0; i < reserves.Length; i++) reserves[i] = 1e6 * (0.5 + random.NextDouble());
            double x = 1e4 * (0.5 + random.NextDouble());
            TransferMatrix<double>[] chain = Chain(reserves);
            TransferMatrix<double>[] gradients = new TransferMatrix<double>[legs];
            TransferMatrix<double> product = TransferChain.Product<double>(chain);
            TransferChain.Backward(chain, TradeCurve.ProfitGradient(product, x), gradients);
            for (int leg = 0; leg < legs; leg++)
            {
                (double perIn, double perOut) =
                    TradeCurve.ReserveGradient(gradients[leg], chain[leg].A, chain[leg].C, 0, 0);
                Near(Difference(reserves, 2 * leg, x), perIn, seed);
                Near(Difference(reserves, (2 * leg) + 1, x), perOut, seed);
            }
        }
    }

    /// <summary>A piece behind others: the same curve cut in two has the same derivative at the same input.</summary>
    [Fact]
    public void ReserveGradient_PieceWithAStart_AgreesWithFiniteDifferences()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            double rate = 0.9 + (0.2 * random.NextDouble());
            double curvature = 1e-6 * random.NextDouble();
            (double inStart, double outStart) = (1e4 * random.NextDouble(), 1e4 * random.NextDouble());
            double x = inStart + (1e4 * random.NextDouble());
            TransferMatrix<double> gradient = TradeCurve.ProfitGradient(Piece(rate, curvature), x);
            (double perIn, double perOut) =
                TradeCurve.ReserveGradient(gradient, rate, curvature, inStart, outStart);
            const double Step = 1e-5;
            double byOut = (Piece(rate * (1 + Step), curvature).Apply(x) - Piece(rate * (1 - Step), curvature).Apply(x))
                / (2 * Step);
            TransferMatrix<double> up = Piece(rate / (1 + Step), curvature / (1 + Step));
            TransferMatrix<double> down = Piece(rate / (1 - Step), curvature / (1 - Step));
            Near(byOut, perOut, seed);
            Near((up.Apply(x) - down.Apply(x)) / (2 * Step), perIn, seed);

            TransferMatrix<double> Piece(double r, double c) => new(
                (outStart * c) + r, (outStart * (1 - (c * inStart))) - (r * inStart), c, 1 - (c * inStart));
        }
    }

    [Fact]
    public void ProfitAtRisk_ReservesMoveAgainstTheRoute_LosesAboutThat()
    {
        (MarketGraph graph, int[] edges) = InputSizerTests.RandomRing(new Random(5), 3, 1, 1e13, 1.02);
        InputSizer sizer = new(graph, 200);
        Assert.Equal(SizingStatus.Ok, sizer.Size(edges, ulong.MaxValue, 64, 256));
        const double Move = 1e-5;
        double risk = sizer.ProfitAtRisk([Move, Move, Move], out double largest);
        Assert.True(largest > 0 && risk > 0);
        ulong input = sizer.Amount(0);
        foreach (int edge in edges)
        {
            TestPool pool = (TestPool)graph.Pool(edge >> 1);
            bool isAIn = (edge & 1) == 0;
            pool.ReserveA = (ulong)(pool.ReserveA * (isAIn ? 1 + Move : 1 - Move));
            pool.ReserveB = (ulong)(pool.ReserveB * (isAIn ? 1 - Move : 1 + Move));
        }

        double lost = (double)sizer.Amount(3) - InputSizerTests.Chain(graph, edges, input);
        Assert.InRange(lost / risk, 0.999, 1.001);
    }

    [Fact]
    public void Expected_MovesAndSilence_FollowSlotsAndRates()
    {
        MarketGraph graph = new(4, 2, 1);
        TestPool pool = TestPool.Of(0, 0, 1, 1_000_000, 1_000_000, 0);
        int id = CycleFinderTests.AddCoherent(graph, pool);
        PoolDrift drift = new(graph);
        Take(10);
        Assert.Equal(0, drift.Expected(id, 50));
        pool.ReserveA = 1_010_000;
        pool.ReserveB = 990_000;
        Take(12);
        Assert.Equal(0, drift.Expected(id, 12));

        // Both reserves moved by 1 % in two slots; the newest counts for an eighth.
        Assert.Equal(4 * 0.005 / 8, drift.Expected(id, 16), 1e-6);
        Assert.Equal(1, drift.Expected(id, 1_000_000_000));
        double before = drift.Expected(id, 16);
        drift.Observe(id);
        Assert.Equal(before, drift.Expected(id, 16));

        void Take(ulong slot)
        {
            graph.SetState(id, PoolState.Coherent, slot);
            graph.Refresh(id, default);
            drift.Observe(id);
        }
    }

    private static TransferMatrix<double>[] Chain(double[] reserves)
    {
        TransferMatrix<double>[] chain = new TransferMatrix<double>[reserves.Length / 2];
        for (int leg = 0; leg < chain.Length; leg++)
        {
            double keep = 0.997;
            chain[leg] = new(
                keep * reserves[(2 * leg) + 1] / reserves[2 * leg], 0, keep / reserves[2 * leg], 1);
        }

        return chain;
    }

    /// <summary>Change of the profit per relative change of one reserve.</summary>
    private static double Difference(double[] reserves, int at, double x)
    {
        const double Step = 1e-5;
        double kept = reserves[at];
        reserves[at] = kept * (1 + Step);
        double up = TransferChain.Product<double>(Chain(reserves)).Apply(x);
        reserves[at] = kept * (1 - Step);
        double down = TransferChain.Product<double>(Chain(reserves)).Apply(x);
        reserves[at] = kept;
        return (up - down) / (2 * Step);
    }

    private static void Near(double expected, double actual, int seed) => Assert.True(
        Math.Abs(expected - actual) <= 1e-6 * Math.Abs(expected), $"seed {seed}: {expected} {actual}");
}
