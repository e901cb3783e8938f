using System;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>The mispricing field at the end: pools by curl energy, fair prices.</summary>
internal static class FieldSection
{
    private const int ShownPools = 15;
    private const int ShownPrices = 20;
    private const double HalfBar = 50;

    public static void Write(StringBuilder page, FieldReport field)
    {
        ReportPage.Section(
            page, "field", "Mispricing field at the end",
            "Curl: how many basis points more of its second mint a pool gives, before fees, than at the fair prices "
            + "that fit all pools best. Ordered by energy (weight times squared curl).");
        if (field.Pools.Count == 0)
        {
            ReportPage.NoData(page, "no pool quoted both ways.");
            return;
        }

        page.Append($"<p>Energy {Mark.Scientific("run.report.field.energy", field.Energy)}, at most ");
        page.Append(Mark.Scientific("run.report.field.energy_error_bound", field.EnergyErrorBound));
        page.Append(" above the exact solution's; groups of connected mints ");
        page.Append(Mark.Count("run.report.field.components", field.Components)).Append(", slots not settled ");
        page.Append(Mark.Count("run.report.field.unsettled_slots", field.UnsettledSlots)).Append(".</p>\n");
        Pools(page, field);
        Prices(page, field);
    }

    /// <summary>First and last characters of an address.</summary>
    public static string Short(string address) => address.Length <= 10 ? address : $"{address[..4]}..{address[^4..]}";

    private static void Pools(StringBuilder page, FieldReport field)
    {
        int shown = Math.Min(ShownPools, field.Pools.Count);
        double most = 0;
        for (int i = 0; i < shown; i++) most = Math.Max(most, Math.Abs(field.Pools[i].CurlBps));
        string heading = string.Create(CultureInfo.InvariantCulture, $"pool ({shown} of {field.Pools.Count:N0})");
        page.Append($"<div class=\"scroll\"><table><tr><th>{heading}</th>");
        page.Append("<th>pair</th><th class=\"opt\">venue</th><th class=\"n\">curl, bps</th><th></th>");
        page.Append("<th class=\"n opt\">error, bps</th></tr>\n");
        for (int i = 0; i < shown; i++)
        {
            PoolCurl pool = field.Pools[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.field.pools[{i}]");
            page.Append($"<tr><td class=\"mono\" title=\"{Mark.Text(pool.Pool)}\">{Mark.Text(Short(pool.Pool))}</td>");
            page.Append($"<td>{Mark.Text(pool.Pair)}</td><td class=\"opt\">{Mark.Text(pool.Venue)}</td>");
            page.Append($"<td class=\"n\">{Mark.Fixed(path + ".curl_bps", pool.CurlBps, 2)}</td>");
            page.Append($"<td>{Bar(pool.CurlBps, most)}</td>");
            string error = Mark.Scientific(path + ".curl_error_bps", pool.CurlErrorBps);
            page.Append($"<td class=\"n opt\">{error}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Bar(double bps, double most)
    {
        double length = most == 0 ? 0 : Math.Abs(bps) / most * HalfBar;
        double from = bps < 0 ? HalfBar - length : HalfBar;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg class=\"bar\" viewBox=\"0 0 100 12\" preserveAspectRatio=\"none\"><rect "
            + $"class=\"fill {(bps < 0 ? "c1" : "c0")}\" x=\"{from:0.##}\" y=\"2\" "
            + $"width=\"{Math.Max(1, length):0.##}\" height=\"8\"/>"
            + $"<line class=\"base\" x1=\"50\" y1=\"0\" x2=\"50\" y2=\"12\"/></svg>");
    }

    private static void Prices(StringBuilder page, FieldReport field)
    {
        if (field.FairPrices.Count == 0) return;
        int shown = Math.Min(ShownPrices, field.FairPrices.Count);
        string heading = string.Create(
            CultureInfo.InvariantCulture, $"Fair prices ({shown} of {field.FairPrices.Count:N0} mints)");
        page.Append($"<details><summary>{heading}</summary>\n<table><tr><th>mint</th>");
        page.Append("<th class=\"n\">base units of the reference mint for one base unit</th></tr>\n");
        for (int i = 0; i < shown; i++)
        {
            FairPrice price = field.FairPrices[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"run.report.field.fair_prices[{i}]");
            page.Append($"<tr><td title=\"{Mark.Text(price.Mint)}\">{Mark.Text(price.Name)}</td>");
            string shownPrice = Mark.Fixed(path + ".price_in_reference_raw", price.PriceInReferenceRaw, 6);
            page.Append($"<td class=\"n\">{shownPrice}</td></tr>\n");
        }

        page.Append("</table></details>\n");
    }
}
