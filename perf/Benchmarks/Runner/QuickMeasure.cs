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
/// call of an empty benchmark is measured in the same turns and subtracted. BenchmarkDotNet remains for one row at
/// depth.
/// </summary>
internal sealed class QuickMeasure
{
    private const double RoundNs = 500_000;
    private const int RoundsPerTurn = 3;
    private const int EmptyCalls = 200_000;
    private const int WarmUpPasses = 4;
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

        _empty.Sort();
    }

    /// <summary>Least and median time of an operation, nanoseconds, without the call itself.</summary>
    internal IEnumerable<(string Name, double MinNs, double MedianNs)> Results()
    {
        foreach (Row row in _rows)
        {
            row.Samples.Sort();
            int operations = row.Live.Case.OperationsPerCall;
            yield return (
                row.Live.Case.Name, Math.Max(0, row.Samples[0] - _empty[0]) / operations,
                Math.Max(0, row.Samples[row.Samples.Count / 2] - _empty[_empty.Count / 2]) / operations);
        }
    }

    /// <summary>Prints one line a row.</summary>
    internal void Print(TextWriter output)
    {
        foreach ((string name, double min, double median) in Results())
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-75}  min {min:F1} med {median:F1} ns"));
        }
    }

    private void WarmUp(BenchmarkBody empty)
    {
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            empty.Run(10_000);
            foreach (Row row in _rows)
            {
                long end = Stopwatch.GetTimestamp() + (long)(WarmUpNs / TickNs);
                for (int i = 0; i < 2 || (i < 100_000 && Stopwatch.GetTimestamp() < end); i++) row.Live.Body.Run(1);
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

        internal List<double> Samples { get; } = [];
    }
}
