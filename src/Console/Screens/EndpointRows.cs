using System.Collections.Generic;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Feeds.Live;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>One endpoint of the race as the Feeds screen shows it.</summary>
internal sealed class EndpointView(int endpointId)
{
    public int EndpointId { get; } = endpointId;

    public string Address { get; private set; } = string.Empty;

    public EndpointFigures Figures { get; private set; }

    /// <summary>Whether its endpoint's data is raced; null where nobody judges it.</summary>
    public EndpointHealthStatus? Health { get; private set; }

    /// <summary>How much earlier it came when it was first; null before it delivered.</summary>
    public LatencyFigures? Lead { get; private set; }

    /// <summary>How much later it came when it was second; null before it delivered.</summary>
    public LatencyFigures? Lag { get; private set; }

    public void Take(in EndpointFigures figures, WatchedRun run)
    {
        Figures = figures;
        Health = run.HealthOf?.Invoke(EndpointId);
        if (Address.Length == 0) Address = run.AddressOf(EndpointId);
        if (Lead is not null || run.View.RaceOf(EndpointId) is not { } row) return;
        Lead = new LatencyFigures("lead", row.LeadNs);
        Lag = new LatencyFigures("lag", row.LagNs);
    }
}

/// <summary>The endpoints of a run. Allocates when one appears and never else.</summary>
internal sealed class EndpointRows
{
    private int _next;

    public List<EndpointView> Rows { get; } = [];

    public void Refresh(WatchedRun run)
    {
        for (int i = 0; i < run.View.Endpoints.Count; i++)
        {
            if (i == Rows.Count) Rows.Add(new EndpointView(i));
            if (run.View.Endpoints.TryRead(i, out EndpointFigures figures)) Rows[i].Take(in figures, run);
        }

        if (Rows.Count == 0) return;
        _next = (_next + 1) % (2 * Rows.Count); // one histogram a frame
        EndpointView row = Rows[_next / 2];
        (_next % 2 == 0 ? row.Lead : row.Lag)?.Refresh();
    }
}
