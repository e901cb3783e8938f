using System.Collections.Generic;
using System.IO;
using LowLatency.Benchmarks.Runner;
using LowLatency.Benchmarks.Table;
using Xunit;

namespace LowLatency.Engine.Tests.Perf;

/// <summary>The README's table is the newest results file, and every line of it has a source that exists.</summary>
public sealed class ResultTableTests
{
    [Fact]
    public void Readme_EqualsTheNewestResultsFile()
    {
        TableResult result = TableResult.ReadNewest(PerfFolder.PathOf("Results"))!;
        string readme = File.ReadAllText(PerfFolder.PathOf("../README.md"));
        Assert.Equal(result.Into(readme), readme);
    }

    [Fact]
    public void Targets_MicroSources_AreBenchmarks()
    {
        HashSet<string> known = [];
        foreach (BenchmarkCase one in BenchmarkCatalog.Find()) known.Add(one.Name.Split('(')[0]);
        foreach (TargetRow row in Targets.Rows)
        {
            if (!row.Source.StartsWith("micro:", System.StringComparison.Ordinal)) continue;
            foreach (string name in row.Source[6..].Split('|')) Assert.Contains(name.Split('(')[0], known);
        }
    }

    [Theory]
    [InlineData("ns", 10, 9.0, "met")]
    [InlineData("ns", 10, 11.0, "missed")]
    [InlineData("M/s", 10, 11.0, "met")]
    [InlineData("M/s", 10, 9.0, "missed")]
    [InlineData("B", 0, 8.0, "missed")]
    [InlineData("ns", 10, null, "not measured")]
    public void Verdict_FollowsTheUnit(string unit, double limit, double? best, string expected) =>
        Assert.Equal(expected, new ResultRow("work", limit, unit, best, best, "", null).Verdict());
}
