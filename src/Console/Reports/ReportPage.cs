using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// The page of a report: one file of HTML that is also XML, with its own drawings and no script. Its policy forbids the
/// browser to load anything.
/// </summary>
internal static class ReportPage
{
    private const string NotSent =
        "This is a dry run: nothing was sent. Decisions say what the state allowed, not whether a transaction "
        + "would have won the race for it.";

    public static string Render(RunReport report)
    {
        StringBuilder page = new();
        ReplayReport run = report.Run.Report;
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" ");
        page.Append($"content=\"default-src 'none'; style-src 'sha256-{PageStyle.Hash}'\"/>\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.Append($"<title>LowLatency run: {Mark.Text(report.Run.Input.Name)}</title>\n");
        page.Append("<style>").Append(PageStyle.Text).Append("</style></head>\n<body><main>\n");
        Head(page, report);
        FunnelSection.Write(page, run);
        LatencySection.Write(page, report.Run);
        LifeSection.Write(page, report);
        RaceSection.Write(page, run);
        if (run.Live is { } live) LiveSection.Write(page, live);
        ProfitSection.Write(page, report);
        FieldSection.Write(page, run.Field);
        FactSection.Write(page, report.Run);
        page.Append("</main></body></html>\n");
        return page.ToString();
    }

    /// <summary>Begins a section.</summary>
    public static void Section(StringBuilder page, string id, string title, string explanation)
    {
        page.Append($"<h2 id=\"{id}\">{Mark.Text(title)}</h2>\n");
        page.Append($"<p class=\"note\">{Mark.Text(explanation)}</p>\n");
    }

    /// <summary>Says that there is nothing to show, and why.</summary>
    public static void NoData(StringBuilder page, string why) =>
        page.Append($"<p class=\"nodata\"><b>no data</b>: {Mark.Text(why)}</p>\n");

    private static void Head(StringBuilder page, RunReport report)
    {
        ReplayReport run = report.Run.Report;
        page.Append($"<h1>LowLatency run: {Mark.Text(report.Run.Input.Name)}</h1>\n");
        page.Append($"<p class=\"banner\">{NotSent}</p>\n");
        if (run.Synthetic)
        {
            page.Append("<p class=\"banner\"><b>SYNTHETIC MARKET</b>: made by a seeded generator, no chain data.");
            page.Append("</p>\n");
        }

        if (run.Outcome != "Completed")
        {
            page.Append("<p class=\"banner\">The run ended early (");
            page.Append(Mark.Word("run.report.outcome", run.Outcome)).Append("); this is what came before.</p>\n");
        }

        Dictionary<string, string> cards = new()
        {
            ["frames read"] = Mark.Count("run.report.frames", run.Frames),
            ["events"] = Mark.Count("run.report.events", run.Events),
            ["decisions"] = Mark.Count("run.report.decision_count", run.DecisionCount),
            ["Go decisions"] = Mark.Count("journal.profit.gos", report.Journal.Profit.Gos),
            ["first to last frame"] = Mark.Fixed("run.report.capture_seconds", run.CaptureSeconds, 1) + " s",
            ["ran for"] = Mark.Fixed("run.report.elapsed_seconds", run.ElapsedSeconds, 2) + " s",
            ["events a second"] = Mark.Fixed("run.report.events_per_second", run.EventsPerSecond, 0),
            ["last slot"] = Mark.Slot("run.report.last_slot", run.LastSlot),
        };
        page.Append("<div class=\"cards\">\n");
        foreach ((string name, string number) in cards)
            page.Append($"<div class=\"card\"><b>{number}</b><span class=\"k\">{name}</span></div>\n");
        page.Append("</div>\n<table>\n");
        Fact(page, "Decision hash", Mark.Word("run.report.decision_hash", run.DecisionHash));
        if (report.Run.Input.Sha256 is { } hash)
        {
            Fact(page, "Capture SHA-256", Mark.Word("run.input.sha256", hash));
            Fact(page, "Capture size", Mark.Count("run.input.size_bytes", report.Run.Input.SizeBytes) + " bytes");
        }

        Fact(page, "Written", Mark.Word("run.written_utc", report.Run.WrittenUtc));
        page.Append("</table>\n");
        for (int i = 0; i < run.Checks.Count; i++)
        {
            string verdict = run.Checks[i].Passed ? "PASS" : "FAIL";
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.checks[{i}].summary");
            page.Append($"<p><b>{verdict}</b> {Mark.Text(run.Checks[i].Name)}: ");
            page.Append(Mark.Word(path, run.Checks[i].Summary)).Append("</p>\n");
        }
    }

    /// <summary>A row of name and value in a table.</summary>
    public static void Fact(StringBuilder page, string name, string markup) =>
        page.Append($"<tr><th>{Mark.Text(name)}</th><td class=\"mono\">{markup}</td></tr>\n");

    /// <summary>A table of counts by name; "none" if it is empty.</summary>
    public static void Counts(StringBuilder page, string title, string path, SortedDictionary<string, long> counts)
    {
        page.Append($"<h3>{Mark.Text(title)}</h3>\n");
        if (counts.Count == 0)
        {
            page.Append("<p class=\"muted\">none</p>\n");
            return;
        }

        page.Append("<table>\n");
        foreach ((string name, long count) in counts)
        {
            page.Append($"<tr><td>{Mark.Text(name)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(Mark.Key(path, name), count)}</td></tr>\n");
        }

        page.Append("</table>\n");
    }
}
