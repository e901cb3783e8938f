using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Graph;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>A run as text: machine, then a table a load.</summary>
internal static class BenchText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Write(BenchResult result, TextWriter output)
    {
        result.Machine.Print(output);
        output.WriteLine($"build    {result.Build}");
        string made = result.Synthetic ? ", SYNTHETIC: made by a seeded generator" : string.Empty;
        output.WriteLine($"capture  {result.Capture}, sha256 {result.CaptureSha256[..16]}, {result.Runner}{made}");
        if (result.HasNominalPace)
            output.WriteLine("         no receive times in it: a pace such as 1x is of 400 ms a slot");
        foreach (BenchLoadResult load in result.Loads) Write(load, output);
        if (result.Loads.Count == 0) output.WriteLine("\nnothing was measured: ended before the first load");
        output.WriteLine();
        output.WriteLine(string.Create(
            Invariant, $"resident memory {result.ResidentBytes / 1_048_576.0:F0} MB, the capture included"));
        output.WriteLine("wire to signed transaction: lowlatency bench --wire");
    }

    private static void Write(BenchLoadResult load, TextWriter output)
    {
        string late = load.KeptUp ? string.Empty : ", ABOVE CAPACITY: ended at twice its length";
        if (load.IsInterrupted) late += ", INTERRUPTED: ended before its time";
        output.WriteLine();
        output.WriteLine(string.Create(
            Invariant, $"load {load.Load}: {load.Messages:N0} messages in {load.Seconds:F2} s = "
            + $"{load.MessagesPerSecond:N0}/s, {load.Decisions:N0} decisions{late}"));
        output.WriteLine(string.Create(
            Invariant, $"  refused {load.Refused}, allocated {load.AllocatedBytes} B, collections "
            + $"{string.Join('/', load.Collections)}, probe {load.ProbeNs:F2} ns"));
        Counts("not used", load.Losses, output);
        if (load.Pools.Keys.Count != 1 || !load.Pools.ContainsKey(nameof(PoolState.Coherent)))
            Counts("pools at its end", load.Pools, output);
        if (load.Pools.Count != 0 && !load.Pools.ContainsKey(nameof(PoolState.Coherent)))
            output.WriteLine("  no pool may quote: no cycle can be found, and what is measured ends with the search");
        if (load.Response.Count == 0)
        {
            output.WriteLine($"  NO OUTCOME WAS MEASURED: {Why(load)}");
            return;
        }

        output.WriteLine(Row("ns", "count", "p50", "p90", "p99", "p99.9", "p99.99", "max"));
        Rows("response", load.Response, output);
        Rows("service", load.Service, output);
        Rows("step", load.Steps, output);
    }

    private static void Counts(string title, SortedDictionary<string, long> counts, TextWriter output)
    {
        if (counts.Count == 0) return;
        List<string> words = [];
        foreach ((string name, long count) in counts) words.Add(string.Create(Invariant, $"{name} {count:N0}"));
        output.WriteLine($"  {title}: {string.Join(", ", words)}");
    }

    private static string Why(BenchLoadResult load)
    {
        if (load.Messages == 0) return "no message was due in its time";
        if (load.AccountUpdates == 0) return "no message told an account";
        return load.Losses.Count == 0
            ? "too few messages: every other one is measured"
            : "all were refused or dropped, see above";
    }

    private static void Rows(string kind, SortedDictionary<string, BenchTimes> rows, TextWriter output)
    {
        foreach ((string name, BenchTimes t) in rows)
        {
            output.WriteLine(Row($"{kind}: {name[2..]}", t.Count, t.P50, t.P90, t.P99, t.P999, t.P9999, t.Max));
        }
    }

    /// <summary>A blank before each figure, however long: behind a stall a time has ten digits.</summary>
    private static string Row<T>(string name, T count, T p50, T p90, T p99, T p999, T p9999, T max) => string.Create(
        Invariant, $"  {name,-36} {count,9} {p50,10} {p90,10} {p99,10} {p999,10} {p9999,10} {max,11}");
}
