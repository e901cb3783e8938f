using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Engine.Tests.Sinks;

/// <summary>When "no opportunity" was certain, and that its steps are taken in full all the same.</summary>
public sealed class PipelineLatencyTests
{
    [Theory]
    [InlineData(0, 0, 0U, 700)] // at the end of the search
    [InlineData(0, 0, 200U, 200)] // foreseen
    [InlineData(-1, 0, 0U, -1)] // dropped
    [InlineData(-1, 0, 200U, -1)] // refused by its venue, whatever was foreseen
    [InlineData(0, 1, 0U, -1)]
    public void Record_NoOpportunity_TakesTheTimeAtWhichItWasCertain(
        int poolId, int opportunities, uint foreseenAfterNs, long expectedNs)
    {
        MarketEvent e = new()
        {
            Kind = EventKind.Account,
            PoolId = poolId,
            OpportunityCount = opportunities,
            ForeseenAfterNs = foreseenAfterNs,
        };
        e.Stamps[(int)StampId.Framed] = 1_000;
        e.Stamps[(int)StampId.Published] = 1_100;
        e.Stamps[(int)StampId.Graph] = 1_600;
        e.Stamps[(int)StampId.Cycles] = 1_700;
        PipelineLatency latency = new();
        latency.Record(in e, 1);
        Assert.Equal(expectedNs < 0 ? 0 : 1, latency.NoOpportunity.Count);
        if (expectedNs > 0) Assert.InRange(latency.NoOpportunity.MaxNs, expectedNs, expectedNs + 10);
        Assert.InRange(latency.Step(StampId.Graph).MaxNs, 500, 505);
        Assert.InRange(latency.Step(StampId.Cycles).MaxNs, 100, 101);
    }

    [Fact]
    public void TakeForeseen_WithoutAClockOrAFrame_StillSaysIt()
    {
        MarketEvent e = default;
        default(StampClock).TakeForeseen(ref e);
        Assert.Equal(1U, e.ForeseenAfterNs);
        Assert.Equal(MarketEvent.SizeBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<MarketEvent>());
    }
}
