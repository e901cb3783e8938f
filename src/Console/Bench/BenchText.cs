using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>A run as text: machine, then a table a load.</summary>
internal static class BenchText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Write(BenchResult result, TextWriter output)
    {
        result.Machine.Print(output);
        output.WriteLine($"build    {result.Build}");
        output.WriteLine($"capture  {result.Capture}, sha256 {result.CaptureSha256[..16]}, {result.Runner}");
        foreach (BenchLoadResult load in result.Loads) Write(load, output);
        output.WriteLine();
        output.WriteLine(string.Create(
            Invariant, $"resident memory {result.ResidentBytes / 1_048_576.0:F0} MB, the capture included"));
        output.WriteLine("wire to signed transaction: lowlatency bench --wire");
    }

    private static void Write(BenchLoadResult load, TextWriter output)
    {
        string late = load.KeptUp ? string.Empty : ", ABOVE CAPACITY: ended at twice its length";
        output.WriteLine();
        output.WriteLine(string.Create(
            Invariant, $"load {load.Load}: {load.Messages:N0} messages in {load.Seconds:F2} s = "
            + $"{load.MessagesPerSecond:N0}/s, {load.Decisions:N0} decisions{late}"));
        output.WriteLine(string.Create(
            Invariant, $"  refused {load.Refused}, allocated {load.AllocatedBytes} B, collections "
            + $"{string.Join('/', load.Collections)}, probe {load.ProbeNs:F2} ns"));
        output.WriteLine($"  {"ns",-32}{"count",9}{"p50",9}{"p90",9}{"p99",10}{"p99.9",10}{"p99.99",10}{"max",11}");
        Rows("response", load.Response, output);
        Rows("service", load.Service, output);
        Rows("step", load.Steps, output);
    }

    private static void Rows(string kind, SortedDictionary<string, BenchTimes> rows, TextWriter output)
    {
        foreach ((string name, BenchTimes t) in rows)
        {
            output.WriteLine(string.Create(
                Invariant, $"  {kind + ": " + name[2..],-32}{t.Count,9}{t.P50,9}{t.P90,9}{t.P99,10}{t.P999,10}"
                + $"{t.P9999,10}{t.Max,11}"));
        }
    }
}
