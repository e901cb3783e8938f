using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace LowLatency.Benchmarks.Runner;

/// <summary>
/// Times of benchmarks in seconds instead of minutes: all rows take turns, each turn is the least mean of a few rounds
/// of half a millisecond, because on a shared machine a short round is often left alone and a long one never. The
/// call of an empty benchmark is measured in the same turns, and its least time subtracted from all: one number, so
/// that the least of a row is never above its median. BenchmarkDotNet remains for one row at depth.
/// </summary>
internal sealed class QuickMeasure
{
    private const double RoundNs = 500_000;
    private const int RoundsPerTurn = 3;
    private const int EmptyCalls = 200_000;

    /// <summary>A sixth of a cycle: what is below cannot be told from an empty call, and takes some time.</summary>
    private const double FloorNs = 0.05;

    /// <summary>Passes of the warm-up: at least so many, then until nothing was faster for some, at most so
    /// many.</summary>
    private const int WarmUpPassesMin = 8;
    private const int WarmUpPassesMax = 40;
    private const int WarmUpPassesQuiet = 4;
    private const double FasterShare = 0.9;
    private const double WarmUpNs = 20_000_000;
    private static readonly double TickNs = 1e9 / Stopwatch.Frequency;

    private readonly List<Row> _rows = [];
    private readonly List<double> _empty = [];

    /// <summary>Sets up and measures the cases in turns.</summary>
    internal QuickMeasure(IReadOnlyList<BenchmarkCase> cases, int turns)
    {
        BenchmarkBody empty = new EmptyCall().Body;
        try
        {
            foreach (BenchmarkCase one in cases) _rows.Add(new Row(one.Open()));
            WarmUp(empty);
            foreach (Row row in _rows) row.Calls = CallsFor(row.Live.Body);
            for (int turn = 0; turn < turns; turn++)
            {
                _empty.Add(Turn(empty, EmptyCalls));
                foreach (Row row in _rows) row.Samples.Add(Turn(row.Live.Body, row.Calls));
            }
        }
        finally
        {
            foreach (Row row in _rows) row.Live.Dispose();
        }
    }

    /// <summary>Least and median time of an operation, nanoseconds, without the call itself.</summary>
    internal IEnumerable<(string Name, double MinNs, double MedianNs)> Results()
    {
        foreach (Row row in _rows)
        {
            (double min, double median) = Net(row.Samples, _empty, row.Live.Case.OperationsPerCall);
            yield return (row.Live.Case.Name, min, median);
        }
    }

    /// <summary>Least and median of the times of a call, less the least of an empty one, for an operation.</summary>
    internal static (double MinNs, double MedianNs) Net(List<double> calls, List<double> empty, int operations)
    {
        calls.Sort();
        empty.Sort();
        return (Of(calls[0]), Of(calls[calls.Count / 2]));

        double Of(double call) => Math.Max(FloorNs, (call - empty[0]) / operations);
    }

    /// <summary>A time as it is printed; one that rounds to nothing says so.</summary>
    internal static string Text(double ns) =>
        ns < 0.1 ? "< 0.1" : ns.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Prints one line a row.</summary>
    internal void Print(TextWriter output)
    {
        foreach ((string name, double min, double median) in Results())
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-75}  min {Text(min)} med {Text(median)} ns"));
        }
    }

    private void WarmUp(BenchmarkBody empty)
    {
        int quiet = 0;
        for (int pass = 0; pass < WarmUpPassesMin || (pass < WarmUpPassesMax && quiet < WarmUpPassesQuiet); pass++)
        {
            empty.Run(10_000);
            quiet++;
            foreach (Row row in _rows)
            {
                long began = Stopwatch.GetTimestamp();
                long end = began + (long)(WarmUpNs / TickNs);
                int calls = 0;
                for (; calls < 2 || (calls < 100_000 && Stopwatch.GetTimestamp() < end); calls++) row.Live.Body.Run(1);
                double ns = (Stopwatch.GetTimestamp() - began) * TickNs / calls;
                if (ns < row.WarmNs * FasterShare) quiet = 0;
                row.WarmNs = Math.Min(row.WarmNs, ns);
            }

            Thread.Sleep(150); // the optimising tier compiles on a thread of its own
        }
    }

    private static int CallsFor(BenchmarkBody body)
    {
        double best = double.MaxValue;
        for (int calls = 1; calls < 1_000_000; calls *= 4)
        {
            long start = Stopwatch.GetTimestamp();
            body.Run(calls);
            double ns = (Stopwatch.GetTimestamp() - start) * TickNs;
            best = Math.Min(best, ns / calls);
            if (ns > RoundNs) break;
        }

        return (int)Math.Clamp(RoundNs / best, 1, 1_000_000);
    }

    private static double Turn(BenchmarkBody body, int calls)
    {
        double best = double.MaxValue;
        for (int round = 0; round < RoundsPerTurn; round++)
        {
            long start = Stopwatch.GetTimestamp();
            body.Run(calls);
            best = Math.Min(best, (Stopwatch.GetTimestamp() - start) * TickNs / calls);
        }

        return best;
    }

    /// <summary>The benchmark that does nothing.</summary>
    internal sealed class EmptyCall
    {
        internal BenchmarkBody Body => BenchmarkBody.Of(this, typeof(EmptyCall).GetMethod(nameof(Nothing))!);

        public ulong Nothing() => 0;
    }

    private sealed class Row(LiveBenchmark live)
    {
        internal LiveBenchmark Live { get; } = live;

        internal int Calls { get; set; } = 1;

        /// <summary>Least time of a call in the warm-up.</summary>
        internal double WarmNs { get; set; } = double.MaxValue;

        internal List<double> Samples { get; } = [];
    }
}
