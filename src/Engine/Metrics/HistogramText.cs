using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.Engine.Metrics;

/// <summary>
/// Writes a histogram as <c>.hgrm</c> text, which HdrHistogram's plotter and other tools read. For reports, not hot.
/// Source: the column layout of HdrHistogram's percentile distribution output (public domain).
/// </summary>
public static class HistogramText
{
    /// <summary>Lines for each halving of the distance to 100 %.</summary>
    private const int TicksPerHalfDistance = 5;

    /// <summary>
    /// The distribution at levels that get denser towards 100 %: what is written and what is plotted. The last one is
    /// fraction 1, the largest value. Empty if the histogram is.
    /// </summary>
    public static List<PercentilePoint> Points(LatencyHistogram histogram)
    {
        List<PercentilePoint> points = [];
        long total = 0;
        for (int i = 0; i < LatencyHistogram.CellCount; i++)
            total += histogram.CountOf(i);
        double next = 0;
        long seen = 0;
        for (int i = 0; i < LatencyHistogram.CellCount && seen < total; i++)
        {
            long count = histogram.CountOf(i);
            if (count == 0)
                continue;
            seen += count;
            double reached = 100.0 * seen / total;
            long value = Math.Min(LatencyHistogram.HighestOf(i), histogram.MaxNs);
            while (seen < total && next <= reached)
            {
                points.Add(new PercentilePoint(next / 100, value, seen));
                next = NextLevel(next);
            }
            if (seen == total)
                points.Add(new PercentilePoint(1, value, seen));
        }
        return points;
    }

    /// <summary>Writes the distribution; values are divided by <paramref name="unitNs"/> (1 = ns, 1,000 =
    /// microseconds).</summary>
    public static void Write(LatencyHistogram histogram, TextWriter writer, double unitNs = 1)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        writer.Write("       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
        long total = 0;
        foreach (PercentilePoint point in Points(histogram))
        {
            double value = point.ValueNs / unitNs;
            writer.Write(string.Create(culture, $"{value,12:F3} {point.Fraction,14:F12} {point.CountUpTo,10}"));
            double inverse = 1 / (1 - point.Fraction);
            writer.Write(point.Fraction < 1 ? string.Create(culture, $" {inverse,14:F2}\n") : "\n");
            total = point.CountUpTo;
        }
        double mean = histogram.MeanNs / unitNs;
        double deviation = DeviationNs(histogram, total) / unitNs;
        double max = histogram.MaxNs / unitNs;
        writer.Write(string.Create(culture, $"#[Mean    = {mean,12:F3}, StdDeviation   = {deviation,12:F3}]\n"));
        writer.Write(string.Create(culture, $"#[Max     = {max,12:F3}, Total count    = {total,12}]\n"));
        writer.Write(string.Create(
            culture, $"#[Buckets = {LatencyHistogram.BucketCount,12}, SubBuckets     = {2048,12}]\n"));
    }

    private static double NextLevel(double percentile)
    {
        double halvings = Math.Floor(Math.Log2(100.0 / (100.0 - percentile))) + 1;
        return percentile + (100.0 / (TicksPerHalfDistance * Math.Pow(2, halvings)));
    }

    private static double DeviationNs(LatencyHistogram histogram, long total)
    {
        if (total == 0)
            return 0;
        double mean = histogram.MeanNs;
        double sum = 0;
        for (int i = 0; i < LatencyHistogram.CellCount; i++)
        {
            double middle = (LatencyHistogram.LowestOf(i) + LatencyHistogram.HighestOf(i)) / 2.0;
            sum += histogram.CountOf(i) * (middle - mean) * (middle - mean);
        }
        return Math.Sqrt(sum / total);
    }
}

/// <summary>One level of a distribution.</summary>
/// <param name="Fraction">Share of the values, 0 to 1.</param>
/// <param name="ValueNs">What that share does not exceed, nanoseconds.</param>
/// <param name="CountUpTo">Values up to it.</param>
public readonly record struct PercentilePoint(double Fraction, long ValueNs, long CountUpTo);
