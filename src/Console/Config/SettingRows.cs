using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Config;

/// <summary>One setting and where its value comes from.</summary>
internal readonly record struct SettingRow(string Section, string Name, string Value, string Source)
{
    /// <summary>For a reader: words where nothing is set, and for a limit of all that 32 or 64 bits hold.</summary>
    public string InWords() => Value switch
    {
        "" => "not set",
        "4294967295" or "18446744073709551615" => "no limit",
        _ => Value,
    };
}

/// <summary>The settings as they are in effect, each with its source, in the catalog's order.</summary>
internal static class SettingRows
{
    /// <summary>How many keys are written somewhere, in words.</summary>
    public static string CountSet(EngineConfig config) =>
        config.Origins.Count == 1 ? "1 key set" : $"{config.Origins.Count} keys set";

    public static List<SettingRow> Of(EngineConfig config)
    {
        List<SettingRow> rows = [];
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            string source = config.Origins.TryGetValue(key.Name, out ConfigValue? origin) ? origin.Place : "default";
            rows.Add(new SettingRow(key.Section, key.Name, key.TextOf(config), source));
        }

        return rows;
    }
}
