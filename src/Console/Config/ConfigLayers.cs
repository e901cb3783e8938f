using System;
using System.Collections;
using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Puts the layers over each other: defaults, then file, then environment, then command line. Every layer is checked,
/// also where a later one wins.
/// </summary>
internal sealed class ConfigLayers
{
    /// <summary>Variable that names the configuration file where --config does not.</summary>
    public const string FileVariable = ConfigCatalog.VariablePrefix + "CONFIG";

    private const string SectionSeparator = "__";

    private readonly Action<CommandException>? _report;

    /// <summary>
    /// Layers whose first error is thrown or, with <paramref name="report"/>, whose errors are reported.
    /// </summary>
    public ConfigLayers(Action<CommandException>? report = null)
    {
        _report = report;
    }

    /// <summary>The settings so far.</summary>
    public EngineConfig Config { get; } = new();

    /// <summary>The process's variables.</summary>
    public static Dictionary<string, string> ProcessEnvironment()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        return variables;
    }

    /// <summary>Adds a file.</summary>
    public void AddFile(string path) => ConfigFile.Read(path, Take, _report);

    /// <summary>Adds the file, which <see cref="FileVariable"/> may name, and the variables.</summary>
    public void AddFileAndEnvironment(string? file, IReadOnlyDictionary<string, string> variables)
    {
        file ??= variables.GetValueOrDefault(FileVariable);
        if (file is not null) Try(() => AddFile(file));
        AddEnvironment(variables);
    }

    /// <summary>Checks what concerns several keys.</summary>
    /// <exception cref="CommandException">Two keys contradict each other.</exception>
    public void Validate()
    {
        foreach (CommandException fault in Config.Faults()) Try(() => throw fault);
    }

    /// <summary>
    /// Adds variables: LOWLATENCY__Section__Key and LOWLATENCY_KEY_IN_CAPITALS. Others of that prefix are errors.
    /// </summary>
    public void AddEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        List<string> names = [.. variables.Keys];
        names.Sort(StringComparer.Ordinal);
        foreach (string name in names)
        {
            bool isOurs = name.StartsWith(ConfigCatalog.VariablePrefix, StringComparison.Ordinal);
            if (!isOurs || name == FileVariable) continue;
            Try(() => Take(FindVariable(name), $"environment {name}", ConfigLayer.Environment, variables[name]));
        }
    }

    /// <summary>Adds a flag.</summary>
    public void AddFlag(string flag, string keyName, string text) =>
        Take(ConfigCatalog.Find(keyName)!, flag, ConfigLayer.CommandLine, text);

    /// <summary>Adds <c>--set key=value</c>.</summary>
    public void AddAssignment(string text) => Try(() => Assign(text));

    private void Assign(string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0) throw new CommandException($"--set {text}: give key=value, for example maxHops=3");
        string name = text[..equals]; // the value is not repeated: it may be an address with a key in it
        ConfigKey key = ConfigCatalog.Find(name)
            ?? throw new CommandException(
                $"--set {name}: unknown key '{name}'{Nearest.Hint(name, ConfigCatalog.Names())}");
        Take(key, $"--set {name}", ConfigLayer.CommandLine, text[(equals + 1)..]);
    }

    private static ConfigKey FindVariable(string name)
    {
        List<string> known = [FileVariable];
        bool isLong = name.StartsWith("LOWLATENCY" + SectionSeparator, StringComparison.Ordinal);
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            string candidate = isLong
                ? string.Join(
                    SectionSeparator, "LOWLATENCY", key.Section,
                    char.ToUpperInvariant(key.Member[0]) + key.Member[1..])
                : key.Variable;
            if (string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase)) return key;
            known.Add(candidate);
        }

        throw new CommandException(
            $"environment {name}: no such setting{Nearest.Hint(name, known)}; correct or unset it", ExitCodes.Config);
    }

    private void Take(ConfigKey key, string place, ConfigLayer layer, string text)
    {
        List<ConfigItem> items = [];
        if (key.Shape != ConfigShape.Scalar)
        {
            foreach (string part in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = key.Shape == ConfigShape.Map ? part.IndexOf('=') : -1;
                if (key.Shape == ConfigShape.Map && equals <= 0)
                {
                    throw new ConfigValue(layer, place, string.Empty, text, items)
                        .Wrong(part, "give mint=value, with commas");
                }

                items.Add(new ConfigItem(equals < 0 ? string.Empty : part[..equals], part[(equals + 1)..], place));
            }
        }

        Take(key, new ConfigValue(layer, place, string.Empty, text, items));
    }

    private void Try(Action add)
    {
        try
        {
            add();
        }
        catch (CommandException fault) when (_report is not null)
        {
            _report(fault);
        }
    }

    private void Take(ConfigKey key, ConfigValue value)
    {
        key.Apply(Config, value);
        Config.Origins[key.Name] = value;
    }
}
