using System;
using LowLatency.Engine.Ring;

namespace LowLatency.Ring;

/// <summary>Three stages over the same entries: on one thread (fused) or one thread each (split). Millions of events
/// a second.</summary>
internal static class Stages
{
    private const int CapacityEntries = 65_536;

    internal static double Fused(int count)
    {
        RingBuffer<long> ring = new(CapacityEntries);
        SingleProducerSequencer sequencer = new(ring.Stamps, new BusySpinWaitStrategy());
        var consumer = Throughputs.Consumer(ring, sequencer, new FusedStages());
        return Throughputs.MillionsPerSecond(TwoThreads.Time(
            count,
            consumer.Run,
            () => Throughputs.ProduceLongs(ring, sequencer, count, 1, () => consumer.StopAfter(count - 1))));
    }

    internal static double Split(int count)
    {
        RingBuffer<long> ring = new(CapacityEntries);
        SingleProducerSequencer sequencer = new(ring.Stamps, new YieldThenParkWaitStrategy());
        var first = Throughputs.Consumer(ring, sequencer, new OneStage(1));
        var second = Throughputs.Consumer(ring, sequencer, new OneStage(2), first.Sequence);
        var third = Throughputs.Consumer(ring, sequencer, new OneStage(3), second.Sequence);
        first.StopAfter(count - 1);
        second.StopAfter(count - 1);
        third.StopAfter(count - 1);
        return Throughputs.MillionsPerSecond(TwoThreads.Time(
            count,
            third.Run,
            () => Throughputs.ProduceLongs(ring, sequencer, count, 1, static () => { }),
            first.Run,
            second.Run));
    }

    private static void Apply(Span<long> batch, long stage)
    {
        for (int i = 0; i < batch.Length; i++)
            batch[i] = (batch[i] << 1) ^ stage;
    }

    private sealed class FusedStages : IBatchHandler<long>
    {
        public int OnBatch(Span<long> batch, long firstSequence)
        {
            Apply(batch, 1);
            Apply(batch, 2);
            Apply(batch, 3);
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }

    private sealed class OneStage : IBatchHandler<long>
    {
        private readonly long _stage;

        internal OneStage(long stage) => _stage = stage;

        public int OnBatch(Span<long> batch, long firstSequence)
        {
            Apply(batch, _stage);
            return batch.Length;
        }

        public void OnHousekeeping(long nowNs)
        {
        }
    }
}
