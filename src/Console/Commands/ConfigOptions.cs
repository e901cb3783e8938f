using System;
using System.Collections.Generic;
using System.CommandLine;
using LowLatency.ConsoleHost.Config;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>The options by which every verb of a live run takes its settings.</summary>
internal sealed class ConfigOptions
{
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Settings: JSON with comments, see docs/configuration.md. Variables and flags win over it.",
        HelpName = "file.json",
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Any key of the configuration, such as --set tipShareBps=4000; may be given more than once.",
        HelpName = "key=value",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Set);
    }

    /// <summary>The layers of a command line; errors are thrown, or all reported.</summary>
    /// <exception cref="CommandException">Something is wrong and <paramref name="report"/> is null.</exception>
    public ConfigLayers Read(
        ParseResult result, IReadOnlyDictionary<string, string> environment, Action<CommandException>? report = null)
    {
        ConfigLayers layers = new(report);
        layers.AddFileAndEnvironment(result.GetValue(Config), environment);
        foreach (string assignment in result.GetValue(Set) ?? []) layers.AddAssignment(assignment);
        layers.Validate();
        return layers;
    }
}
