using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Live;
using LowLatency.ConsoleHost.Pools;
using LowLatency.ConsoleHost.Replay;
using LowLatency.ConsoleHost.Reports;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Submission;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>The options of <c>run</c> and of a live <c>record</c>, and how they become settings.</summary>
internal sealed class RunOptionSet(bool isConfigRequired)
{
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Endpoints, pools and settings: JSON with comments, see docs/live.md.",
        HelpName = "file.json",
        Required = isConfigRequired,
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Any key of the configuration, such as --set tipShareBps=4000; may be given more than once.",
        HelpName = "key=value",
    };

    public Option<string?> Record { get; } = new("--record")
    {
        Description = "Write everything that is received to this capture; it must not exist.",
        HelpName = "file",
    };

    public Option<string?> Seconds { get; } = new("--seconds", "--duration")
    {
        Description = "How long to run, seconds. Default: until Ctrl-C.",
        HelpName = "n",
    };

    public Option<string?> AuditSeconds { get; } = new("--audit-seconds")
    {
        Description = "Every account is read again within this time and compared; 0 for never. Default: 30.",
        HelpName = "n",
    };

    public Option<bool> Simulate { get; } = new("--simulate")
    {
        Description = "Simulate taken decisions on a node and learn from the outcome; nothing is sent.",
    };

    public Option<string?> Journal { get; } = new("--journal")
    {
        Description = "Write every decision to this file.",
        HelpName = "file",
    };

    public Option<string?> RunDir { get; } = new(RunFolder.OptionName)
    {
        Description = "Keep the run in this new folder, journal included, for `lowlatency report`.",
        HelpName = "folder",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the report as JSON on stdout." };

    public Option<bool> Ui { get; } = new("--ui")
    {
        Description = "Watch it in full-screen (docs/console.md); without a terminal, lines as always.",
    };

    public Option<int?> Metrics { get; } = new("--metrics")
    {
        Description =
            "Serve /metrics (Prometheus), /healthz, /readyz, /livez on this port of 127.0.0.1, for example 9464.",
        HelpName = "port",
    };

    public Option<bool> NoStamps { get; } = new("--no-stamps")
    {
        Description = "Take no time stamps: no latency table, fastest run.",
    };

    public Option<bool> NoWarmUp { get; } = new("--no-warm-up")
    {
        Description = "Begin at once: without the rehearsal that compiles all code before the first message.",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            Config, Set, Record, Seconds, AuditSeconds, Simulate, Journal, RunDir, Json, Ui, Metrics, NoStamps,
            NoWarmUp,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The configuration of a command line.</summary>
    /// <exception cref="CommandException">An option, variable or the configuration file is wrong.</exception>
    public EngineConfig ReadConfig(ParseResult result, IReadOnlyDictionary<string, string> environment)
    {
        ConfigLayers layers = new();
        layers.AddFile(result.GetValue(Config)!);
        layers.AddEnvironment(environment);
        foreach (string assignment in result.GetValue(Set) ?? []) layers.AddAssignment(assignment);
        layers.Config.Validate();
        return layers.Config;
    }

    /// <summary>The live part of a command line.</summary>
    /// <exception cref="CommandException">An option or what the configuration refers to is wrong.</exception>
    public LiveSettings ReadLive(
        ParseResult result, EngineConfig config, IReadOnlyDictionary<string, string> environment)
    {
        if (config.Endpoints.Count == 0)
        {
            throw new CommandException(
                $"--config {result.GetValue(Config)}: no endpoints; give \"endpoints\": [{{ \"http\": ... }}]",
                ExitCodes.Config);
        }

        double auditSeconds = ReadSeconds("--audit-seconds", result.GetValue(AuditSeconds) ?? "30");
        return new LiveSettings
        {
            Endpoints = LiveSettings.EndpointsOf(config, environment),
            Watch = Watched(config.Watch),
            WatchFile = config.Watch.File,
            Reload = () => Watched(config.Watch),
            RecordPath = result.GetValue(Record),
            RunsOnConnections = config.FeedThread == FeedThread.Connection,
            DurationNs = (long)(ReadSeconds("--seconds", result.GetValue(Seconds) ?? "0") * 1e9),
            Chain = config.Chain,
            Health = config.Health,
            Simulation = config.Simulate || result.GetValue(Simulate)
                ? new SimulatorOptions { PerSecond = config.SimulationsPerSecond }
                : null,
            Bootstrap = new BootstrapOptions { AuditMs = (int)(auditSeconds * 1000) },
        };
    }

    /// <summary>The settings of the run.</summary>
    public ReplaySettings Read(ParseResult result, EngineConfig config, LiveRun live, string verb)
    {
        int connections = live.Pool.Addresses.Count - 1;
        return new ReplaySettings
        {
            Live = live,
            Verb = verb,
            CapturePath = string.Empty,
            CaptureName = connections == 1 ? "1 live connection" : $"{connections} live connections",
            CaptureTitle = $"{verb} {Path.GetFileName(result.GetValue(Config))}",
            Rows = SettingRows.Of(config),
            JournalPath = RunFolder.JournalOf(result.GetValue(RunDir), result.GetValue(Journal)),
            RunFolder = result.GetValue(RunDir),
            Pipeline = config.Build(
                CaptureSidecar.DryRunWallet, new Dictionary<Pubkey, Pubkey>(), !result.GetValue(NoStamps)),
            Gate = config.BuildGate(),
            ChangedKeys = [.. config.Origins.Keys],
        };
    }

    private static List<Pubkey> Watched(WatchConfig config)
    {
        WatchList list = WatchList.Gather(config);
        List<Pubkey> watch = [.. list.Accounts];
        foreach (WatchedPool pool in list.Pools) watch.Add(pool.Address);
        return watch;
    }

    private static double ReadSeconds(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
        && double.IsFinite(seconds) && seconds >= 0 && seconds < 1e9
            ? seconds
            : throw new CommandException($"{option} {text}: give a number of seconds");
}
