using System;
using System.Threading;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class RingProducerTests
{
    [Fact]
    public void Claim_UntilFull_IsRefusedUntilTheConsumerMoves()
    {
        RingBuffer<long> ring = new(4);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        Sequence consumed = new();
        sequencer.AddGatingSequences(consumed);
        RingProducer<long> producer = new(ring, sequencer);
        Assert.Equal(SequencerStatus.BadCount, producer.TryNext(0, out _));
        Assert.Equal(SequencerStatus.BadCount, producer.TryNext(5, out _));
        Assert.Equal(SequencerStatus.Ok, producer.TryNext(3, out long hi));
        Assert.Equal(2, hi);
        Assert.Equal(SequencerStatus.Full, producer.TryNext(2, out _));
        Assert.Equal(2, sequencer.Cursor);
        consumed.Value = 0;
        Assert.Equal(SequencerStatus.Ok, producer.TryNext(2, out hi));
        Assert.Equal(4, hi);
        sequencer.Halt();
        consumed.Value = 4;
        Assert.Equal(SequencerStatus.Halted, producer.Next(1, out _));
        Assert.Equal(4, sequencer.Cursor);
    }

    [Fact]
    public void Constructor_StampsInEntries_Throws()
    {
        RingBuffer<Entry64> ring = new(4, Entry64.StampOffsetBytes);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        Assert.Throws<ArgumentException>(() => new RingProducer<Entry64>(ring, sequencer));
    }

    /// <summary>Claims are noted once in a while only; what is published must be found all the same, over
    /// laps.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void Cursor_OneByOneOverLaps_IsTheLastPublished(int capacity)
    {
        RingBuffer<long> ring = new(capacity);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        Sequence consumed = new();
        sequencer.AddGatingSequences(consumed);
        RingProducer<long> producer = new(ring, sequencer);
        for (int i = 0; i < 3 * 4096; i++)
        {
            Assert.Equal(SequencerStatus.Ok, producer.TryNext(1, out long hi));
            Assert.InRange(sequencer.Cursor, hi - 1, hi);
            producer.Publish(hi, hi);
            Assert.Equal(i, sequencer.Cursor);
            Assert.Equal(capacity - (i - consumed.Value), sequencer.RemainingCapacity());
            consumed.Value = Math.Max(-1, i - (capacity / 2));
        }
        Assert.Equal(SequencerStatus.Full, producer.TryNext(capacity, out _));
        Assert.Equal((3 * 4096) - 1, sequencer.Cursor);
    }

    /// <summary>Stamps are written in groups whose writes overlap: none may reach beyond the batch.</summary>
    [Fact]
    public void Publish_EveryCount_StampsTheBatchAndNothingElse()
    {
        RingBuffer<long> ring = new(128);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        Sequence consumed = new();
        sequencer.AddGatingSequences(consumed);
        RingProducer<long> producer = new(ring, sequencer);
        for (int i = 0; i < 128; i++)
        {
            for (int count = 1; count <= 100; count += 1 + (i % 3))
            {
                Assert.Equal(SequencerStatus.Ok, producer.TryNext(count, out long hi));
                long lo = hi - count + 1;
                for (long s = lo; s <= hi; s++) Assert.False(ring.Stamps.IsPublished(s));
                producer.Publish(lo, hi);
                for (long s = lo; s <= hi; s++) Assert.True(ring.Stamps.IsPublished(s));
                for (long s = hi + 1; s < lo + 128; s++) Assert.False(ring.Stamps.IsPublished(s));
                consumed.Value = hi;
            }
        }
    }

    /// <summary>More entries than the consumer looks behind, so that it follows at a distance, comes close, and
    /// ends.</summary>
    [Theory]
    [InlineData(64, 1)]
    [InlineData(8192, 1)]
    [InlineData(8192, 7)]
    [InlineData(8192, 16)]
    [InlineData(8192, 300)]
    public void Publish_SmallEntries_AllArriveInOrder(int capacity, int claim)
    {
        const int Batches = 40_000;
        claim = Math.Min(claim, capacity);
        RingBuffer<long> ring = new(capacity);
        SingleProducerSequencer sequencer = new(ring.Stamps, new YieldThenParkWaitStrategy());
        InOrder handler = new();
        ConsumerFault? fault = null;
        BatchConsumer<long, InOrder> consumer = new(
            "test", ring, sequencer, handler, SystemClock.Instance, BatchConsumerSettings.Default, f => fault = f);
        sequencer.AddGatingSequences(consumer.Sequence);
        Thread thread = new(consumer.Run);
        thread.Start();
        RingProducer<long> producer = new(ring, sequencer);
        for (int i = 0; i < Batches; i++)
        {
            Assert.Equal(SequencerStatus.Ok, producer.Next(claim, out long hi));
            for (long s = hi - claim + 1; s <= hi; s++) producer[s] = s * 3;
            producer.Publish(hi - claim + 1, hi);
        }

        consumer.StopAfter(((long)Batches * claim) - 1);
        Assert.True(thread.Join(60_000));
        Assert.Null(fault);
        Assert.Equal((long)Batches * claim, handler.Count);
        Assert.Equal(0, handler.Wrong);
    }

    private sealed class InOrder : IBatchHandler<long>
    {
        internal long Count { get; private set; }

        internal long Wrong { get; private set; }

        public int OnBatch(Span<long> batch, long firstSequence)
        {
            foreach (long value in batch)
            {
                if (value != Count * 3) Wrong++;
                Count++;
            }

            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }
}
