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
    private const int CallSteps = 1 << 24; // some 20 ms: as long as Ctrl-C may wait for a call of the search

    private const int LookInterval = 16; // pools between looks at the time in a pass whose time is taken

    /// <summary>
    /// Writes the table, as long as it <paramref name="mayGoOn"/>; the number of snapshots that it began with.
    /// </summary>
    internal static int Run(
        string path, Pubkey[] bases, int maxHops, ulong reserveMin, Func<bool> mayGoOn, TextWriter output,
        TextWriter errors)
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
            count++;
            for (int hops = Math.Min(3, maxHops); hops <= maxHops; hops++)
            {
                SearchSettings settings = new() { BaseMints = bases, MaxHops = hops, MaxCyclesPerEvent = 65_536 };
                if (TryRow(Path.GetFileName(file), graph, settings, mayGoOn, output)) continue;
                errors.WriteLine(
                    $"cycles   ended at {hops} hops of {Path.GetFileName(file)}: this row and later ones are left out");
                return count;
            }
        }

        Line(output, $"{count} snapshots processed");
        return count;
    }

    private static bool TryRow(
        string name, MarketGraph graph, SearchSettings settings, Func<bool> mayGoOn, TextWriter output)
    {
        CycleFinder finder = new(graph, settings);
        List<double> one = [];
        double sum = 0;
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            double least = double.MaxValue;
            if (!mayGoOn()) return false;
            for (int i = 0; i < Repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                if (!TryEnd(finder, finder.Find(pool, CallSteps), SearchStatus.WorkBound, mayGoOn, out _)) return false;
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            one.Add(least);
            sum += least;
        }

        one.Sort();
        long passStart = Stopwatch.GetTimestamp();
        long cycles = 0;
        for (int pool = 0; pool < graph.PoolCount; pool++)
        {
            SearchStatus begun = finder.FindOwned(pool, CallSteps);
            if (!TryEnd(finder, begun, SearchStatus.BufferFull, mayGoOn, out long found)) return false;
            cycles += found;
            if (pool % LookInterval == 0 && !mayGoOn()) return false;
        }

        double pass = Stopwatch.GetElapsedTime(passStart).TotalMicroseconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Shorten(name),-29}{graph.PoolCount,6}{UsedMints(graph),6}{settings.MaxHops,5}{cycles,10}"
            + $"{sum / Math.Max(1, one.Count),8:F2}{At(one, 0.5),8:F2}{At(one, 0.99),9:F1}{At(one, 1),10:F1}"
            + $"{pass,12:F0}{Global(graph),8:F1}"));
        return true;
    }

    /// <summary>
    /// Goes on with a search while it meets a bound up to <paramref name="worst"/>; false if it may not.
    /// </summary>
    private static bool TryEnd(
        CycleFinder finder, SearchStatus status, SearchStatus worst, Func<bool> mayGoOn, out long found)
    {
        found = finder.Count;
        while (status != SearchStatus.Complete && status <= worst)
        {
            if (!mayGoOn()) return false;
            status = finder.Resume(finder.Cursor, CallSteps);
            found += finder.Count;
        }

        return true;
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
