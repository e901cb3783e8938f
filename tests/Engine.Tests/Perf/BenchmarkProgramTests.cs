using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Benchmarks;
using LowLatency.Benchmarks.Runner;
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

    [Fact]
    public void Measure_PrintsLeastAndMedian()
    {
        StringWriter output = new();
        Assert.Equal(0, Program.Run(["--measure", "ConstantProductBench.Kernel"], output));
        Assert.Matches(@"ConstantProductBench\.Kernel +min \d+\.\d med \d+\.\d ns", output.ToString());
    }
}
