using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Gateway;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Replay;
using Xunit;

namespace LowLatency.Console.Tests.Live;

/// <summary>
/// <c>run</c> with <c>my.json</c> of a folder on a thread of its own, recorded there as <c>day.llcap</c>.
/// </summary>
internal sealed class ConfiguredRun : IDisposable
{
    private readonly string _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly ReplaySettings _settings;
    private readonly Thread _thread;
    private bool _isStopped;

    /// <summary>Begins; <paramref name="change"/> is what the configuration cannot say.</summary>
    public ConfiguredRun(string folder, Func<LiveSettings, LiveSettings>? change = null)
    {
        _folder = folder;
        RunOptionSet options = new(isConfigRequired: true);
        Command command = new("run");
        options.AddTo(command);
        ParseResult parsed = command.Parse(["--config", Config, "--record", Capture]);
        Dictionary<string, string> none = [];
        EngineConfig config = options.ReadConfig(parsed, none);
        LiveSettings asked = options.ReadLive(parsed, config, none);
        Live = new LiveRun(change is null ? asked : change(asked));
        _settings = options.Read(parsed, config, Live, "run") with
        {
            Cancellation = _stop.Token,
            RecordPath = asked.RecordPath,
        };
        Metrics = new RunMetrics(Live, _settings.Gate, config.SilentNs);
        _settings = Metrics.Follow(_settings);
        Run = new ReplayRun(_settings, null);
        _thread = new Thread(() => Run.Execute());
        _thread.Start();
    }

    public LiveRun Live { get; }

    public ReplayRun Run { get; }

    public RunMetrics Metrics { get; }

    private string Config => Path.Combine(_folder, "my.json");

    private string Capture => Path.Combine(_folder, "day.llcap");

    /// <summary>Ends it; its recording is complete.</summary>
    public ReplayReport End()
    {
        Stop();
        Assert.True(Live.Recorder!.IsComplete);
        return ReplayReport.From(_settings, Run);
    }

    /// <summary>A replay of the recording with the same configuration decides the same.</summary>
    public void AssertReplaysEqually()
    {
        ReplayOptionSet options = new();
        Command command = new("replay");
        options.AddTo(command);
        ParseResult parsed = command.Parse([Capture, "--config", Config]);
        ReplayRun replay = new(options.Read(parsed, new Dictionary<string, string>()), null);
        Assert.Null(replay.Execute());
        Assert.True(Run.Decisions.Count > 0);
        Assert.Equal(Run.Decisions.Count, replay.Decisions.Count);
        Assert.Equal(Run.Hash.Value, replay.Hash.Value);
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Stop()
    {
        if (_isStopped) return;
        _isStopped = true;
        _stop.Cancel();
        _thread.Join();
        Metrics.Dispose();
        Live.Dispose();
    }
}
