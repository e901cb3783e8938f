using System;
using System.IO;
using System.IO.Compression;
using System.Text;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>
/// Bad input: one line that names the place and the fix, an exit code, and everything before the fault kept.
/// </summary>
public sealed class BadInputTests
{
    [Fact]
    public void Capture_Missing_ExitsNoInput()
    {
        ToolResult result = Tool.Run("replay", "no-such.jsonl");
        Assert.Equal(66, result.Code);
        Assert.Equal(["replay: no-such.jsonl: there is no such file. Check the path."], result.ErrorLines);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Capture_WrongMagic_ExitsBadData()
    {
        using TestFolder folder = new();
        string path = folder.Write("a.capture", "PK\u0003\u0004 not a capture"u8);
        ToolResult result = Tool.Run("replay", path);
        Assert.Equal(65, result.Code);
        Assert.StartsWith($"replay: {path}, byte 0: this is no capture. Give ", Assert.Single(result.ErrorLines));
    }

    /// <summary>Nothing of it was played: no report, and no word of good lines before.</summary>
    [Theory]
    [InlineData("replay", "{\"slot\": 1}\n", "line 1 (byte 0): the line has no receive time `t`. Give a capture")]
    [InlineData("replay", "{\n \"a\": 1\n}\n", "line 1 (byte 0): the line is not JSON. Give a capture")]
    [InlineData("inspect", "{\n \"a\": 1\n}\n", "line 1 (byte 0): the line is not JSON. Give a capture")]
    [InlineData("bench", "{\n \"a\": 1\n}\n", "line 1 (byte 0): the line is not JSON. Give a capture")]
    public void Capture_OtherJson_IsRefusedWithoutAReport(string verb, string text, string words)
    {
        using TestFolder folder = new();
        ToolResult result = Tool.Run(verb, folder.Write("other.json", Encoding.UTF8.GetBytes(text)));
        Assert.Equal(65, result.Code);
        Assert.Contains(words, Assert.Single(result.ErrorLines));
        Assert.DoesNotContain("Decision", result.Output);
    }

    [Fact]
    public void Capture_UnknownVersion_ExitsBadData()
    {
        using TestFolder folder = new();
        byte[] capture = Binary(folder);
        capture[8] = 9;
        string path = folder.Write("version.llcap", capture);
        ToolResult result = Tool.Run("replay", path);
        Assert.Equal(65, result.Code);
        Assert.Contains("format version 9, this program reads versions 1 to 2", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void Capture_TruncatedGzip_KeepsAndReportsWhatCameBefore()
    {
        using TestFolder folder = new();
        byte[] whole = File.ReadAllBytes(TestFolder.MarketSmall);
        string path = folder.Write("cut.jsonl.gz", whole.AsSpan(0, whole.Length / 2));
        ToolResult result = Tool.Run("replay", path, "--max-hops", "2");
        Assert.Equal(65, result.Code);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"replay: {path}, line ", line);
        Assert.Contains("the gzip stream ends early", line);
        Assert.Contains("ended early (Faulted)", result.Output);
        Assert.Contains("AccountNotification", result.Output);
    }

    [Fact]
    public void Capture_CorruptFrame_KeepsAndReportsWhatCameBefore()
    {
        using TestFolder folder = new();
        byte[] capture = Binary(folder);
        capture[capture.Length / 2] ^= 0xFF;
        string path = folder.Write("corrupt.llcap", capture);
        ToolResult result = Tool.Run("replay", path, "--max-hops", "2", "--json", "--journal", folder.At("j"));
        Assert.Equal(65, result.Code);
        string line = Assert.Single(result.ErrorLines);
        Assert.Contains(", byte ", line);
        Assert.Contains("is damaged (", line);
        Assert.True(result.Json.GetProperty("frames").GetInt64() > 500);
        Assert.True(result.Json.GetProperty("decision_count").GetInt64() > 0);
        Assert.True(File.Exists(folder.At("j")));
        Assert.Equal(0, Tool.Run("explain", "--journal", folder.At("j")).Code);
    }

    [Fact]
    public void Capture_BadLine_NamesTheLine()
    {
        using TestFolder folder = new();
        string[] lines = Encoding.UTF8.GetString(Gunzip(TestFolder.MarketSmall)).Split('\n');
        lines[700] = "{\"t\":1,\"ep\":0,";
        string path = folder.Write("line.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        ToolResult result = Tool.Run("replay", path, "--max-hops", "2", "--json");
        Assert.Equal(65, result.Code);
        Assert.StartsWith($"replay: {path}, line 701 (byte ", Assert.Single(result.ErrorLines));
        Assert.Equal(700, result.Json.GetProperty("frames").GetInt64());
    }

    [Theory]
    [InlineData("replay: unknown option --sped; did you mean '--speed'? (`lowlatency replay --help`)", "--sped", "1x")]
    [InlineData(
        "replay: unknown option --jurnal; did you mean '--journal'? (`lowlatency replay --help`)", "--jurnal=x")]
    [InlineData("replay: --speed 0x: give max, or a multiple of the recorded pace such as 1x or 10x", "--speed", "0x")]
    [InlineData("replay: --base 'SOL': not an address (give the Base58 text of 32 bytes)", "--base", "SOL")]
    [InlineData("replay: --wallet 'me': not an address (give the Base58 text of 32 bytes)", "--wallet", "me")]
    [InlineData("replay: --max-hops '7': give a whole number from 2 to 6", "--max-hops", "7")]
    [InlineData("replay: --runner 'fast': give inline, fused, split", "--runner", "fast")]
    [InlineData("replay: --from-slot ten: give a slot number", "--from-slot", "ten")]
    [InlineData("replay: --to-slot 5: it is before --from-slot 9", "--from-slot", "9", "--to-slot", "5")]
    [InlineData("replay: --set maxHop: unknown key 'maxHop'; did you mean 'maxHops'?", "--set", "maxHop=3")]
    [InlineData("replay: --set maxHops: give key=value, for example maxHops=3", "--set", "maxHops")]
    [InlineData("replay: --seed: a capture has no seed; it goes with --synthetic", "--seed", "4")]
    [InlineData(
        "replay: --synthetic many: give <pools>x<slots>, for example 100x200 (at most 32768 pools)",
        "--synthetic", "many")]
    public void Option_Wrong_ExitsUsageWithOneLine(string expected, params string[] args)
    {
        ToolResult result = Tool.Run(["replay", .. args]);
        Assert.Equal(2, result.Code);
        Assert.Equal([expected], result.ErrorLines);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Verb_Unknown_SuggestsTheNearest()
    {
        ToolResult result = Tool.Run("repaly");
        Assert.Equal(2, result.Code);
        Assert.Equal(
            ["lowlatency: unknown verb repaly; did you mean 'replay'? (`lowlatency --help`)"], result.ErrorLines);
    }

    [Fact]
    public void Config_UnknownKey_ExitsConfigWithPlaceAndSuggestion()
    {
        using TestFolder folder = new();
        string path = folder.Write("c.json", "{\n  \"maxHop\": 3\n}"u8);
        ToolResult result = Tool.Run("replay", "--config", path);
        Assert.Equal(78, result.Code);
        Assert.Equal(
            [$"replay: {path}, line 2, column 3: unknown key 'maxHop'; did you mean 'maxHops'?"], result.ErrorLines);
    }

    [Fact]
    public void Output_CannotBeCreated_ExitsCannotCreate()
    {
        using TestFolder folder = new();
        string path = Path.Combine(folder.At("none"), "run.journal");
        ToolResult result = Tool.Run("replay", "--journal", path);
        Assert.Equal(73, result.Code);
        Assert.StartsWith($"replay: --journal {path}: ", Assert.Single(result.ErrorLines));
    }

    [Theory]
    [InlineData("--state-truth", "{\"slot\":\"5\",\"changed\":{}}")]
    [InlineData("--state-truth", "{\"slot\":5,\"changed\":[]}")]
    [InlineData("--state-truth", "{\"slot\":5,\"changed\":{\"a\":1}}")]
    [InlineData("--state-truth", "{\"slot\":5,\"accounts\":{\"a\":[]}}")]
    [InlineData("--ground-truth", "{\"slot\":5,\"cycles\":{}}")]
    [InlineData("--ground-truth", "{\"slot\":5,\"cycles\":[{}]}")]
    [InlineData("--ground-truth", "{\"slot\":5,\"cycles\":[{\"pools\":[\"\\ud800\"]}]}")]
    public void Truth_OfAnotherForm_NamesTheLine(string option, string text)
    {
        using TestFolder folder = new();
        string path = folder.Write("t.jsonl", Encoding.UTF8.GetBytes(text));
        ToolResult result = Tool.Run("replay", option, path);
        Assert.Equal(65, result.Code);
        Assert.StartsWith($"replay: {path}: line 1: no truth: ", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void Truth_NotATruthFile_ExitsBadData()
    {
        using TestFolder folder = new();
        string path = folder.Write("t.jsonl", "{\"a\":1}\n"u8);
        ToolResult result = Tool.Run("replay", "--ground-truth", path);
        Assert.Equal(65, result.Code);
        Assert.Equal(
            [$"replay: {path}: line 1: no 'slot' and 'cycles'; is this a truth-cycles file?"], result.ErrorLines);
    }

    private static byte[] Binary(TestFolder folder)
    {
        string path = folder.At("whole.llcap");
        Assert.Equal(0, Tool.Run("record", "--import", TestFolder.MarketSmall, "--out", path).Code);
        return File.ReadAllBytes(path);
    }

    private static byte[] Gunzip(string path)
    {
        using FileStream file = File.OpenRead(path);
        using GZipStream gzip = new(file, CompressionMode.Decompress);
        using MemoryStream bytes = new();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
