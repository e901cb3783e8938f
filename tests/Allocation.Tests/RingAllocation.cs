using System;
using System.Runtime.InteropServices;
using System.Threading;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;

namespace LowLatency.Allocation.Tests;

/// <summary>Ring, payload ring, metrics: 0 bytes on every thread after warm-up.</summary>
internal static class RingAllocation
{
    private const int Events = 1_200_000;
    private const int WarmUpEvents = 100_000;

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Entry
    {
        internal const int StampOffsetBytes = 0;

        internal long Stamp;
        internal long Value;
    }

    internal static void SingleProducer(AllocationRun run)
    {
        RingBuffer<Entry> ring = new(1024, Entry.StampOffsetBytes);
        SingleProducerSequencer sequencer = new(ring.Stamps, new YieldThenParkWaitStrategy());
        Exchange(run, ring, sequencer, producers: 1);
    }

    internal static void MultiProducer(AllocationRun run)
    {
        RingBuffer<Entry> ring = new(1024);
        MultiProducerSequencer sequencer = new(ring.Stamps, new BlockingWaitStrategy());
        Exchange(run, ring, sequencer, producers: 3);
    }

    internal static void Payloads(AllocationRun run)
    {
        PayloadRing ring = new(1 << 16, 10_000);
        run.Measure("main", 10_001, () =>
        {
            for (int i = 0; i <= 10_000; i++)
            {
                if (ring.TryClaim(i, out long position) == PayloadStatus.Ok)
                {
                    ring.Span(position, i).Clear();
                    ring.Commit(i);
                }
                else
                    ring.Release(ring.Head);
            }
        });
    }

    internal static void Metrics(AllocationRun run)
    {
        LatencyHistogram histogram = new();
        LatencyHistogram copy = new();
        Prng prng = new(1);
        IClock clock = SystemClock.Instance;
        long sum = 0;
        run.Measure("main", 10_000, () =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                histogram.Record((long)(prng.NextUInt64() >> 30));
                sum += clock.NowNs + clock.UtcNs;
            }
            histogram.CopyTo(copy);
            sum += copy.ValueAtPercentile(99.9);
        });
    }

    /// <summary>Producers and a consumer, each on its own thread, each measured by itself after its own
    /// warm-up.</summary>
    private static void Exchange(AllocationRun run, RingBuffer<Entry> ring, Sequencer sequencer, int producers)
    {
        ProbingHandler handler = new(run.NewProbe("consumer"), (long)WarmUpEvents * producers);
        string? fault = null;
        BatchConsumer<Entry, ProbingHandler> consumer = new(
            "consumer",
            ring,
            sequencer,
            handler,
            SystemClock.Instance,
            new BatchConsumerSettings(100_000, 64),
            f => fault = f.Exception.ToString());
        sequencer.AddGatingSequences(consumer.Sequence);
        Thread consumerThread = new(() =>
        {
            consumer.Run();
            handler.Probe.Stop();
        });
        consumerThread.Start();
        Thread[] threads = new Thread[producers];
        for (int p = 0; p < producers; p++)
        {
            AllocationProbe probe = run.NewProbe($"producer {p}");
            threads[p] = new Thread(() => Produce(ring, sequencer, probe, Events / producers));
            threads[p].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        consumer.StopAfter(sequencer.Cursor);
        consumerThread.Join();
        if (fault is not null)
            throw new InvalidOperationException(fault);
        run.Operations = handler.Count;
    }

    private static void Produce(RingBuffer<Entry> ring, Sequencer sequencer, AllocationProbe probe, int events)
    {
        // The warm-up pauses so that the background compiler installs the optimised code before the measured part.
        PublishMany(ring, sequencer, WarmUpEvents / 2);
        Thread.Sleep(300);
        PublishMany(ring, sequencer, WarmUpEvents / 2);
        Thread.Sleep(300);
        probe.Start();
        PublishMany(ring, sequencer, events);
        probe.Stop();
    }

    private static void PublishMany(RingBuffer<Entry> ring, Sequencer sequencer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (sequencer.Next(1, out long hi) != SequencerStatus.Ok)
                return;
            ring[hi].Value = hi;
            sequencer.Publish(hi, hi);
        }
    }

    private sealed class ProbingHandler : IBatchHandler<Entry>
    {
        private readonly long _startAt;
        private bool _started;

        internal ProbingHandler(AllocationProbe probe, long startAt)
        {
            Probe = probe;
            _startAt = startAt;
        }

        internal AllocationProbe Probe { get; }

        internal long Count { get; private set; }

        public int OnBatch(Span<Entry> batch, long firstSequence)
        {
            if (!_started && firstSequence >= _startAt)
            {
                _started = true;
                Probe.Start();
            }
            if (_started)
                Count += batch.Length;
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }
}
