using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Benchmarks;
using LowLatency.Benchmarks.Runner;
using LowLatency.Benchmarks.Table;
using Xunit;

namespace LowLatency.Engine.Tests.Perf;

/// <summary>Benchmarks cannot rot: each is set up and called once, each has its line in the allocation file.</summary>
public sealed class BenchmarkProgramTests
{
    [Fact]
    public void Smoke_RunsEveryBenchmarkOnce()
    {
        StringWriter output = new();
        Assert.Equal(0, Program.Run(["--smoke"], output));
        int lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        Assert.Equal(BenchmarkCatalog.Find().Count, lines);
        Assert.True(lines > 60, $"{lines} rows");
    }

    [Fact]
    public void AllocationBaseline_HasEveryPortableBenchmark()
    {
        string text = File.ReadAllText(PerfFolder.PathOf("Baselines/allocations.json"));
        Dictionary<string, double> baseline = JsonSerializer.Deserialize<Dictionary<string, double>>(text)!;
        foreach (BenchmarkCase one in BenchmarkCatalog.Find())
            Assert.True(baseline.ContainsKey(one.Name) || !one.IsPortable, one.Name);
    }

    [Fact]
    public void AllocationGate_MoreBytesThanTheBaseline_Fails()
    {
        SortedDictionary<string, double> expected = new() { ["A.B.C"] = 0, ["A.B.D"] = 24 };
        SortedDictionary<string, double> measured = new() { ["A.B.C"] = 0, ["A.B.D"] = 24 };
        Assert.Equal(0, AllocationGate.Compare(expected, measured, [], string.Empty, TextWriter.Null));
        measured["A.B.C"] = 8;
        Assert.Equal(3, AllocationGate.Compare(expected, measured, [], string.Empty, TextWriter.Null));
    }

    [Fact]
    public void AllocationGate_RowWithoutBenchmarkOrBaseline_Fails()
    {
        SortedDictionary<string, double> one = new() { ["A.B.C"] = 0 };
        Assert.Equal(3, AllocationGate.Compare(one, [], [], string.Empty, TextWriter.Null));
        Assert.Equal(3, AllocationGate.Compare([], one, [], string.Empty, TextWriter.Null));
        Assert.Equal(0, AllocationGate.Compare(one, [], ["A.B.C"], string.Empty, TextWriter.Null));
    }

    /// <summary>An empty call whose own times differ must not turn least and median of a row round.</summary>
    [Fact]
    public void Net_OfTheSameTurns_LeastIsNeverAboveTheMedianAndNothingTakesNoTime()
    {
        (double min, double median) = QuickMeasure.Net([8.9, 7.8, 8.0], [2.0, 1.0, 1.9], operations: 1);
        Assert.Equal(6.8, min, 9);
        Assert.Equal(7.0, median, 9);
        (min, median) = QuickMeasure.Net([1.2, 1.1, 1.8], [1.7, 1.0, 1.9], operations: 1);
        Assert.Equal(0.1, min, 9);
        Assert.Equal(0.2, median, 9);
        (min, median) = QuickMeasure.Net([0.9, 1.0, 1.1], [1.2, 1.0], operations: 2);
        Assert.Equal((0.05, 0.05), (min, median));
        Assert.Equal(("< 0.1", "6.8"), (QuickMeasure.Text(min), QuickMeasure.Text(6.84)));
        Assert.Equal(("< 0.1 ns", "0.1 ns"), (TableResult.Figure(min, "ns"), TableResult.Figure(0.1, "ns")));
        Assert.Equal("0 B", TableResult.Figure(0, "B"));
    }

    [Fact]
    public void Measure_PrintsLeastAndMedian()
    {
        StringWriter output = new();
        Assert.Equal(0, Program.Run(["--measure", "ConstantProductBench.KernelWideDivision"], output));
        Assert.Matches(@"ConstantProductBench\.KernelWideDivision +min \d+\.\d med \d+\.\d ns", output.ToString());
    }
}
