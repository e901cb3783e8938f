using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Bench;

namespace LowLatency.Ring;

/// <summary>
/// Ring figures beside a core-to-core probe and the BCL's queues. All rows take turns in one run, because two-thread
/// figures of two minutes cannot be compared on shared machines. <c>--smoke</c> runs each row once with few events;
/// <c>--repeats N</c> sets the turns; <c>--only text</c> keeps the rows whose name contains it (and the probe);
/// <c>--limit S</c> is what a row may take in all, seconds: one that takes longer ends the run with exit code 1 and
/// where each of its threads is.
/// </summary>
internal static class Program
{
    private const int DefaultRepeats = 25;
    private const int SmokeCount = 960;

    /// <summary>A row takes about a second on a quiet machine; sixty are for one on which others work too.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private static int Main(string[] args) => Run(args, Console.Out);

    internal static int Run(string[] args, TextWriter writer)
    {
        if (!Options.TryParse(args, out Options options))
        {
            writer.WriteLine("usage: ring [--smoke] [--repeats N] [--only text] [--limit S]");
            return 2;
        }
        MachineBlock.Read().Print(writer);
        List<Row> rows = Rows(options.Only);
        if (!TryMeasure(rows, options, writer))
            return 1;
        foreach (Row row in rows)
            row.Print(rows[0], writer);
        return 0;
    }

    private static bool TryMeasure(List<Row> rows, Options options, TextWriter writer)
    {
        Row current = rows[0];
        try
        {
            if (!options.Smoke)
                WarmUp(rows, options.Limit, ref current);
            for (int repeat = 0; repeat < (options.Smoke ? 1 : options.Repeats); repeat++)
            {
                foreach (Row row in rows)
                {
                    current = row;
                    row.Samples.Add(row.Take(options.Smoke ? SmokeCount : row.Count, options.Limit));
                }
            }
            return true;
        }
        catch (OverdueException overdue)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"error: row \"{current.Name}\", turn {current.Samples.Count + 1} (limit of a row: "
                + $"{options.Limit.TotalSeconds} s in all, {current.Taken.TotalSeconds:F1} taken by "
                + $"{current.Turns} turns before): {overdue.Message}"));
            writer.WriteLine("nothing is printed of a run that was cut off; is the machine busy? (--limit S)");
            return false;
        }
    }

    private static List<Row> Rows(string only)
    {
        const int Trips = 20_000;
        const int Events = 4_800_000;
        const int SlowEvents = 480_000;
        Row[] all =
        [
            new("core-to-core probe, round trip", "ns", Trips, RoundTrips.Probe),
            new("round trip 64 B, stamp in entry", "ns", Trips, RoundTrips.StampInEntry),
            new("round trip 64 B, stamp beside", "ns", Trips, RoundTrips.StampBeside),
            new("round trip 64 B, cursor (not chosen)", "ns", Trips, RoundTrips.Cursor),
            new("round trip 64 B, slow fill, stamp in entry", "ns", Trips, RoundTrips.StampInEntrySlowFill),
            new("round trip 64 B, slow fill, cursor (not chosen)", "ns", Trips, RoundTrips.CursorSlowFill),
            new("round trip 64 B, ConcurrentQueue", "ns", Trips, RoundTrips.ConcurrentQueue),
            new("round trip 64 B, Channel", "ns", Trips, RoundTrips.Channel),
            new("one thread, publish=1 then consume (8 B)", "M/s", Events, Throughputs.OneThread),
            new("1P1C publish=1, stamp in entry (16 B)", "M/s", Events, n => Throughputs.InEntry(n, 1)),
            new("1P1C publish=1, stamp beside (8 B)", "M/s", Events, n => Throughputs.Beside(n, 1)),
            new("1P1C publish=1, cursor (not chosen, 8 B)", "M/s", Events, n => Throughputs.Cursor(n, 1)),
            new("1P1C publish=16, stamp in entry (16 B)", "M/s", Events, n => Throughputs.InEntry(n, 16)),
            new("1P1C publish=16, stamp beside (8 B)", "M/s", Events, n => Throughputs.Beside(n, 16)),
            new("1P1C publish=16, cursor (not chosen, 8 B)", "M/s", Events, n => Throughputs.Cursor(n, 16)),
            new("3P1C publish=1", "M/s", Events, n => Throughputs.MultiProducer(n, 1, 3)),
            new("3P1C publish=16", "M/s", Events, n => Throughputs.MultiProducer(n, 16, 3)),
            new("1P1C ConcurrentQueue", "M/s", SlowEvents, Throughputs.ConcurrentQueue),
            new("1P1C Channel", "M/s", SlowEvents, Throughputs.Channel),
            new("3 stages fused on one consumer", "M/s", Events, Stages.Fused),
            new("3 stages split over three consumers", "M/s", Events, Stages.Split),
        ];
        return [.. Array.FindAll(all, row => row == all[0] || row.Name.Contains(only, StringComparison.Ordinal))];
    }

    /// <summary>Calls every row often enough for the optimising tier, and leaves it time to compile.</summary>
    private static void WarmUp(List<Row> rows, TimeSpan limit, ref Row current)
    {
        for (int round = 0; round < 4; round++)
        {
            foreach (Row row in rows)
            {
                current = row;
                for (int i = 0; i < 40; i++)
                    _ = row.Take(SmokeCount, limit);
            }
            Thread.Sleep(150);
        }
    }

    /// <summary>One line of the report.</summary>
    private sealed record Row(string Name, string Unit, int Count, Func<int, double> Measure)
    {
        internal List<double> Samples { get; } = [];

        /// <summary>Of all turns that ended, those of the warm-up included.</summary>
        internal TimeSpan Taken { get; private set; }

        /// <summary>Turns that ended.</summary>
        internal int Turns { get; private set; }

        /// <summary>One turn, in what is left of <paramref name="limit"/>.</summary>
        internal double Take(int count, TimeSpan limit)
        {
            TwoThreads.Limit = limit - Taken;
            long begin = Stopwatch.GetTimestamp();
            double figure = Measure(count);
            Taken += Stopwatch.GetElapsedTime(begin);
            Turns++;
            return figure;
        }

        internal void Print(Row probe, TextWriter writer)
        {
            Samples.Sort();
            string ratio = Unit == "ns" && this != probe
                ? string.Create(
                    CultureInfo.InvariantCulture, $"  ({Min / probe.Min:F2} x, med {Med / probe.Med:F2} x probe)")
                : "";
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Name,-50}  min {Min:F1} med {Med:F1} max {Samples[^1]:F1} {Unit}{ratio}"));
        }

        private double Min => Samples[0];

        private double Med => Samples[Samples.Count / 2];
    }

    private readonly record struct Options(bool Smoke, int Repeats, string Only, TimeSpan Limit)
    {
        internal static bool TryParse(string[] args, out Options options)
        {
            options = new Options(false, DefaultRepeats, "", DefaultLimit);
            for (int i = 0; i < args.Length; i++)
            {
                if (args[i] == "--smoke")
                    options = options with { Smoke = true };
                else if (args[i] == "--repeats" && i + 1 < args.Length && int.TryParse(args[++i], out int n) && n > 0)
                    options = options with { Repeats = n };
                else if (args[i] == "--only" && i + 1 < args.Length)
                    options = options with { Only = args[++i] };
                else if (args[i] == "--limit" && i + 1 < args.Length && TryLimit(args[++i], out TimeSpan limit))
                    options = options with { Limit = limit };
                else
                    return false;
            }
            return true;
        }

        private static bool TryLimit(string text, out TimeSpan limit)
        {
            bool isNumber = double.TryParse(
                text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
            limit = isNumber && seconds <= 86_400 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
            return limit > TimeSpan.Zero;
        }
    }
}
