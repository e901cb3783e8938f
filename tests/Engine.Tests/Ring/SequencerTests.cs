using System;
using LowLatency.Engine.Ring;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class SequencerTests
{
    public static TheoryData<bool, bool> Kinds => new()
    {
        { false, false }, { false, true }, { true, false }, { true, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TryNext_WithoutConsumers_FillsAndNeverOverwrites(bool multi, bool inEntry)
    {
        RingBuffer<Entry64> ring = Rings.Create(4, inEntry);
        Sequencer sequencer = Rings.Sequencer(ring, multi);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(SequencerStatus.Ok, sequencer.TryNext(1, out long hi));
            Assert.Equal(i, hi);
        }
        Assert.Equal(SequencerStatus.Full, sequencer.TryNext(1, out _));
        Assert.Equal(0, sequencer.RemainingCapacity());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TryNext_TwoGatingSequences_WaitsForTheSlowest(bool multi, bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(4, inEntry), multi);
        Sequence fast = new();
        Sequence slow = new();
        sequencer.AddGatingSequences(fast, slow);
        Assert.Equal(SequencerStatus.Ok, sequencer.TryNext(4, out _));
        fast.Value = 3;
        Assert.Equal(SequencerStatus.Full, sequencer.TryNext(1, out _));
        slow.Value = 1;
        Assert.Equal(2, sequencer.RemainingCapacity());
        Assert.Equal(SequencerStatus.Full, sequencer.TryNext(3, out _));
        Assert.Equal(SequencerStatus.Ok, sequencer.TryNext(2, out long hi));
        Assert.Equal(5, hi);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Next_CountOutsideCapacity_IsRefusedWithoutClaiming(bool multi, bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(4, inEntry), multi);
        foreach (int count in (int[])[0, -1, 5, int.MinValue, int.MaxValue])
        {
            Assert.Equal(SequencerStatus.BadCount, sequencer.Next(count, out _));
            Assert.Equal(SequencerStatus.BadCount, sequencer.TryNext(count, out _));
        }
        Assert.Equal(4, sequencer.RemainingCapacity());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Barrier_PublishedBatch_IsAvailableAsAWholeAndInParts(bool multi, bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(8, inEntry), multi);
        SequenceBarrier barrier = sequencer.NewBarrier();
        Assert.Equal(BarrierStatus.Idle, barrier.Poll(0, out _));
        sequencer.TryNext(5, out long hi);
        Assert.Equal(BarrierStatus.Idle, barrier.Poll(0, out _));
        sequencer.Publish(hi - 4, hi);
        Assert.Equal(BarrierStatus.Ok, barrier.Poll(0, out long available));
        Assert.Equal(4, available);
        // The consumer took only two of the five: the others are still available to it.
        Assert.Equal(BarrierStatus.Ok, barrier.Poll(2, out available));
        Assert.Equal(4, available);
        Assert.Equal(BarrierStatus.Idle, barrier.Poll(5, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MultiProducer_LaterClaimPublishedFirst_IsNotVisibleBeforeTheEarlier(bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(8, inEntry), multi: true);
        SequenceBarrier barrier = sequencer.NewBarrier();
        sequencer.Next(2, out long first);
        sequencer.Next(3, out long second);
        sequencer.Publish(second - 2, second);
        Assert.Equal(BarrierStatus.Idle, barrier.Poll(0, out _));
        sequencer.Publish(first - 1, first);
        Assert.Equal(BarrierStatus.Ok, barrier.Poll(0, out long available));
        Assert.Equal(4, available);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Barrier_ClearedEntryAfterWrap_IsNotPublished(bool multi, bool inEntry)
    {
        // Clearing a claimed entry clears its stamp: it must read as unpublished, for sequence 0 too.
        RingBuffer<Entry64> ring = Rings.Create(2, inEntry);
        Sequencer sequencer = Rings.Sequencer(ring, multi);
        Sequence consumed = new();
        sequencer.AddGatingSequences(consumed);
        SequenceBarrier barrier = sequencer.NewBarrier();
        for (long s = 0; s < 20; s++)
        {
            Assert.Equal(SequencerStatus.Ok, sequencer.TryNext(1, out long hi));
            ring[hi] = default;
            Assert.Equal(BarrierStatus.Idle, barrier.Poll(s, out _));
            ring[hi].Value = s;
            sequencer.Publish(hi, hi);
            Assert.Equal(BarrierStatus.Ok, barrier.Poll(s, out long available));
            Assert.Equal(s, available);
            Assert.Equal(s, ring[s].Value);
            consumed.Value = s;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Halt_RefusesClaimsAndAlertsBarriers_EvenWithEntriesAvailable(bool multi, bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(8, inEntry), multi);
        SequenceBarrier barrier = sequencer.NewBarrier();
        sequencer.Next(1, out long hi);
        sequencer.Publish(hi, hi);
        sequencer.Halt();
        Assert.Equal(BarrierStatus.Alerted, barrier.WaitFor(0, out _));
        Assert.Equal(SequencerStatus.Halted, sequencer.Next(1, out _));
        Assert.Equal(SequencerStatus.Halted, sequencer.TryNext(1, out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddGatingSequences_AfterFirstClaim_Throws(bool multi, bool inEntry)
    {
        Sequencer sequencer = Rings.Sequencer(Rings.Create(8, inEntry), multi);
        sequencer.Next(1, out long hi);
        sequencer.Publish(hi, hi);
        Assert.Throws<InvalidOperationException>(() => sequencer.AddGatingSequences(new Sequence()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-8)]
    [InlineData(3)]
    public void RingBuffer_CapacityNotPowerOfTwo_Throws(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingBuffer<long>(capacity));

    [Theory]
    [InlineData(-8)]
    [InlineData(4)]
    [InlineData(60)]
    [InlineData(64)]
    public void RingBuffer_StampOffsetOutsideEntryOrUnaligned_Throws(int offset) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingBuffer<Entry64>(4, offset));

    [Fact]
    public void Slice_AcrossTheEnd_IsSplitThere()
    {
        RingBuffer<long> ring = new(8);
        for (long s = 6; s < 11; s++)
            ring[s] = s;
        Assert.Equal([6L, 7L], ring.Slice(6, 10).ToArray());
        Assert.Equal([8L, 9L, 10L], ring.Slice(8, 10).ToArray());
        Assert.True(ring.Slice(11, 10).IsEmpty);
    }
}
