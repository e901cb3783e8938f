using System;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Metrics;

public sealed class LatencyHistogramTests
{
    /// <summary>Three significant digits: a cell is at most 1/1,024 of its values wide.</summary>
    private const double RelativeError = 1.0 / 1024;

    [Fact]
    public void Cells_CoverEveryValueExactlyOnce()
    {
        long next = 0;
        for (int i = 0; i < LatencyHistogram.CellCount; i++)
        {
            Assert.Equal(next, LatencyHistogram.LowestOf(i));
            Assert.Equal(i, LatencyHistogram.IndexOf(LatencyHistogram.LowestOf(i)));
            Assert.Equal(i, LatencyHistogram.IndexOf(LatencyHistogram.HighestOf(i)));
            next = LatencyHistogram.HighestOf(i) + 1;
        }
        Assert.Equal(LatencyHistogram.MaxTrackableNs + 1, next);
        Assert.True(LatencyHistogram.MaxTrackableNs >= 60_000_000_000);
    }

    [Fact]
    public void Percentiles_AgreeWithSortedValues_WithinThreeDigits()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Prng prng = new(seed);
            LatencyHistogram histogram = new();
            long[] values = new long[1 + prng.NextInt32(3_000)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (long)(prng.NextUInt64() >> (28 + prng.NextInt32(36)));
                histogram.Record(values[i]);
            }
            Array.Sort(values);
            foreach (double percentile in (double[])[0, 50, 90, 99, 99.9, 99.99, 100])
            {
                int rank = Math.Max(1, (int)Math.Ceiling(percentile / 100 * values.Length));
                long exact = values[rank - 1];
                long actual = histogram.ValueAtPercentile(percentile);
                bool near = actual >= exact && actual <= exact * (1 + RelativeError);
                Assert.True(near, $"seed {seed}, p{percentile}: {actual}, exact {exact}");
            }
            Assert.Equal((values[0], values[^1], values.Length), (histogram.MinNs, histogram.MaxNs, histogram.Count));
        }
    }

    [Fact]
    public void Record_OutOfRange_IsClampedAndCounted()
    {
        LatencyHistogram histogram = new();
        histogram.Record(-1);
        histogram.Record(long.MinValue);
        histogram.Record(long.MaxValue);
        histogram.Record(LatencyHistogram.MaxTrackableNs);
        Assert.Equal(4, histogram.Count);
        Assert.Equal(3, histogram.OutOfRangeCount);
        Assert.Equal(0, histogram.MinNs);
        Assert.Equal(LatencyHistogram.MaxTrackableNs, histogram.MaxNs);
    }

    [Fact]
    public void Empty_IsZeroEverywhere()
    {
        LatencyHistogram histogram = new();
        Assert.Equal(0, histogram.ValueAtPercentile(99));
        Assert.Equal((0L, 0L, 0L), (histogram.Count, histogram.MinNs, histogram.MaxNs));
        Assert.Equal(0, histogram.MeanNs);
    }

    [Fact]
    public void AddAndCopy_EqualRecordingEverythingInOne()
    {
        Prng prng = new(3);
        LatencyHistogram left = new();
        LatencyHistogram right = new();
        LatencyHistogram both = new();
        for (int i = 0; i < 5_000; i++)
        {
            long value = (long)(prng.NextUInt64() >> 30);
            (i % 3 == 0 ? left : right).Record(value);
            both.Record(value);
        }
        LatencyHistogram copy = new();
        copy.Record(1);
        left.CopyTo(copy);
        copy.Add(right);
        Assert.Equal((both.Count, both.MinNs, both.MaxNs), (copy.Count, copy.MinNs, copy.MaxNs));
        Assert.Equal(both.MeanNs, copy.MeanNs, both.MeanNs * 1e-12);
        for (int i = 0; i < LatencyHistogram.CellCount; i++)
            Assert.Equal(both.CountOf(i), copy.CountOf(i));
    }

    [Fact]
    public void Text_ReadsBack_AsRisingDistributionThatEndsAtTheTotal()
    {
        LatencyHistogram histogram = new();
        for (int i = 1; i <= 10_000; i++)
            histogram.Record(i * 1_000L);
        StringWriter writer = new() { NewLine = "\n" };
        HistogramText.Write(histogram, writer, unitNs: 1_000);
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["Value", "Percentile", "TotalCount", "1/(1-Percentile)"], Words(lines[0]));
        double lastValue = 0;
        double lastPercentile = -1;
        int row = 1;
        for (; lines[row][0] != '#'; row++)
        {
            string[] words = Words(lines[row]);
            double value = double.Parse(words[0], CultureInfo.InvariantCulture);
            double percentile = double.Parse(words[1], CultureInfo.InvariantCulture);
            long count = long.Parse(words[2], CultureInfo.InvariantCulture);
            Assert.True(value >= lastValue && percentile > lastPercentile, lines[row]);
            Assert.True(count >= percentile * 10_000 - 1e-6, lines[row]);
            Assert.InRange(value, count * (1 - 1e-9), count * (1 + RelativeError));
            (lastValue, lastPercentile) = (value, percentile);
        }
        Assert.Equal(1.0, lastPercentile);
        Assert.Equal("10000.000", Words(lines[row - 1])[0]);
        Assert.StartsWith("#[Mean    =     5000.500", lines[row]);
        Assert.Contains("Max     =    10000.000", lines[row + 1]);
        Assert.Contains("Total count    =        10000", lines[row + 1]);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
