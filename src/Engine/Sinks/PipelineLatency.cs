using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// Latency histograms of the pipeline, nanoseconds: time spent in each step (including any wait before it), and the
/// whole way by outcome. Written by the sinks' thread. Service time: in replay at maximum speed there is no schedule to
/// be late for.
/// </summary>
public sealed class PipelineLatency
{
    private readonly LatencyHistogram[] _steps = new LatencyHistogram[Stamps.Count];

    /// <summary>Makes all histograms.</summary>
    public PipelineLatency()
    {
        for (int i = 0; i < _steps.Length; i++) _steps[i] = new LatencyHistogram();
    }

    /// <summary>Frame in memory until dropped (duplicate, stale, unwatched).</summary>
    public LatencyHistogram Dropped { get; } = new();

    /// <summary>
    /// Frame in memory until it was certain that no opportunity follows: foreseen, or at the end of the search.
    /// </summary>
    public LatencyHistogram NoOpportunity { get; } = new();

    /// <summary>Frame in memory until all its opportunities are decided, none taken.</summary>
    public LatencyHistogram Decided { get; } = new();

    /// <summary>The slowest events.</summary>
    public WorstEvents Worst { get; } = new();

    /// <summary>Time of the step that ends with a stamp.</summary>
    public LatencyHistogram Step(StampId stamp) => _steps[(int)stamp];

    /// <summary>Forgets everything recorded, as after a warm-up; while no event is on its way.</summary>
    public void Reset()
    {
        foreach (LatencyHistogram step in _steps) step.Reset();
        Dropped.Reset();
        NoOpportunity.Reset();
        Decided.Reset();
        Worst.Reset();
    }

    /// <summary>Records one event; stamps not taken are passed over.</summary>
    public void Record(in MarketEvent e, long sequence)
    {
        long start = e.Stamps[(int)StampId.Framed];
        if (start == 0 || e.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
        long previous = start;
        bool hasSteps = e.Stamps[(int)StampId.Published] != 0;
        for (int i = 1; i < Stamps.Count; i++)
        {
            long stamp = e.Stamps[i];
            if (stamp == 0) continue;
            if (hasSteps) _steps[i].Record(stamp - previous);
            previous = stamp;
        }

        if (e.PoolId < 0) Dropped.Record(previous - start);
        else if (e.OpportunityCount != 0) Decided.Record(previous - start);
        else NoOpportunity.Record(e.ForeseenAfterNs != 0 ? e.ForeseenAfterNs : previous - start);
        Worst.Take(in e, sequence, previous - start);
    }
}
