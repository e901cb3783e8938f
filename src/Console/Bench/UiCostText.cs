using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>What the console costs, as text: medians over the turns, and their ratio.</summary>
internal static class UiCostText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Write(UiCostResult result, TextWriter output)
    {
        result.Machine.Print(output);
        output.WriteLine($"runner   {result.Runner}, the same load without and with the console, in turns");
        SortedSet<string> loads = [];
        foreach (BenchLoadResult one in result.Without) loads.Add(one.Load);
        foreach (string load in loads)
        {
            List<BenchLoadResult> without = result.Without.FindAll(one => one.Load == load);
            List<BenchLoadResult> with = result.With.FindAll(one => one.Load == load);
            output.WriteLine();
            output.WriteLine(string.Create(
                Invariant,
                $"load {load}: medians of {without.Count} turns of {result.SecondsPerTurn:0.##} s each, ns"));
            output.WriteLine(
                $"  {string.Empty,-28}{"p50 without",12}{"with",10}{"ratio",7}"
                + $"{"p99 without",13}{"with",11}{"ratio",7}");
            Rows("response", without, with, one => one.Response, output);
            Rows("step", without, with, one => one.Steps, output);
        }

        ConsoleCost c = result.Console;
        output.WriteLine();
        string cpu = c.CpuSeconds < 0
            ? "processor time not known here"
            : string.Create(Invariant, $"{100 * c.CpuSeconds / c.Seconds:0.00} % of a core");
        output.WriteLine(string.Create(
            Invariant,
            $"console: {c.Frames:N0} frames of 200x60 in {c.Seconds:F1} s ({c.Frames / c.Seconds:F1}/s), {cpu}, "
            + $"{c.Bytes / Math.Max(1, c.Frames):N0} B written a frame"));
        output.WriteLine(string.Create(
            Invariant, $"console: {c.AllocatedBytes:N0} B allocated in {c.CountedFrames:N0} frames after warm-up"));
    }

    private static void Rows(
        string kind, List<BenchLoadResult> without, List<BenchLoadResult> with,
        Func<BenchLoadResult, SortedDictionary<string, BenchTimes>> of, TextWriter output)
    {
        foreach (string name in of(without[0]).Keys)
        {
            double p50 = Median(without, of, name, t => t.P50);
            double p50With = Median(with, of, name, t => t.P50);
            double p99 = Median(without, of, name, t => t.P99);
            double p99With = Median(with, of, name, t => t.P99);
            output.WriteLine(string.Create(
                Invariant,
                $"  {kind + ": " + name[2..],-28}{p50,12:F0}{p50With,10:F0}{p50With / p50,7:F2}"
                + $"{p99,13:F0}{p99With,11:F0}{p99With / p99,7:F2}"));
        }
    }

    private static double Median(
        List<BenchLoadResult> turns, Func<BenchLoadResult, SortedDictionary<string, BenchTimes>> of, string name,
        Func<BenchTimes, long> figure)
    {
        List<long> values = [];
        foreach (BenchLoadResult turn in turns)
        {
            if (of(turn).TryGetValue(name, out BenchTimes? times)) values.Add(figure(times));
        }

        values.Sort();
        return values.Count == 0 ? double.NaN
            : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2.0;
    }
}
