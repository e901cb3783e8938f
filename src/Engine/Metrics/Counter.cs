using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// A number that one thread writes and any thread reads, without atomics. A pair of cache lines is free on
/// both sides, so that reading one counter never disturbs the writer of another.
/// </summary>
public sealed class Counter
{
    private PaddedInt64 _padded;

    /// <summary>The value. Any thread.</summary>
    public long Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _padded.Value);
    }

    /// <summary>Adds one. The owner thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment() => Volatile.Write(ref _padded.Value, _padded.Value + 1);

    /// <summary>Adds <paramref name="amount"/>. The owner thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long amount) => Volatile.Write(ref _padded.Value, _padded.Value + amount);

    /// <summary>Sets a gauge, or publishes a local count in housekeeping. The owner thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(long value) => Volatile.Write(ref _padded.Value, value);
}
