using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Ring;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class PayloadRingTests
{
    [Theory]
    [InlineData(16, 9)]
    [InlineData(48, 8)]
    [InlineData(0, 1)]
    [InlineData(-16, 1)]
    public void Constructor_CapacityTooSmallOrNotPowerOfTwo_Throws(int capacity, int max) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PayloadRing(capacity, max));

    [Fact]
    public void TryClaim_AboveLimitOrNegative_IsRefusedForEver()
    {
        PayloadRing ring = new(64, 32);
        Assert.Equal(PayloadStatus.TooLarge, ring.TryClaim(33, out _));
        Assert.Equal(PayloadStatus.TooLarge, ring.TryClaim(-1, out _));
        Assert.Equal(PayloadStatus.TooLarge, ring.TryClaim(int.MinValue, out _));
        Assert.Equal(PayloadStatus.Ok, ring.TryClaim(32, out _));
    }

    [Fact]
    public void TryClaim_RestOfLapTooShort_SkipsToTheNextLap()
    {
        PayloadRing ring = new(64, 32);
        Take(ring, 24);
        Take(ring, 24);
        ring.Release(48);
        Assert.Equal(PayloadStatus.Ok, ring.TryClaim(24, out long position));
        Assert.Equal(64, position);
        Assert.Equal(24, ring.Span(position, 24).Length);
    }

    [Fact]
    public void TryClaim_EmptyRingAtAnyPosition_TakesTheLargestPayload()
    {
        // Why the capacity must be twice the limit: wherever the head stands, an empty ring never refuses.
        PayloadRing ring = new(64, 32);
        for (int step = 0; step <= 64; step += 8)
        {
            Take(ring, 8);
            ring.Release(ring.Head);
            Assert.Equal(PayloadStatus.Ok, ring.TryClaim(32, out _));
        }
    }

    [Fact]
    public void TryClaim_Full_SaysSo_AndSucceedsAfterRelease()
    {
        PayloadRing ring = new(64, 32);
        long first = Take(ring, 32);
        Take(ring, 32);
        Assert.Equal(PayloadStatus.Full, ring.TryClaim(1, out _));
        ring.Release(PayloadRing.EndOf(first, 32));
        Assert.Equal(PayloadStatus.Ok, ring.TryClaim(32, out _));
        Assert.Equal(32, ring.UsedBytes);
    }

    [Fact]
    public void TryClaim_Again_ReplacesTheClaim_AndZeroCommitTakesNothing()
    {
        PayloadRing ring = new(64, 32);
        ring.TryClaim(32, out long first);
        ring.TryClaim(16, out long second);
        Assert.Equal(first, second);
        ring.Commit(0);
        Assert.Equal(0, ring.Head);
        Assert.Equal(0, ring.UsedBytes);
    }

    [Fact]
    public void Commit_KeepsOnlyWhatWasUsed_Aligned()
    {
        PayloadRing ring = new(64, 32);
        ring.TryClaim(32, out _);
        ring.Commit(9);
        Assert.Equal(16, ring.Head);
    }

    [Fact]
    public void Release_OlderPosition_IsIgnored()
    {
        PayloadRing ring = new(64, 32);
        Take(ring, 32);
        ring.Release(32);
        ring.Release(8);
        Assert.Equal(0, ring.UsedBytes);
    }

    /// <summary>
    /// Invariants: a payload keeps its bytes until it is released; payloads never overlap; used bytes never exceed the
    /// capacity; a claim is refused only if the ring really lacks contiguous room.
    /// </summary>
    [Fact]
    public void TryClaim_RingThatIsEmptyAgain_BeginsAnewAtItsStart()
    {
        PayloadRing ring = new(1 << 21, 1 << 16);
        long highest = 0;
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(PayloadStatus.Ok, ring.TryClaim(10_000, out long position));
            highest = Math.Max(highest, position & (ring.CapacityBytes - 1));
            ring.Commit(10_000);
            ring.Release(PayloadRing.EndOf(position, 10_000));
            Assert.Equal(0, ring.UsedBytes);
        }

        Assert.InRange(highest, 0, PayloadRing.RewindBytes);
    }

    [Fact]
    public void TryClaim_SomethingIsLeftInTheRing_GoesOnBehindIt()
    {
        PayloadRing ring = new(1 << 21, 1 << 16);
        long kept = 0;
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(PayloadStatus.Ok, ring.TryClaim(10_000, out long position));
            ring.Span(position, 1)[0] = (byte)i;
            ring.Commit(10_000);
            if (i > 0)
            {
                Assert.Equal(i - 1, ring.Span(kept, 1)[0]);
                ring.Release(PayloadRing.EndOf(kept, 10_000)); // the newest one always stays
                Assert.Equal(kept + 10_000, position);
            }

            kept = position;
        }
    }

    [Fact]
    public void RandomOperations_AgreeWithModel()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            Prng prng = new(seed);
            int capacity = 32 << prng.NextInt32(4);
            PayloadRing ring = new(capacity, capacity / 2);
            Queue<(long Position, int Length, byte Mark)> live = new();
            for (int i = 0; i < 2_000; i++)
            {
                if (prng.NextInt32(3) != 0)
                    ClaimOne(ring, prng, live, $"seed {seed}, step {i}");
                else if (live.Count != 0)
                    ReleaseOne(ring, live, $"seed {seed}, step {i}");
            }
        }
    }

    [Fact]
    public void TwoThreads_ManyPayloads_ArriveWhole()
    {
        // The entry ring carries position and length; the payload is checked by the consumer before it is released.
        const int Count = 200_000;
        RingBuffer<Entry64> entries = Rings.Create(64, stampInEntry: true);
        SingleProducerSequencer sequencer = new(entries.Stamps, new YieldThenParkWaitStrategy());
        Sequence consumed = new();
        sequencer.AddGatingSequences(consumed);
        SequenceBarrier barrier = sequencer.NewBarrier();
        PayloadRing payloads = new(4096, 200);
        string? failure = null;
        Thread consumer = new(() => failure = Consume(entries, barrier, consumed, payloads, Count));
        consumer.Start();
        Prng prng = new(7);
        for (long i = 0; i < Count && Volatile.Read(ref failure) is null; i++)
        {
            int length = prng.NextInt32(200);
            long position;
            while (payloads.TryClaim(200, out position) != PayloadStatus.Ok)
                Thread.Yield();
            payloads.Span(position, length).Fill((byte)i);
            payloads.Commit(length);
            Assert.Equal(SequencerStatus.Ok, sequencer.Next(1, out long hi));
            entries[hi].Value = position;
            entries[hi].Producer = length;
            sequencer.Publish(hi, hi);
        }
        Assert.True(consumer.Join(TimeSpan.FromSeconds(60)));
        Assert.Null(failure);
    }

    private static string? Consume(
        RingBuffer<Entry64> entries, SequenceBarrier barrier, Sequence consumed, PayloadRing payloads, int count)
    {
        for (long next = 0; next < count;)
        {
            if (barrier.WaitFor(next, out long available) != BarrierStatus.Ok)
                continue;
            for (; next <= available; next++)
            {
                int length = (int)entries[next].Producer;
                Span<byte> bytes = payloads.Span(entries[next].Value, length);
                if (bytes.Length != length || bytes.ContainsAnyExcept((byte)next))
                    return $"payload {next} is damaged";
                payloads.Release(PayloadRing.EndOf(entries[next].Value, length));
                consumed.Value = next;
            }
        }
        return null;
    }

    private static void ClaimOne(
        PayloadRing ring, Prng prng, Queue<(long Position, int Length, byte Mark)> live, string context)
    {
        int asked = prng.NextInt32(ring.MaxPayloadBytes + 1);
        // The model: the head skips to the next lap if the payload would cross the end.
        long toEnd = ring.CapacityBytes - (ring.Head % ring.CapacityBytes);
        long start = asked > toEnd ? ring.Head + toEnd : ring.Head;
        long released = ring.Head - ring.UsedBytes;
        bool room = PayloadRing.EndOf(start, asked) - released <= ring.CapacityBytes;
        PayloadStatus status = ring.TryClaim(asked, out long position);
        Assert.True(room == (status == PayloadStatus.Ok), $"{context}: {status}, room {room}");
        if (!room)
            return;
        Assert.True(position == start && position % PayloadRing.AlignmentBytes == 0, $"{context}: at {position}");
        int length = prng.NextInt32(asked + 1);
        byte mark = (byte)prng.NextUInt64();
        ring.Span(position, asked).Fill(mark);
        ring.Commit(length);
        live.Enqueue((position, length, mark));
        Assert.True(ring.UsedBytes <= ring.CapacityBytes, context);
    }

    private static void ReleaseOne(PayloadRing ring, Queue<(long Position, int Length, byte Mark)> live, string context)
    {
        foreach ((long position, int length, byte mark) in live)
            Assert.False(ring.Span(position, length).ContainsAnyExcept(mark), $"{context}: overwritten at {position}");
        (long first, int firstLength, _) = live.Dequeue();
        ring.Release(PayloadRing.EndOf(first, firstLength));
    }

    private static long Take(PayloadRing ring, int length)
    {
        Assert.Equal(PayloadStatus.Ok, ring.TryClaim(length, out long position));
        ring.Commit(length);
        return position;
    }
}
