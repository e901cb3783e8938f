using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A histogram's percentiles as last looked at.</summary>
internal sealed class LatencyFigures(string name, LatencyHistogram histogram)
{
    private static readonly double[] Levels = [50, 90, 99, 99.9];

    public string Name { get; } = name;

    public LatencyHistogram Histogram { get; } = histogram;

    public long Count { get; private set; }

    public long P50Ns => Ns[0];

    public long P99Ns => Ns[2];

    public long MaxNs { get; private set; }

    /// <summary>p50, p90, p99, p99.9.</summary>
    public long[] Ns { get; } = new long[Levels.Length];

    /// <summary>Looks again, unless nothing came: a walk over 27,648 cells a level.</summary>
    public bool Refresh()
    {
        if (Histogram.Count == Count) return false;
        Count = Histogram.Count;
        MaxNs = Histogram.MaxNs;
        for (int i = 0; i < Levels.Length; i++) Ns[i] = Histogram.ValueAtPercentile(Levels[i]);
        return true;
    }
}

/// <summary>
/// The pipeline's latencies; one histogram is looked at in each frame, so that no frame pays for all.
/// </summary>
internal sealed class LatencyRows
{
    private int _next;

    public LatencyRows(PipelineLatency? latency)
    {
        if (latency is null) return;
        for (StampId stamp = StampId.Published; stamp <= StampId.Sinks; stamp++)
            Rows.Add(new LatencyFigures(NameOf(stamp), latency.Step(stamp)));
        Rows.Add(new LatencyFigures("whole: dropped", latency.Dropped));
        Rows.Add(new LatencyFigures("whole: no opportunity", latency.NoOpportunity));
        Rows.Add(new LatencyFigures("whole: decided", latency.Decided));
    }

    public List<LatencyFigures> Rows { get; } = [];

    public static string NameOf(StampId stamp) => stamp switch
    {
        StampId.Published => "decode",
        StampId.Dedup => "dedup",
        StampId.Graph => "graph",
        StampId.Cycles => "cycles",
        StampId.Decision => "first decision",
        StampId.Transaction => "first message",
        StampId.Scoring => "scoring",
        StampId.Refine => "refine",
        _ => "sinks",
    };

    /// <summary>The row of a stage; null if there is none.</summary>
    public LatencyFigures? Find(string stage)
    {
        foreach (LatencyFigures row in Rows)
        {
            if (row.Name == stage) return row;
        }

        return null;
    }

    public void RefreshOne()
    {
        if (Rows.Count == 0) return;
        for (int i = 0; i < Rows.Count; i++)
        {
            _next = (_next + 1) % Rows.Count;
            if (Rows[_next].Refresh()) return;
        }
    }
}
