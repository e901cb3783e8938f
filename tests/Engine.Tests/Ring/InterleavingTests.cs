using System;
using LowLatency.Engine.Ring;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>
/// The real sequencers, barriers and entries under every schedule (bounded deviations) of claim, write, publish, poll,
/// read and acknowledge. Invariants: every consumer reads every entry once, in order, whole, and each as its producer
/// wrote it; nobody is stuck. Each mutant breaks one rule of the protocol and must be caught.
/// </summary>
public sealed class InterleavingTests
{
    private const int DeviationLimit = 3;

    [Theory]
    [InlineData(1, 3, 1, false)]
    [InlineData(1, 4, 2, true)]
    [InlineData(2, 2, 1, true)]
    [InlineData(2, 2, 2, false)]
    [InlineData(2, 2, 4, true)]
    [InlineData(3, 1, 2, true)]
    public void EverySchedule_KeepsEveryInvariant(int producers, int eventsEach, int capacity, bool chained)
    {
        ScheduleExplorer explorer = new(
            () => World.Create(producers, eventsEach, capacity, chained, Mutant.None), DeviationLimit);
        Assert.Null(explorer.FindFailure());
        Assert.True(explorer.ScheduleCount > 300, $"only {explorer.ScheduleCount} schedules");
    }

    [Theory]
    [InlineData(Mutant.PublishBeforeWrite)]
    [InlineData(Mutant.AcknowledgeBeforeRead)]
    [InlineData(Mutant.SlowConsumerDoesNotGate)]
    [InlineData(Mutant.WriteWithoutClaim)]
    [InlineData(Mutant.IgnoreDependents)]
    internal void BrokenProtocol_IsCaught(Mutant mutant)
    {
        ScheduleExplorer explorer = new(() => World.Create(2, 2, 2, chained: true, mutant), DeviationLimit);
        Assert.NotNull(explorer.FindFailure());
    }

    internal enum Mutant
    {
        None,
        PublishBeforeWrite,
        AcknowledgeBeforeRead,
        SlowConsumerDoesNotGate,
        WriteWithoutClaim,
        IgnoreDependents,
    }

    private static class World
    {
        internal static IActor[] Create(int producers, int eventsEach, int capacity, bool chained, Mutant mutant)
        {
            RingBuffer<Entry64> ring = Rings.Create(capacity, stampInEntry: chained);
            Sequencer sequencer = Rings.Sequencer(ring, producers > 1, new BusySpinWaitStrategy());
            Sequence first = new();
            Sequence last = new();
            bool dependent = chained && mutant != Mutant.IgnoreDependents;
            SequenceBarrier firstBarrier = sequencer.NewBarrier();
            SequenceBarrier lastBarrier = dependent ? sequencer.NewBarrier(first) : sequencer.NewBarrier();
            if (mutant == Mutant.SlowConsumerDoesNotGate)
                sequencer.AddGatingSequences(first);
            else
                sequencer.AddGatingSequences(first, last);
            IActor[] actors = new IActor[producers + 2];
            for (int p = 0; p < producers; p++)
                actors[p] = new Producer(ring, sequencer, p, eventsEach, mutant);
            int events = producers * eventsEach;
            actors[producers] = new Consumer(ring, firstBarrier, first, events, mutant, mark: 1, expectedMark: 0);
            actors[producers + 1] = new Consumer(
                ring, lastBarrier, last, events, mutant, mark: chained ? 2 : 0, expectedMark: chained ? 1 : -1);
            return actors;
        }
    }

    /// <summary>Claims, writes two words in two steps, publishes.</summary>
    private sealed class Producer : IActor
    {
        private readonly RingBuffer<Entry64> _ring;
        private readonly Sequencer _sequencer;
        private readonly long _id;
        private readonly int _count;
        private readonly Mutant _mutant;
        private int _done;
        private int _step;
        private long _claimed;

        internal Producer(RingBuffer<Entry64> ring, Sequencer sequencer, long id, int count, Mutant mutant)
        {
            _ring = ring;
            _sequencer = sequencer;
            _id = id;
            _count = count;
            _mutant = mutant;
        }

        public bool IsDone => _done == _count;

        public bool Step()
        {
            bool early = _mutant == Mutant.PublishBeforeWrite;
            switch (_step++)
            {
                case 0:
                    return Claim();
                case 1 when early:
                case 3 when !early:
                    _sequencer.Publish(_claimed, _claimed);
                    break;
                case 1:
                case 2 when early:
                    _ring[_claimed].Value = (_id * 1000) + _done;
                    break;
                default:
                    _ring[_claimed].Check = (_id * 1000) + _done;
                    _ring[_claimed].Producer = 0;
                    break;
            }
            if (_step == 4)
            {
                _step = 0;
                _done++;
            }
            return true;
        }

        private bool Claim()
        {
            if (_mutant == Mutant.WriteWithoutClaim && _sequencer.RemainingCapacity() == 0)
            {
                // As if a full ring were not noticed: writes where the next claim would be.
                _ring[_sequencer.Cursor + 1].Value = -5;
                _step = 0;
                return false;
            }
            if (_sequencer.TryNext(1, out _claimed) == SequencerStatus.Ok)
                return true;
            _step = 0;
            return false;
        }
    }

    /// <summary>Polls, reads (and marks) each entry in a step of its own, acknowledges.</summary>
    private sealed class Consumer : IActor
    {
        private readonly RingBuffer<Entry64> _ring;
        private readonly SequenceBarrier _barrier;
        private readonly Sequence _sequence;
        private readonly long _last;
        private readonly Mutant _mutant;
        private readonly long _mark;
        private readonly long _expectedMark;
        private readonly long[] _nextOfProducer = new long[4];
        private long _next;
        private long _available = -1;

        internal Consumer(
            RingBuffer<Entry64> ring,
            SequenceBarrier barrier,
            Sequence sequence,
            int events,
            Mutant mutant,
            long mark,
            long expectedMark)
        {
            _ring = ring;
            _barrier = barrier;
            _sequence = sequence;
            _last = events - 1;
            _mutant = mutant;
            _mark = mark;
            _expectedMark = expectedMark;
        }

        public bool IsDone => _sequence.Value == _last && _next > _last;

        public bool Step()
        {
            if (_next <= _available)
            {
                Read();
                return true;
            }
            if (_sequence.Value < _available)
            {
                _sequence.Value = _available;
                return true;
            }
            bool ok = _barrier.Poll(_next, out long available) == BarrierStatus.Ok;
            if (!ok)
                return false;
            _available = available;
            if (_mutant == Mutant.AcknowledgeBeforeRead)
                _sequence.Value = available;
            return true;
        }

        private void Read()
        {
            ref Entry64 entry = ref _ring[_next];
            long producer = entry.Value / 1000;
            if (entry.Value < 0 || entry.Value != entry.Check)
                throw new InvalidOperationException($"entry {_next} is not whole: {entry.Value}, {entry.Check}");
            if (entry.Value % 1000 != _nextOfProducer[producer]++)
                throw new InvalidOperationException($"entry {_next}: {entry.Value} is not the next of its producer");
            if (_expectedMark >= 0 && entry.Producer != _expectedMark)
                throw new InvalidOperationException($"entry {_next} was not yet handled by the consumer before");
            if (_mark != 0 && _expectedMark >= 0)
                entry.Producer = _mark;
            _next++;
        }
    }
}
