using System;

namespace LowLatency.Engine.Events;

/// <summary>
/// One step of the pipeline. A stage is not a thread: <c>Pipeline/Topology</c> maps stages to threads.
/// It must not depend on how events are cut into batches: the same events give the same results.
/// </summary>
public interface IStage
{
    /// <summary>Name on screens, in counters and reports.</summary>
    string Name { get; }

    /// <summary>
    /// Processes a batch in order. <paramref name="firstSequence"/> is the sequence of the first entry.
    /// </summary>
    /// <returns>Entries that were of interest (0 = idle), for duty-cycle counters.</returns>
    int OnBatch(Span<MarketEvent> batch, long firstSequence);

    /// <summary>Called between batches at intervals: publish counters, run bounded background work.</summary>
    void OnHousekeeping(long nowNs);
}
