using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Gateway;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Pools;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Reports;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>run --config file</c>: the engine on live endpoints, dry.</summary>
internal static class RunCommand
{
    private const string Examples =
        """
        Examples:
          lowlatency run --config my.json                     until Ctrl-C, then the report
          lowlatency run --config my.json --seconds 600 --json > report.json
          lowlatency run --config my.json --record day.llcap  record all that is received
          lowlatency replay day.llcap                         ... and decide it again: same hash
          lowlatency run --config my.json --run-dir today     keep the run for `lowlatency report`
          lowlatency run --config my.json --ui                watch it in full-screen
          lowlatency run --config my.json --metrics 9464      curl 127.0.0.1:9464/metrics

        Dry: it decides and builds unsigned messages, and sends nothing. Endpoints and pools stand
        in the file (docs/live.md); everything a pool names is watched by itself. Before it connects
        it rehearses on bundled and generated captures, some seconds (--no-warm-up skips that).
        Exit codes: 0 done, 1 engine halted, 2 wrong usage, 73 output cannot be written,
        78 configuration wrong, 130 Ctrl-C, 143 SIGTERM,
        129 SIGHUP (with the report until then).
        """;

    internal static Command Create()
    {
        RunOptionSet options = new(isConfigRequired: true);
        Verb command = new("run", "Run the engine on live endpoints; decides, sends nothing.", Examples);
        options.AddTo(command);
        command.SetAction(result => Run(
            options, result, "run", ConfigLayers.ProcessEnvironment(),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Runs the verb on the given writers and variables.</summary>
    internal static int Run(
        RunOptionSet options, ParseResult result, string verb, IReadOnlyDictionary<string, string> environment,
        TextWriter output, TextWriter errors, string? recordPath = null)
    {
        ConfigKeeper? reader = null; // reads the file again when it begins, so nothing is missed before

        // Without a terminal nobody hangs up: as for any service, the configuration is then to be read again.
        using Interruption interrupt = new(verb, errors)
        {
            OnHangUp = Console.IsInputRedirected ? () => reader?.Ask() : null,
        };
        EngineConfig config = options.ReadConfig(result, environment);
        LiveSettings asked = options.ReadLive(result, config, environment);
        if (recordPath is not null) asked = asked with { RecordPath = recordPath };
        using LiveRun live = new(asked);
        ReplaySettings settings =
            options.Read(result, config, live, verb) with
            {
                Cancellation = interrupt.Token,
                RecordPath = asked.RecordPath,
            };
        if (asked.Watch.Count == 0)
        {
            // No mistake: the list's file is read again while it runs, and what is named there is then watched.
            string warning = $"nothing is watched, so nothing will be decided: {WatchList.Remedy}";
            settings.Log.Add(LogLevel.Warning, "config", warning);
            errors.WriteLine($"{verb}: {warning}");
        }

        if (settings.RunFolder is { } folder) RunFolder.Prepare(folder);
        if (recordPath is null && !result.GetValue(options.NoWarmUp))
            Rehearsal.Run(settings.Pipeline, verb, errors, interrupt.Token);
        bool isWatched = result.GetValue(options.Ui);
        using ConfigKeeper keeper = new(
            result.GetValue(options.Config)!, config, () => options.ReadConfig(result, environment),
            live.TryPostSettings, settings.Trail, settings.Gate, (level, text) =>
            {
                settings.Log.Add(level, "config", text);
                if (!isWatched) errors.WriteLine($"{verb}: {text}");
            },
            live.Halt);
        reader = keeper;
        settings = settings with { Reload = keeper.Ask };
        using RunMetrics metrics = new(live, settings.Gate, config.SilentNs);
        using MetricsServer? server = result.GetValue(options.Metrics) is { } port
            ? new MetricsServer(port, metrics.Text, metrics.Unwell, metrics.Dead)
            : null;
        if (server is not null) settings = metrics.Follow(settings);
        ReplayProgressLine progress = new(errors, verb, () => Standing(live));
        ReplayRun run = ReplayCommand.Execute(settings, isWatched, isPaused: false, progress, errors);
        live.Recorder?.Dispose(); // the report counts what is on the disk
        ReplayReport report = ReplayReport.From(settings, run);
        string? lost = ReplayCommand.Keep(
            settings, run, report, live.Recorder is { IsComplete: true } ? settings.RecordPath : null);
        if (result.GetValue(options.Json)) report.WriteJson(output);
        else report.WriteText(output);
        if (Unrecorded(live, settings) is { } cut) lost = lost is null ? cut : $"{cut}; {lost}";
        return ReplayCommand.ExitCode(null, run, verb, errors, lost);
    }

    /// <summary>Why the recording is not whole; null if it is, or none was asked for.</summary>
    private static string? Unrecorded(LiveRun live, ReplaySettings settings)
    {
        if (live.Recorder is not { } recorder) return null;
        string? why = !recorder.IsComplete ? recorder.Failure ?? "the disk fell behind"
            : ReplayRun.IsGone(settings.RecordPath) ? ReplayRun.Gone
            : null;
        return why is null ? null : $"the recording {settings.RecordPath} is incomplete: {why}";
    }

    private static string Standing(LiveRun live)
    {
        int open = 0;
        var connections = live.Pool.GetStatus();
        foreach (var connection in connections)
        {
            if (connection.IsOpen) open++;
        }

        string recorded = live.Recorder is { } recorder ? $"  {recorder.FileBytes >> 20} MiB recorded" : string.Empty;
        int doubtful = live.Feed?.Coverage?.Doubtful ?? 0;
        return $"  {open}/{connections.Count} open  {live.Pool.Watched} accounts, {doubtful} in doubt{recorded}";
    }
}
