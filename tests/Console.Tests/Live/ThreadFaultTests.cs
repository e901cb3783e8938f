using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Dispatch;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>
/// Threads beside the feed's: what fails in one halts the run, by the thread's name, also while no message comes; the
/// process does not die of it and its files are whole.
/// </summary>
public sealed class ThreadFaultTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-fault-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("inline", "own")]
    [InlineData("fused", "own")]
    [InlineData("split", "own")]
    [InlineData("inline", "connection")]
    public void WatchKeeperThrows_RunHalts_WithNothingToRead(string runner, string feedThread)
    {
        string list = Path.Combine(_folder, "list.json");
        File.WriteAllText(list, "first");
        File.WriteAllText(
            Path.Combine(_folder, "my.json"),
            $$"""
            { "endpoints": [{ "http": "http://127.0.0.1:1" }], "runner": "{{runner}}", "feedThread": "{{feedThread}}",
              "watch": { "pools": ["Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"] } }
            """);
        using ConfiguredRun run = new(_folder, asked => asked with
        {
            WatchFile = list,
            Reload = static () => throw new InvalidOperationException("broken on purpose"),
        });
        Stopwatch waited = Stopwatch.StartNew();
        for (int change = 1; run.Run.Feed is null; change++)
        {
            Assert.True(waited.Elapsed < Limit, "the run goes on without its keeper");
            File.SetLastWriteTimeUtc(list, DateTime.UtcNow.AddSeconds(change)); // the keeper may not have looked yet
            Thread.Sleep(100);
        }

        Assert.Equal(FeedOutcome.Halted, run.Run.Outcome);
        StringWriter errors = new();
        Assert.Equal(ExitCodes.Error, ReplayCommand.ExitCode(null, run.Run, "run", errors));
        Assert.Equal(
            "run: halted in watch keeper: InvalidOperationException: broken on purpose", errors.ToString().Trim());
    }

    [Fact]
    public void ConfigKeeperThrows_IsTold()
    {
        string config = Path.Combine(_folder, "my.json");
        File.WriteAllText(config, "{}");
        using ManualResetEventSlim told = new();
        string? thread = null;
        using ConfigKeeper keeper = new(
            config, new EngineConfig(), static () => throw new InvalidOperationException("broken on purpose"),
            static _ => true, new SettingTrail(), new TradingGate(), static (_, _) => { },
            (where, fault) =>
            {
                thread = $"{where}: {fault.Message}";
                told.Set();
            });
        Assert.True(told.Wait(Limit));
        Assert.Equal("config keeper: broken on purpose", thread);
    }
}
