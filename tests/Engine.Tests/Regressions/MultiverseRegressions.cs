using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Regressions;

/// <summary>Defects 1.5: thresholds that meant 20 % instead of 0.2 %, and cycles found from some starts only.</summary>
public sealed class MultiverseRegressions
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Find_TriangleOfHalfAPercent_IsFoundFromEveryMintAndPool(int mint)
    {
        MarketGraph graph = new(4, 4, 1);
        CycleFinderTests.AddCoherent(graph, TestPool.Of(0, 0, 1, 1_000_000_000, 150_000_000_000, 0));
        CycleFinderTests.AddCoherent(graph, TestPool.Of(1, 1, 2, 150_000_000_000, 7_000, 0));
        CycleFinderTests.AddCoherent(graph, TestPool.Of(2, 2, 0, 7_000, 1_005_000_000, 0));
        CycleFinder finder = new(graph, new SearchSettings { BaseMints = [TestPool.Key(2, mint)] });
        for (int pool = 0; pool < 3; pool++)
        {
            Assert.Equal(SearchStatus.Complete, finder.Find(pool, long.MaxValue));
            Assert.Equal(1, finder.Count);
            Assert.Equal(1.005, finder[0].MarginalProduct, 1e-9);
        }
    }
}
