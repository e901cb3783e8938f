using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>
/// Real threads, small rings, millions of events. Invariants, checked by every consumer for every event:
/// 1. sequences come without gap or repetition; 2. the entry holds what its producer wrote, complete (its check word);
/// 3. each producer's events come in the order in which it published them; 4. a consumer never passes one that comes
/// before it; 5. after the drain each consumer has seen exactly what was published.
/// </summary>
public sealed class RingStressTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>Producers, capacity, entries a claim, wait strategy, stamp in entry, events in all.</summary>
    public static TheoryData<int, int, int, int, bool, int> Cases => new()
    {
        { 1, 1, 1, 1, true, 10_000 },
        { 1, 2, 2, 1, false, 20_000 },
        { 1, 1024, 1, 0, true, 400_000 },
        { 1, 1024, 16, 1, true, 4_000_000 },
        { 1, 64, 7, 2, false, 50_000 },
        { 2, 2, 1, 1, true, 30_000 },
        { 2, 256, 5, 1, false, 1_000_000 },
        { 3, 1024, 1, 1, true, 1_500_000 },
        { 3, 1024, 16, 2, true, 400_000 },
        { 3, 8, 3, 1, false, 60_000 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Producers_OneConsumer_EveryInvariantHolds(
        int producers, int capacity, int claim, int strategy, bool inEntry, int events)
    {
        World world = new(producers, capacity, inEntry, Rings.Strategy(strategy));
        world.AddConsumer("only", slowEvery: 0);
        world.Run(events, claim);
    }

    [Theory]
    [InlineData(1, 16, 300_000)]
    [InlineData(3, 64, 300_000)]
    public void Diamond_LastWaitsForBothBranches(int producers, int capacity, int events)
    {
        World world = new(producers, capacity, inEntry: true, new YieldThenParkWaitStrategy());
        Checker left = world.AddConsumer("left", slowEvery: 0);
        Checker right = world.AddConsumer("right", slowEvery: 5_000);
        world.AddConsumer("join", slowEvery: 0, left, right);
        world.Run(events, claim: 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void SlowConsumer_GatesEveryProducer(int producers)
    {
        World world = new(producers, 8, inEntry: true, new YieldThenParkWaitStrategy());
        world.AddConsumer("slow", slowEvery: 500);
        world.AddConsumer("fast", slowEvery: 0);
        world.Run(60_000, claim: 1);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Halt_WhileAllRun_EveryThreadEnds(int strategy, bool inEntry)
    {
        World world = new(3, 16, inEntry, Rings.Strategy(strategy));
        Checker first = world.AddConsumer("first", slowEvery: 0);
        world.AddConsumer("second", slowEvery: 0, first);
        first.OnEntry = sequence =>
        {
            if (sequence == 500)
                world.Sequencer.Halt();
        };
        world.RunUntilHalted(claim: 2);
        Assert.True(first.Next > 500);
    }

    private sealed class World
    {
        private readonly int _producers;
        private readonly List<Checker> _checkers = [];
        private readonly List<Thread> _threads = [];
        private string? _failure;

        internal World(int producers, int capacity, bool inEntry, WaitStrategy strategy)
        {
            _producers = producers;
            Ring = Rings.Create(capacity, inEntry);
            Sequencer = Rings.Sequencer(Ring, producers > 1, strategy);
        }

        internal RingBuffer<Entry64> Ring { get; }

        internal Sequencer Sequencer { get; }

        internal Checker AddConsumer(string name, int slowEvery, params Checker[] after)
        {
            Checker checker = new(_producers, slowEvery, after);
            Sequence[] dependents = Array.ConvertAll(after, c => c.Consumer!.Sequence);
            BatchConsumer<Entry64, Checker> consumer = new(
                name,
                Ring,
                Sequencer,
                checker,
                SystemClock.Instance,
                BatchConsumerSettings.Default,
                fault => Interlocked.CompareExchange(ref _failure, $"{name}: {fault.Exception.Message}", null),
                dependents);
            checker.Consumer = consumer;
            Sequencer.AddGatingSequences(consumer.Sequence);
            _checkers.Add(checker);
            _threads.Add(new Thread(consumer.Run));
            return checker;
        }

        internal void Run(int events, int claim)
        {
            int each = events / _producers / claim * claim;
            Thread[] producers = StartAll(each, claim);
            foreach (Thread thread in producers)
                Assert.True(thread.Join(_patience), "a producer hangs: " + _failure);
            long last = ((long)each * _producers) - 1;
            foreach (Checker checker in _checkers)
                checker.Consumer!.StopAfter(last);
            JoinConsumers();
            Assert.Null(_failure);
            foreach (Checker checker in _checkers)
                Assert.Equal(last + 1, checker.Next);
        }

        internal void RunUntilHalted(int claim)
        {
            foreach (Thread thread in StartAll(int.MaxValue, claim))
                Assert.True(thread.Join(_patience), "a producer hangs: " + _failure);
            JoinConsumers();
            Assert.Null(_failure);
        }

        private Thread[] StartAll(int each, int claim)
        {
            _threads.ForEach(t => t.Start());
            Thread[] producers = new Thread[_producers];
            for (int p = 0; p < _producers; p++)
            {
                int producer = p;
                producers[p] = new Thread(() => Produce(producer, each, claim));
                producers[p].Start();
            }
            return producers;
        }

        private void JoinConsumers()
        {
            foreach (Thread thread in _threads)
                Assert.True(thread.Join(_patience), "a consumer hangs: " + _failure);
        }

        private void Produce(int producer, int count, int claim)
        {
            long value = 0;
            while (value < count)
            {
                if (Sequencer.Next(claim, out long hi) != SequencerStatus.Ok)
                    return;
                for (long s = hi - claim + 1; s <= hi; s++)
                {
                    ref Entry64 entry = ref Ring[s];
                    entry = default;
                    entry.Value = value;
                    entry.Producer = producer;
                    entry.Check = Checker.CheckOf(s, producer, value++);
                }
                Sequencer.Publish(hi - claim + 1, hi);
            }
        }
    }

    private sealed class Checker : IBatchHandler<Entry64>
    {
        private readonly long[] _nextValue;
        private readonly int _slowEvery;
        private readonly Checker[] _after;

        internal Checker(int producers, int slowEvery, Checker[] after)
        {
            _nextValue = new long[producers];
            _slowEvery = slowEvery;
            _after = after;
        }

        internal BatchConsumer<Entry64, Checker>? Consumer { get; set; }

        internal Action<long>? OnEntry { get; set; }

        internal long Next { get; private set; }

        public int OnBatch(Span<Entry64> batch, long firstSequence)
        {
            if (firstSequence != Next)
                throw new InvalidOperationException($"batch begins at {firstSequence}, expected {Next}");
            foreach (Checker before in _after)
            {
                if (before.Consumer!.Sequence.Value < firstSequence + batch.Length - 1)
                    throw new InvalidOperationException($"passed a consumer that comes before at {firstSequence}");
            }
            foreach (ref Entry64 entry in batch)
            {
                ref long expected = ref _nextValue[entry.Producer];
                bool whole = entry.Check == CheckOf(Next, entry.Producer, entry.Value);
                if (entry.Value != expected++ || !whole)
                    throw new InvalidOperationException(
                        $"{Next}: producer {entry.Producer} value {entry.Value}, {whole}");
                if (_slowEvery != 0 && Next % _slowEvery == 0)
                    Thread.Sleep(1);
                OnEntry?.Invoke(Next);
                Next++;
            }
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }

        internal static long CheckOf(long sequence, long producer, long value) =>
            unchecked((sequence * 0x2545F4914F6CDD1D) ^ (producer << 56) ^ (value * 0x1000193));
    }
}
