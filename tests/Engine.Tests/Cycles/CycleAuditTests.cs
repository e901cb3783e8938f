using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Cycles;

public sealed class CycleAuditTests
{
    [Fact]
    public void OnSlot_CycleLongerThanTheHopBound_IsSentToScoring()
    {
        (CycleStage stage, _, MarketGraph graph) = Stage(
            (0, 1, 1.01), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 0, 1.0));
        MarketEvent slot = Slot(stage);
        Assert.Equal(1, stage.Audit.LongerCount);
        Assert.Equal(1, slot.OpportunityCount);
        Assert.Equal(5, graph.PoolCount);
        Assert.Equal(0, stage.Audit.DisagreementCount);
    }

    [Fact]
    public void OnSlot_CycleLongerThanARoute_IsCountedOnly()
    {
        (CycleStage stage, _, _) = Stage(
            (0, 1, 1.01), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 5, 1.0), (5, 6, 1.0), (6, 0, 1.0));
        Assert.Equal(0, Slot(stage).OpportunityCount);
        Assert.Equal(1, stage.Audit.TooLongCount);
    }

    [Fact]
    public void OnSlot_RateChangedAndPoolNotSearched_IsADisagreement()
    {
        (CycleStage stage, TouchedPools touched, _) = Stage((0, 1, 1.01), (0, 1, 1.0));
        _ = Slot(stage);
        Assert.Equal((1, 1), (stage.Audit.AuditedCount, stage.Audit.DisagreementCount));
        touched.Add(0);
        touched.Add(1);
        _ = Slot(stage);
        _ = Slot(stage);
        Assert.Equal((3, 1), (stage.Audit.AuditedCount, stage.Audit.DisagreementCount));
    }

    [Fact]
    public void OnSlot_GainThroughNoBase_IsCountedOnly()
    {
        (CycleStage stage, _, _) = Stage((0, 1, 1.0), (2, 3, 1.01), (2, 3, 1.0));
        Assert.Equal(0, Slot(stage).OpportunityCount);
        Assert.Equal((0, 1), (stage.Audit.AuditedCount, stage.Audit.NoBaseCount));
    }

    private static (CycleStage Stage, TouchedPools Touched, MarketGraph Graph) Stage(
        params (int From, int To, double Rate)[] pools)
    {
        (MarketGraph graph, _) = CycleFinderTests.Market(4, pools);
        TouchedPools touched = new(graph.PoolCapacity);
        SearchSettings settings = new() { BaseMints = [TestPool.Key(2, 0)], AuditEverySlots = 1 };
        return (new CycleStage(graph, touched, new OpportunityRing(64), settings), touched, graph);
    }

    private static MarketEvent Slot(CycleStage stage)
    {
        MarketEvent[] batch = [new MarketEvent { Kind = EventKind.Slot, PoolId = -1 }];
        _ = stage.OnBatch(batch, 1);
        return batch[0];
    }
}
