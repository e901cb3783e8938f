using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Regressions;

/// <summary>Defects 1.6: one edge a pair, clamped prices, profits from spreads, gates against large gains.</summary>
public sealed class SpotGraphRegressions
{
    [Theory]
    [InlineData(1_000_000_000_000_000_000UL, 100UL)]
    [InlineData(100UL, 1_000_000_000_000_000_000UL)]
    public void Refresh_VeryCheapAndVeryDearMints_KeepTheirPriceUnclamped(ulong reserveA, ulong reserveB)
    {
        MarketGraph graph = new(4, 4, 1);
        CycleFinderTests.AddCoherent(graph, TestPool.Of(0, 0, 1, reserveA, reserveB, 0));
        double expected = (double)reserveB / reserveA;
        Assert.Equal(1, graph.Rate(0) / expected, 1e-12);
        Assert.Equal(1, graph.Rate(1) * expected, 1e-12);
    }

    [Fact]
    public void Decide_GainOfTenPercent_IsNotRejectedForBeingLarge()
    {
        MarketGraph graph = new(4, 4, 4);
        TouchedPools touched = new(4);
        OpportunityRing ring = new(16);
        SearchSettings settings = new();
        CycleStage cycles = new(graph, touched, ring, settings);
        ScoringStage scoring = new(graph, ring, settings);
        Pubkey usd = TestPool.Key(2, 1);
        for (int i = 0; i < 2; i++)
        {
            CycleFinderTests.AddCoherent(graph, new TestPool(
                TestPool.Key(1, i), SearchSettings.WrappedSol, usd, 1_000_000_000_000,
                150_000_000_000 + ((ulong)i * 16_500_000_000), 3000));
        }

        touched.Add(0);
        MarketEvent one = new() { Kind = EventKind.Account, Slot = 1 };
        cycles.OnBatch(new System.Span<MarketEvent>(ref one), 1);
        scoring.OnBatch(new System.Span<MarketEvent>(ref one), 1);
        ref Opportunity found = ref ring[one.OpportunityPosition];
        Assert.Equal(DecisionReason.Go, found.Reason);

        // The profit is what exact quotes of a size leave, far below size times spread.
        Assert.True(found.GrossProfitRaw < 0.09 * found.AmountInRaw, $"{found.GrossProfitRaw} of {found.AmountInRaw}");
    }
}
