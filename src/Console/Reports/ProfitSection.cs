using System.Text;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>What the Gos would add up to, with everything that the sum does not know.</summary>
internal static class ProfitSection
{
    private const string Path = "journal.profit";

    public static void Write(StringBuilder page, RunReport report)
    {
        ReportPage.Section(
            page, "profit", "Profit and loss of the dry run",
            "Predicted net profit (after signature fee, priority fee and tip) of the Go decisions, summed over the "
            + "run. Not earnings: nothing was sent, no rival answered, and taking one opportunity would have "
            + "changed those after it. Cycles that share a pool are each counted, though taking one takes from the "
            + "other.");
        DryRunProfit profit = report.Journal.Profit;
        if (profit.Gos == 0)
        {
            ReportPage.NoData(page, "no decision was a Go.");
            return;
        }

        page.Append("<ul class=\"legend\">\n");
        Key(page, "c2 d0", "each cycle once, by its first Go");
        Key(page, "c6 d1", "every Go; one opportunity is decided on again with each event while it lasts");
        page.Append("</ul>\n");
        page.Append(Svg.Both(width => ProfitPlot.Draw(report.Journal, width)));
        page.Append("<table><tr><th>counted</th><th class=\"n\">Gos</th><th class=\"n\">net</th></tr>\n");
        Row(page, "each cycle once, by its first Go", "cycles", profit.Cycles, "once_lamports", profit.OnceLamports);
        Row(page, "every Go", "gos", profit.Gos, "every_go_lamports", profit.EveryGoLamports);
        Row(
            page, "first Gos of cycles that were not there (stale, our error)", "not_there", profit.NotThere,
            "not_there_lamports", profit.NotThereLamports);
        Row(
            page, "first Gos of cycles that were not followed", "not_followed", profit.NotFollowed,
            "not_followed_lamports", profit.NotFollowedLamports);
        page.Append("</table>\n<p class=\"note\">Costs of every Go, already taken off: signature fees ");
        page.Append(Mark.Sol(Path + ".signature_fees_lamports", profit.SignatureFeesLamports));
        page.Append(", priority fees ");
        page.Append(Mark.Sol(Path + ".priority_fees_lamports", profit.PriorityFeesLamports)).Append(", tips ");
        page.Append(Mark.Sol(Path + ".tips_lamports", profit.TipsLamports)).Append(".</p>\n");
    }

    private static void Key(StringBuilder page, string style, string text)
    {
        page.Append("<li><svg class=\"key\" viewBox=\"0 0 26 10\"><line x1=\"0\" y1=\"5\" x2=\"26\" y2=\"5\" ");
        page.Append($"class=\"curve thick {style}\"/></svg>{Mark.Text(text)}</li>\n");
    }

    private static void Row(
        StringBuilder page, string name, string countPath, long count, string sumPath, long lamports)
    {
        page.Append($"<tr><td>{Mark.Text(name)}</td><td class=\"n\">{Mark.Count($"{Path}.{countPath}", count)}</td>");
        page.Append($"<td class=\"n\">{Mark.Sol($"{Path}.{sumPath}", lamports)}</td></tr>\n");
    }
}
