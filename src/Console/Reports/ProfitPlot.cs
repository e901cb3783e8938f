using System;
using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>Sums of the dry run's net profits over slots: every Go, and each cycle once.</summary>
internal static class ProfitPlot
{
    private const int Left = 62;
    private const int Right = 14;
    private const int Top = 18;
    private const int Bottom = 44;
    private const double LamportsPerSol = 1e9;

    public static string Draw(JournalDigest journal, int width)
    {
        int height = width == Svg.Wide ? 280 : 240;
        double lowest = 0;
        double highest = 0;
        foreach (SlotBucket bucket in journal.Buckets)
        {
            lowest = Math.Min(lowest, Math.Min(bucket.EveryGoLamports, bucket.OnceLamports) / LamportsPerSol);
            highest = Math.Max(highest, Math.Max(bucket.EveryGoLamports, bucket.OnceLamports) / LamportsPerSol);
        }

        Svg svg = new(width, height, "net profit of the dry run, summed over slots");
        Scale across = TimelinePlot.SlotScale(journal, Left, width - Right);
        Scale up = new(lowest, highest, height - Bottom, Top);
        TimelinePlot.SlotGrid(svg, across, journal, Top, height - Bottom);
        foreach (double tick in up.Ticks(6, whole: false))
        {
            svg.Line(Left, up.At(tick), width - Right, up.At(tick), tick == 0 ? "base" : "grid");
            svg.Label(Left - 6, up.At(tick) + 4, "end", tick.ToString("0.#########", CultureInfo.InvariantCulture));
        }

        svg.Label(Left, Top - 6, "start", "SOL");
        Draw(svg, journal, across, up, bucket => bucket.EveryGoLamports, "curve c6 d1 thick");
        Draw(svg, journal, across, up, bucket => bucket.OnceLamports, "curve c2 d0 thick");
        return svg.Close();
    }

    private static void Draw(
        Svg svg, JournalDigest journal, Scale across, Scale up, Func<SlotBucket, long> sum, string style)
    {
        List<(double X, double Y)> points = [(across.At(journal.FirstSlot), up.At(0))];
        foreach (SlotBucket bucket in journal.Buckets)
        {
            double y = up.At(sum(bucket) / LamportsPerSol);
            points.Add((across.At(bucket.Slot), y));
            points.Add((across.At(bucket.Slot + (double)journal.SlotsPerBucket), y));
        }

        svg.Curve(points, style, "journal.buckets", journal.Buckets.Count);
    }
}
