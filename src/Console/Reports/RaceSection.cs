using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>How the endpoints compare, and what was lost.</summary>
internal static class RaceSection
{
    public static void Write(StringBuilder page, ReplayReport run)
    {
        ReportPage.Section(
            page, "race", "Endpoint race",
            "Ahead: by how much an endpoint led the next one when it was first. Behind: by how much it followed the "
            + "first one. Dot: median (p50); line: up to p99. Missed: others delivered it while this one was open, "
            + "and it never did. Gaps: times that the cover of an account was lost by it. Fork accuracy: share of the "
            + "slots it told of, 32 deep, that the chain kept.");
        if (run.Endpoints.Count == 0)
        {
            ReportPage.NoData(page, "no endpoint delivered anything.");
            return;
        }

        string plot = Svg.Both(width => RacePlot.Draw(run.Endpoints, width));
        if (plot.Length == 0) ReportPage.NoData(page, "no update came from two endpoints, so there was no race.");
        else page.Append(plot);
        page.Append("<div class=\"scroll\"><table><tr><th>endpoint</th><th class=\"n\">delivered</th>");
        page.Append("<th class=\"n\">first</th><th class=\"n\">copies</th><th class=\"n\">missed</th>");
        page.Append("<th class=\"n\">loss %</th><th class=\"n\">lost</th><th class=\"n\">gaps</th>");
        page.Append("<th class=\"n\">slots</th><th class=\"n\">fork accuracy %</th></tr>\n");
        for (int i = 0; i < run.Endpoints.Count; i++)
        {
            EndpointReport e = run.Endpoints[i];
            string path = PathOf(i);
            page.Append($"<tr><td>{Mark.Count(path + ".endpoint", e.Endpoint)} {Mark.Text(e.Address)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".delivered", e.Delivered)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".first", e.First)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".duplicates", e.Duplicates)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".missed", e.Missed)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".loss_percent", e.LossPercent, 2)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".closed", e.Closed)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".gaps", e.Gaps)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".slots_told", e.SlotsTold)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".fork_accuracy_percent", e.ForkAccuracyPercent, 2)}");
            page.Append("</td></tr>\n");
        }

        page.Append("</table></div>\n<div class=\"scroll\"><table><tr><th>milliseconds</th>");
        page.Append("<th class=\"n\">ahead p50</th><th class=\"n\">ahead p99</th>");
        page.Append("<th class=\"n\">behind p50</th><th class=\"n\">behind p99</th></tr>\n");
        for (int i = 0; i < run.Endpoints.Count; i++)
        {
            EndpointReport e = run.Endpoints[i];
            string path = PathOf(i);
            page.Append($"<tr><td>{Mark.Count(path + ".endpoint", e.Endpoint)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".lead_ms_p50", e.LeadMsP50, 1)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".lead_ms_p99", e.LeadMsP99, 1)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".lag_ms_p50", e.LagMsP50, 1)}</td>");
            page.Append($"<td class=\"n\">{Figure(path + ".lag_ms_p99", e.LagMsP99, 1)}</td></tr>\n");
        }

        page.Append($"</table></div>\n<p>Forks {Mark.Count("run.report.forks", run.Forks)}, ");
        page.Append($"rollbacks {Mark.Count("run.report.rollbacks", run.Rollbacks)}.</p>\n");
    }

    private static string Figure(string path, double? value, int decimals) =>
        value is { } known ? Mark.Fixed(path, known, decimals) : "no data";

    private static string PathOf(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"run.report.endpoints[{index}]");
}
