using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>The report as text: sections of aligned columns, at most 120 wide.</summary>
internal sealed class ReplayText(TextWriter output)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public void Write(ReplayReport r)
    {
        Line($"Replay of {r.Capture}: {r.Outcome} ({r.Runner})");
        Line(string.Create(Invariant,
            $"  {r.Frames:N0} frames, {r.Events:N0} events, {r.CaptureSeconds:F1} s of capture in {r.ElapsedSeconds:F3} s "
            + $"({r.EventsPerSecond:N0} events/s), last slot {r.LastSlot}, forks {r.Forks}, rollbacks {r.Rollbacks}"));
        Counts("Messages", r.Messages);
        Counts("Refused by the decoder", r.DecodeRefusals);
        Counts("Events dropped", r.Drops);
        Counts("Pools by venue", r.PoolsByVenue);
        Counts("Pools by state", r.PoolsByState);
        Endpoints(r.Endpoints);
        Latency(r.Latency);
        Counts("Decisions", r.Decisions);
        Routes(r.TopRoutes);
        Line(string.Empty);
        Line(string.Create(Invariant,
            $"Allocated {r.AllocatedBytesPerEvent:F1} B an event (registration of accounts and reports included), "
            + $"collections {r.Collections[0]}/{r.Collections[1]}/{r.Collections[2]}; "
            + $"unsigned messages built {r.MessagesBuilt:N0}; searches cut by a bound {r.SearchesBounded:N0}"));
        foreach (CheckReport check in r.Checks) Check(check);
        foreach (string note in r.Notes) Line($"Note: {note}");
        Line($"Decision hash {r.DecisionHash} ({r.DecisionCount.ToString("N0", Invariant)} decisions)");
    }

    private void Counts(string title, SortedDictionary<string, long> rows)
    {
        Line(string.Empty);
        Line(title);
        if (rows.Count == 0) Line("  none");
        foreach ((string name, long count) in rows) Line(string.Create(Invariant, $"  {name,-32}{count,14:N0}"));
    }

    private void Endpoints(IReadOnlyList<EndpointReport> rows)
    {
        Line(string.Empty);
        Line("Endpoint race          opened closed  delivered      first duplicates missed   lead ms p50/p99    lag ms p50/p99");
        foreach (EndpointReport e in rows)
        {
            string name = e.Address.Length == 0 ? $"{e.Endpoint}" : $"{e.Endpoint} {e.Address}";
            if (name.Length > 22) name = name[..22];
            string lead = string.Create(Invariant, $"{e.LeadMsP50:F1} / {e.LeadMsP99:F1}");
            string lag = string.Create(Invariant, $"{e.LagMsP50:F1} / {e.LagMsP99:F1}");
            Line(string.Create(Invariant,
                $"  {name,-22}{e.Opened,5}{e.Closed,7}{e.Delivered,11:N0}{e.First,11:N0}{e.Duplicates,11:N0}{e.Missed,7:N0}"
                + $"{lead,18}{lag,18}"));
        }
    }

    private void Latency(IReadOnlyList<LatencyRow> rows)
    {
        Line(string.Empty);
        Line("Latency (ns, service time)      count       p50       p90       p99     p99.9         max");
        if (rows.Count == 0) Line("  not taken (--no-stamps)");
        foreach (LatencyRow l in rows)
        {
            Line(string.Create(Invariant,
                $"  {l.Step,-24}{l.Count,11:N0}{l.P50Ns,10:N0}{l.P90Ns,10:N0}{l.P99Ns,10:N0}{l.P999Ns,10:N0}{l.MaxNs,12:N0}"));
        }
    }

    private void Routes(IReadOnlyList<RouteReport> rows)
    {
        Line(string.Empty);
        Line("Best routes (each once)");
        if (rows.Count == 0) Line("  none");
        foreach (RouteReport r in rows)
        {
            Line(string.Create(Invariant, $"  {r.Id,-10} slot {r.Slot} {r.Reason,-20} {r.Route}"));
            Line(string.Create(Invariant,
                $"             in {r.AmountIn:N0} out {r.AmountOut:N0} gross {r.GrossProfit:N0} "
                + $"net {r.NetProfitLamports:N0} lamports (tip {r.TipLamports:N0})"));
        }
    }

    private void Check(CheckReport check)
    {
        Line($"{(check.Passed ? "PASS" : "FAIL")} {check.Name}: {check.Summary}");
        foreach (string difference in check.Differences) Line($"  {difference}");
    }

    private void Line(string text) => output.WriteLine(text);
}
