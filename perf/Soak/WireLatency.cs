using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Time;

namespace LowLatency.Soak;

/// <summary>
/// From the read of the socket to the end of the engine, per account update: inbox, decode and all stages. The node
/// sends by its own schedule whatever happens here, so a stall shows in every update that waited for it.
/// </summary>
internal sealed class WireLatency : IStage
{
    public string Name => "wire latency";

    public LatencyHistogram Dropped { get; } = new();

    public LatencyHistogram NoOpportunity { get; } = new();

    public LatencyHistogram Decided { get; } = new();

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        long nowNs = SystemClock.Instance.NowNs;
        foreach (ref MarketEvent e in batch)
        {
            if (e.Kind != EventKind.Account) continue;
            LatencyHistogram histogram = e.Drop != DropCause.None ? Dropped
                : e.OpportunityCount != 0 ? Decided : NoOpportunity;
            histogram.Record(Math.Max(0, nowNs - e.ReceiveNs));
        }

        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }
}
