using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>
/// Curves whose rate rises from one piece to the next, as behind the maximum of a transfer fee (RouteCurve.Caps). There
/// a pool is filled as if each of its pieces could be used without those before it.
/// </summary>
public sealed class WaterFillingTests
{
    private const int Steps = 240; // of the brute force, for the total
    private const double StepRaw = 10_000;

    /// <summary>Each piece as a pool of its own is the concave way, which other tests hold to the optimum.</summary>
    [Fact]
    public void TryAllocate_RatesThatRise_IsThatOfThePiecesAsPools()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            CurveSegment[][] pools = [RisingCurve(random, 2, out _), RisingCurve(random, 2, out _)];
            double first = Math.Max(pools[0][0].AmountInMax, pools[1][0].AmountInMax); // no curve ends before its rise
            double total = first + ((Room(pools) - first) * 0.99 * random.NextDouble());
            CurveSegment[][] single = [[pools[0][0]], [pools[0][1]], [pools[1][0]], [pools[1][1]]];
            double[] shares = Allocate(pools, total, seed);
            double[] pieces = Allocate(single, total, seed);
            for (int pool = 0; pool < 2; pool++)
            {
                double expected = pieces[2 * pool] + pieces[(2 * pool) + 1];
                Assert.True(Math.Abs(shares[pool] - expected) <= 1, $"seed {seed}: {shares[pool]}, {expected}");
            }
        }
    }

    /// <summary>
    /// Every way to spread a total in steps, each pool's pieces one after the other. With the rates behind a rise taken
    /// down by it a curve is concave again, so no more is lost than that share; and where no rise is in the way nothing
    /// is.
    /// </summary>
    [Fact]
    public void TryAllocate_RatesThatRise_GivesTheBestOfAllLessTheRiseAtMost()
    {
        (int best, int less) = (0, 0);
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            CurveSegment[][] pools = new CurveSegment[2 + (seed % 3)][];
            double keep = 1;
            for (int i = 0; i < pools.Length; i++)
            {
                pools[i] = RisingCurve(random, 1 + random.Next(4), out double kept);
                keep = Math.Min(keep, kept);
            }

            double total = StepRaw * Steps;
            if (Room(pools) < total) continue;
            double[] shares = Allocate(pools, total, seed);
            double sum = 0;
            double output = 0;
            for (int i = 0; i < pools.Length; i++)
            {
                sum += shares[i];
                output += WaterFilling.Output(pools[i], shares[i]);
            }

            Assert.True(Math.Abs(sum - total) <= 1, $"seed {seed}: {sum} of {total}");
            double most = BestOfAll(pools);
            Assert.True(output >= most * keep * (1 - 1e-6), $"seed {seed}: {output} below {most} * {keep}");
            if (output >= most * (1 - 1e-6)) best++;
            else less++;
        }

        Assert.True(best > 200 && less > 10, $"{best} as good as the best, {less} not"); // both sides are reached
    }

    private static double[] Allocate(CurveSegment[][] pools, double total, int seed)
    {
        WaterFilling water = new();
        water.Clear();
        foreach (CurveSegment[] pool in pools) water.Add(pool, total);
        double[] shares = new double[SplitParts.MaxCount];
        Assert.True(water.TryAllocate(total, shares), $"seed {seed}");
        return shares;
    }

    /// <summary>The best sum of outputs, the pools' shares in whole steps.</summary>
    private static double BestOfAll(CurveSegment[][] pools)
    {
        double[] best = new double[Steps + 1];
        Array.Fill(best, double.NegativeInfinity);
        best[0] = 0;
        foreach (CurveSegment[] pool in pools)
        {
            double end = Room([pool]);
            double[] with = new double[Steps + 1];
            Array.Fill(with, double.NegativeInfinity);
            for (int given = 0; given <= Steps && given * StepRaw <= end; given++)
            {
                double output = WaterFilling.Output(pool, given * StepRaw);
                for (int all = given; all <= Steps; all++) with[all] = Math.Max(with[all], best[all - given] + output);
            }

            best = with;
        }

        return best[Steps];
    }

    private static double Room(IEnumerable<CurveSegment[]> pools)
    {
        double room = 0;
        foreach (CurveSegment[] pool in pools)
        {
            foreach (CurveSegment piece in pool) room += piece.AmountInMax;
        }

        return room;
    }

    /// <summary>
    /// A concave curve but for one rise behind its first piece, if it has more: there the rate loses the fee's share.
    /// </summary>
    private static CurveSegment[] RisingCurve(Random random, int count, out double keep)
    {
        CurveSegment[] pieces = new CurveSegment[count];
        keep = 1 - (0.1 * random.NextDouble());
        double rate = (0.9 + (0.2 * random.NextDouble())) * keep;
        double slope = keep;
        for (int i = 0; i < count; i++)
        {
            double curvature = i % 2 == 1 && random.Next(3) == 0 ? 0 : Math.Exp((random.NextDouble() * 5) - 17);
            pieces[i] = new CurveSegment
            {
                RateOut = rate,
                Curvature = curvature * slope,
                AmountInMax = StepRaw * Steps * (0.2 + random.NextDouble()) / Math.Min(count, 2),
            };
            double below = 1 + (pieces[i].Curvature * pieces[i].AmountInMax);
            rate = rate / (below * below) * (1 - (0.01 * random.NextDouble()));
            if (i == 0) (rate, slope) = (rate / keep, 1);
        }

        return pieces;
    }
}
