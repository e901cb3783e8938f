using System;
using System.Threading;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class BatchConsumerTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void StopAfter_ProcessesEverythingUpToIt_ThenEnds(int strategy)
    {
        Bench bench = new(16, Rings.Strategy(strategy));
        Thread thread = bench.Start();
        bench.Publish(1000);
        bench.Consumer.StopAfter(999);
        Assert.True(thread.Join(_patience));
        Assert.Equal(999, bench.Consumer.Sequence.Value);
        Assert.Equal(1000, bench.Handler.Count);
        Assert.Null(bench.Fault);
    }

    [Fact]
    public void OnBatch_Limit_IsKept()
    {
        Bench bench = new(64, new YieldThenParkWaitStrategy(), batchLimit: 5);
        bench.Publish(64);
        bench.Consumer.StopAfter(63);
        bench.Consumer.Run();
        Assert.Equal(5, bench.Handler.LargestBatch);
        Assert.Equal(64, bench.Handler.Count);
    }

    [Fact]
    public void Handler_Throws_HaltsRing_ReportsSequence_AndNeverAdvances()
    {
        Bench bench = new(16, new YieldThenParkWaitStrategy(), batchLimit: 4);
        bench.Handler.ThrowAt = 37;
        Thread thread = bench.Start();
        SequencerStatus status = SequencerStatus.Ok;
        for (int i = 0; i < 10_000 && status == SequencerStatus.Ok; i++)
        {
            status = bench.Sequencer.Next(1, out long hi);
            if (status != SequencerStatus.Ok)
                break;
            bench.Ring[hi].Value = hi;
            bench.Sequencer.Publish(hi, hi);
        }
        Assert.Equal(SequencerStatus.Halted, status);
        Assert.True(thread.Join(_patience));
        Assert.NotNull(bench.Fault);
        Assert.IsType<InvalidOperationException>(bench.Fault.Exception);
        Assert.InRange(37, bench.Fault.FirstSequence, bench.Fault.LastSequence);
        Assert.Equal(bench.Fault.FirstSequence - 1, bench.Consumer.Sequence.Value);
        Assert.Equal(1, bench.FaultCount);
        Assert.Equal("test", bench.Fault.ConsumerName);
    }

    [Fact]
    public void Housekeeping_Throws_HaltsRingAndIsReported()
    {
        Bench bench = new(16, new YieldThenParkWaitStrategy());
        bench.Handler.ThrowInHousekeeping = true;
        Thread thread = bench.Start();
        Assert.True(thread.Join(_patience));
        Assert.True(bench.Sequencer.IsHalted);
        Assert.Equal(0, bench.Fault!.FirstSequence);
        Assert.Equal(-1, bench.Fault.LastSequence);
    }

    [Fact]
    public void Fault_OfOneConsumer_StopsTheOthers()
    {
        RingBuffer<Entry64> ring = Rings.Create(16, stampInEntry: true);
        Sequencer sequencer = Rings.Sequencer(ring, multi: false);
        Recorder failing = new() { ThrowAt = 5 };
        Recorder healthy = new();
        ConsumerFault? fault = null;
        BatchConsumer<Entry64, Recorder> first = Consumer("first", failing);
        BatchConsumer<Entry64, Recorder> second = Consumer("second", healthy, first.Sequence);
        sequencer.AddGatingSequences(second.Sequence);
        Thread[] threads = [new Thread(first.Run), new Thread(second.Run)];
        Array.ForEach(threads, t => t.Start());
        while (sequencer.Next(1, out long hi) == SequencerStatus.Ok)
        {
            ring[hi].Value = hi;
            sequencer.Publish(hi, hi);
        }
        foreach (Thread thread in threads)
            Assert.True(thread.Join(_patience));
        Assert.Equal("first", fault!.ConsumerName);
        Assert.True(healthy.Count <= 5, "a later consumer never sees the failed event");

        BatchConsumer<Entry64, Recorder> Consumer(string name, Recorder handler, params ReadOnlySpan<Sequence> after) =>
            new(
                name,
                ring,
                sequencer,
                handler,
                SystemClock.Instance,
                BatchConsumerSettings.Default,
                f => fault = f,
                after);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Housekeeping_RunsWhileIdle(int strategy)
    {
        Bench bench = new(16, Rings.Strategy(strategy));
        Thread thread = bench.Start();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref bench.Handler.HousekeepingCount) >= 3, _patience));
        bench.Consumer.Stop();
        Assert.True(thread.Join(_patience));
        Assert.Equal(-1, bench.Consumer.Sequence.Value);
    }

    [Fact]
    public void Housekeeping_FollowsTheClockOfTheReplay()
    {
        ReplayClock clock = new();
        Bench bench = new(128, new YieldThenParkWaitStrategy(), batchLimit: 1, clock: clock);
        // 64 batches = two looks at the clock; the capture's time passes an interval only before the second.
        bench.Handler.OnEntry = sequence =>
        {
            if (sequence == 40)
                clock.AdvanceTo(5_000_000, 0);
        };
        bench.Publish(64);
        bench.Consumer.StopAfter(63);
        bench.Consumer.Run();
        Assert.Equal(1, bench.Handler.HousekeepingCount);
        Assert.Equal(5_000_000, bench.Handler.LastHousekeepingNs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Halt_MidBatch_FinishesTheBatchAndStops(int strategy)
    {
        Bench bench = new(64, Rings.Strategy(strategy), batchLimit: 8);
        bench.Handler.OnEntry = sequence =>
        {
            if (sequence == 19)
                bench.Sequencer.Halt();
        };
        bench.Publish(64);
        bench.Consumer.Run();
        // The batch 16..23 was at work: it is finished and acknowledged, nothing after it is touched.
        Assert.Equal(23, bench.Consumer.Sequence.Value);
        Assert.Equal(24, bench.Handler.Count);
        Assert.Null(bench.Fault);
    }

    internal sealed class Bench
    {
        internal Bench(int capacity, WaitStrategy strategy, int batchLimit = 256, IClock? clock = null)
        {
            Ring = Rings.Create(capacity, stampInEntry: true);
            Sequencer = Rings.Sequencer(Ring, multi: false, strategy);
            Handler = new Recorder();
            Consumer = new BatchConsumer<Entry64, Recorder>(
                "test",
                Ring,
                Sequencer,
                Handler,
                clock ?? SystemClock.Instance,
                new BatchConsumerSettings(1_000_000, batchLimit),
                OnFault);
            Sequencer.AddGatingSequences(Consumer.Sequence);
        }

        internal RingBuffer<Entry64> Ring { get; }

        internal Sequencer Sequencer { get; }

        internal Recorder Handler { get; }

        internal BatchConsumer<Entry64, Recorder> Consumer { get; }

        internal ConsumerFault? Fault { get; private set; }

        internal int FaultCount { get; private set; }

        internal Thread Start()
        {
            Thread thread = new(Consumer.Run);
            thread.Start();
            return thread;
        }

        internal void Publish(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(SequencerStatus.Ok, Sequencer.Next(1, out long hi));
                Ring[hi] = default;
                Ring[hi].Value = hi;
                Sequencer.Publish(hi, hi);
            }
        }

        private void OnFault(ConsumerFault fault)
        {
            Assert.True(Sequencer.IsHalted, "halted before it is reported");
            Fault = fault;
            FaultCount++;
        }
    }

    /// <summary>Checks order and content, and misbehaves on request.</summary>
    internal sealed class Recorder : IBatchHandler<Entry64>
    {
        internal int HousekeepingCount;

        internal long ThrowAt { get; set; } = -1;

        internal bool ThrowInHousekeeping { get; set; }

        internal Action<long>? OnEntry { get; set; }

        internal long Count { get; private set; }

        internal int LargestBatch { get; private set; }

        internal long LastHousekeepingNs { get; private set; }

        public int OnBatch(Span<Entry64> batch, long firstSequence)
        {
            LargestBatch = Math.Max(LargestBatch, batch.Length);
            for (int i = 0; i < batch.Length; i++)
            {
                long sequence = firstSequence + i;
                if (sequence == ThrowAt)
                    throw new InvalidOperationException("asked to");
                if (sequence != Count || batch[i].Value != sequence)
                    throw new InvalidOperationException($"entry {sequence} after {Count}, value {batch[i].Value}");
                OnEntry?.Invoke(sequence);
                Count++;
            }
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
            if (ThrowInHousekeeping)
                throw new InvalidOperationException("asked to");
            LastHousekeepingNs = nowNs;
            Volatile.Write(ref HousekeepingCount, HousekeepingCount + 1);
        }
    }
}
