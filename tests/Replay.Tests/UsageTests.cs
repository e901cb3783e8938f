using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Solana;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>Command lines that cannot mean anything, and output that cannot be written: one line and a code.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData(2, "replay: --paused: it goes with --ui", "replay", "--paused")]
    [InlineData(2, "replay: --truth-venues: it goes with --ground-truth", "replay", "--truth-venues", "RaydiumCpmm")]
    [InlineData(
        2, "replay: --assert xyz: give the 16 hexadecimal digits of a decision hash", "replay", "--assert", "xyz")]
    [InlineData(2, "record: --seed: it goes with --synthetic", "record", "--seed", "2", "--out", "none.llcap")]
    [InlineData(
        2,
        "quote: --amount '-1': give a whole number from 0 to 18446744073709551615 (`lowlatency quote --help`)",
        "quote", "--accounts", "a", "--pool", "b", "--in", "c", "--amount", "-1")]
    [InlineData(
        2, "verify: --show 'ten': give a whole number (`lowlatency verify --help`)", "verify", "--vectors", "a",
        "--show", "ten")]
    [InlineData(
        66, "tx inspect: none.bin: no such file, and no base64, base58 or hexadecimal text", "tx", "inspect",
        "none.bin")]
    public void Mistake_IsOneLine(int code, string line, params string[] args)
    {
        ToolResult result = Tool.Run(args);
        Assert.Equal([line], result.ErrorLines);
        Assert.Equal(code, result.Code);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("replay: <capture>: the value is empty (`lowlatency replay --help`)", "replay", "")]
    [InlineData("replay: --config: the value is empty (`lowlatency replay --help`)", "replay", "--config", "")]
    [InlineData("replay: --journal: the value is empty (`lowlatency replay --help`)", "replay", "--journal", "")]
    [InlineData("cycles: --snapshot: the value is empty (`lowlatency cycles --help`)", "cycles", "--snapshot", "")]
    [InlineData(
        "lowlatency: unknown verb relay; did you mean 'replay'? (`lowlatency --help`)", "relay", "--json")]
    public void Mistake_InTheCommandLine_IsOneLine(string line, params string[] args) =>
        Assert.Equal([line], Errors(2, args));

    [Fact]
    public void Stdout_WordsOfAServer_DoNotSteerTheTerminal()
    {
        using StringWriter text = new();
        using (StandardWriter output = new(text, isNeeded: true))
        {
            output.WriteLine("no\u001b[2J\u009b\a way\t\u00e9");
            output.Write('\u001b');
            output.Write(['a', '\b', 'c'], 0, 3);
            output.Write("fine\r\n");
        }

        Assert.Equal($"no?[2J?? way\t\u00e9{Environment.NewLine}?a?cfine\r\n", text.ToString());
    }

    [Fact]
    public void Capture_ThatIsAPipe_IsRefusedInWords()
    {
        if (!OperatingSystem.IsLinux()) return;
        using TestFolder folder = new();
        string pipe = folder.At("pipe");
        using (Process make = Process.Start("mkfifo", pipe)) make.WaitForExit();
        using Process writer = Process.Start("sh", ["-c", "printf x > \"$0\"", pipe]);
        string line = Assert.Single(Errors(66, "replay", pipe));
        Assert.StartsWith($"replay: {pipe}: it is a pipe, and a capture is read more than once. ", line);
        writer.WaitForExit();
        Assert.Equal(
            ["replay: -: there is no such file. Write what comes to a file and give that."], Errors(66, "replay", "-"));
    }

    [Theory]
    [InlineData("{\"searcher\":[1]}")]
    [InlineData("{\"searcher\":null}")]
    [InlineData("[]")]
    public void PoolsFile_OfAnotherShape_NamesNoWallet(string text)
    {
        using TestFolder folder = new();
        folder.Write("pools.json", Encoding.UTF8.GetBytes(text));
        string capture = folder.Write("c.jsonl", "{\"t\":1,\"ep\":0,\"m\":\"{}\"}\n"u8);
        Assert.Empty(Errors(0, "replay", capture));
    }

    [Fact]
    public void PoolsFile_AccountsOfTheSearcher_AreThoseOfTheMintsThatItNames()
    {
        using TestFolder folder = new();
        const string Bonk = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263";
        const string Own = "9YWmW7swspSLRFF3zok38S9WN5ZLgdBkgQmrFT5tAQyg";
        string text = $$$"""
            {"mints":{"SOL":{"mint":"So11111111111111111111111111111111111111112"},"BONK":{"mint":"{{{Bonk}}}"}},
            "searcher":{"wsol_account":"{{{Own}}}","bonk_account":"{{{Own}}}","wif_account":"{{{Own}}}","note":"x"}}
            """;
        folder.Write("pools.json", Encoding.UTF8.GetBytes(text));
        string capture = folder.Write("c.jsonl", "{\"t\":1,\"ep\":0,\"m\":\"{}\"}\n"u8);
        CaptureSidecar sidecar = CaptureSidecar.ReadBeside(capture);
        Assert.Equal(2, sidecar.TokenAccounts.Count);
        Assert.Equal(Pubkey.Parse(Own), sidecar.TokenAccounts[Pubkey.Parse(Bonk)]);
        Assert.Equal(Pubkey.Parse(Own), sidecar.TokenAccounts[ProgramIds.WrappedSolMint]);
    }

    [Fact]
    public void PoolsFile_ThatIsNoText_IsNamed()
    {
        using TestFolder folder = new();
        string pools = folder.Write("pools.json", "{\"searcher\":{\"wallet\":\"\\ud800\"}}"u8);
        string capture = folder.Write("c.jsonl", "{\"t\":1,\"ep\":0,\"m\":\"{}\"}\n"u8);
        Assert.StartsWith($"replay: {pools}: not JSON", Assert.Single(Errors(65, "replay", capture)));
        Assert.StartsWith($"bench: {pools}: not JSON", Assert.Single(Errors(65, "bench", capture)));
    }

    [Fact]
    public void Folder_WhereAFileIsWanted_IsSaidToBeOne()
    {
        Assert.Equal(["replay: /: it is a folder, not a capture. Check the path."], Errors(66, "replay", "/"));
        using TestFolder folder = new();
        string path = folder.At(".");
        Assert.Equal([$"replay: {path}: it is a folder, not a capture. Check the path."], Errors(66, "replay", path));
        Assert.Equal([$"tx inspect: {path}: it is a folder, not a file"], Errors(66, "tx", "inspect", path));
        Assert.Equal(
            [$"explain: {path}: it is a folder; give the journal file in it"],
            Errors(66, "explain", "1.0", "--journal", path));
        Assert.Equal(
            [$"cycles: {path}: no graph (.csv or .csv.gz) in this folder"],
            Errors(66, "cycles", "--report", "--snapshot", path));
    }

    [Fact]
    public void SlotRange_ThatTheCaptureDoesNotHave_IsToldAfterTheReport()
    {
        string[] lines = Errors(2, "replay", "--from-slot", "999999999999", "--no-stamps");
        Assert.Equal(["replay: --from-slot, --to-slot: no slot of the capture is in this range"], lines);
    }

    [Fact]
    public void Explain_OfADecisionBehindTheDamage_TellsTheDamage()
    {
        using TestFolder folder = new();
        string whole = folder.At("run.journal");
        Assert.Equal(0, Tool.Run("replay", "--max-hops", "2", "--no-stamps", "--journal", whole).Code);
        string cut = folder.Write("cut.journal", File.ReadAllBytes(whole).AsSpan(0, 5000));
        string[] lines = Errors(65, "explain", "999999.0", "--journal", cut);
        Assert.Equal(2, lines.Length);
        Assert.Contains("is cut off or corrupt", lines[0]);
        Assert.Contains("no such decision", lines[1]);
    }

    [Theory]
    [InlineData("config", "schema")]
    [InlineData("replay", "--help")]
    [InlineData("replay", "--no-stamps")]
    [InlineData("inspect", "--json")]
    [InlineData("completion", "bash")]
    public void Stdout_ThatCannotBeWritten_IsOneLineAndCode73(params string[] args)
    {
        using StringWriter errors = new();
        using StandardWriter output = new(new FullDisk(), isNeeded: true);
        Assert.Equal(73, Program.Run(args, output, errors));
        string[] lines = new ToolResult(0, string.Empty, errors.ToString()).ErrorLines;
        string verb = args[0] == "config" ? "config schema" : args[0];
        Assert.Equal($"{verb}: {FullDisk.Said}", Assert.Single(lines));
    }

    [Fact]
    public void Stderr_ThatCannotBeWritten_ChangesNothing()
    {
        using StringWriter output = new();
        using StandardWriter errors = new(new FullDisk(), isNeeded: false);
        Assert.Equal(66, Program.Run(["replay", "no-such.jsonl"], output, errors));
        Assert.Equal(0, Program.Run(["replay", "--max-hops", "2", "--no-stamps"], output, errors));
        Assert.Contains("Decision hash", output.ToString());
    }

    private static string[] Errors(int code, params string[] args)
    {
        ToolResult result = Tool.Run(args);
        Assert.Equal(code, result.Code);
        return Array.FindAll(
            result.ErrorLines, line => !line.StartsWith("cycles  ", StringComparison.Ordinal));
    }

    private sealed class FullDisk : TextWriter
    {
        internal const string Said = "stdout cannot be written: No space left on device";

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => Write('a');

        public override void WriteLine(string? value) => Write('a');
    }
}
