using System;
using System.IO;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

public sealed class RingBenchmarkSmokeTests
{
    [Fact]
    public void Smoke_RunsEveryRow_AndPrintsTheLineFormat()
    {
        StringWriter writer = new();
        Assert.Equal(0, LowLatency.Ring.Program.Run(["--smoke"], writer));
        string[] lines = Array.FindAll(
            writer.ToString().Split('\n'), line => line.Contains("  min ", StringComparison.Ordinal));
        Assert.True(lines.Length >= 20, writer.ToString());
        Assert.All(lines, line => Assert.Matches(@"^.+ {2}min \d+\.\d med \d+\.\d max \d+\.\d (ns|M/s)", line));
        Assert.StartsWith("core-to-core probe", lines[0]);
    }

    [Fact]
    public void UnknownOption_IsRefused() =>
        Assert.Equal(2, LowLatency.Ring.Program.Run(["--fast"], TextWriter.Null));
}
