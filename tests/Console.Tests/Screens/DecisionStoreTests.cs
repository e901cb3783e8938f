using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>A console that looks too rarely misses decisions, says so, and shows the others.</summary>
public sealed class DecisionStoreTests
{
    private const int Capacity = RecentDecisions.Capacity;

    [Theory]
    [InlineData(0, Capacity + 100)]
    [InlineData(10, Capacity + 10)]
    [InlineData(10, (3 * Capacity) + 7)]
    [InlineData(Capacity + 5, (2 * Capacity) + 9)]
    public void Refresh_AfterMoreThanItHolds_ShowsTheNewestAndCountsTheMissed(int before, int after)
    {
        RecentDecisions source = new();
        DecisionStore store = new();
        PoolNames names = new();
        Decide(source, 0, before);
        store.Refresh(source, names);
        Assert.Equal(before > Capacity ? Capacity : before, store.Held);
        Decide(source, before, after);
        store.Refresh(source, names);
        Assert.Equal((long)before + after, store.Published);
        Assert.Equal(Capacity, store.Held);
        Assert.Equal(Capacity, store.Count);
        long missedFirst = before > Capacity ? before - Capacity : 0;
        Assert.Equal(missedFirst + (after > Capacity ? after - Capacity : 0), store.Missed);
        for (int i = 0; i < Capacity; i++) Assert.Equal(before + after - 1 - i, store[i].Sequence);

        Decide(source, before + after, 3); // and goes on as always
        store.Refresh(source, names);
        Assert.Equal(before + after + 2, store[0].Sequence);
        Assert.True(store.TryFind(before + after, 0, out _));
        Assert.False(store.TryFind(before + after - Capacity, 0, out _));
    }

    private static void Decide(RecentDecisions source, long from, int count)
    {
        for (long sequence = from; sequence < from + count; sequence++)
        {
            Opportunity decision = new() { Sequence = sequence, LegCount = 2 };
            decision.Legs[0].PoolId = (int)(sequence % 7);
            decision.Legs[1].PoolId = 8;
            source.OnDecision(in decision, []);
        }
    }
}
