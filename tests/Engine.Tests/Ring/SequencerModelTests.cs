using System;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Ring;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>
/// Random sequences of operations on one thread against a model that is nothing but numbers. Invariants: a claim
/// succeeds
/// exactly if the slowest consumer leaves room; a consumer may go exactly up to the last gap-free published entry; what
/// it reads is what was written; a consumer of the second row never passes the first row.
/// </summary>
public sealed class SequencerModelTests
{
    private const int SeedsPerKind = 60;
    private const int StepsPerSeed = 600;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void RandomOperations_AgreeWithModel(bool multi, bool inEntry)
    {
        for (ulong seed = 1; seed <= SeedsPerKind; seed++)
            new Run(new Prng(seed), multi, inEntry).Execute();
    }

    private sealed class Run
    {
        private readonly Prng _prng;
        private readonly string _context;
        private readonly int _capacity;
        private readonly RingBuffer<Entry64> _ring;
        private readonly Sequencer _sequencer;
        private readonly Sequence[] _consumed;
        private readonly SequenceBarrier[] _barriers;
        private readonly bool[] _published = new bool[StepsPerSeed * 20];
        private readonly (long Lo, long Hi)[] _open;
        private int _openCount;
        private long _claimed = -1;

        internal Run(Prng prng, bool multi, bool inEntry)
        {
            _prng = prng;
            _capacity = 1 << prng.NextInt32(5);
            _context = $"seed {prng.Seed}, capacity {_capacity}, multi {multi}, stamp in entry {inEntry}";
            _ring = Rings.Create(_capacity, inEntry);
            _sequencer = Rings.Sequencer(_ring, multi);
            // Consumers 0 and 1 read publications, 2 comes after both. All gate.
            _consumed = [new Sequence(), new Sequence(), new Sequence()];
            _sequencer.AddGatingSequences(_consumed);
            _barriers =
            [
                _sequencer.NewBarrier(), _sequencer.NewBarrier(), _sequencer.NewBarrier(_consumed[0], _consumed[1]),
            ];
            // A single producer publishes in order, so it has at most one open claim.
            _open = new (long, long)[multi ? 4 : 1];
        }

        internal void Execute()
        {
            for (int i = 0; i < StepsPerSeed; i++)
            {
                switch (_prng.NextInt32(4))
                {
                    case 0:
                        Claim();
                        break;
                    case 1:
                        Publish();
                        break;
                    default:
                        Consume(_prng.NextInt32(3));
                        break;
                }
            }
            Assert.True(_claimed >= 0, _context);
        }

        private void Claim()
        {
            if (_openCount == _open.Length)
                return;
            int count = 1 + _prng.NextInt32(_capacity);
            long slowest = Math.Min(Math.Min(_consumed[0].Value, _consumed[1].Value), _consumed[2].Value);
            bool room = _claimed + count - slowest <= _capacity;
            SequencerStatus status = _sequencer.TryNext(count, out long hi);
            Assert.True(
                room == (status == SequencerStatus.Ok), $"{_context}: claim {count} gave {status}, room {room}");
            if (!room)
                return;
            _claimed += count;
            Assert.True(hi == _claimed, $"{_context}: claimed {hi}, not {_claimed}");
            for (long s = hi - count + 1; s <= hi; s++)
            {
                if (_prng.NextInt32(2) == 0)
                    _ring[s] = default;
                _ring[s].Value = s;
            }
            _open[_openCount++] = (hi - count + 1, hi);
        }

        private void Publish()
        {
            if (_openCount == 0)
                return;
            int index = _prng.NextInt32(_openCount);
            (long lo, long hi) = _open[index];
            // Sometimes only the first part of the claim.
            long upTo = lo + _prng.NextInt32((int)(hi - lo) + 1);
            _sequencer.Publish(lo, upTo);
            for (long s = lo; s <= upTo; s++)
                _published[s] = true;
            _open[index] = (upTo + 1, hi);
            if (upTo == hi)
                _open[index] = _open[--_openCount];
        }

        private void Consume(int consumer)
        {
            long next = _consumed[consumer].Value + 1;
            long expected = next - 1;
            if (consumer == 2)
                expected = Math.Min(_consumed[0].Value, _consumed[1].Value);
            else
            {
                while (_published[expected + 1])
                    expected++;
            }
            BarrierStatus status = _barriers[consumer].Poll(next, out long available);
            Assert.True((status == BarrierStatus.Ok) == (expected >= next), $"{_context}: {status} at {next}");
            if (status != BarrierStatus.Ok)
                return;
            // What was seen earlier may lag behind the model, never run ahead of it.
            Assert.True(available <= expected, $"{_context}: available {available}, published {expected}");
            long upTo = next + _prng.NextInt32((int)(available - next) + 1);
            for (long s = next; s <= upTo; s++)
                Assert.True(_ring[s].Value == s, $"{_context}: entry {s} holds {_ring[s].Value}");
            _consumed[consumer].Value = upTo;
        }
    }
}
