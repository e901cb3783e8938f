using System;
using System.Collections.Generic;
using LowLatency.Engine.Fields;
using Xunit;

namespace LowLatency.Engine.Tests.Fields;

public sealed class MispricingFieldTests
{
    private const long NoBound = long.MaxValue / 2;

    // Log rates here are below 40, so one is rounded by at most 40 * 2^-53; a potential is a sum of at most 30 of them.
    private const double RoundingBound = 30 * 40 * 1.2e-16;

    [Theory]
    [InlineData(3, 3)]
    [InlineData(8, 20)]
    [InlineData(30, 80)]
    public void Curl_ConsistentPrices_IsZeroWithinTolerance(int nodes, int edges)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            double[] price = Prices(random, nodes);
            MispricingField field = new(nodes, edges, 1e-13);
            for (int i = 0; i < edges; i++)
            {
                (int a, int b) = Ends(random, nodes);
                int edge = field.AddEdge(a, b);
                field.SetFlow(edge, price[a] - price[b], 0.5 + random.NextDouble());
            }

            Assert.True(field.Relax(NoBound), $"seed {seed}");
            FieldMeasure measure = field.Measure();
            for (int i = 0; i < edges; i++)
                Assert.True(Math.Abs(field.Curl(i)) < RoundingBound + (nodes * 1e-13), $"seed {seed} edge {i}");
            Assert.True(measure.Energy < 1e-20, $"seed {seed}: {measure.Energy}");
        }
    }

    [Theory]
    [InlineData(6, 12)]
    [InlineData(12, 20)]
    [InlineData(25, 60)]
    public void Curl_RandomFlowsAndWeights_EqualsDenseLeastSquaresWithinTheStatedBound(int nodes, int edges)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed + (nodes * 1000));
            MispricingField field = new(nodes, edges);
            List<DenseLeastSquares.Edge> plain = [];
            for (int i = 0; i < edges; i++)
            {
                (int a, int b) = Ends(random, nodes);
                _ = field.AddEdge(a, b);
                plain.Add(new DenseLeastSquares.Edge(a, b, 0, 0));
            }

            // Edges come, change and go, as pools do; the field is settled only now and then, within a budget.
            for (int step = 0; step < 4 * edges; step++)
            {
                int edge = random.Next(edges);
                double weight = random.Next(5) == 0 ? 0 : Math.Exp((random.NextDouble() - 0.5) * 6);
                double flow = (random.NextDouble() - 0.5) * 20;
                field.SetFlow(edge, flow, weight);
                plain[edge] = plain[edge] with { Flow = weight == 0 ? 0 : flow, Weight = weight };
                if (random.Next(3) == 0) field.Relax(random.Next(200));
                if (step % 20 == 0) AssertWithinBound(field, nodes, plain, seed);
            }

            Assert.True(field.Relax(NoBound), $"seed {seed}");
            FieldMeasure settled = AssertWithinBound(field, nodes, plain, seed);
            Assert.True(settled.EnergyErrorBound < 1e-6, $"seed {seed}: {settled.EnergyErrorBound}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Curl_InconsistentTriangle_IsTheLoopsGainSharedByItsEdgesInEitherDirection(int sign)
    {
        MispricingField field = new(3, 3, 1e-13);
        double gain = sign * 0.03;
        field.SetFlow(field.AddEdge(0, 1), 2 + gain);
        field.SetFlow(field.AddEdge(1, 2), 3);
        field.SetFlow(field.AddEdge(2, 0), -5);
        Assert.True(field.Relax(NoBound));
        for (int edge = 0; edge < 3; edge++) Assert.Equal(gain / 3, field.Curl(edge), 1e-12);
        Assert.Equal(gain * gain / 3, field.Measure().Energy, 1e-12);
    }

    [Fact]
    public void Curl_ParallelEdges_LeansToTheHeavierOne()
    {
        MispricingField field = new(2, 2, 1e-13);
        field.SetFlow(field.AddEdge(0, 1), 0, 3);
        field.SetFlow(field.AddEdge(1, 0), -0.04, 1);
        Assert.True(field.Relax(NoBound));
        Assert.Equal(-0.01, field.Curl(0), 1e-12);
        Assert.Equal(-0.03, field.Curl(1), 1e-12);
        Assert.Equal(3 * 0.0001, field.CurlEnergy(0), 1e-12);
    }

    [Fact]
    public void Energy_IsZeroExactlyWhenNoCycleGains()
    {
        int gaining = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int nodes = 3 + random.Next(3);
            int edges = nodes + random.Next(4);
            double[] price = Prices(random, nodes);
            bool consistent = random.Next(2) == 0;
            MispricingField field = new(nodes, edges, 1e-13);
            List<(int From, int To, double Flow)> plain = [];
            for (int i = 0; i < edges; i++)
            {
                (int a, int b) = Ends(random, nodes);
                double flow = price[a] - price[b] + (consistent ? 0 : (random.NextDouble() - 0.5) * 0.01);
                field.SetFlow(field.AddEdge(a, b), flow);
                plain.Add((a, b, flow));
            }

            Assert.True(field.Relax(NoBound));
            bool gains = BestCycle(nodes, plain) > 1e-9;
            double energy = field.Measure().Energy;
            Assert.True(gains == energy > 1e-18, $"seed {seed}: gains {gains}, energy {energy}");
            if (gains) gaining++;
        }

        Assert.InRange(gaining, 50, 250);
    }

    [Fact]
    public void Component_SeparateAndJoinedMarkets_AreToldApart()
    {
        MispricingField field = new(6, 4);
        field.SetFlow(field.AddEdge(0, 1), 1);
        field.SetFlow(field.AddEdge(2, 3), 2);
        int bridge = field.AddEdge(1, 2);
        Assert.True(field.Relax(NoBound));
        Assert.Equal(2, field.Measure().Components);
        Assert.NotEqual(field.Component(0), field.Component(3));
        Assert.Equal(-1, field.Component(4));
        field.SetFlow(bridge, 30);
        Assert.Equal(0, field.QueuedCount); // a bridge shifts a whole side: nothing is left to relax
        Assert.Equal(1, field.Measure().Components);
        Assert.Equal(field.Component(0), field.Component(3));
        Assert.Equal(33, field.Potential(0) - field.Potential(3), 1e-12);
        field.SetFlow(bridge, 0, 0);
        Assert.Equal(2, field.Measure().Components);
        Assert.Equal(0, field.Curl(bridge));
    }

    [Fact]
    public void SetFlow_NotANumber_CountsAsAbsent()
    {
        MispricingField field = new(2, 1);
        int edge = field.AddEdge(0, 1);
        field.SetFlow(edge, double.NaN);
        Assert.False(field.IsPresent(edge));
        field.SetFlow(edge, 1, double.PositiveInfinity);
        Assert.False(field.IsPresent(edge));
        Assert.Equal(0, field.Measure().Components);
        Assert.Equal(-1, field.AddEdge(0, 1));
    }

    [Fact]
    public void Relax_OneEdgeOfALargeMarket_CostsLessThanTheWholeSolution()
    {
        const int Nodes = 2000;
        const int Hubs = 3;
        MispricingField field = new(Nodes, 3 * Nodes);
        Random random = new(5);
        double[] price = Prices(random, Nodes);
        for (int i = Hubs; i < Nodes; i++)
        {
            for (int hub = 0; hub < Hubs; hub++) Set(field, price, i, hub, (random.NextDouble() - 0.5) * 0.01);
        }

        Assert.True(field.Relax(NoBound));
        long whole = field.StepCount;
        field.SetFlow(500, price[169] - price[2] + 0.002);
        Assert.True(field.Relax(NoBound));
        Assert.InRange(field.StepCount - whole, 1, whole / 2);
        FieldMeasure measure = field.Measure();
        Assert.True(field.CurlErrorBound(0, measure) < 1e-4, $"{measure}");
    }

    [Fact]
    public void Relax_SmallBudget_StopsAndGoesOnLater()
    {
        MispricingField ring = new(50, 50);
        for (int i = 0; i < 50; i++) ring.SetFlow(ring.AddEdge(i, (i + 1) % 50), 0);
        ring.SetFlow(0, 1);
        Assert.False(ring.Relax(10));
        Assert.True(ring.Measure().EnergyErrorBound > 1e-3);
        while (!ring.Relax(10))
        {
        }

        Assert.Equal(1 / 50.0, ring.Measure().Energy, 1e-6);
    }

    private static void Set(MispricingField field, double[] price, int from, int to, double error) =>
        field.SetFlow(field.AddEdge(from, to), price[from] - price[to] + error);

    private static FieldMeasure AssertWithinBound(
        MispricingField field, int nodes, List<DenseLeastSquares.Edge> plain, int seed)
    {
        double[] expected = DenseLeastSquares.Residuals(nodes, plain);
        FieldMeasure measure = field.Measure();
        double exact = 0;
        for (int i = 0; i < plain.Count; i++)
        {
            exact += plain[i].Weight * expected[i] * expected[i];
            if (plain[i].Weight == 0) continue;
            double bound = field.CurlErrorBound(i, measure) + 1e-9; // the oracle's own rounding
            Assert.True(
                Math.Abs(field.Curl(i) - expected[i]) <= bound,
                $"seed {seed} edge {i}: {field.Curl(i)}, exact {expected[i]}, bound {bound}");
        }

        Assert.InRange(measure.Energy, exact - 1e-6, exact + measure.EnergyErrorBound + 1e-6);
        return measure;
    }

    private static double[] Prices(Random random, int count)
    {
        double[] price = new double[count];
        for (int i = 0; i < count; i++) price[i] = (random.NextDouble() - 0.5) * 30;
        return price;
    }

    private static (int A, int B) Ends(Random random, int nodes)
    {
        int a = random.Next(nodes);
        return (a, (a + 1 + random.Next(nodes - 1)) % nodes);
    }

    /// <summary>Largest log gain of a simple cycle, both directions of every edge, by plain enumeration.</summary>
    private static double BestCycle(int nodes, List<(int From, int To, double Flow)> edges)
    {
        double best = double.NegativeInfinity;
        bool[] used = new bool[edges.Count];
        for (int start = 0; start < nodes; start++) Walk(start, start, 0, used, edges, ref best);
        return best;
    }

    private static void Walk(
        int start, int at, double sum, bool[] used, List<(int From, int To, double Flow)> edges, ref double best)
    {
        for (int i = 0; i < edges.Count; i++)
        {
            if (used[i] || (edges[i].From != at && edges[i].To != at)) continue;
            bool along = edges[i].From == at;
            int other = along ? edges[i].To : edges[i].From;
            double flow = along ? edges[i].Flow : -edges[i].Flow;
            if (other == start) best = Math.Max(best, sum + flow);
            if (other == start) continue;
            used[i] = true;
            Walk(start, other, sum + flow, used, edges, ref best);
            used[i] = false;
        }
    }
}
