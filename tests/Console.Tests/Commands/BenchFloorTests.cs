using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Bench.Floor;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

public sealed class BenchFloorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-floor").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Run_BundledCapture_MeasuresEveryStepAtEveryLoad()
    {
        Assert.Equal(ExitCodes.Ok, Run("--floor", "2", "--seconds", "0.1", "--json"));
        FloorResult result = JsonSerializer.Deserialize<FloorResult>(_output.ToString(), JsonOutput.Indented)!;
        Assert.Equal((2090, 0, 67), (result.MessagesPerLap, result.LeftOut, result.Accounts));
        Assert.Equal(10, result.Rows.Count);
        foreach (FloorRow row in result.Rows)
        {
            Assert.Equal((2, 2), (row.P50.Count, row.P99.Count));
            Assert.True(row.P50[0] > 0 && row.P50[0] <= row.P99[0], row.Step);
            if (row.Load == "2000") Assert.Equal(400, row.Messages);
        }

        // Ten thousand characters cannot be decoded in the time of two readings: nothing is optimized away.
        Assert.True(Least(result, "max", "base64").P99 > 2 * Least(result, "max", "two readings of the clock").P50);
    }

    [Fact]
    public void Run_AsText_HasTheLinesOfTheRing()
    {
        Assert.Equal(ExitCodes.Ok, Run("--floor", "1", "--load", "5000", "--seconds", "0.05"));
        string[] lines = Array.FindAll(
            _output.ToString().Split('\n'), line => line.StartsWith("floor, ", StringComparison.Ordinal));
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^.+ {2}min \d+\.\d med \d+\.\d max \d+\.\d ns$", line.TrimEnd()));
    }

    [Fact]
    public void ReadAll_TwoConnections_HaveOneAccountWhereTheirBytesSaySo()
    {
        string path = Write(
            Line(0, Notification(7, "AAAA", "base64")), Line(1, Notification(7, "BBBB", "base64")),
            Line(1, Notification(8, "AAAA", "base64")), Line(0, Notification(7, "CCCC", "base64")),
            Line(1, Notification(8, "DDDDDDDD", "base64")), Line(0, Notification(9, "KLUv", "base64+zstd")),
            Line(0, Notification(9, "A!AA", "base64")));
        List<FloorMessage> messages = FloorMessage.ReadAll(path, out int leftOut);
        Assert.Equal(2, leftOut);
        Assert.Equal([0, 1, 0, 0, 0], messages.ConvertAll(one => one.Account));
        FloorMessage last = messages[^1];
        Assert.Equal("DDDDDDDD"u8.ToArray(), last.Text.AsSpan(last.DataAt, last.DataLength).ToArray());
    }

    [Fact]
    public void Run_CaptureWithoutAccounts_IsBadData()
    {
        string path = Write(Line(0, """{"jsonrpc":"2.0","method":"slotNotification","params":{"subscription":1}}"""));
        Assert.Equal(ExitCodes.BadData, Run(path, "--floor", "1"));
        Assert.Contains("no accountNotification", _errors.ToString());
    }

    [Theory]
    [InlineData("--floor", "1", "--load", "1x")]
    [InlineData("--floor", "1", "--load", "2000-cold")]
    [InlineData("--floor", "101")]
    [InlineData("--floor", "1", "--ui-cost", "1")]
    public void Run_WithWhatAFloorHasNot_IsRefused(params string[] words) => Assert.Equal(ExitCodes.Usage, Run(words));

    [Fact]
    public void Run_WithHistograms_IsRefusedBeforeTheirFolderIsMade()
    {
        string folder = Path.Combine(_folder, "histograms");
        Assert.Equal(ExitCodes.Usage, Run("--floor", "1", "--hgrm", folder));
        Assert.False(Directory.Exists(folder));
    }

    private static (long P50, long P99) Least(FloorResult result, string load, string step)
    {
        FloorRow row = result.Rows.Find(one => one.Load == load && one.Step == step)!;
        return (Math.Min(row.P50[0], row.P50[1]), Math.Min(row.P99[0], row.P99[1]));
    }

    private static string Notification(int subscription, string data, string encoding) =>
        $$$"""
        {"jsonrpc":"2.0","method":"accountNotification","params":{"result":{"context":{"slot":5},
        "value":{"lamports":1,"data":["{{{data}}}","{{{encoding}}}"],"owner":"11111111111111111111111111111111",
        "executable":false,"rentEpoch":0,"space":3}},"subscription":{{{subscription}}}}}
        """;

    private static string Line(int endpoint, string message) =>
        $$"""{"t":{{1723161279100000000L}},"ep":{{endpoint}},"m":{{JsonSerializer.Serialize(message)}}}""";

    private string Write(params string[] lines)
    {
        string path = Path.Combine(_folder, "capture.jsonl");
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return path;
    }

    private int Run(params string[] arguments) => ConsoleHost.Program.Run(["bench", .. arguments], _output, _errors);
}
