using System;
using System.IO;
using System.Linq;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>What is wrong with a run folder is said with file and reason, and nothing is overwritten unasked.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private readonly string _folder = ReportRun.NewFolder();

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Report_NoFolder_SaysSoAndHowToMakeOne() =>
        AssertFails(66, $"{_folder}: there is no such folder; `lowlatency replay --run-dir {_folder}` makes one");

    [Fact]
    public void Report_FolderWithoutRecord_SaysWhichFileIsMissing()
    {
        Directory.CreateDirectory(_folder);
        AssertFails(66, $"{At("run.json")}: there is no such file: this is no run folder");
        File.WriteAllText(At("run.journal"), "x");
        AssertFails(66, "the run did not end in order");
    }

    [Theory]
    [InlineData("", "damaged")]
    [InlineData("{ not json", "damaged")]
    [InlineData("null", "damaged")]
    [InlineData("{}", "damaged")]
    [InlineData("[1]", "damaged")]
    [InlineData("{\"report\":[null]}", "damaged: a list with null in it")]
    public void Report_DamagedRecord_IsRefused(string content, string reason)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(At("run.json"), content);
        AssertFails(65, $"{At("run.json")}: {reason}");
    }

    [Fact]
    public void Report_RunThatIsWhole_IsWrittenOnceAndAgainWithForceOnly()
    {
        Keep();
        Assert.Equal(0, ReportRun.Run(out _, out _, "report", _folder));
        byte[] first = File.ReadAllBytes(At("report.html"));
        AssertFails(73, $"{At("report.html")}: it exists; --force overwrites it");
        Assert.Equal(0, ReportRun.Run(out _, out _, "report", _folder, "--force"));
        Assert.Equal(first, File.ReadAllBytes(At("report.html"))); // the same run gives the same page, byte for byte
    }

    [Fact]
    public void Report_FilesThatDoNotBelongTogether_AreRefused()
    {
        Keep();
        byte[] whole = File.ReadAllBytes(At("run.journal"));
        File.WriteAllBytes(At("run.journal"), whole[..(whole.Length / 2)]);
        AssertFails(65, "is cut off or corrupt");
        File.WriteAllBytes(At("run.journal"), whole[..^25]); // without its last frame: a run that did not end
        AssertFails(65, $"{At("run.journal")}: its decision hash is none");
        File.WriteAllBytes(At("run.journal"), [.. whole.Take(8), 9, .. whole.Skip(9)]);
        AssertFails(65, "journal version 9");
        File.Delete(At("run.journal"));
        AssertFails(66, $"{At("run.journal")}: there is no such file");
        File.WriteAllBytes(At("run.journal"), whole);
        string record = File.ReadAllText(At("run.json"));
        File.WriteAllText(At("run.json"), record.Replace("\"version\": 1", "\"version\": 7"));
        AssertFails(65, "version 7; this build reads lowlatency-run version 1");
    }

    [Fact]
    public void Report_RunWithoutDecisions_ShowsNoDataWhereThereIsNone()
    {
        const string Unused = "11111111111111111111111111111111"; // no pool of the market has this mint
        Assert.Equal(0, ReportRun.Run(
            out _, out _, "replay", "--run-dir", _folder, "--base", Unused, "--no-stamps"));
        Assert.Equal(0, ReportRun.Run(out _, out _, "report", _folder));
        string page = File.ReadAllText(At("report.html"));
        string[] reasons = ReportPageTests.Parse(page).Descendants("p")
            .Where(p => p.Attribute("class")?.Value == "nodata").Select(p => p.Value).ToArray();
        Assert.Contains(reasons, r => r.Contains("no cycle was decided on"));
        Assert.Contains(reasons, r => r.Contains("no time stamps were taken"));
        Assert.Contains(reasons, r => r.Contains("no profitable cycle was followed"));
        Assert.Contains(reasons, r => r.Contains("no decision was a Go"));
        Assert.All(reasons, r => Assert.StartsWith("no data: ", r));
        Assert.DoesNotContain("NaN", page);
    }

    [Fact]
    public void Report_LiveRunThatReachedNobody_ShowsItsConnections()
    {
        string config = Path.GetTempFileName();
        File.WriteAllText(
            config,
            """
            { "endpoints": [ { "name": "gone", "http": "http://127.0.0.1:9/?api-key=SECRET" } ],
              "watch": { "pools": [ "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE" ] } }
            """);
        ReportRun.Run(out _, out string errors, "run", "--config", config, "--seconds", "1", "--run-dir", _folder);
        File.Delete(config);
        Assert.True(File.Exists(At("run.json")), errors);
        int code = ReportRun.Run(out _, out errors, "report", _folder);
        Assert.True(code == 0, errors);
        string page = File.ReadAllText(At("report.html"));
        Assert.Contains("Connections, snapshots, recording", page);
        Assert.Contains("<td>ws://127.0.0.1:9/?api-key=***</td><td>closed</td>", page);
        Assert.All(Directory.GetFiles(_folder), file => Assert.DoesNotContain("SECRET", File.ReadAllText(file)));
        Assert.DoesNotContain("Capture SHA-256", page);
    }

    [Fact]
    public void Replay_RunDirThatHoldsARun_IsRefusedBeforeTheRun()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(At("run.json"), "kept");
        Assert.Equal(73, ReportRun.Run(out _, out string errors, "replay", "--run-dir", _folder));
        Assert.Contains($"--run-dir {_folder}: it holds a run already (run.json)", errors);
        Assert.Equal("kept", File.ReadAllText(At("run.json")));
        Assert.Equal(2, ReportRun.Run(out _, out errors, "replay", "--run-dir", At("a"), "--journal", At("b")));
        Assert.Contains("not both", errors);
    }

    private void Keep() => Assert.Equal(0, ReportRun.Run(
        out _, out _, "replay", "--run-dir", _folder, "--max-hops", "2", "--to-slot", "282617420"));

    private void AssertFails(int code, string message)
    {
        int result = ReportRun.Run(out string output, out string errors, "report", _folder);
        Assert.True(code == result, errors);
        Assert.StartsWith("report: ", errors);
        Assert.Contains(message, errors);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.Empty(output);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
