using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Pipeline;

public sealed class StageGroupTests
{
    private sealed class Recorder(string name, List<string> log, Action<int>? onEvent = null) : IStage
    {
        private int _seen;

        public string Name => name;

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                lock (log) log.Add($"{name}{firstSequence + i}");
                onEvent?.Invoke(_seen++);
                if (name == "a" && batch[i].Slot % 2 == 1) batch[i].Drop = DropCause.Duplicate;
            }

            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Events_PassEveryStageBeforeTheNextEvent_HoweverBatched(int batchSize)
    {
        List<string> log = [];
        StageSlot[] slots =
        [
            new(new Recorder("a", log), StampId.Dedup, StageNeeds.All),
            new(new Recorder("b", log), StampId.Graph, StageNeeds.Live),
            new(new Recorder("c", log), StampId.Sinks, StageNeeds.All),
        ];
        StageGroup group = new("test", slots, null);
        MarketEvent[] events = new MarketEvent[10];
        for (int i = 0; i < events.Length; i++) events[i].Slot = (ulong)i;
        for (int i = 0; i < events.Length; i += batchSize)
            group.OnBatch(events.AsSpan(i, Math.Min(batchSize, events.Length - i)), i);

        List<string> expected = [];
        for (int i = 0; i < 10; i++)
            expected.AddRange(i % 2 == 1 ? [$"a{i}", $"c{i}"] : [$"a{i}", $"b{i}", $"c{i}"]);
        Assert.Equal(expected, log);
    }

    /// <summary>Who sees an event, said again for each need, kind and state: the groups' table must agree.</summary>
    private static bool MustSee(StageNeeds needs, in MarketEvent e)
    {
        bool isLive = e.Drop == DropCause.None;
        bool hasOpportunities = e.OpportunityCount != 0;
        bool isChain = e.Kind is EventKind.Slot or EventKind.Blockhash or EventKind.BlockhashVerdict
            or EventKind.PriorityFees or EventKind.Simulation;
        return needs switch
        {
            StageNeeds.All => true,
            StageNeeds.Live => isLive,
            StageNeeds.Searchable => e.PoolId >= 0 || e.Kind == EventKind.Slot,
            StageNeeds.Opportunities => hasOpportunities,
            StageNeeds.OpportunitiesOrTables => hasOpportunities || e.Owner == ProgramIds.AddressLookupTable,
            StageNeeds.OpportunitiesOrChain => hasOpportunities || (isLive && isChain),
            _ => hasOpportunities || e.Kind == EventKind.Setting,
        };
    }

    [Fact]
    public void Event_OfEveryKindAndState_IsSeenByTheStagesThatNeedIt()
    {
        StageNeeds[] needs = Enum.GetValues<StageNeeds>();
        foreach (EventKind kind in Enum.GetValues<EventKind>())
        {
            for (int state = 0; state < 16; state++)
            {
                List<string> log = [];
                StageSlot[] slots = Array.ConvertAll(
                    needs, need => new StageSlot(new Recorder($"{need} ", log), StampId.Refine, need));
                StageGroup group = new("test", slots, null);
                MarketEvent e = new()
                {
                    Kind = kind,
                    Drop = (state & 1) != 0 ? DropCause.Stale : DropCause.None,
                    PoolId = (state & 2) != 0 ? 0 : -1,
                    OpportunityCount = (state & 4) != 0 ? 2 : 0,
                };
                if ((state & 8) != 0 && kind == EventKind.Account) e.Owner = ProgramIds.AddressLookupTable;
                group.OnBatch(new Span<MarketEvent>(ref e), 7);

                List<string> expected = [];
                for (int i = 0; i < needs.Length; i++)
                {
                    bool mustSee = MustSee(needs[i], in e);
                    if (mustSee) expected.Add($"{needs[i]} 7");
                    Assert.Equal(mustSee ? 1 : 0, group.SeenBy(i));
                }

                Assert.Equal(expected, log);
            }
        }
    }

    /// <summary>Says what the event is, as Graph and Cycles do.</summary>
    private sealed class Changer(int poolId, int opportunities) : IStage
    {
        public string Name => "changer";

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            batch[0].PoolId = poolId;
            batch[0].OpportunityCount = opportunities;
            return 0;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }

    [Theory]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(3, 0, 1, 0)]
    [InlineData(3, 2, 1, 1)]
    public void Event_ChangedByAStageOfTheSearch_IsSeenByWhoNeedsItNow(
        int poolId, int opportunities, int searched, int decided)
    {
        List<string> log = [];
        StageGroup group = new(
            "test",
            [
                new(new Changer(poolId, opportunities), StampId.Cycles, StageNeeds.Live),
                new(new Recorder("s", log), StampId.None, StageNeeds.Searchable),
                new(new Recorder("o", log), StampId.Scoring, StageNeeds.Opportunities),
                new(new Recorder("a", log), StampId.Sinks, StageNeeds.All),
            ],
            null);
        MarketEvent e = new() { Kind = EventKind.Account, PoolId = -1 };
        Assert.Equal(1, group.OnBatch(new Span<MarketEvent>(ref e), 0));
        Assert.Equal([1, searched, decided, 1], new[] { 0, 1, 2, 3 }.Select(group.SeenBy));
        Assert.Equal(1, group.Events);
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 3)]
    public void Stamps_StepsBeforeTheEndOfTheSearch_OnlyIfThePublicationHasOne(bool isPublicationStamped, int stamps)
    {
        StampId[] ids =
            [StampId.Dedup, StampId.Graph, StampId.Cycles, StampId.None, StampId.Scoring, StampId.Sinks];
        StageGroup group = new(
            "test",
            Array.ConvertAll(ids, static id => new StageSlot(new Recorder("x", []), id, StageNeeds.All)),
            new ReplayClock(9));
        MarketEvent e = new() { Kind = EventKind.Account, PoolId = -1, Slot = 2 };
        if (isPublicationStamped) e.Stamps[(int)StampId.Published] = 8;
        group.OnBatch(new Span<MarketEvent>(ref e), 0);
        int taken = 0;
        foreach (long stamp in (ReadOnlySpan<long>)e.Stamps) taken += stamp == 9 ? 1 : 0;
        Assert.Equal(stamps, taken);
        Assert.NotEqual(0, e.Stamps[(int)StampId.Cycles]);
    }

    [Fact]
    public void InlineRunner_Housekeeps_AtTheFirstEventAndEveryNth()
    {
        int turns = 0;
        StageGroup group = new("test", [new(new Recorder("a", []), StampId.None, StageNeeds.All)], null)
        {
            Publish = () => turns++,
        };
        InlineRunner runner = new(new PayloadRing(1 << 12, 1 << 8), [group], new Fatal(), null, 3);
        List<int> after = [];
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(ClaimStatus.Ok, runner.TryClaim(8, out _));
            runner.Publish(8);
            after.Add(turns);
        }

        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3], after);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ThreadedRunner_StageThrows_HaltsPublishingAndKeepsTheFault(int groups)
    {
        List<string> log = [];
        Fatal fatal = new();
        PayloadRing payloads = new(1 << 12, 1 << 8);
        StageGroup[] chain = new StageGroup[groups];
        for (int g = 0; g < groups; g++)
        {
            bool isLast = g == groups - 1;
            Recorder stage = new($"{(char)('p' + g)}", log, n =>
            {
                if (isLast && n == 5) throw new InvalidOperationException("broken invariant");
            });
            chain[g] = new StageGroup($"group{g}", [new(stage, StampId.Sinks, StageNeeds.All)], null);
        }

        ThreadedRunner runner = new(
            8, payloads, chain, new YieldThenParkWaitStrategy(), OverflowPolicy.Block, fatal, SystemClock.Instance,
            false);
        runner.Start();
        ClaimStatus status = ClaimStatus.Ok;
        for (int i = 0; i < 1000 && status == ClaimStatus.Ok; i++)
        {
            status = runner.TryClaim(0, out _);
            if (status == ClaimStatus.Ok) runner.Publish(0);
        }

        runner.DrainAndStop();
        Assert.Equal(ClaimStatus.Halted, status);
        Assert.True(fatal.IsTripped);
        Assert.Equal($"group{groups - 1}", fatal.Fault!.Where);
        Assert.IsType<InvalidOperationException>(fatal.Fault.Cause);
        Assert.InRange(5, fatal.Fault.FirstSequence, fatal.Fault.LastSequence);
    }

    [Fact]
    public void ThreadedRunner_DropNewest_RefusesAndCountsWhenTheConsumerIsSlow()
    {
        using ManualResetEventSlim gate = new();
        List<string> log = [];
        Recorder waiting = new("s", log, _ => gate.Wait());
        StageGroup slow = new("slow", [new(waiting, StampId.Sinks, StageNeeds.All)], null);
        Fatal fatal = new();
        ThreadedRunner runner = new(
            8, new PayloadRing(1 << 12, 1 << 8), [slow], new YieldThenParkWaitStrategy(), OverflowPolicy.DropNewest,
            fatal, SystemClock.Instance, false);
        runner.Start();
        for (int i = 0; i < 100; i++)
        {
            if (runner.TryClaim(0, out _) == ClaimStatus.Ok) runner.Publish(0);
        }

        gate.Set();
        runner.DrainAndStop();
        Assert.Equal(100, runner.Published + runner.Refused);
        Assert.True(runner.Refused >= 100 - 8 - 8, $"refused {runner.Refused}");
        Assert.Equal(runner.Published, log.Count);
        Assert.False(fatal.IsTripped);
    }

    [Fact]
    public void Fatal_KeepsTheFirstFault()
    {
        Fatal fatal = new();
        Assert.True(fatal.Halt(new FatalFault("a", 1, 2, new InvalidOperationException())));
        Assert.False(fatal.Halt(new FatalFault("b", 3, 4, new InvalidOperationException())));
        Assert.Equal("a", fatal.Fault!.Where);
    }
}
