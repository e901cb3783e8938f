using System;
using System.IO;
using System.Threading;
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
    public void ARowThatTakesTooLong_EndsTheRunWithItsNameAndWhereItsThreadsAre()
    {
        StringWriter writer = new();
        Assert.Equal(1, LowLatency.Ring.Program.Run(["--smoke", "--limit", "0.0000001"], writer));
        string text = writer.ToString();
        Assert.Contains("error: row \"core-to-core probe, round trip\", turn 1 ", text);
        Assert.Contains("measured side, core 0: ", text);
        Assert.Contains("side 1, core ", text);
        Assert.Matches(@"there: -?\d+, moved by \d+ in 200 ms", text);
        Assert.DoesNotContain("  min ", text);
    }

    [Fact]
    public void AThreadThatIsStuck_IsToldApartFromOneThatIsDone()
    {
        bool released = false;
        TimeSpan limit = LowLatency.Ring.TwoThreads.Limit;
        LowLatency.Ring.TwoThreads.Limit = TimeSpan.FromMilliseconds(300);
        try
        {
            LowLatency.Ring.TwoThreads.Follow("given", static () => 42);
            var overdue = Assert.Throws<LowLatency.Ring.OverdueException>(() => LowLatency.Ring.TwoThreads.Time(
                1,
                () => SpinWait.SpinUntil(() => Volatile.Read(ref released)),
                static () => { }));
            Assert.Contains("measured side, core 0: running", overdue.Message);
            Assert.Matches(@"side 1, core \d: done\n", overdue.Message);
            Assert.Contains("given: 42, moved by 0 in ", overdue.Message);
        }
        finally
        {
            Volatile.Write(ref released, true);
            LowLatency.Ring.TwoThreads.Limit = limit;
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    public void ALimitThatIsNone_IsRefused(string limit) =>
        Assert.Equal(2, LowLatency.Ring.Program.Run(["--smoke", "--limit", limit], TextWriter.Null));

    [Fact]
    public void UnknownOption_IsRefused() =>
        Assert.Equal(2, LowLatency.Ring.Program.Run(["--fast"], TextWriter.Null));
}
