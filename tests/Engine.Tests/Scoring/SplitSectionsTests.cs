using System;
using System.Collections.Generic;
using System.Linq;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using Xunit;

namespace LowLatency.Engine.Tests.Scoring;

/// <summary>
/// The branches of every section of routes over random markets, against all there are: paths whose pools are looked for
/// only where the best of all of them would be taken leave none out.
/// </summary>
public sealed class SplitSectionsTests
{
    private const int Mints = 7;

    [Fact]
    public void Plan_RandomMarkets_FindsTheBestBranchesOfEverySection()
    {
        (int sections, int full, int paths) = (0, 0, 0);
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            MarketGraph graph = new(40, 40, 1);
            int pools = random.Next(12, 40);
            for (int pool = 0; pool < pools; pool++)
            {
                int from = random.Next(Mints);
                int to = (from + random.Next(1, Mints)) % Mints;
                SplitRouterTests.Add(graph, from, to, Depth(random), Depth(random));
            }

            if (!TryRoute(random, graph, pools, out int[] route)) continue;
            Opportunity one = SplitRouterTests.Sized(graph, route);
            if (one.LegCount == 0) continue;
            SplitRouter router = new(graph);
            router.Plan(ref one, ulong.MaxValue, 96);
            for (int span = 1; span <= 2 && span < route.Length; span++)
            {
                for (int leg = 0; leg + span <= route.Length; leg++)
                {
                    List<double> expected = Rates(graph, pools, route, leg, span);
                    ReadOnlySpan<SplitBranch> found = router.Found(SplitRouter.Section(leg, span));
                    Assert.Equal(route[leg], found[0].Edge);
                    List<double> rates = [];
                    foreach (SplitBranch branch in found[1..])
                    {
                        rates.Add(branch.Rate);
                        if (branch.Second >= 0) paths++;
                    }

                    Assert.True(expected.SequenceEqual(rates), $"seed {seed}, leg {leg}, span {span}");
                    sections++;
                    if (rates.Count == SplitParts.MaxCount - 1) full++;
                }
            }
        }

        Assert.True(sections > 300 && full > 100 && paths > 100, $"{sections} {full} {paths}");
    }

    private static ulong Depth(Random random) => 1_000_000UL * (ulong)random.Next(800, 1200);

    // Three edges in a circle over pools of their own.
    private static bool TryRoute(Random random, MarketGraph graph, int pools, out int[] route)
    {
        for (int attempt = 0; attempt < 3000; attempt++)
        {
            route = [random.Next(2 * pools), random.Next(2 * pools), random.Next(2 * pools)];
            bool isCircle = graph.EdgeTo(route[0]) == graph.EdgeFrom(route[1])
                && graph.EdgeTo(route[1]) == graph.EdgeFrom(route[2])
                && graph.EdgeTo(route[2]) == graph.EdgeFrom(route[0])
                && route.Select(MarketGraph.EdgePool).Distinct().Count() == 3;
            if (isCircle && graph.Rate(route[0]) * graph.Rate(route[1]) * graph.Rate(route[2]) > 1.02) return true;
        }

        route = [];
        return false;
    }

    // Rates of all parallel pools off the route and of the best path through each third mint, the best three.
    private static List<double> Rates(MarketGraph graph, int pools, int[] route, int leg, int span)
    {
        (int from, int to) = (graph.EdgeFrom(route[leg]), graph.EdgeTo(route[leg + span - 1]));
        HashSet<int> used = [.. route.Select(MarketGraph.EdgePool)];
        double[,] best = new double[Mints, Mints];
        List<double> rates = [];
        for (int edge = 0; edge < 2 * pools; edge++)
        {
            if (used.Contains(MarketGraph.EdgePool(edge))) continue;
            (int start, int end) = (graph.EdgeFrom(edge), graph.EdgeTo(edge));
            best[start, end] = Math.Max(best[start, end], graph.Rate(edge));
            if (start == from && end == to) rates.Add(graph.Rate(edge));
        }

        for (int mint = 0; mint < Mints; mint++)
        {
            if (mint == from || mint == to) continue;
            rates.Add(best[from, mint] * best[mint, to]);
        }

        return [.. rates.Where(rate => rate > 0).OrderByDescending(rate => rate).Take(SplitParts.MaxCount - 1)];
    }
}
