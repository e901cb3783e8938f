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

    [Fact]
    public void Peers_TheirBestLineCounts_AndWhoIsMissingIsNamed()
    {
        RunLines lines = new("""
            1P1C publish=1 LMAX, own loop                      min 7.0 med 11.0 max 100.0 M/s
            1P1C publish=1 LMAX, processor                     min 8.0 med 90.0 max 139.2 M/s
            1P1C publish=16 LMAX, processor                    min 22.4 med 178.4 max 900.0 M/s
            round trip 64 B, LMAX                              min 150.0 med 571.0 max 3613.1 ns
            """);
        const string Beside = "LMAX:1P1C publish=1 LMAX|Channel:1P1C Channel";
        Assert.Equal("LMAX 139.2 (ours 2.5 x), Channel not there", lines.Peers(Beside, 348, isRate: true));
        Assert.Equal("LMAX 5.71 (ours 4.6 x)", lines.Peers("LMAX:round trip 64 B, LMAX", 1.25, isRate: false, 100));
        Assert.Equal((150.0, 571.0), lines.Find("round trip 64 B, LMAX"));
        Assert.Null(lines.Find("1P1C Channel"));
    }

    [Fact]
    public void Targets_Besides_NameAPeerAndItsLine()
    {
        foreach (TargetRow row in Targets.Rows)
        {
            foreach (string one in row.Beside.Split('|', System.StringSplitOptions.RemoveEmptyEntries))
                Assert.Matches("^[^:]+:[^:]{8,}$", one);
        }
    }
}
