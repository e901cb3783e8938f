using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Bench;
using LowLatency.ConsoleHost.Bench.Wire;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-bench").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Run_ThreeKindsOfLoad_ReportsTimesByOutcomeAndWritesHistograms()
    {
        Assert.Equal(ExitCodes.Ok, Run(
            "--load", "max", "2000", "100x", "--seconds", "0.2", "--warm-up", "1", "--json", "--hgrm", _folder));
        BenchResult result = Read();
        Assert.Equal(["max", "2000", "100x"], result.Loads.ConvertAll(one => one.Load));
        AssertKeptItsSchedule(result.Loads[1], 400);
        foreach (BenchLoadResult load in result.Loads)
        {
            Assert.True(load.Messages > 0);
            Assert.True(load.ProbeNs > 0);
            Assert.NotEmpty(load.Response);
            foreach (BenchTimes times in load.Response.Values)
                Assert.True(times.P50 <= times.P99 && times.P99 <= times.Max && times.P50 > 0);
        }

        BenchLoadResult open = result.Loads[1];
        foreach ((string outcome, BenchTimes service) in open.Service)
        {
            Assert.Equal(open.Response[outcome].Count, service.Count);
            Assert.True(service.Max <= open.Response[outcome].Max, outcome);
        }

        Assert.Contains("max-no-opportunity.hgrm", Array.ConvertAll(Directory.GetFiles(_folder), Path.GetFileName));
    }

    /// <summary>All messages of the schedule; fewer only where the result says the machine was too slow.</summary>
    private static void AssertKeptItsSchedule(BenchLoadResult load, int messages)
    {
        if (load.KeptUp) Assert.Equal(messages, load.Messages);
        else Assert.InRange(load.Messages, 1, messages - 1);
    }

    [Fact]
    public void Run_Wire_ReceivesWhatTheSenderSendsAndSignsWhatIsTaken()
    {
        foreach (string receive in new[] { "connection", "own" })
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, Run(
                "--wire", "--load", "1500", "--seconds", "2", "--wire-warm-up", "0.5", "--receive", receive, "--json"));
            WireResult result = JsonSerializer.Deserialize<WireResult>(_output.ToString(), JsonOutput.Indented)!;
            Assert.Equal(3000, result.Messages);
            Assert.Equal(0, result.Refused);
            Assert.InRange(result.Updates, 2000, result.Messages); // the rest are slots
            Assert.True(result.Signed > 0 && result.IsVerified);
            Assert.Equal(result.Signed, result.Times["4 one signature"].Count);
            BenchTimes signed = result.Times["5 intended arrival to first signed"];
            Assert.True(signed.P50 > result.Times["4 one signature"].P50 && signed.P50 <= signed.Max);
        }
    }

    [Theory]
    [InlineData("--wire", "--load", "max")]
    [InlineData("--wire", "--load", "1000", "2000")]
    [InlineData("--wire", "--receive", "telepathy")]
    public void Run_WireWithWrongOptions_SaysWhatIsTaken(params string[] words) =>
        Assert.Equal(ExitCodes.Usage, Run(words));

    [Fact]
    public void Run_UiCost_MeasuresBothInTurnsAndTheConsole()
    {
        Assert.Equal(ExitCodes.Ok, Run(
            "--ui-cost", "2", "--load", "200", "--seconds", "0.3", "--warm-up", "1", "--json"));
        UiCostResult result = JsonSerializer.Deserialize<UiCostResult>(_output.ToString(), JsonOutput.Indented)!;
        Assert.Equal((2, 2), (result.Without.Count, result.With.Count));
        foreach (BenchLoadResult one in (BenchLoadResult[])[.. result.Without, .. result.With])
            AssertKeptItsSchedule(one, 60);
        if (result.Without[0].KeptUp && result.With[0].KeptUp)
            Assert.Equal(result.Without[0].Decisions, result.With[0].Decisions);
        Assert.True(result.Console.Frames > 4, $"{result.Console.Frames} frames");
        Assert.True(result.Console.Bytes > 1000, $"{result.Console.Bytes} bytes");
        Assert.Equal(ExitCodes.Usage, Run("--ui-cost", "2", "--baseline", "x.json"));
    }

    [Fact]
    public void Run_AgainstABaselineThatWasMuchFaster_ExitsWithThree()
    {
        Assert.Equal(ExitCodes.Ok, Run("--load", "max", "--seconds", "0.1", "--warm-up", "1", "--json"));
        BenchResult result = Read();
        BenchLoadResult load = result.Loads[0];
        BenchLoadResult faster = load with { MessagesPerSecond = load.MessagesPerSecond * 1000 };
        string path = Path.Combine(_folder, "before.json");
        File.WriteAllText(
            path, JsonSerializer.Serialize(result with { Loads = [faster] }, JsonOutput.Indented));
        Assert.Equal(ExitCodes.CheckFailed, Run(
            "--load", "max", "--seconds", "0.1", "--warm-up", "1", "--baseline", path));
        Assert.Contains("REGRESSION", _output.ToString());
    }

    [Fact]
    public void Read_BaselineWithoutWhatMayBeAbsent_HasItsDefaults()
    {
        Assert.Equal(ExitCodes.Ok, Run("--load", "max", "--seconds", "0.1", "--warm-up", "1", "--json"));
        JsonNode before = JsonNode.Parse(_output.ToString())!;
        JsonObject load = before["loads"]![0]!.AsObject();
        Assert.True(load.Remove("losses") && load.Remove("pools"));
        BenchResult result = before.Deserialize<BenchResult>(JsonOutput.Indented)!;
        Assert.Empty(result.Loads[0].Losses);
        Assert.Empty(result.Loads[0].Pools);
    }

    [Fact]
    public void Compare_MachineHalfAsFast_IsNoRegression()
    {
        Assert.Equal(ExitCodes.Ok, Run("--load", "max", "--seconds", "0.1", "--warm-up", "1", "--json"));
        BenchResult before = Read();
        Assert.Equal(0, BenchBaseline.Compare(before, Scaled(before, 2, 2), 0.3, TextWriter.Null));
        Assert.True(BenchBaseline.Compare(before, Scaled(before, 2, 1), 0.3, TextWriter.Null) > 0);
    }

    [Theory]
    [InlineData("--load", "fast")]
    [InlineData("--load", "0")]
    [InlineData("--seconds", "0")]
    [InlineData("--runner", "five")]
    [InlineData("--noise", "-1")]
    public void Run_WrongValue_IsRefusedBeforeMeasuring(string option, string value)
    {
        Assert.Equal(ExitCodes.Usage, Run(option, value));
        Assert.Contains(option, _errors.ToString());
        Assert.DoesNotContain("warm-up,", _errors.ToString());
    }

    [Fact]
    public void Run_MissingBaseline_IsNoInput() =>
        Assert.Equal(ExitCodes.NoInput, Run("--baseline", Path.Combine(_folder, "none.json")));

    private static BenchResult Scaled(BenchResult result, long times, double probe)
    {
        BenchLoadResult load = result.Loads[0];
        SortedDictionary<string, BenchTimes> slower = [];
        foreach ((string name, BenchTimes t) in load.Response)
            slower[name] = t with { P50 = t.P50 * times, P99 = t.P99 * times };
        return result with
        {
            Loads =
            [
                load with
                {
                    Response = slower,
                    ProbeNs = load.ProbeNs * probe,
                    MessagesPerSecond = load.MessagesPerSecond / times,
                },
            ],
        };
    }

    private BenchResult Read() => JsonSerializer.Deserialize<BenchResult>(_output.ToString(), JsonOutput.Indented)!;

    private int Run(params string[] arguments) => ConsoleHost.Program.Run(["bench", .. arguments], _output, _errors);
}
