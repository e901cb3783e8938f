using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>What the figures depend on: machine, settings with their sources, the engine's other counters.</summary>
internal static class FactSection
{
    public static void Write(StringBuilder page, RunRecord run)
    {
        ReportPage.Section(
            page, "facts", "Machine, settings, counters",
            "Latencies are this machine's under the load it had then; decisions and their hash depend on capture, "
            + "settings and program only.");
        Machine(page, run);
        Settings(page, run);
        ReplayReport report = run.Report;
        ReportPage.Counts(page, "Cycle search and its audit", "run.report.search", report.Search);
        ReportPage.Counts(page, "Pools by venue", "run.report.pools_by_venue", report.PoolsByVenue);
        ReportPage.Counts(page, "Pools by state", "run.report.pools_by_state", report.PoolsByState);
        ReportPage.Counts(page, "Incidents in the engine", "run.report.incidents", report.Incidents);
        foreach (string note in report.Notes) page.Append($"<p class=\"note\">Note: {Mark.Text(note)}</p>\n");
    }

    private static void Machine(StringBuilder page, RunRecord run)
    {
        MachineFacts machine = run.Machine;
        ReplayReport report = run.Report;
        page.Append("<h3>Machine</h3>\n<table>\n");
        ReportPage.Fact(page, "CPU", Mark.Word("run.machine.cpu", machine.Cpu));
        ReportPage.Fact(page, "Cores", Mark.Count("run.machine.cores", machine.Cores));
        if (machine.LoadAverage is { } load)
        {
            string shown = Mark.Fixed("run.machine.load_average", load, 2);
            ReportPage.Fact(page, "Load", $"{shown} (average of the minute when the run was written)");
        }

        ReportPage.Fact(page, "System", Mark.Text($"{machine.Os} {machine.Architecture}"));
        ReportPage.Fact(page, "Runtime", Mark.Text($"{machine.Runtime}; GC {machine.GarbageCollector}"));
        ReportPage.Fact(page, "Program", Mark.Text($"{machine.Program}, {machine.Build}"));
        ReportPage.Fact(page, "Runner", Mark.Word("run.report.runner", report.Runner));
        ReportPage.Fact(
            page, "Allocated", Mark.Fixed("run.report.allocated_bytes_per_event", report.AllocatedBytesPerEvent, 1)
                + " bytes an event, registration and report included");
        string collections = string.Empty;
        for (int i = 0; i < report.Collections.Length; i++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.collections[{i}]");
            collections += (i == 0 ? string.Empty : " / ") + Mark.Count(path, report.Collections[i]);
        }

        ReportPage.Fact(page, "Collections", collections + " (generation 0 / 1 / 2)");
        page.Append("</table>\n");
    }

    private static void Settings(StringBuilder page, RunRecord run)
    {
        page.Append("<h3>Settings and where each comes from</h3>\n");
        if (run.Settings.Count == 0)
        {
            ReportPage.NoData(page, "the run did not note its settings.");
            return;
        }

        page.Append("<div class=\"scroll\"><table><tr><th>key</th><th>value</th><th>source</th></tr>\n");
        for (int i = 0; i < run.Settings.Count; i++)
        {
            SettingRow row = run.Settings[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.settings[{i}]");
            string source = row.Source == "default" ? "default" : $"<b>{Mark.Text(row.Source)}</b>";
            page.Append($"<tr><td class=\"key\"><span class=\"opt\">{Mark.Text(row.Section)}.</span>");
            page.Append($"{Mark.Text(row.Name)}</td>");
            string value = Mark.Word(path + ".value", row.Value, row.InWords());
            page.Append($"<td class=\"mono\">{value}</td><td>{source}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }
}
