using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json;

namespace LowLatency.Benchmarks.Runner;

/// <summary>
/// Bytes that each benchmark allocates on the calling thread, against <c>perf/Baselines/allocations.json</c>. Exact:
/// allocation does not depend on the machine's speed or load, so a difference is a change of the code.
/// </summary>
internal static class AllocationGate
{
    /// <summary>Calls measured; a benchmark that takes long is called less often, but at least this many.</summary>
    private const int CallsMax = 256;
    private const int CallsMin = 4;
    private const double SecondsMax = 0.25;

    /// <summary>Calls before the measurement: the code is compiled, tables have their size.</summary>
    private const int WarmUpCalls = 64;

    private static readonly JsonSerializerOptions JsonFormat = new() { WriteIndented = true };

    /// <summary>Measures every case whose name contains <paramref name="only"/> and compares or writes.</summary>
    /// <returns>Exit code: 0 equal or written, 3 different.</returns>
    internal static int Run(string path, bool mustUpdate, string only, TextWriter output)
    {
        SortedDictionary<string, double> measured = new(StringComparer.Ordinal);
        HashSet<string> machineBound = [];
        foreach (BenchmarkCase one in BenchmarkCatalog.Find(only))
        {
            measured[one.Name] = BytesPerOperation(one);
            if (!one.IsPortable) machineBound.Add(Family(one.Name));
        }

        if (mustUpdate)
        {
            File.WriteAllText(path, JsonSerializer.Serialize(measured, JsonFormat) + "\n");
            output.WriteLine($"allocations: {measured.Count} rows written");
            return 0;
        }

        SortedDictionary<string, double> expected =
            JsonSerializer.Deserialize<SortedDictionary<string, double>>(File.ReadAllText(path))!;
        return Compare(expected, measured, machineBound, only, output);
    }

    /// <summary>Says every difference.</summary>
    internal static int Compare(
        SortedDictionary<string, double> expected, SortedDictionary<string, double> measured,
        HashSet<string> machineBound, string only, TextWriter output)
    {
        int different = 0;
        foreach ((string name, double bytes) in measured)
        {
            bool isKnown = expected.TryGetValue(name, out double before);
            if (isKnown && before.Equals(bytes)) continue;
            if (!isKnown && machineBound.Contains(Family(name)) && bytes == 0) continue;
            different++;
            output.WriteLine($"DIFFERENT  {name}: {bytes} B an operation, baseline {(isKnown ? before : "has none")}");
        }

        foreach (string name in expected.Keys)
        {
            if (measured.ContainsKey(name) || !name.Contains(only, StringComparison.OrdinalIgnoreCase)) continue;
            if (machineBound.Contains(Family(name)))
            {
                output.WriteLine($"SKIPPED    {name}: not on this machine");
                continue;
            }

            different++;
            output.WriteLine($"MISSING    {name}: in the baseline, no such benchmark");
        }

        output.WriteLine($"allocations: {measured.Count} rows, {different} different");
        return different == 0 ? 0 : 3;
    }

    private static double BytesPerOperation(BenchmarkCase one)
    {
        using LiveBenchmark live = one.Open();
        long start = Stopwatch.GetTimestamp();
        live.Body.Run(1);
        int warmUp = CallsWithin(Stopwatch.GetElapsedTime(start).TotalSeconds, WarmUpCalls);
        live.Body.Run(warmUp);
        start = Stopwatch.GetTimestamp();
        live.Body.Run(1);
        int calls = CallsWithin(Stopwatch.GetElapsedTime(start).TotalSeconds, CallsMax);
        long before = GC.GetAllocatedBytesForCurrentThread();
        live.Body.Run(calls);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return Math.Round((double)bytes / calls / one.OperationsPerCall, 3);
    }

    private static int CallsWithin(double secondsPerCall, int most) =>
        (int)Math.Clamp(SecondsMax / Math.Max(secondsPerCall, 1e-9), CallsMin, most);

    private static string Family(string name) => name.Split('(')[0];
}
