using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

public sealed class CycleOrderTests
{
    private const int Capacity = 3000;

    /// <summary>Products spread widely, alike in their leading bits, equal, or in a narrow cluster beside one far off:
    /// the order is always that of comparisons.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Sort_AnyProducts_IsTheOrderOfCompare(int kind)
    {
        FoundCycles found = new(new MarketGraph(2, 1), Capacity);
        foreach (int count in (int[])[0, 1, 2, 8, 9, 17, 25, 79, 80, 81, 143, 144, 145, 900, Capacity])
        {
            Random random = new(count + (kind * 7919));
            Cycle[] cycles = new Cycle[count];
            found.Clear();
            for (int i = 0; i < count; i++)
            {
                cycles[i] = Draw(random, kind, i);
                found.Add(cycles[i].Edges[..cycles[i].LegCount], cycles[i].MarginalProduct);
            }

            Array.Sort(cycles, (a, b) => Cycle.Compare(a, b));
            found.Sort();
            Assert.Equal(count, found.Count);
            for (int rank = 0; rank < count; rank++)
            {
                Assert.Equal(cycles[rank].MarginalProduct, found[rank].MarginalProduct);
                Assert.Equal(0, Cycle.Compare(cycles[rank], found[rank]));
            }
        }
    }

    private static Cycle Draw(Random random, int kind, int number)
    {
        Cycle cycle = new()
        {
            LegCount = random.Next(2, 5),
            MarginalProduct = kind switch
            {
                0 => Math.Exp(random.NextDouble() * 20),
                1 => 1 + random.NextDouble(),
                2 => 1.25,
                3 => random.Next(3) == 0 ? 1e12 : 1 + (random.NextDouble() * 1e-9),
                _ => 1 + (random.Next(4) * double.Epsilon) + (random.Next(2) * 1e-16) + (number == 7 ? 1e200 : 0),
            },
        };
        for (int i = 0; i < cycle.LegCount; i++) cycle.Edges[i] = random.Next(1 << 20);
        return cycle;
    }
}
