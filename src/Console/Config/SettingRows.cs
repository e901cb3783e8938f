using System.Collections.Generic;
using LowLatency.ConsoleHost.Screens;

namespace LowLatency.ConsoleHost.Config;

/// <summary>The settings as they are in effect, each with its source, in the catalog's order.</summary>
internal static class SettingRows
{
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
