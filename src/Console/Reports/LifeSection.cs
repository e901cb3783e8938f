using System;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>How long profitable cycles lived, how they ended: timeline, survival, half-lives by pair.</summary>
internal static class LifeSection
{
    private const int ShownPairs = 15;

    public static void Write(StringBuilder page, RunReport report)
    {
        LifeReport lives = report.Run.Report.Lives;
        ReportPage.Section(
            page, "lives", "Opportunities and their lives",
            "A cycle is followed from its first decision with a gross profit. Captured: a swap took it. Evaporated: a "
            + "fee or liquidity changed, or a pool could not quote. Alive: still profitable when following ended. "
            + "Stale: it was never there. OurError: quoting it again gave other amounts.");
        if (report.Journal.LifeCount == 0)
        {
            ReportPage.NoData(page, "no profitable cycle was followed.");
            return;
        }

        Legend(page, lives);
        string half = HalfLife("run.report.lives.half_life_slots", lives.HalfLifeSlots, lives.FollowSlots);
        page.Append("<p>Followed for ").Append(Mark.Count("run.report.lives.follow_slots", lives.FollowSlots));
        page.Append($" slots at most; half-life {half}.");
        page.Append($" {Mark.Text(report.Journal.LifeRule)} Full colour: a decision was a Go; faint: none was.</p>\n");
        page.Append(Svg.Both(width => TimelinePlot.Draw(report.Journal, width)));
        page.Append("<h3>Share still alive</h3>\n");
        page.Append(Svg.Both(width => SurvivalPlot.Draw(lives.Survival, width)));
        Pairs(page, lives);
    }

    private static void Legend(StringBuilder page, LifeReport lives)
    {
        page.Append("<ul class=\"legend\">\n");
        foreach ((string label, long count) in lives.Labels)
        {
            page.Append("<li><svg class=\"key\" viewBox=\"0 0 26 10\"><rect width=\"26\" height=\"10\" ");
            page.Append($"class=\"fill {TimelinePlot.StyleOf(label)}\"/></svg>{Mark.Text(label)} ");
            page.Append(Mark.Count(Mark.Key("run.report.lives.labels", label), count)).Append("</li>\n");
        }

        page.Append("</ul>\n");
    }

    private static void Pairs(StringBuilder page, LifeReport lives)
    {
        int shown = Math.Min(ShownPairs, lives.Pairs.Count);
        if (shown == 0) return;
        string count = shown.ToString(CultureInfo.InvariantCulture);
        page.Append($"<h3>Half-lives by pair of pools (the {count} with most lives)</h3>\n");
        page.Append("<div class=\"scroll\"><table><tr><th>pools</th><th class=\"n\">lives</th>");
        page.Append("<th class=\"n\">captured</th><th class=\"n opt\">evaporated</th>");
        page.Append("<th class=\"n\">half-life</th></tr>\n");
        for (int i = 0; i < shown; i++)
        {
            PairLifeReport pair = lives.Pairs[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.lives.pairs[{i}]");
            string half = HalfLife(path + ".half_life_slots", pair.HalfLifeSlots, lives.FollowSlots);
            page.Append($"<tr><td class=\"mono\" title=\"{Mark.Text($"{pair.PoolA} {pair.PoolB}")}\">");
            page.Append($"{Mark.Text($"{FieldSection.Short(pair.PoolA)} {FieldSection.Short(pair.PoolB)}")}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".lives", pair.Lives)}</td>");
            page.Append($"<td class=\"n\">{Mark.Count(path + ".captured", pair.Captured)}</td>");
            page.Append($"<td class=\"n opt\">{Mark.Count(path + ".evaporated", pair.Evaporated)}</td>");
            page.Append($"<td class=\"n\">{half}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string HalfLife(string path, int? slots, int followed) => slots is { } known
        ? Mark.Count(path, known) + (known == 1 ? " slot" : " slots")
        : string.Create(CultureInfo.InvariantCulture, $"over {followed} slots");
}
