using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Metrics;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>
/// Latency by percentile, a line a step. Across: the percentile on a logarithmic scale of 1/(1-p), so each decade is
/// one more nine; the largest value stands at p = 1 - 1/count. Up: time, logarithmic.
/// </summary>
// Source: the plot of HdrHistogram's percentile files.
internal static class LatencyPlot
{
    private const int Left = 62;
    private const int Right = 14;
    private const int Top = 12;
    private const int Bottom = 46;

    public static string Draw(IReadOnlyList<LatencyCurve> curves, int width)
    {
        int height = width == Svg.Wide ? 400 : 320;
        long most = 10;
        long lowest = long.MaxValue;
        long highest = 10;
        foreach (LatencyCurve curve in curves)
        {
            most = Math.Max(most, curve.Count);
            foreach (PercentilePoint point in curve.Points)
            {
                lowest = Math.Min(lowest, Math.Max(1, point.ValueNs));
                highest = Math.Max(highest, point.ValueNs);
            }
        }

        Svg svg = new(width, height, "latency by percentile, one line a step");
        double floor = Math.Floor(Math.Log10(Math.Min(lowest, highest)));
        Scale up = new(floor, Math.Ceiling(Math.Log10(highest)), height - Bottom, Top);
        Scale across = new(0, Math.Log10(most), Left, width - Right);
        Grid(svg, up, across, height);
        for (int i = 0; i < curves.Count; i++)
        {
            List<(double X, double Y)> points = [];
            foreach (PercentilePoint point in curves[i].Points)
            {
                double nines = point.Fraction < 1 ? -Math.Log10(1 - point.Fraction) : Math.Log10(curves[i].Count);
                points.Add((across.At(nines), up.At(Math.Log10(Math.Max(1, point.ValueNs)))));
            }

            svg.Curve(points, $"curve {StyleOf(i, curves[i].Step)}", $"run.curves[{i}].points", points.Count);
        }

        return svg.Close();
    }

    /// <summary>Style of a step's line; whole ways are drawn thicker.</summary>
    public static string StyleOf(int index, string step) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"c{index % 9} d{index % 3}")
        + (step.StartsWith("whole", StringComparison.Ordinal) ? " thick" : string.Empty);

    private static void Grid(Svg svg, Scale up, Scale across, int height)
    {
        for (int decade = (int)up.Low; decade <= (int)up.High; decade++)
        {
            double y = up.At(decade);
            svg.Line(Left, y, svg.Width - Right, y, "grid");
            svg.Label(Left - 6, y + 4, "end", TimeText(decade));
        }

        double last = double.NegativeInfinity;
        for (int nines = 0; nines <= (int)across.High; nines++)
        {
            double x = across.At(nines);
            svg.Line(x, Top, x, height - Bottom, "grid");
            string text = PercentText(nines);
            double half = text.Length * Svg.CharWidth / 2;
            if (x - half < last || x + half > svg.Width) continue;
            svg.Label(x, height - Bottom + 17, "middle", text);
            last = x + half;
        }

        svg.Label((Left + svg.Width - Right) / 2.0, height - 8, "middle", "percentile, scale of 1/(1-p)");
    }

    private static string PercentText(int nines) => nines switch
    {
        0 => "0 %",
        1 => "90 %",
        2 => "99 %",
        _ => "99." + new string('9', nines - 2) + " %",
    };

    private static string TimeText(int decade)
    {
        string[] units = ["ns", "us", "ms", "s"];
        int unit = Math.Clamp(decade / 3, 0, units.Length - 1);
        return $"{Math.Pow(10, decade - (3 * unit)).ToString("0", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
