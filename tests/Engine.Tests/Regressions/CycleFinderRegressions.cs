using System;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Regressions;

/// <summary>Defects 1.4: a pair's first pool taken for the right one; everything searched at each update.</summary>
public sealed class CycleFinderRegressions
{
    [Fact]
    public void Find_ParallelPools_NamesThePoolThatGainsNotTheFirstOne()
    {
        MarketGraph graph = new(4, 4, 1);
        CycleFinderTests.AddCoherent(graph, TestPool.Of(0, 0, 1, 1_000_000, 1_000_000));
        CycleFinderTests.AddCoherent(graph, TestPool.Of(1, 0, 1, 1_000_000, 1_030_000));
        CycleFinderTests.AddCoherent(graph, TestPool.Of(2, 0, 1, 1_000_000, 1_000_001));
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [] });
        Assert.Equal(SearchStatus.Complete, finder.Find(0, long.MaxValue));
        Assert.Equal(1, finder.Count);
        Assert.Equal(["0<", "1>"], Sorted(BruteForce.Text(graph, finder[0])));
    }

    [Fact]
    public void Find_OnePoolUpdated_ListsOnlyCyclesThroughIt()
    {
        int cycles = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            MarketGraph graph = BruteForce.RandomGraph(new Random(seed), 8, 30, 0.03);
            CycleFinder finder = new(graph, new SearchSettings { BaseMints = [] });
            Assert.Equal(SearchStatus.Complete, finder.Find(seed, long.MaxValue));
            for (int i = 0; i < finder.Count; i++)
                Assert.Contains($"{seed}", BruteForce.Text(graph, finder[i]).Split(' ', '<', '>'));
            cycles += finder.Count;
        }

        Assert.True(cycles > 0);
    }

    private static string[] Sorted(string text)
    {
        string[] parts = text.Split(' ');
        Array.Sort(parts, StringComparer.Ordinal);
        return parts;
    }
}
