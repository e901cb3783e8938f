using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>Points of a message's way that are measured.</summary>
internal enum BenchPoint
{
    /// <summary>End of a copy, a stale message, one of no pool.</summary>
    Dropped = 0,

    /// <summary>It is certain that no cycle follows: foreseen by Graph, or at the end of the search.</summary>
    NoOpportunity = 1,

    /// <summary>Every cycle decided, none taken.</summary>
    Refused = 2,

    /// <summary>The best route of the event is taken: the first moment to act on.</summary>
    Decision = 3,

    /// <summary>Its unsigned transaction is complete.</summary>
    Transaction = 4,

    /// <summary>Every cycle of such an event decided, every message written.</summary>
    Decided = 5,

    /// <summary>Every size proven, every message patched.</summary>
    Refined = 6,

    /// <summary>No cycle, and all the books are kept: the end of the search, whatever was foreseen.</summary>
    Searched = 7,
}

/// <summary>
/// Stage before the sinks that records, by point, the response time (from the intended arrival) and the service time
/// (from the moment the feed took the message up) until then. Service times need the feed on this thread, so they are
/// taken inline only. From messages without stamps of their steps, but for what is dropped. Owner thread: the last
/// group's.
/// </summary>
internal sealed class BenchLatency : IStage
{
    public const int Points = 8;
    private readonly MarketPipeline _pipeline;
    private readonly ScheduleClock _clock;

    public BenchLatency(MarketPipeline pipeline, ScheduleClock clock)
    {
        _pipeline = pipeline;
        _clock = clock;
        for (int i = 0; i < Points; i++) (Response[i], Service[i]) = (new LatencyHistogram(), new LatencyHistogram());
    }

    public string Name => "bench";

    /// <summary>Response times by point.</summary>
    public LatencyHistogram[] Response { get; } = new LatencyHistogram[Points];

    /// <summary>Service times by point; empty in threaded layouts.</summary>
    public LatencyHistogram[] Service { get; } = new LatencyHistogram[Points];

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
        if (due == 0 || _clock.IsPreparing || e.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
        bool hasSteps = e.Stamps[(int)StampId.Published] != 0;
        if (hasSteps != (e.PoolId < 0)) return; // a dropped message has no other stamp than a step's
        int last = (int)StampId.Refine;
        while (last > 0 && e.Stamps[last] == 0) last--;
        if (e.PoolId < 0)
        {
            Record(BenchPoint.Dropped, e.Stamps[last], due);
        }
        else if (e.OpportunityCount == 0)
        {
            long known = e.ForeseenAfterNs != 0 ? due + e.ForeseenAfterNs : e.Stamps[last];
            Record(BenchPoint.NoOpportunity, known, due);
            Record(BenchPoint.Searched, e.Stamps[last], due);
        }
        else if (e.Stamps[(int)StampId.Transaction] == 0)
        {
            Record(BenchPoint.Refused, e.Stamps[(int)StampId.Scoring], due);
        }
        else
        {
            Record(BenchPoint.Decision, e.Stamps[(int)StampId.Decision], due);
            Record(BenchPoint.Transaction, e.Stamps[(int)StampId.Transaction], due);
            Record(BenchPoint.Decided, e.Stamps[(int)StampId.Scoring], due);
            Record(BenchPoint.Refined, e.Stamps[(int)StampId.Refine], due);
        }
    }

    private void Record(BenchPoint point, long stamp, long due)
    {
        Response[(int)point].Record(stamp - due);
        if (_pipeline.Settings.Runner == RunnerKind.Inline && _clock.StartedNs != 0)
            Service[(int)point].Record(stamp - _clock.StartedNs);
    }
}
