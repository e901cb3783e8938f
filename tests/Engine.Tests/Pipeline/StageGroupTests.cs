using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Ring;
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
