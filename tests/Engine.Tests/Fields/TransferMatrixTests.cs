using System;
using System.Numerics;
using LowLatency.Engine.Fields;
using Xunit;

namespace LowLatency.Engine.Tests.Fields;

public sealed class TransferMatrixTests
{
    [Fact]
    public void Product_Chain_EqualsMapsAppliedInOrder()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            TransferMatrix<double>[] chain = RandomChain(random, 1 + random.Next(6), seed % 2 == 0);
            double x = random.NextDouble() * 1e6;
            double expected = x;
            foreach (TransferMatrix<double> one in chain) expected = one.Apply(expected);
            TransferMatrix<double> product = TransferChain.Product<double>(chain);
            Near(expected, product.Apply(x), 1e-12, seed);
            Near(x, product.Invert(product.Apply(x)), 1e-7, seed);
        }
    }

    [Fact]
    public void Backward_RealChain_AgreesWithFiniteDifferences()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            TransferMatrix<double>[] chain = RandomChain(random, 2 + random.Next(5), seed % 2 == 0);
            double x = 1e4 * (0.5 + random.NextDouble());
            TransferMatrix<double> product = TransferChain.Product<double>(chain);
            TransferMatrix<double>[] gradients = new TransferMatrix<double>[chain.Length];
            TransferChain.Backward(chain, TradeCurve.ProfitGradient(product, x), gradients);
            for (int i = 0; i < chain.Length; i++)
            {
                for (int member = 0; member < 4; member++)
                {
                    // The members act on sizes of very different scale: C is per input unit.
                    double scale = member == 2 ? 1 / x : member == 1 ? x : 1;
                    double step = scale * 1e-5;
                    double up = Shifted(chain, i, member, step, x);
                    double down = Shifted(chain, i, member, -step, x);
                    double slope = (up - down) / (2 * step);
                    double actual = Member(gradients[i], member);
                    double tolerance = (1e-6 * Math.Abs(slope)) + (1e-9 * x / scale);
                    Assert.True(Math.Abs(slope - actual) <= tolerance, $"seed {seed}: {slope} {actual}");
                }
            }
        }
    }

    [Fact]
    public void Backward_ComplexChain_IsTheHolomorphicDerivative()
    {
        Random random = new(11);
        TransferMatrix<Complex>[] chain = new TransferMatrix<Complex>[4];
        for (int i = 0; i < chain.Length; i++) chain[i] = new(Draw(random), Draw(random), Draw(random), Draw(random));
        TransferMatrix<Complex>[] gradients = new TransferMatrix<Complex>[4];
        TransferMatrix<Complex> seed = new(Complex.One, Complex.Zero, Complex.Zero, Complex.Zero);
        TransferChain.Backward(chain, seed, gradients);
        for (int i = 0; i < chain.Length; i++)
        {
            TransferMatrix<Complex> kept = chain[i];
            Complex step = new(1e-6, 0);
            chain[i] = kept with { B = kept.B + step };
            Complex up = TransferChain.Product<Complex>(chain).A;
            chain[i] = kept with { B = kept.B - step };
            Complex down = TransferChain.Product<Complex>(chain).A;
            chain[i] = kept;
            Assert.True(Complex.Abs(((up - down) / (2 * step)) - gradients[i].B) < 1e-8);
        }
    }

    [Fact]
    public void Optimum_RandomChains_IsTheTopAndBreakEvenTheZero()
    {
        int gains = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            TransferMatrix<double>[] layers = RandomChain(random, 1 + random.Next(5), false);
            TransferMatrix<double> chain = TransferChain.Product<double>(layers);
            double top = TradeCurve.Optimum(chain);
            if (!(top > 0) || double.IsInfinity(top)) continue;
            gains++;
            double best = chain.Apply(top) - top;
            foreach (double factor in new[] { 0.9, 0.999, 1.001, 1.1 })
                Assert.True((chain.Apply(top * factor) - (top * factor)) <= best + (1e-12 * top), $"seed {seed}");
            Assert.Equal(1, chain.Slope(top), 1e-9);
            double zero = TradeCurve.BreakEven(chain);
            Assert.True(zero > top, $"seed {seed}");
            Assert.True(Math.Abs(chain.Apply(zero) - zero) <= 1e-9 * zero, $"seed {seed}");
        }

        Assert.True(gains > 500);
    }

    [Fact]
    public void Optimum_OffsetChain_IsTheTopToo()
    {
        // out = 40 + 2 x / (1 + x / 1000): slope 1 at x = 1000 (sqrt 2 - 1).
        TransferMatrix<double> chain = new((40 * 1e-3) + 2, 40, 1e-3, 1);
        Assert.Equal(1000 * (Math.Sqrt(2) - 1), TradeCurve.Optimum(chain), 1e-9);
        double zero = TradeCurve.BreakEven(chain);
        Assert.Equal(zero, chain.Apply(zero), 1e-9);
    }

    [Fact]
    public void Optimum_StraightLines_AreAllOrNothing()
    {
        TransferMatrix<double> gains = new(1.01, 0, 0, 1);
        TransferMatrix<double> loses = new(0.99, 0, 0, 1);
        TransferMatrix<double> losesFromAbove = new(0.99, 5, 0, 1);
        Assert.Equal(double.PositiveInfinity, TradeCurve.Optimum(gains));
        Assert.Equal(double.PositiveInfinity, TradeCurve.BreakEven(gains));
        Assert.Equal(double.NegativeInfinity, TradeCurve.Optimum(loses));
        Assert.Equal(0, TradeCurve.BreakEven(loses));
        Assert.Equal(500, TradeCurve.BreakEven(losesFromAbove), 1e-9);
        Assert.True(TradeCurve.Optimum(new TransferMatrix<double>(0.9, 0, 1e-9, 1)) <= 0);
        Assert.Equal(0, TradeCurve.BreakEven(new TransferMatrix<double>(0.9, 0, 1e-9, 1)));
    }

    private static TransferMatrix<double>[] RandomChain(Random random, int legs, bool offsets)
    {
        TransferMatrix<double>[] chain = new TransferMatrix<double>[legs];
        for (int i = 0; i < legs; i++)
        {
            double curvature = Math.Exp((random.NextDouble() * 8) - 18);
            double rate = Math.Exp((random.NextDouble() - 0.48) * 0.2);
            double start = offsets ? random.NextDouble() * 100 : 0;
            double out0 = offsets ? start * rate : 0;
            double one = 1 - (curvature * start);
            chain[i] = new((out0 * curvature) + rate, (out0 * one) - (rate * start), curvature, one);
        }

        return chain;
    }

    private static Complex Draw(Random random) => new(random.NextDouble() - 0.5, random.NextDouble() - 0.5);

    private static double Member(in TransferMatrix<double> of, int member) =>
        member switch { 0 => of.A, 1 => of.B, 2 => of.C, _ => of.D };

    private static double Shifted(TransferMatrix<double>[] chain, int at, int member, double by, double x)
    {
        TransferMatrix<double> kept = chain[at];
        chain[at] = member switch
        {
            0 => kept with { A = kept.A + by },
            1 => kept with { B = kept.B + by },
            2 => kept with { C = kept.C + by },
            _ => kept with { D = kept.D + by },
        };
        double profit = TransferChain.Product<double>(chain).Apply(x) - x;
        chain[at] = kept;
        return profit;
    }

    private static void Near(double expected, double actual, double relative, int seed) => Assert.True(
        Math.Abs(expected - actual) <= relative * Math.Max(Math.Abs(expected), 1), $"seed {seed}: {expected} {actual}");
}
