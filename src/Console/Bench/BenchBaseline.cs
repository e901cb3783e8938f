using System;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Bench;

/// <summary>
/// Compares a run with an earlier one. Times are divided by the probe of their own run first; what is left over the
/// band is a regression. Allocated bytes have no band.
/// </summary>
internal static class BenchBaseline
{
    /// <summary>Tails vary more than medians: their band is this many times as wide.</summary>
    private const double TailBands = 3;

    /// <summary>Fewer values than this say nothing about a tail.</summary>
    private const long TailCountMin = 1000;

    /// <summary>Writes the differences.</summary>
    /// <returns>Regressions found.</returns>
    public static int Compare(BenchResult before, BenchResult now, double band, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"against {before.CreatedUtc} ({before.Build}), as ratio to each run's probe; band {band * 100:F0} % for "
            + $"p50 and rate, {band * TailBands * 100:F0} % for p99, none for bytes"));
        if (before.CaptureSha256 != now.CaptureSha256 || before.Runner != now.Runner)
            output.WriteLine("  warning: another capture or layout; the comparison says little");
        int regressions = 0;
        foreach (BenchLoadResult load in now.Loads)
        {
            BenchLoadResult? old = before.Loads.Find(one => one.Load == load.Load);
            if (old is null) output.WriteLine($"  load {load.Load}: not in the baseline");
            else regressions += Compare(old, load, band, output);
        }

        output.WriteLine(regressions == 0 ? "  no regression" : $"  {regressions} regressions");
        return regressions;
    }

    private static int Compare(BenchLoadResult old, BenchLoadResult now, double band, TextWriter output)
    {
        int regressions = 0;
        foreach ((string name, BenchTimes t) in now.Response)
        {
            if (!old.Response.TryGetValue(name, out BenchTimes? o)) continue;
            string row = $"load {now.Load}, {name[2..]}";
            regressions += Say($"{row}, p50", t.P50 / now.ProbeNs, o.P50 / old.ProbeNs, band, output);
            if (t.Count >= TailCountMin && o.Count >= TailCountMin)
                regressions += Say($"{row}, p99", t.P99 / now.ProbeNs, o.P99 / old.ProbeNs, band * TailBands, output);
        }

        if (now.Load == "max")
        {
            double newCost = 1e9 / now.MessagesPerSecond / now.ProbeNs;
            double oldCost = 1e9 / old.MessagesPerSecond / old.ProbeNs;
            regressions += Say("load max, time a message", newCost, oldCost, band, output);
        }

        if (old.KeptUp && !now.KeptUp) regressions += Fail($"load {now.Load}: above capacity now", output);
        if (now.AllocatedBytes > old.AllocatedBytes)
        {
            regressions += Fail(
                $"load {now.Load}: {now.AllocatedBytes} B allocated, {old.AllocatedBytes} before", output);
        }

        return regressions;
    }

    private static int Say(string name, double now, double before, double band, TextWriter output)
    {
        double change = before <= 0 ? 0 : (now / before) - 1;
        bool isWorse = change > band;
        double percent = Math.Round(change * 100) + 0.0; // no negative zero
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-46}{before,10:F1} -> {now,10:F1}  {percent,6:+0;-0;0} %{(isWorse ? "  REGRESSION" : "")}"));
        return isWorse ? 1 : 0;
    }

    private static int Fail(string text, TextWriter output)
    {
        output.WriteLine($"  {text}  REGRESSION");
        return 1;
    }
}
