using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Channels;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;

namespace LowLatency.Ring;

/// <summary>Events through 65,536 entries, millions a second, until the consumer has processed the last.</summary>
internal static class Throughputs
{
    private const int CapacityEntries = 65_536;

    /// <summary>Ours, entry of 16 bytes that carries its stamp.</summary>
    internal static double InEntry(int count, int claim)
    {
        RingBuffer<Entry16> ring = new(CapacityEntries, Entry16.StampOffsetBytes);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        SumEntries16 handler = new();
        var consumer = Consumer(ring, sequencer, handler);
        return MillionsPerSecond(TwoThreads.Time(
            count,
            consumer.Run,
            () =>
            {
                for (int i = 0; i < count; i += claim)
                {
                    sequencer.Next(claim, out long hi);
                    for (long s = hi - claim + 1; s <= hi; s++)
                        ring[s].Value = s;
                    sequencer.Publish(hi - claim + 1, hi);
                }
                consumer.StopAfter(count - 1);
            }));
    }

    /// <summary>Ours, entry of 8 bytes, stamps beside.</summary>
    internal static double Beside(int count, int claim)
    {
        RingBuffer<long> ring = new(CapacityEntries);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        var consumer = Consumer(ring, sequencer, new SumLongs());
        return MillionsPerSecond(TwoThreads.Time(
            count,
            consumer.Run,
            () => ProduceLongs(ring, sequencer, count, claim, () => consumer.StopAfter(count - 1))));
    }

    /// <summary>Ours, several producers, stamps beside.</summary>
    internal static double MultiProducer(int count, int claim, int producers)
    {
        RingBuffer<long> ring = new(CapacityEntries);
        MultiProducerSequencer sequencer = new(ring.Stamps, new YieldThenParkWaitStrategy());
        var consumer = Consumer(ring, sequencer, new SumLongs());
        int each = count / producers / claim * claim;
        consumer.StopAfter(((long)each * producers) - 1);
        Action[] sides = new Action[producers];
        for (int p = 0; p < producers; p++)
        {
            sides[p] = () =>
            {
                for (int i = 0; i < each; i += claim)
                {
                    sequencer.Next(claim, out long hi);
                    for (long s = hi - claim + 1; s <= hi; s++)
                        ring[s] = s;
                    sequencer.Publish(hi - claim + 1, hi);
                }
            };
        }
        return MillionsPerSecond(TwoThreads.Time(each * producers, consumer.Run, sides));
    }

    /// <summary>Ours on one thread: claims and publishes a ring one by one, then consumes it. The instructions alone,
    /// in a ring too small for a consumer that keeps its distance.</summary>
    internal static double OneThread(int count)
    {
        RingBuffer<long> ring = new(2048);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        var consumer = Consumer(ring, sequencer, new SumLongs());
        return MillionsPerSecond(TwoThreads.Time(count, () =>
        {
            for (long done = 0; done < count; done += 2048)
            {
                ProduceSingly(ring, sequencer, 2048);
                consumer.StopAfter(done + 2047);
                consumer.Run();
            }
        }));
    }

    /// <summary>The design not chosen, entry of 8 bytes.</summary>
    internal static double Cursor(int count, int claim)
    {
        Sequence consumed = new();
        CursorRing<long> ring = new(CapacityEntries, consumed);
        TwoThreads.Follow("published", () => ring.Cursor);
        TwoThreads.Follow("consumed", () => consumed.Value);
        return MillionsPerSecond(TwoThreads.Time(
            count,
            () =>
            {
                SumLongs handler = new();
                long next = 0;
                while (next < count)
                {
                    long cursor = ring.Cursor;
                    if (cursor < next)
                        continue;
                    Span<long> batch = ring.Slice(next, Math.Min(cursor, next + 255));
                    _ = handler.OnBatch(batch, next);
                    next += batch.Length;
                    consumed.Value = next - 1;
                }
            },
            () =>
            {
                for (int i = 0; i < count; i += claim)
                {
                    long hi = ring.Next(claim);
                    for (long s = hi - claim + 1; s <= hi; s++)
                        ring[s] = s;
                    ring.Publish(hi);
                }
            }));
    }

    internal static double ConcurrentQueue(int count)
    {
        ConcurrentQueue<long> queue = new();
        return MillionsPerSecond(TwoThreads.Time(
            count,
            () =>
            {
                long sum = 0;
                for (int i = 0; i < count;)
                {
                    if (!queue.TryDequeue(out long value))
                        continue;
                    sum += value;
                    i++;
                }
                Work.Keep(sum);
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                    queue.Enqueue(i);
            }));
    }

    internal static double Channel(int count)
    {
        Channel<long> channel = System.Threading.Channels.Channel.CreateBounded<long>(
            new BoundedChannelOptions(CapacityEntries) { SingleReader = true, SingleWriter = true });
        return MillionsPerSecond(TwoThreads.Time(
            count,
            () =>
            {
                long sum = 0;
                for (int i = 0; i < count;)
                {
                    if (!channel.Reader.TryRead(out long value))
                        continue;
                    sum += value;
                    i++;
                }
                Work.Keep(sum);
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    while (!channel.Writer.TryWrite(i))
                        Thread.SpinWait(1);
                }
            }));
    }

    internal static BatchConsumer<T, THandler> Consumer<T, THandler>(
        RingBuffer<T> ring, Sequencer sequencer, THandler handler, params ReadOnlySpan<Sequence> dependents)
        where T : unmanaged
        where THandler : IBatchHandler<T>
    {
        BatchConsumer<T, THandler> consumer = new(
            "perf",
            ring,
            sequencer,
            handler,
            SystemClock.Instance,
            BatchConsumerSettings.Default,
            static fault => Environment.FailFast(fault.Exception.ToString()),
            dependents);
        sequencer.AddGatingSequences(consumer.Sequence);
        if (dependents.Length == 0)
            TwoThreads.Follow("claimed", () => sequencer.Cursor);
        TwoThreads.Follow(dependents.Length == 0 ? "consumed" : "consumed behind it", () => consumer.Sequence.Value);
        return consumer;
    }

    internal static void ProduceLongs(
        RingBuffer<long> ring, SingleProducerSequencer sequencer, int count, int claim, Action finished)
    {
        if (claim == 1)
            ProduceSingly(ring, sequencer, count);
        else
            ProduceBatches(ring, sequencer, count, claim);
        finished();
    }

    private static void ProduceSingly(RingBuffer<long> ring, SingleProducerSequencer sequencer, int count)
    {
        RingProducer<long> producer = new(ring, sequencer);
        for (int i = 0; i < count; i++)
        {
            producer.Next(1, out long hi);
            producer[hi] = hi;
            producer.Publish(hi, hi);
        }
    }

    private static void ProduceBatches(RingBuffer<long> ring, SingleProducerSequencer sequencer, int count, int claim)
    {
        RingProducer<long> producer = new(ring, sequencer);
        for (int i = 0; i < count; i += claim)
        {
            producer.Next(claim, out long hi);
            for (long s = hi - claim + 1; s <= hi; s++)
                producer[s] = s;
            producer.Publish(hi - claim + 1, hi);
        }
    }

    internal static double MillionsPerSecond(double nsPerEvent) => 1_000 / nsPerEvent;
}

/// <summary>The cheapest consumer: adds.</summary>
internal sealed class SumLongs : IBatchHandler<long>
{
    private long _sum;

    public int OnBatch(Span<long> batch, long firstSequence)
    {
        long sum = 0;
        foreach (long value in batch)
            sum += value;
        _sum += sum;
        Work.Keep(_sum);
        return batch.Length;
    }

    public void OnHousekeeping(long nowNs)
    {
    }
}

/// <summary>The same over entries with a stamp.</summary>
internal sealed class SumEntries16 : IBatchHandler<Entry16>
{
    private long _sum;

    public int OnBatch(Span<Entry16> batch, long firstSequence)
    {
        long sum = 0;
        foreach (ref Entry16 entry in batch)
            sum += entry.Value;
        _sum += sum;
        Work.Keep(_sum);
        return batch.Length;
    }

    public void OnHousekeeping(long nowNs)
    {
    }
}
