using System;
using System.Runtime.InteropServices;
using LowLatency.Engine.Ring;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>An entry of one line that carries its stamp last.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct Entry64
{
    internal const int StampOffsetBytes = 56;

    [FieldOffset(0)]
    internal long Value;

    [FieldOffset(8)]
    internal long Producer;

    [FieldOffset(16)]
    internal long Check;
}

/// <summary>Makes rings of both kinds, so that every behaviour is tested with stamps in the entry and beside
/// it.</summary>
internal static class Rings
{
    internal static RingBuffer<Entry64> Create(int capacity, bool stampInEntry) =>
        stampInEntry ? new RingBuffer<Entry64>(capacity, Entry64.StampOffsetBytes) : new RingBuffer<Entry64>(capacity);

    internal static Sequencer Sequencer(RingBuffer<Entry64> ring, bool multi, WaitStrategy? strategy = null)
    {
        strategy ??= new YieldThenParkWaitStrategy();
        return multi
            ? new MultiProducerSequencer(ring.Stamps, strategy)
            : new SingleProducerSequencer(ring.Stamps, strategy);
    }

    internal static WaitStrategy Strategy(int kind) => kind switch
    {
        0 => new BusySpinWaitStrategy(),
        1 => new YieldThenParkWaitStrategy(),
        2 => new BlockingWaitStrategy(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
