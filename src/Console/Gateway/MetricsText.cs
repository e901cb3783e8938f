using System;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Screens;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Gateway;

/// <summary>
/// A run's published figures as Prometheus text, version 0.0.4. Names are <c>lowlatency_area_thing_unit</c>, counters
/// end in <c>_total</c>, times are seconds. What was never published is left out, which is not zero.
/// </summary>
internal sealed class MetricsText(
    PipelineView view, TradingGate gate, Func<int, string> addressOf, Func<int?> inDoubt, Func<long?> slotAgeNs)
{
    private static readonly double[] Quantiles = [0.5, 0.9, 0.99, 0.999, 1];
    private readonly StringBuilder _text = new();

    /// <summary>All of it, as of now.</summary>
    public string Write()
    {
        _text.Clear();
        if (view.Dedup.TryRead(out DedupFigures dedup)) Feeds(in dedup);
        if (view.Market.TryRead(out MarketFigures market)) Market(in market);
        if (view.Sinks.TryRead(out SinkFigures sinks)) Decisions(in sinks);
        if (view.Latency is { } latency) Latencies(new LatencyRows(latency));
        Process();
        return _text.ToString();
    }

    private void Feeds(in DedupFigures dedup)
    {
        One("lowlatency_head_slot", "gauge", "Newest slot of the chain's head.", dedup.HeadSlot);
        if (slotAgeNs() is { } ageNs)
            One("lowlatency_head_slot_age_seconds", "gauge", "Since the head was seen to move.", ageNs / 1e9);
        One("lowlatency_forks_total", "counter", "Forks seen.", dedup.Forks);
        One("lowlatency_feed_accepted_total", "counter", "Account updates that came first.", dedup.Accepted);
        Head("lowlatency_events_dropped_total", "counter", "Events dropped before the graph, by cause.");
        foreach (DropCause cause in Enum.GetValues<DropCause>())
        {
            if (cause == DropCause.None) continue;
            Row("lowlatency_events_dropped_total", $"cause=\"{cause}\"", dedup.Drops[(int)cause]);
        }

        uint open = dedup.OpenMask;
        ulong head = dedup.HeadSlot;
        Each("lowlatency_feed_open", "gauge", "1 while the connection is open.", (id, _) => (open >> id) & 1);
        Each("lowlatency_feed_updates_total", "counter", "Account updates delivered.", (_, e) => e.Delivered);
        Each("lowlatency_feed_first_total", "counter", "Of these, before any other endpoint.", (_, e) => e.Wins);
        Each("lowlatency_feed_duplicates_total", "counter", "Of these, after another.", (_, e) => e.Duplicates);
        Each("lowlatency_feed_missed_total", "counter", "Never delivered, though open.", (_, e) => e.Missed);
        Each("lowlatency_feed_lost_total", "counter", "Connections lost.", (_, e) => e.Closed);
        Each("lowlatency_feed_gaps_total", "counter", "Times it lost an account's cover.", (_, e) => e.Gaps);
        Each("lowlatency_feed_behind_slots", "gauge", "Its newest slot behind the head.",
            (_, e) => head > e.SlotMax ? head - e.SlotMax : 0);
        Summaries("lowlatency_feed_lead_seconds", "Before the next endpoint, when it was first.", row => row.LeadNs);
        Summaries("lowlatency_feed_lag_seconds", "After the first endpoint, when it was not.", row => row.LagNs);
        if (inDoubt() is { } doubtful)
            One("lowlatency_accounts_in_doubt", "gauge", "Watched accounts whose state is not proven.", doubtful);
    }

    private void Market(in MarketFigures market)
    {
        One("lowlatency_pools", "gauge", "Pools known.", market.Pools);
        One("lowlatency_accounts", "gauge", "Accounts known.", market.Accounts);
        One("lowlatency_searches_total", "counter", "Searches for cycles.", market.Searches);
        One("lowlatency_cycles_found_total", "counter", "Profitable cycles found.", market.Cycles);
        One("lowlatency_work_bound_total", "counter", "Searches that met their bound.", market.WorkBound);
        One("lowlatency_messages_built_total", "counter", "Unsigned messages built.", market.MessagesBuilt);
        One("lowlatency_stale_times_total", "counter", "Times all pools were stale.", market.StaleTimes);
        One("lowlatency_feeds_down_total", "counter", "Times all endpoints were down at once.", market.Gaps);
    }

    private void Decisions(in SinkFigures sinks)
    {
        Head("lowlatency_decisions_total", "counter", "Decisions by reason; Go is taken.");
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            if (reason != 0) Row("lowlatency_decisions_total", $"reason=\"{reason}\"", sinks.Reasons[(int)reason]);
        }

        One("lowlatency_messages_passed_total", "counter", "Messages that the gate let through.", gate.PassedCount);
        One("lowlatency_messages_withheld_total", "counter", "Messages that it withheld.", gate.WithheldCount);
        One("lowlatency_trading_state", "gauge", "0 Active, 1 Reducing, 2 Halted.", (int)gate.State);
    }

    private void Latencies(LatencyRows latency)
    {
        Head("lowlatency_stage_latency_seconds", "summary", "Service time of a step, its wait before it included.");
        foreach (LatencyFigures row in latency.Rows)
            Summary("lowlatency_stage_latency_seconds", $"stage=\"{row.Name}\"", row.Histogram);
    }

    private void Process()
    {
        if (view.EventRingEntries > 0)
        {
            One("lowlatency_ring_occupancy_ratio", "gauge", "Event ring in use.",
                (double)view.EventRingOccupancy / view.EventRingEntries);
        }

        One("lowlatency_ring_refused_total", "counter", "Events refused by a full ring.", view.Refused);
        One("lowlatency_gc_pause_seconds_total", "counter", "Time the runtime's collector paused all threads.",
            GC.GetTotalPauseDuration().TotalSeconds);
        One("lowlatency_resident_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
    }

    private void Each(string name, string type, string help, Func<int, EndpointFigures, double> value)
    {
        Head(name, type, help);
        for (int id = 0; id < view.Endpoints.Count; id++)
        {
            if (view.Endpoints.TryRead(id, out EndpointFigures figures)) Row(name, Endpoint(id), value(id, figures));
        }
    }

    private void Summaries(string name, string help, Func<EndpointRow, LatencyHistogram> histogram)
    {
        Head(name, "summary", help);
        for (int id = 0; id < view.Endpoints.Count; id++)
        {
            if (view.RaceOf(id) is { } row) Summary(name, Endpoint(id), histogram(row));
        }
    }

    private void Summary(string name, string label, LatencyHistogram histogram)
    {
        long count = histogram.Count;
        if (count == 0) return;
        foreach (double quantile in Quantiles)
        {
            double seconds = (quantile == 1 ? histogram.MaxNs : histogram.ValueAtPercentile(quantile * 100)) / 1e9;
            Row(name, string.Create(CultureInfo.InvariantCulture, $"{label},quantile=\"{quantile}\""), seconds);
        }

        Row(name + "_sum", label, histogram.MeanNs * count / 1e9);
        Row(name + "_count", label, count);
    }

    private string Endpoint(int id) => string.Create(
        CultureInfo.InvariantCulture, $"endpoint=\"{id}\",address=\"{Escape(addressOf(id))}\"");

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private void One(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Row(name, string.Empty, value);
    }

    private void Head(string name, string type, string help) =>
        _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private void Row(string name, string labels, double value)
    {
        string shown = value.ToString("R", CultureInfo.InvariantCulture);
        _text.Append(labels.Length == 0 ? $"{name} {shown}\n" : $"{name}{{{labels}}} {shown}\n");
    }
}
