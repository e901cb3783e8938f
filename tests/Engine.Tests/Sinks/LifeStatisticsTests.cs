using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using Xunit;

namespace LowLatency.Engine.Tests.Sinks;

public sealed class LifeStatisticsTests
{
    [Fact]
    public void HalfLife_HalfEndedByTwoSlots_IsTwo()
    {
        LifeStatistics statistics = new(8);
        foreach (ulong span in new ulong[] { 0, 1, 2, 5 }) Add(statistics, LifeLabel.Captured, span, 3, 9);
        Add(statistics, LifeLabel.Evaporated, 2, 9, 3);
        Add(statistics, LifeLabel.Alive, 8, 3, 9);
        PairLife pair = statistics.Pair(0);
        Assert.Equal(new PairLife(3, 9, 6, 4, 1, 2), pair);
        Assert.Equal(1, statistics.PairCount);
        Assert.Equal(5.0 / 6, statistics.SurvivalAfter(0), 1e-12);
        Assert.Equal(2.0 / 6, statistics.SurvivalAfter(2), 1e-12);
        Assert.Equal(2, statistics.HalfLifeSlots);
    }

    [Fact]
    public void Survival_LivesCutOffEarly_CountAsLongAsTheyWereSeen()
    {
        LifeStatistics statistics = new(8);
        for (int i = 0; i < 3; i++) Add(statistics, LifeLabel.Alive, 1, 0, 1);
        Add(statistics, LifeLabel.Captured, 3, 0, 1);
        Add(statistics, LifeLabel.Alive, 8, 0, 1);
        Assert.Equal(1, statistics.SurvivalAfter(2));
        Assert.Equal(0.5, statistics.SurvivalAfter(3)); // one of the two that were still followed
        Assert.Equal(3, statistics.HalfLifeSlots);
    }

    [Fact]
    public void HalfLife_MostOutliveTheTime_IsUnknown()
    {
        LifeStatistics statistics = new(8);
        for (int i = 0; i < 3; i++) Add(statistics, LifeLabel.Alive, 8, 0, 1);
        Add(statistics, LifeLabel.Captured, 3, 0, 1);
        Assert.Equal(-1, statistics.HalfLifeSlots);
    }

    [Fact]
    public void StaleAndOurErrors_AreCountedButNotPartOfSurvival()
    {
        LifeStatistics statistics = new(8);
        Add(statistics, LifeLabel.Stale, 0, 0, 1);
        Add(statistics, LifeLabel.OurError, 0, 0, 1);
        Assert.Equal(1, statistics.By(LifeLabel.Stale));
        Assert.Equal(1, statistics.By(LifeLabel.OurError));
        Assert.Equal(0, statistics.PairCount);
        Assert.Equal(1, statistics.SurvivalAfter(8));
    }

    [Fact]
    public void Pairs_OfALongerCycle_AreItsNeighbours()
    {
        LifeStatistics statistics = new(8);
        Add(statistics, LifeLabel.Captured, 1, 5, 6, 7);
        Assert.Equal(3, statistics.PairCount);
        Assert.Equal((5, 6), (statistics.Pair(0).PoolA, statistics.Pair(0).PoolB));
        Assert.Equal((6, 7), (statistics.Pair(1).PoolA, statistics.Pair(1).PoolB));
        Assert.Equal((5, 7), (statistics.Pair(2).PoolA, statistics.Pair(2).PoolB));
    }

    [Fact]
    public void Pairs_BeyondTheTable_AreCounted()
    {
        LifeStatistics statistics = new(2);
        for (int i = 0; i <= LifeStatistics.MaxPairs; i++) Add(statistics, LifeLabel.Captured, 1, 0, i + 1);
        Assert.Equal(LifeStatistics.MaxPairs, statistics.PairCount);
        Assert.Equal(1, statistics.PairsLeftOut);
        Assert.Equal(LifeStatistics.MaxPairs + 1, statistics.By(LifeLabel.Captured));
    }

    [Fact]
    public void Journal_Lives_AreReadBackInOrderBesideDecisions()
    {
        MemoryStream stream = new();
        DecisionJournal journal = new(stream, new NoPools(), 16, 5);
        for (int i = 0; i < 3; i++) journal.OnLife(Life(LifeLabel.Captured, (ulong)i, 1, 2));
        journal.Complete(7);
        stream.Position = 0;
        JournalReader reader = JournalReader.Read(stream, "memory");
        Assert.Equal(3, reader.Lives.Count);
        Assert.Equal(2UL, reader.Lives[2].SpanSlots);
        Assert.Equal(LifeLabel.Captured, reader.Lives[2].Label);
        Assert.Equal(7UL, reader.Hash);
        Assert.Empty(reader.Decisions);
    }

    private static void Add(LifeStatistics statistics, LifeLabel label, ulong span, params int[] pools) =>
        statistics.OnLife(Life(label, span, pools));

    private static LifeRecord Life(LifeLabel label, ulong span, params int[] pools)
    {
        LifeRecord life = new() { Label = label, BirthSlot = 50, EndSlot = 50 + span, LegCount = (byte)pools.Length };
        for (int i = 0; i < pools.Length; i++) life.Pools[i] = pools[i];
        return life;
    }

    private sealed class NoPools : IPoolDirectory
    {
        public PoolDescription Describe(int poolId) => default;
    }
}
