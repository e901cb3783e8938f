using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>Latency by percentile as a plot, and as a table whose first column is the plot's legend.</summary>
internal static class LatencySection
{
    public static void Write(StringBuilder page, RunRecord run)
    {
        ReportPage.Section(
            page, "latency", "Latency",
            "Service time from the frame in memory: each step with any wait before it, then the whole way by outcome. "
            + "In a replay at full speed there is no schedule to be late for. The .hgrm file beside the page has the "
            + "whole distribution in microseconds.");
        if (run.Curves.Count == 0)
        {
            ReportPage.NoData(page, "no time stamps were taken (--no-stamps), or no account update came.");
            return;
        }

        page.Append(Svg.Both(width => LatencyPlot.Draw(run.Curves, width)));
        page.Append("<div class=\"scroll\"><table><tr><th>step</th><th class=\"n\">count</th><th class=\"n\">p50</th>");
        page.Append("<th class=\"n opt\">p90</th><th class=\"n\">p99</th><th class=\"n opt\">p99.9</th>");
        page.Append("<th class=\"n\">max</th><th class=\"opt\">file</th></tr>\n");
        for (int i = 0; i < run.Report.Latency.Count; i++)
        {
            LatencyRow row = run.Report.Latency[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.latency[{i}]");
            page.Append("<tr><td><svg class=\"key\" viewBox=\"0 0 26 10\"><line x1=\"0\" y1=\"5\" x2=\"26\" y2=\"5\" ");
            page.Append($"class=\"curve {LatencyPlot.StyleOf(i, row.Step)}\"/></svg>{Mark.Text(row.Step)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".count", row.Count)}</td>");
            page.Append($"<td class=\"n\">{Mark.Duration(path + ".p50_ns", row.P50Ns)}</td>");
            page.Append($"<td class=\"n opt\">{Mark.Duration(path + ".p90_ns", row.P90Ns)}</td>");
            page.Append($"<td class=\"n\">{Mark.Duration(path + ".p99_ns", row.P99Ns)}</td>");
            page.Append($"<td class=\"n opt\">{Mark.Duration(path + ".p999_ns", row.P999Ns)}</td>");
            page.Append($"<td class=\"n\">{Mark.Duration(path + ".max_ns", row.MaxNs)}</td>");
            page.Append($"<td class=\"opt mono\">{Mark.Text(run.Curves[i].File)}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }
}
