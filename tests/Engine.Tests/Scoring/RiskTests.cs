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
    public void ReserveGradients_ConstantProductCycles_AgreeWithFiniteDifferences()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int legs = 2 + random.Next(5);
            double[] reserves = new double[2 * legs];
            for (int i = 0; i < reserves.Length; i++) reserves[i] = 1e6 * (0.5 + random.NextDouble());
            double x = 1e4 * (0.5 + random.NextDouble());
            TransferMatrix<double>[] chain = Chain(reserves);
            double[] gradients = new double[legs + 1];
            TransferMatrix<double> product = TransferChain.Product<double>(chain);
            TradeCurve.ReserveGradients(chain, product.Slope(x), x, gradients);
            ReserveWalk walk = new(product.Slope(x), x);
            for (int leg = 0; leg < legs; leg++)
            {
                Near(Difference(reserves, 2 * leg, x), -gradients[leg], seed);
                Near(Difference(reserves, (2 * leg) + 1, x), gradients[leg + 1], seed);
                (double perIn, double perOut) = walk.Pass(chain[leg].A, chain[leg].C, 0, 0);
                Assert.Equal(-gradients[leg], perIn, 1e-12 * gradients[leg]);
                Assert.Equal(gradients[leg + 1], perOut, 1e-12 * gradients[leg + 1]);
            }
        }
    }

    /// <summary>At the optimum the slope is 1, and it moves along: that changes nothing in first order.</summary>
    [Fact]
    public void ReserveGradients_AtTheOptimum_AgreeWithDifferencesOfOptimalProfits()
    {
        int gains = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int legs = 2 + random.Next(5);
            double[] reserves = new double[2 * legs];
            for (int i = 0; i < reserves.Length; i++) reserves[i] = 1e6 * (0.5 + random.NextDouble());
            TransferMatrix<double>[] chain = Chain(reserves);
            double x = TradeCurve.Optimum(TransferChain.Product<double>(chain));
            if (!(x > 0)) continue;
            gains++;
            double[] gradients = new double[legs + 1];
            TradeCurve.ReserveGradients(chain, 1, x, gradients);
            for (int i = 0; i < reserves.Length; i++)
            {
                double kept = reserves[i];
                reserves[i] = kept * (1 + 1e-5);
                double up = Optimal();
                reserves[i] = kept * (1 - 1e-5);
                double down = Optimal();
                reserves[i] = kept;
                double actual = (i & 1) == 0 ? -gradients[i / 2] : gradients[(i / 2) + 1];
                Near((up - down) / 2e-5, actual, seed);
            }

            double Optimal()
            {
                TransferMatrix<double> product = TransferChain.Product<double>(Chain(reserves));
                double top = TradeCurve.Optimum(product);
                return product.Apply(top) - top;
            }
        }

        Assert.True(gains > 50, $"only {gains} gain");
    }

    /// <summary>Pieces behind others: each derivative against differences of its leg's rate and curvature.</summary>
    [Fact]
    public void ReserveWalk_ChainsOfPiecesWithStarts_AgreesWithFiniteDifferences()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            int legs = 1 + random.Next(5);
            (double Rate, double Curvature, double In, double Out)[] pieces =
                new (double, double, double, double)[legs];
            double x = 3e4 + (1e4 * random.NextDouble());
            double amount = x;
            for (int leg = 0; leg < legs; leg++)
            {
                double start = amount * random.NextDouble();
                pieces[leg] = (0.9 + (0.2 * random.NextDouble()), 1e-6 * random.NextDouble(), start,
                    start * (0.9 + (0.2 * random.NextDouble())));
                amount = Of(pieces[leg]).Apply(amount);
            }

            ReserveWalk walk = new(Product().Slope(x), x);
            for (int leg = 0; leg < legs; leg++)
            {
                (double rate, double curvature, double inStart, double outStart) = pieces[leg];
                (double perIn, double perOut) = walk.Pass(rate, curvature, inStart, outStart);
                Near(Slope(leg, 1, 0), perOut, seed);
                Near(Slope(leg, -1, -1), perIn, seed);
            }

            double Slope(int leg, double ofRate, double ofCurvature)
            {
                const double Step = 1e-5;
                (double rate, double curvature, _, _) = pieces[leg];
                pieces[leg].Rate = rate * (1 + (Step * ofRate));
                pieces[leg].Curvature = curvature * (1 + (Step * ofCurvature));
                double up = Product().Apply(x);
                pieces[leg].Rate = rate * (1 - (Step * ofRate));
                pieces[leg].Curvature = curvature * (1 - (Step * ofCurvature));
                double down = Product().Apply(x);
                (pieces[leg].Rate, pieces[leg].Curvature) = (rate, curvature);
                return (up - down) / (2 * Step);
            }

            TransferMatrix<double> Product()
            {
                TransferMatrix<double> product = TransferMatrix<double>.Identity;
                foreach ((double, double, double, double) piece in pieces) product = Of(piece) * product;
                return product;
            }
        }

        static TransferMatrix<double> Of((double Rate, double Curvature, double In, double Out) piece)
        {
            double one = 1 - (piece.Curvature * piece.In);
            return new(
                (piece.Out * piece.Curvature) + piece.Rate, (piece.Out * one) - (piece.Rate * piece.In),
                piece.Curvature, one);
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
