using LowLatency.Engine.Dedup;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Feeds.Live;

namespace LowLatency.ConsoleHost.Live;

/// <summary>The engine's race table, as it was published last, for who judges the endpoints by it.</summary>
internal sealed class PublishedScores(PipelineView view) : IEndpointScores
{
    public ulong Head => view.Dedup.TryRead(out DedupFigures figures) ? figures.HeadSlot : 0;

    public bool TryRead(int connection, long lateNs, out EndpointScore score)
    {
        score = default;
        if (connection >= view.Endpoints.Count) return false;
        if (!view.Endpoints.TryRead(connection, out EndpointFigures f)) return false;
        EndpointRow? row = view.RaceOf(connection);
        long late = row?.LagNs.CountBetween(lateNs, LatencyHistogram.MaxTrackableNs) ?? 0;
        long somewhatLate = row?.LagNs.CountBetween(lateNs / 2, LatencyHistogram.MaxTrackableNs) ?? 0;
        score = new EndpointScore(
            f.Delivered, f.Wins, f.Duplicates, late, somewhatLate, f.Missed, f.Opened, f.Closed, f.SlotMax);
        return true;
    }
}
