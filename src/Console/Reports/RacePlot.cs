using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.ConsoleHost.Replay;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Lead and lag of each endpoint on a logarithmic scale of milliseconds: a dot at the median, a line to the 99th
/// percentile.
/// </summary>
internal static class RacePlot
{
    private const int Left = 96;
    private const int Right = 24;
    private const int Top = 10;
    private const int RowHeight = 24;
    private const int Bottom = 44;

    public static string Draw(IReadOnlyList<EndpointReport> endpoints, int width)
    {
        double lowest = double.MaxValue;
        double highest = 0;
        foreach (EndpointReport e in endpoints)
        {
            foreach (double? ms in (double?[])[e.LeadMsP50, e.LeadMsP99, e.LagMsP50, e.LagMsP99])
            {
                if (ms is not { } known || known <= 0) continue;
                lowest = Math.Min(lowest, known);
                highest = Math.Max(highest, known);
            }
        }

        if (highest == 0) return string.Empty;
        int height = Top + (2 * RowHeight * endpoints.Count) + Bottom;
        Svg svg = new(width, height, "lead and lag of each endpoint");
        Scale across = new(
            Math.Floor(Math.Log10(lowest)), Math.Ceiling(Math.Log10(highest)), Left, width - Right);
        for (int decade = (int)across.Low; decade <= (int)across.High; decade++)
        {
            svg.Line(across.At(decade), Top, across.At(decade), height - Bottom, "grid");
            string text = Math.Pow(10, decade).ToString("0.######", CultureInfo.InvariantCulture);
            svg.Label(across.At(decade), height - Bottom + 16, "middle", text);
        }

        svg.Label((Left + width - Right) / 2.0, height - 8, "middle", "milliseconds (log)");
        for (int i = 0; i < endpoints.Count; i++)
        {
            EndpointReport e = endpoints[i];
            double y = Top + (2 * RowHeight * i) + (RowHeight / 2.0);
            string path = $"run.report.endpoints[{i}]";
            Row(svg, across, y, $"{e.Endpoint} ahead", e.LeadMsP50, e.LeadMsP99, "c2", path + ".lead");
            Row(svg, across, y + RowHeight, $"{e.Endpoint} behind", e.LagMsP50, e.LagMsP99, "c1", path + ".lag");
        }

        return svg.Close();
    }

    private static void Row(
        Svg svg, Scale across, double y, string name, double? p50, double? p99, string style, string path)
    {
        svg.Label(Left - 10, y + 4, "end", name);
        if (p50 is not { } middle || p99 is not { } far || far <= 0)
        {
            svg.Label(Left + 6, y + 4, "start", "no data");
            return;
        }

        double median = across.At(Math.Log10(Math.Max(middle, Math.Pow(10, across.Low))));
        double tail = across.At(Math.Log10(far));
        svg.Line(median, y, tail, y, $"range {style}");
        svg.Line(tail, y - 6, tail, y + 6, $"range {style}");
        svg.Dot(median, y, 5, $"fill {style}", Mark.Tie($"{path}_ms_p50", middle));
    }
}
