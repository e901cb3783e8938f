using System;

namespace LowLatency.Engine.Ring;

/// <summary>What a consumer does with its entries.</summary>
/// <typeparam name="T">Entry.</typeparam>
public interface IBatchHandler<T>
    where T : unmanaged
{
    /// <summary>Processes a batch in order. <paramref name="firstSequence"/> is the sequence of the first
    /// entry.</summary>
    /// <returns>Entries that were of interest, for duty-cycle counters.</returns>
    int OnBatch(Span<T> batch, long firstSequence);

    /// <summary>Called between batches at intervals: publish counters, run bounded background work.</summary>
    void OnHousekeeping(long nowNs);
}
