using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>What became of a message.</summary>
internal enum BenchOutcome
{
    /// <summary>A copy, stale, or of no pool.</summary>
    Dropped = 0,

    /// <summary>No cycle.</summary>
    NoOpportunity = 1,

    /// <summary>Every cycle decided, none taken.</summary>
    Decided = 2,

    /// <summary>Every cycle decided, and the unsigned messages of the taken ones are written.</summary>
    Transaction = 3,
}

/// <summary>
/// Stage before the sinks that records, by outcome, the response time (from the intended arrival) and the service time
/// (from the moment the feed took the message up) until the last stamp before the sinks. Service times need the feed on
/// this thread, so they are taken inline only. Owner thread: the last group's.
/// </summary>
internal sealed class BenchLatency : IStage
{
    public const int Outcomes = 4;
    private readonly MarketPipeline _pipeline;
    private readonly ScheduleClock _clock;

    public BenchLatency(MarketPipeline pipeline, ScheduleClock clock)
    {
        _pipeline = pipeline;
        _clock = clock;
        for (int i = 0; i < Outcomes; i++) (Response[i], Service[i]) = (new LatencyHistogram(), new LatencyHistogram());
    }

    public string Name => "bench";

    /// <summary>Response times by outcome.</summary>
    public LatencyHistogram[] Response { get; } = new LatencyHistogram[Outcomes];

    /// <summary>Service times by outcome; empty in threaded layouts.</summary>
    public LatencyHistogram[] Service { get; } = new LatencyHistogram[Outcomes];

    /// <summary>Forgets everything; while no event is on its way.</summary>
    public void Reset()
    {
        foreach (LatencyHistogram one in Response) one.Reset();
        foreach (LatencyHistogram one in Service) one.Reset();
    }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        for (int i = 0; i < batch.Length; i++) Record(in batch[i]);
        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    private void Record(in MarketEvent e)
    {
        long due = e.Stamps[(int)StampId.Framed];
        if (due == 0 || e.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
        int last = (int)StampId.Refine;
        while (last > 0 && e.Stamps[last] == 0) last--;
        int outcome = (int)OutcomeOf(in e);
        Response[outcome].Record(e.Stamps[last] - due);
        if (_pipeline.Settings.Runner == RunnerKind.Inline && _clock.StartedNs != 0)
            Service[outcome].Record(e.Stamps[last] - _clock.StartedNs);
    }

    private BenchOutcome OutcomeOf(in MarketEvent e)
    {
        if (e.PoolId < 0) return BenchOutcome.Dropped;
        if (e.OpportunityCount == 0) return BenchOutcome.NoOpportunity;
        for (int i = 0; i < e.OpportunityCount; i++)
        {
            if (_pipeline.Opportunities[e.OpportunityPosition + i].MessageLengthBytes != 0)
                return BenchOutcome.Transaction;
        }

        return BenchOutcome.Decided;
    }
}
