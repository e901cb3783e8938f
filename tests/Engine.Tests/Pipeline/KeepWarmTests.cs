using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Pipeline;

public sealed class KeepWarmTests
{
    private sealed class Warmed(string name, int rounds = 1) : IStage, IWarmable
    {
        private long _slices;

        public int WarmRounds => rounds;

        public string Name => name;

        public long Slices => Volatile.Read(ref _slices);

        public long Events { get; private set; }

        public void Warm() => Volatile.Write(ref _slices, _slices + 1);

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            Events += batch.Length;
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }

    [Fact]
    public void Group_Warm_TakesItsStagesInTurn()
    {
        Warmed first = new("first");
        Warmed second = new("second");
        StageGroup group = new(
            "test",
            [new(first, StampId.Dedup, StageNeeds.All), new(second, StampId.Graph, StageNeeds.All)],
            null);
        for (int i = 0; i < 10; i++) group.Warm();
        Assert.Equal((5, 5), (first.Slices, second.Slices));
        Assert.Equal(0, group.Events);
    }

    [Fact]
    public void Group_Warm_TakesLongSlicesInFewerRounds()
    {
        Warmed everyRound = new("short");
        Warmed everyFourth = new("long", 4);
        StageGroup group = new(
            "test",
            [new(everyRound, StampId.Graph, StageNeeds.All), new(everyFourth, StampId.Scoring, StageNeeds.All)],
            null);
        for (int i = 0; i < 50; i++) group.Warm();
        Assert.Equal((40, 10), (everyRound.Slices, everyFourth.Slices));
    }

    [Fact]
    public void Group_Warm_RestsBehindEachRound()
    {
        Warmed first = new("first");
        Warmed second = new("second");
        StageSlot[] slots =
            [new(first, StampId.Dedup, StageNeeds.All), new(second, StampId.Graph, StageNeeds.All)];
        StageGroup group = new("test", slots, null, null, warmRestNs: long.MaxValue / 4);
        Assert.False(group.IsResting);
        for (int i = 0; i < 10; i++) group.Warm();
        Assert.True(group.IsResting);
        Assert.Equal((1, 1), (first.Slices, second.Slices));

        const long RestNs = 1_000_000;
        group = new StageGroup("test", slots, null, null, RestNs);
        long begunNs = SystemClock.Instance.NowNs;
        while (second.Slices < 4) group.Warm(); // three rounds, and a rest behind each of the first two
        Assert.True(SystemClock.Instance.NowNs - begunNs >= 2 * RestNs);
        Assert.Equal(4, first.Slices);
    }

    [Fact]
    public void Group_Warm_OnlyLongSlices_StillTakesThem()
    {
        Warmed everyEighth = new("long", 8);
        StageGroup group = new("test", [new(everyEighth, StampId.Scoring, StageNeeds.All)], null);
        for (int i = 0; i < 3; i++) group.Warm();
        Assert.Equal(3, everyEighth.Slices);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)] // a thread that sleeps is not kept awake for it
    public void ThreadedRunner_Idle_WarmsOnlyIfItSpinsAndIsAsked(bool spins, bool isAsked, bool isExpected)
    {
        Warmed stage = new("stage");
        PayloadRing payloads = new(1 << 12, 1 << 8);
        StageGroup group = new("group", [new(stage, StampId.Sinks, StageNeeds.All)], null);
        WaitStrategy wait = spins ? new BusySpinWaitStrategy() : new YieldThenParkWaitStrategy();
        ThreadedRunner runner = new(
            16, payloads, [group], wait, OverflowPolicy.Block, new Fatal(), SystemClock.Instance, false, null, isAsked);
        runner.Start();
        long deadlineMs = Environment.TickCount64 + (isExpected ? 10_000 : 50);
        while (stage.Slices == 0 && Environment.TickCount64 < deadlineMs) Thread.Sleep(1);
        Assert.Equal(ClaimStatus.Ok, runner.TryClaim(0, out _));
        runner.Publish(0);
        runner.DrainAndStop();
        Assert.Equal(isExpected, stage.Slices != 0);
        Assert.Equal(1, stage.Events);
    }

    [Fact]
    public void RecentIds_KeepsTheLastDistinctOnes()
    {
        RecentIds recent = new();
        Assert.Equal(-1, recent.Next());
        for (int id = 0; id < 300; id++)
            Assert.Equal(id < RecentIds.Capacity ? -1 : id - RecentIds.Capacity, recent.Add(id));

        HashSet<int> kept = [];
        for (int i = 0; i < RecentIds.Capacity; i++) kept.Add(recent.Next());
        Assert.Equal(RecentIds.Capacity, kept.Count);
        Assert.DoesNotContain(299 - RecentIds.Capacity, kept);
        Assert.Contains(300 - RecentIds.Capacity, kept);
        Assert.Contains(299, kept);
    }
}
