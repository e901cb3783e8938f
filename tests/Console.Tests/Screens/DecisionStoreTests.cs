using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

public sealed class DecisionStoreTests
{
    [Fact]
    public void Refresh_MoreDecisionsAtOnceThanAreKept_MissesTheOldestAndGoesOn()
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        PoolNames names = new();
        Publish(source, 0, 10);
        store.Refresh(source, names);
        Publish(source, 10, RecentDecisions.Capacity + 10);
        store.Refresh(source, names);
        Publish(source, RecentDecisions.Capacity + 20, RecentDecisions.Capacity);
        store.Refresh(source, names);

        int published = (2 * RecentDecisions.Capacity) + 20;
        Assert.Equal(published, store.Published);
        Assert.Equal(10, store.Missed);
        Assert.Equal(RecentDecisions.Capacity, store.Count);
        Assert.True(store.TryFind(published - 1, 0, out _));
        Assert.False(store.TryFind(5, 0, out _));
    }

    private static void Publish(RecentDecisions source, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Opportunity decision = new() { Sequence = i, LegCount = 2, AmountInRaw = (ulong)i };
            decision.Legs[0].PoolId = i % 97;
            decision.Legs[1].PoolId = i % 89;
            source.OnDecision(in decision, default);
        }
    }
}
