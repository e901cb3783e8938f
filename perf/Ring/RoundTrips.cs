using System.Collections.Concurrent;
using System.Threading.Channels;
using LowLatency.Engine.Ring;

namespace LowLatency.Ring;

/// <summary>There and back between two threads, nanoseconds for each round trip. Both sides spin.</summary>
internal static class RoundTrips
{
    /// <summary>Entries of a ring here: a few, as in a pipeline that keeps up.</summary>
    private const int CapacityEntries = 64;

    /// <summary>The machine: one word there, one word back, each on a line of its own.</summary>
    internal static double Probe(int count)
    {
        Sequence there = new();
        Sequence back = new();
        TwoThreads.Follow("there", () => there.Value);
        TwoThreads.Follow("back", () => back.Value);
        return TwoThreads.Time(
            count,
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    there.Value = i;
                    while (back.Value != i)
                    {
                    }
                }
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    while (there.Value != i)
                    {
                    }
                    back.Value = i;
                }
            });
    }

    internal static double StampInEntry(int count) => Stamped(count, inEntry: true, workSteps: 0);

    internal static double StampBeside(int count) => Stamped(count, inEntry: false, workSteps: 0);

    internal static double StampInEntrySlowFill(int count) => Stamped(count, inEntry: true, Work.SlowFillSteps);

    internal static double Cursor(int count) => WithCursor(count, workSteps: 0);

    internal static double CursorSlowFill(int count) => WithCursor(count, Work.SlowFillSteps);

    internal static double ConcurrentQueue(int count)
    {
        ConcurrentQueue<Entry64> there = new();
        ConcurrentQueue<Entry64> back = new();
        return TwoThreads.Time(
            count,
            () =>
            {
                Entry64 entry = default;
                for (long i = 0; i < count; i++)
                {
                    entry.Fill(i);
                    there.Enqueue(entry);
                    while (!back.TryDequeue(out entry))
                    {
                    }
                    Work.Keep(entry.Sum());
                }
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    Entry64 entry;
                    while (!there.TryDequeue(out entry))
                    {
                    }
                    back.Enqueue(entry);
                }
            });
    }

    internal static double Channel(int count)
    {
        Channel<Entry64> there = NewChannel(CapacityEntries);
        Channel<Entry64> back = NewChannel(CapacityEntries);
        return TwoThreads.Time(
            count,
            () =>
            {
                Entry64 entry = default;
                for (long i = 0; i < count; i++)
                {
                    entry.Fill(i);
                    there.Writer.TryWrite(entry);
                    while (!back.Reader.TryRead(out entry))
                    {
                    }
                    Work.Keep(entry.Sum());
                }
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    Entry64 entry;
                    while (!there.Reader.TryRead(out entry))
                    {
                    }
                    back.Writer.TryWrite(entry);
                }
            });
    }

    internal static Channel<Entry64> NewChannel(int capacity) =>
        System.Threading.Channels.Channel.CreateBounded<Entry64>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    private static double Stamped(int count, bool inEntry, int workSteps)
    {
        StampedEnd there = new(CapacityEntries, inEntry);
        StampedEnd back = new(CapacityEntries, inEntry);
        return TwoThreads.Time(count, () => Ask(there, back, count, workSteps), () => Answer(there, back, count));
    }

    private static void Ask(StampedEnd there, StampedEnd back, int count, int workSteps)
    {
        for (long i = 0; i < count; i++)
        {
            there.Sequencer.Next(1, out long hi);
            ref Entry64 entry = ref there.Ring[hi];
            if (workSteps != 0)
            {
                entry.G = i;
                Work.Burn(workSteps);
            }
            entry.Fill(i);
            there.Sequencer.Publish(hi, hi);
            while (back.Barrier.WaitFor(i, out _) != BarrierStatus.Ok)
            {
            }
            Work.Keep(back.Ring[i].Sum());
            back.Consumed.Value = i;
        }
    }

    private static void Answer(StampedEnd there, StampedEnd back, int count)
    {
        for (long i = 0; i < count; i++)
        {
            while (there.Barrier.WaitFor(i, out _) != BarrierStatus.Ok)
            {
            }
            long sum = there.Ring[i].Sum();
            there.Consumed.Value = i;
            back.Sequencer.Next(1, out long hi);
            back.Ring[hi].Fill(sum);
            back.Sequencer.Publish(hi, hi);
        }
    }

    private static double WithCursor(int count, int workSteps)
    {
        Sequence thereConsumed = new();
        Sequence backConsumed = new();
        CursorRing<Entry64> there = new(CapacityEntries, thereConsumed);
        CursorRing<Entry64> back = new(CapacityEntries, backConsumed);
        TwoThreads.Follow("published there", () => there.Cursor);
        TwoThreads.Follow("published back", () => back.Cursor);
        return TwoThreads.Time(
            count,
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    long hi = there.Next(1);
                    ref Entry64 entry = ref there[hi];
                    if (workSteps != 0)
                    {
                        entry.G = i;
                        Work.Burn(workSteps);
                    }
                    entry.Fill(i);
                    there.Publish(hi);
                    while (back.Cursor < i)
                    {
                    }
                    Work.Keep(back[i].Sum());
                    backConsumed.Value = i;
                }
            },
            () =>
            {
                for (long i = 0; i < count; i++)
                {
                    while (there.Cursor < i)
                    {
                    }
                    long sum = there[i].Sum();
                    thereConsumed.Value = i;
                    long hi = back.Next(1);
                    back[hi].Fill(sum);
                    back.Publish(hi);
                }
            });
    }

    /// <summary>One direction: ring, its sequencer, its reader.</summary>
    private sealed class StampedEnd
    {
        internal readonly RingBuffer<Entry64> Ring;
        internal readonly SingleProducerSequencer Sequencer;
        internal readonly SequenceBarrier Barrier;
        internal readonly Sequence Consumed = new();

        internal StampedEnd(int capacity, bool inEntry)
        {
            Ring = inEntry
                ? new RingBuffer<Entry64>(capacity, Entry64.StampOffsetBytes)
                : new RingBuffer<Entry64>(capacity);
            Sequencer = new SingleProducerSequencer(Ring.Stamps, new BusySpinWaitStrategy());
            Sequencer.AddGatingSequences(Consumed);
            Barrier = Sequencer.NewBarrier();
            TwoThreads.Follow("claimed on a way", () => Sequencer.Cursor);
            TwoThreads.Follow("consumed on it", () => Consumed.Value);
        }
    }
}
