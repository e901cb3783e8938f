using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Capture;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

/// <summary>
/// The process itself, ended by signals: it ends in order, its files are whole, and the exit code names the signal.
/// </summary>
public sealed class SignalTests : IDisposable
{
    private const int LimitMs = 120_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-signal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void Replay_Signal_ClosesTheJournalAndReports(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) return;
        string journal = At("run.journal");
        using Process process = Start("replay", "--speed", "1x", "--journal", journal);
        (string output, string errors) = End(process, signal, text => text.Contains("slot 2826", Ordinal));
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("replay: ending;", errors);
        Assert.Contains("Decision hash", output, StringComparison.OrdinalIgnoreCase);
        using FileStream file = File.OpenRead(journal);
        JournalReader read = JournalReader.Read(file, journal);
        Assert.Null(read.Damage);
        Assert.NotEqual(0UL, read.Hash);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Run_Signal_KeepsTheRunAndTheRecording(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) return;
        string config = At("my.json");
        File.WriteAllText(
            config,
            """
            { "endpoints": [{ "http": "http://127.0.0.1:1" }],
              "watch": { "pools": ["Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"] } }
            """);
        using Process process = Start(
            "run", "--config", config, "--no-warm-up", "--run-dir", At("run"), "--record", At("day.llcap"));
        (_, string errors) = End(process, "HUP", text => text.Contains("before the first slot", Ordinal), signal);
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("no other value that may change", errors); // without a terminal nobody hangs up
        Assert.True(File.Exists(Path.Combine(_folder, "run", "run.json")));
        using CaptureReader? capture = CaptureReader.Open(At("day.llcap"), new CaptureReaderOptions(), out _);
        while (capture!.TryRead(out _))
        {
        }

        Assert.Null(capture.Fault);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Synthetic_Signal_LeavesNoHalfCapture(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Start("record", "--synthetic", "3000x100000", "--out", At("big.llcap"));
        (_, string errors) = End(process, signal, _ => File.Exists(At("big.llcap")));
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("record: ending;", errors);
        Assert.False(File.Exists(At("big.llcap")));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Bench_Signal_ReportsWhatWasMeasuredUntilThen(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Start("bench", "--load", "max", "1x", "2000", "--seconds", "60", "--warm-up", "1");
        (string output, string errors) = End(process, signal, text => text.Contains("bench: load max", Ordinal));
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("bench: ending;", errors);
        Assert.Contains("load max:", output);
        Assert.Contains("INTERRUPTED: ended before its time", output);
        Assert.DoesNotContain("load 1x:", output);
    }

    [Fact]
    public void BenchWire_Signal_SaysThatNothingIsReported()
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Start("bench", "--wire", "--seconds", "60", "--wire-warm-up", "60");
        (string output, string errors) = End(process, "INT", text => text.Contains("warm-up of", Ordinal));
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("ended before the sender had sent all; nothing is reported", errors);
        Assert.Empty(output);
    }

    /// <summary>What cannot be kept is said; the report is not lost with it.</summary>
    [Theory]
    [InlineData("--run-dir", "run", "run: Could not find a part of the path")]
    [InlineData("--journal", "run/journal", "it was moved or removed while it was written")]
    public void Replay_FolderRemovedMeanwhile_StillReportsAndSaysWhatIsLost(string option, string name, string words)
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(At("run"));
        using Process process = Start("replay", "--speed", "1x", option, At(name));
        (string output, string errors) = End(process, "INT", text =>
        {
            if (!text.Contains("slot 2826", Ordinal)) return false;
            Directory.Delete(At("run"), recursive: true);
            return true;
        });
        Assert.Equal(73, process.ExitCode);
        Assert.Contains("Decision hash", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(words, errors);
    }

    private static StringComparison Ordinal => StringComparison.Ordinal;

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "lowlatency.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Sends signals, the second when the first was answered, once stderr says that it is at work.</summary>
    private static (string Output, string Errors) End(
        Process process, string signal, Func<string, bool> isAtWork, string? second = null)
    {
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors) errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        using Task<string> output = process.StandardOutput.ReadToEndAsync();
        Await(isAtWork);
        Kill(signal);
        if (second is not null)
        {
            Await(text => text.Contains("may change", Ordinal));
            Kill(second);
        }

        Assert.True(process.WaitForExit(LimitMs), "it does not end");
        process.WaitForExit();
        return (output.Result, Text());

        string Text()
        {
            lock (errors) return errors.ToString();
        }

        void Kill(string name) => Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExit();

        void Await(Func<string, bool> isThere)
        {
            Stopwatch waited = Stopwatch.StartNew();
            while (!isThere(Text()))
            {
                Assert.True(waited.ElapsedMilliseconds < LimitMs, $"not in time: {Text()}");
                Assert.False(process.HasExited, Text());
                Thread.Sleep(20);
            }
        }
    }

    private string At(string name) => Path.Combine(_folder, name);
}
