using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Pools;

namespace LowLatency.ConsoleHost.Commands;

/// <summary><c>config check|show|init|schema</c>: the configuration's mistakes, effect, beginning and shape.</summary>
internal static class ConfigCommand
{
    private const string CheckExamples =
        """
        Examples:
          lowlatency config check --config lowlatency.json
          LOWLATENCY_MAX_HOPS=3 lowlatency config check

        Lists every mistake of file, variables and flags, each with its place and what to write
        instead; also variables and files that endpoints refer to, and the watch list.
        Exit codes: 0 nothing wrong, 2 wrong usage, 78 something wrong.
        """;

    private const string ShowExamples =
        """
        Examples:
          lowlatency config show --config lowlatency.json
          lowlatency config show --changed --set maxHops=3
          lowlatency config show --json

        Keys and tokens in addresses are shown as ***.
        Exit codes: 0 shown, 2 wrong flag, 78 configuration wrong.
        """;

    private const string InitExamples =
        """
        Examples:
          lowlatency config init
          lowlatency config init bot.json

        Exit codes: 0 written, 2 wrong usage, 73 the file exists or cannot be written.
        """;

    private const string SchemaExamples =
        """
        Examples:
          lowlatency config schema > lowlatency.schema.json

        Name it in the configuration as "$schema" and editors complete and check keys.
        Exit codes: 0 printed, 2 wrong usage.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        ConfigOptions options = new();
        Verb check = new("check", "List every mistake of the configuration.", CheckExamples);
        options.AddTo(check);
        check.SetAction(result => Check(
            report => options.Read(result, ConfigLayers.ProcessEnvironment(), report),
            ConfigLayers.ProcessEnvironment(), result.InvocationConfiguration.Output));

        Option<bool> json = new("--json") { Description = "Print as JSON on stdout." };
        Option<bool> changed = new("--changed") { Description = "Only what is not at its default." };
        Verb show = new("show", "Show each setting in effect and where it comes from.", ShowExamples);
        options.AddTo(show);
        show.Options.Add(changed);
        show.Options.Add(json);
        show.SetAction(result => Show(
            () => options.Read(result, ConfigLayers.ProcessEnvironment()), result.GetValue(changed),
            result.GetValue(json), result.InvocationConfiguration.Output));

        Argument<string> file = new("file")
        {
            Description = "File to write.",
            DefaultValueFactory = _ => "lowlatency.json",
        };
        Verb init = new("init", "Write a commented file to start from; never overwrites.", InitExamples) { file };
        init.SetAction(result => Init(result.GetValue(file)!, result.InvocationConfiguration.Output));

        Verb schema = new("schema", "Print the JSON schema of the configuration, for editors.", SchemaExamples);
        schema.SetAction(result => result.InvocationConfiguration.Output.Write(ConfigSchema.Create()));
        return new Command("config", "Check, show and begin the configuration.") { check, show, init, schema };
    }

    /// <summary>Runs <c>config check</c>.</summary>
    internal static int Check(
        Func<Action<CommandException>, ConfigLayers> read, IReadOnlyDictionary<string, string> environment,
        TextWriter output)
    {
        List<CommandException> faults = [];
        EngineConfig config = read(faults.Add).Config;
        foreach (EndpointConfig endpoint in config.Endpoints) Try(() => endpoint.Resolve(environment));
        Try(() => WatchList.Gather(config.Watch));
        foreach (CommandException fault in faults) output.WriteLine(fault.Message);
        string endpoints = config.Endpoints.Count == 1 ? "1 endpoint" : $"{config.Endpoints.Count} endpoints";
        output.WriteLine(faults.Count switch
        {
            0 => $"ok: {SettingRows.CountSet(config)}, {endpoints}",
            1 => "1 mistake",
            _ => $"{faults.Count} mistakes",
        });
        return faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Config;

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (CommandException fault)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>Runs <c>config show</c>.</summary>
    internal static int Show(Func<ConfigLayers> read, bool onlyChanged, bool asJson, TextWriter output)
    {
        EngineConfig config = read().Config;
        List<SettingRow> rows = SettingRows.Of(config);
        if (onlyChanged) rows.RemoveAll(row => !config.Origins.ContainsKey(row.Name));
        if (asJson)
        {
            output.WriteLine(JsonOutput.Report(rows));
            return ExitCodes.Ok;
        }

        string section = string.Empty;
        foreach (SettingRow row in rows)
        {
            if (row.Section != section) output.WriteLine(row.Section);
            section = row.Section;
            output.WriteLine($"  {row.Name,-32} {row.InWords()}  ({row.Source})");
        }

        if (rows.Count == 0) output.WriteLine("every setting is at its default");
        return ExitCodes.Ok;
    }

    /// <summary>Runs <c>config init</c>.</summary>
    internal static int Init(string path, TextWriter output)
    {
        UserFile.WriteNew(path, path, file => file.Write(Encoding.UTF8.GetBytes(ConfigStarter.Create())));
        output.WriteLine($"{path} written; set RPC_URL, then: lowlatency doctor --config {path}");
        return ExitCodes.Ok;
    }
}
