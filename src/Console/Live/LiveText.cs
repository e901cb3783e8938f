using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Live;

/// <summary>The live part of the text report.</summary>
internal static class LiveText
{
    public static void Write(TextWriter output, LiveReport r)
    {
        Line(output, $"");
        Line(output, $"Connections                    opens subscribed  unread  last end");
        foreach (ConnectionReport c in r.Connections)
        {
            string name = $"{c.Connection} {c.Name}";
            if (name.Length > 28) name = name[..28];
            string end = c.Opens <= 1 && c.IsOpen ? "-" : c.LastEnd;
            Line(output, $"  {name,-28}{c.Opens,6}{c.Subscriptions,11:N0}{c.DroppedFrames,8:N0}  {end}");
            if (c.Replays is not { } replays) continue;
            Line(
                output,
                $"    replays: asked {replays.Asked:N0}, refused {replays.Refused:N0}, not asked {replays.Without:N0}");
        }

        Health(output, r.Health);

        Line(output, $"");
        Line(output, $"State of the accounts");
        Row(output, "watched", r.AccountsWatched);
        if (r.SubscriptionsRefused != 0) Row(output, "subscriptions refused", r.SubscriptionsRefused);
        if (r.WatchListReloads != 0) Row(output, "watch list read again", r.WatchListReloads);
        if (r.AccountsDropped != 0) Row(output, "  accounts no longer needed", r.AccountsDropped);
        if (r.PoolsRefused != 0) Row(output, "pools kept out by the lists", r.PoolsRefused);
        if (r.PoolsBelowFloor != 0 || r.FallsBelowFloor != 0)
        {
            Row(output, "pools below the liquidity floor", r.PoolsBelowFloor);
            Row(output, "  times one fell below it", r.FallsBelowFloor);
        }

        if (r.WatchListFault is { } fault) Line(output, $"  watch list not read again: {fault}");
        Row(output, "cover lost", r.CoverLost);
        Row(output, "cover restored", r.CoverRestored);
        Row(output, "in doubt at the end", r.InDoubt);
        Row(output, "snapshot requests", r.SnapshotRequests);
        Row(output, "  node not yet at the slot", r.SnapshotsBehind);
        Row(output, "  failed", r.SnapshotFailures);
        Row(output, "audited", r.AccountsAudited);
        Row(output, "  differences repaired", r.AuditRepairs);
        Row(output, "slot numbers not believed", r.ImplausibleSlots);
        if (r.CopiesConfirmed + r.CopiesInConflict != 0)
        {
            Row(output, "copies of a second endpoint, equal", r.CopiesConfirmed);
            Row(output, "  not equal: pools gapped", r.CopiesInConflict);
            Row(output, "  accounts read anew for it", r.ConflictsRead);
            if (r.ConflictsDropped != 0) Row(output, "  left to the audit", r.ConflictsDropped);
        }

        Line(output, $"  {"slot time, measured",-32}{r.SlotTimeMs,11:F1} ms");
        ChainText.Write(output, r.Chain);
        if (r.Recording is not { } path) return;
        Line(output, $"");
        Line(output, $"Recorded {r.RecordedFrames:N0} frames, {r.RecordedBytes:N0} bytes, to {path}");
        if (r.UnrecordedFrames == 0 && r.RecordingFailure is null) return;
        string why = r.RecordingFailure ?? "the disk fell behind";
        Line(output, $"  INCOMPLETE: {why}; {r.UnrecordedFrames:N0} frames came after its end");
    }

    private static void Health(TextWriter output, IReadOnlyList<HealthReport> rows)
    {
        Line(output, $"");
        Line(output, $"Endpoints' data         demoted  late  loss behind breaks  tried  back  kept  now");
        foreach (HealthReport h in rows)
        {
            string name = h.Endpoint.Length > 20 ? h.Endpoint[..20] : h.Endpoint;
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"  {name,-20}{h.Demotions,9:N0}{h.Late,6:N0}{h.Loss,6:N0}{h.SlotsBehind,7:N0}{h.Breaks,7:N0}"
                + $"{h.Retries,7:N0}{h.Readmissions,6:N0}{h.Kept,6:N0}  {h.State}\n"));
        }
    }

    private static void Row(TextWriter output, string name, long count) => Line(output, $"  {name,-32}{count,14:N0}");

    private static void Line(TextWriter output, System.FormattableString text) =>
        output.Write(text.ToString(CultureInfo.InvariantCulture).TrimEnd() + "\n");
}
