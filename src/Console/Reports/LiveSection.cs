using System;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Live;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>What connections, snapshots and recording of a live run did.</summary>
internal static class LiveSection
{
    private const string Path = "run.report.live";

    public static void Write(StringBuilder page, LiveReport live)
    {
        ReportPage.Section(
            page, "live", "Connections, snapshots, recording",
            "Cover of an account is lost when nothing can be relied on to tell of its changes; its pools quote nothing "
            + "until a snapshot has restored it. Repairs: changes that no endpoint told of and the audit found.");
        page.Append("<div class=\"scroll\"><table><tr><th>connection</th><th>at the end</th>");
        page.Append("<th class=\"n\">opened</th><th class=\"n\">subscriptions</th>");
        page.Append("<th class=\"n\">dropped</th><th>last end</th></tr>\n");
        for (int i = 0; i < live.Connections.Count; i++)
        {
            ConnectionReport c = live.Connections[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"{Path}.connections[{i}]");
            page.Append($"<tr><td>{Mark.Text(c.Name)}</td><td>{(c.IsOpen ? "open" : "closed")}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".opens", c.Opens)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".subscriptions", c.Subscriptions)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".dropped_frames", c.DroppedFrames)}</td>");
            page.Append($"<td>{Mark.Text(c.LastEnd)}</td></tr>\n");
        }

        page.Append("</table></div>\n");
        Health(page, live);
        page.Append("<table>\n");
        for (int i = 0; i < live.Connections.Count; i++)
        {
            if (live.Connections[i].Replays is not { } replays) continue;
            string path = string.Create(CultureInfo.InvariantCulture, $"connections[{i}].replays");
            Count(page, "Replays asked of a stream", path + ".asked", replays.Asked);
            Count(page, "Replays refused", path + ".refused", replays.Refused);
            Count(page, "Openings again without a replay", path + ".without", replays.Without);
        }

        Count(page, "Accounts watched", "accounts_watched", live.AccountsWatched);
        Count(page, "Cover lost", "cover_lost", live.CoverLost);
        Count(page, "Cover restored", "cover_restored", live.CoverRestored);
        Count(page, "Accounts in doubt at the end", "in_doubt", live.InDoubt);
        Count(page, "Snapshot requests", "snapshot_requests", live.SnapshotRequests);
        Count(page, "Snapshot requests that failed", "snapshot_failures", live.SnapshotFailures);
        Count(page, "Snapshots of nodes that were behind", "snapshots_behind", live.SnapshotsBehind);
        Count(page, "Accounts audited", "accounts_audited", live.AccountsAudited);
        Count(page, "Repairs by the audit", "audit_repairs", live.AuditRepairs);
        Count(page, "Slot numbers not believed", "implausible_slots", live.ImplausibleSlots);
        Count(page, "Blockhashes known", "chain.blockhashes", live.Chain.Blockhashes);
        Count(page, "Blockhashes agreed on by two endpoints", "chain.blockhashes_agreed", live.Chain.BlockhashesAgreed);
        Count(
            page, "Blockhashes of one endpoint, all others silent", "chain.blockhashes_taken_alone",
            live.Chain.BlockhashesTakenAlone);
        Count(page, "Blockhashes denied by another", "chain.blockhashes_denied", live.Chain.BlockhashesDenied);
        Count(page, "Messages not built, hash expired", "chain.blockhashes_expired", live.Chain.BlockhashesExpired);
        Count(page, "Slots whose priority fees are known", "chain.fee_slots", live.Chain.FeeSlots);
        if (live.Chain.Simulation is { } simulation)
        {
            Count(page, "Simulations answered", "chain.simulation.answered", simulation.Answered);
            Count(page, "Failures in simulation", "chain.simulation.route_failures", simulation.RouteFailures);
        }

        Count(page, "Frames recorded", "recorded_frames", live.RecordedFrames);
        Count(page, "Frames not recorded", "unrecorded_frames", live.UnrecordedFrames);
        page.Append("</table>\n");
    }

    private static void Health(StringBuilder page, LiveReport live)
    {
        if (live.Health.Count == 0) return;
        page.Append("<div class=\"scroll\"><table><tr><th>endpoint's data</th><th>at the end</th>");
        foreach (string name in (string[])["demoted", "late", "loss", "behind", "breaks", "tried", "back", "kept"])
            page.Append($"<th class=\"n\">{name}</th>");
        page.Append("</tr>\n");
        for (int i = 0; i < live.Health.Count; i++)
        {
            HealthReport h = live.Health[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"{Path}.health[{i}]");
            page.Append($"<tr><td>{Mark.Text(h.Endpoint)}</td><td>{Mark.Word(path + ".state", h.State)}</td>");
            foreach ((string member, long count) in (ReadOnlySpan<(string, long)>)[
                ("demotions", h.Demotions), ("late", h.Late), ("loss", h.Loss), ("slots_behind", h.SlotsBehind),
                ("breaks", h.Breaks), ("retries", h.Retries), ("readmissions", h.Readmissions), ("kept", h.Kept)])
                page.Append($"<td class=\"n\">{Mark.Count($"{path}.{member}", count)}</td>");
            page.Append("</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static void Count(StringBuilder page, string name, string member, long count) =>
        page.Append($"<tr><td>{name}</td><td class=\"n\">{Mark.Count($"{Path}.{member}", count)}</td></tr>\n");
}
