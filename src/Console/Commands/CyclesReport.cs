using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>cycles --report</c>: for every snapshot of a folder, the cycles there are and how long it takes to find them:
/// after an update of one pool (each pool searched several times, the least counts, then percentiles over the pools),
/// for all pools once, and by the global search.
/// </summary>
internal static class CyclesReport
{
    private const int Repeats = 5;

    /// <summary>Writes the table; the number of snapshots processed.</summary>
    internal static int Run(
        string path, Pubkey[] bases, int maxHops, ulong reserveMin, TextWriter output, TextWriter errors)
    {
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path) : [path];
        Array.Sort(files, StringComparer.Ordinal);
        Line(output, $"Pools with at least {reserveMin} base units on both sides. Microseconds; one pool searched:");
        Line(output, $"mean, p50, p99, max over the pools, least of {Repeats} each.");
        output.WriteLine(
            "snapshot                      pools mints hops    cycles    mean     p50      p99       max"
            + "   all pools  global");
        int count = 0;
        foreach (string file in files)
        {
            if (!SnapshotMarket.IsGraph(file) && files.Length > 1) continue;
            errors.WriteLine($"cycles   {Path.GetFileName(file)}");
            MarketGraph graph = SnapshotMarket.Load(file, reserveMin).Graph;
            for (int hops = Math.Min(3, maxHops); hops <= maxHops; hops++)
                Row(Path.GetFileName(file), graph, new SearchSettings
                {
                    BaseMints = bases,
                    MaxHops = hops,
                    MaxCyclesPerEvent = 65_536,
                }, output);
            count++;
        }

        Line(output, $"{count} snapshots processed");
        return count;
    }

    private static void Row(string name, MarketGraph graph, SearchSettings settings, TextWriter output)
    {
        CycleFinder finder = new(graph, settings);
        List<double> one = [];
        double sum = 0;
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            double least = double.MaxValue;
            for (int i = 0; i < Repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                _ = finder.Find(pool, long.MaxValue);
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            one.Add(least);
            sum += least;
        }

        one.Sort();
        long passStart = Stopwatch.GetTimestamp();
        long cycles = Count(graph, finder);
        double pass = Stopwatch.GetElapsedTime(passStart).TotalMicroseconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Shorten(name),-29}{graph.PoolCount,6}{UsedMints(graph),6}{settings.MaxHops,5}{cycles,10}"
            + $"{sum / Math.Max(1, one.Count),8:F2}{At(one, 0.5),8:F2}{At(one, 0.99),9:F1}{At(one, 1),10:F1}"
            + $"{pass,12:F0}{Global(graph),8:F1}"));
    }

    private static long Count(MarketGraph graph, CycleFinder finder)
    {
        long cycles = 0;
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            SearchStatus status = finder.FindOwned(pool, long.MaxValue);
            cycles += finder.Count;
            while (status != SearchStatus.Complete)
            {
                status = finder.Resume(finder.Cursor, long.MaxValue);
                cycles += finder.Count;
            }
        }

        return cycles;
    }

    private static double Global(MarketGraph graph)
    {
        GlobalCycleFinder finder = new(graph);
        int[] edges = new int[16];
        double least = double.MaxValue;
        for (int i = 0; i < 4 * Repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            finder.Begin();
            _ = finder.FindNext(edges, long.MaxValue);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return least;
    }

    private static int UsedMints(MarketGraph graph)
    {
        int count = 0;
        for (int mint = 0; mint < graph.MintCount; mint++)
        {
            if (graph.Neighbours(mint).Length > 0) count++;
        }

        return count;
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)];

    private static string Shorten(string name) => name.Replace(".csv", string.Empty).Replace(".gz", string.Empty);

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
