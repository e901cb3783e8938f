using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>From messages to transactions: a bar a step, the losses under it by cause; then the best cycles.</summary>
internal static class FunnelSection
{
    public static void Write(StringBuilder page, ReplayReport run)
    {
        ReportPage.Section(
            page, "funnel", "Funnel",
            "From what arrived to what was built. Under one heading each count is the one above it less what "
            + "is listed as lost; a new heading counts something else. Bars of a heading share one scale.");
        if (run.Frames + run.Events == 0)
        {
            ReportPage.NoData(page, "no message was received.");
            return;
        }

        for (int i = 0; i < run.Funnel.Count; i++)
        {
            FunnelStep step = run.Funnel[i];
            if (i == 0 || run.Funnel[i - 1].Unit != step.Unit)
                page.Append($"<p class=\"unit\">{Mark.Text(step.Unit)}</p>\n");
            Step(page, step, i, Most(run.Funnel, step.Unit));
        }

        ReportPage.Counts(page, "Messages by kind", "run.report.messages", run.Messages);
        Routes(page, run.TopRoutes);
    }

    private static long Most(IReadOnlyList<FunnelStep> steps, string unit)
    {
        long most = 1;
        foreach (FunnelStep step in steps)
        {
            if (step.Unit == unit) most = Math.Max(most, step.Count);
        }

        return most;
    }

    private static void Step(StringBuilder page, FunnelStep step, int index, long most)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"run.report.funnel[{index}]");
        double share = step.Count == 0 ? 0 : Math.Max(0.3, 100.0 * step.Count / most);
        string width = share.ToString("0.##", CultureInfo.InvariantCulture);
        page.Append($"<div class=\"step\"><div>{Mark.Text(step.Name)}</div>");
        page.Append("<svg class=\"track\" viewBox=\"0 0 100 16\" preserveAspectRatio=\"none\">");
        page.Append($"<rect class=\"fill c0\" width=\"{width}\" height=\"16\"/></svg>");
        page.Append($"<div class=\"n\">{Mark.Count(path + ".count", step.Count)}</div>");
        if (step.Drops.Count != 0)
        {
            page.Append("<div class=\"drops\">");
            for (int i = 0; i < step.Drops.Count; i++)
            {
                string drop = string.Create(CultureInfo.InvariantCulture, $"{path}.drops[{i}].count");
                page.Append(i != 0 ? ", " : step.IsContinued ? "lost: " : "of these: ");
                page.Append($"{Mark.Text(step.Drops[i].Cause)} {Mark.Count(drop, step.Drops[i].Count)}");
            }

            page.Append("</div>");
        }

        page.Append("</div>\n");
    }

    private static void Routes(StringBuilder page, IReadOnlyList<RouteReport> routes)
    {
        page.Append("<h3>Best cycles, each once</h3>\n");
        if (routes.Count == 0)
        {
            ReportPage.NoData(page, "no cycle was decided on.");
            return;
        }

        page.Append("<table class=\"best\"><tr><th>decision</th><th>reason</th><th class=\"n opt\">slot</th>");
        page.Append("<th class=\"n\">net</th><th class=\"n opt\">expected</th><th>route</th></tr>\n");
        for (int i = 0; i < routes.Count; i++)
        {
            RouteReport route = routes[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.top_routes[{i}]");
            page.Append($"<tr><td>{Mark.Word(path + ".id", route.Id)}</td><td>{Mark.Text(route.Reason)}</td>");
            page.Append($"<td class=\"n opt\">{Mark.Slot(path + ".slot", route.Slot)}</td>");
            page.Append($"<td class=\"n\">{Mark.Sol(path + ".net_profit_lamports", route.NetProfitLamports)}</td>");
            page.Append(route.ExpectedValueLamports is { } expected
                ? $"<td class=\"n opt\">{Mark.Sol(path + ".expected_value_lamports", expected)}</td>"
                : "<td class=\"n opt\">no data</td>");
            page.Append($"<td>{Mark.Text(route.Route)}</td></tr>\n");
        }

        page.Append("</table>\n");
    }
}
