using System.Text;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// The starter file of <c>config init</c>: every key of the catalog with what it is and its default, switched off by a
/// comment, so that only what its owner decided is in effect.
/// </summary>
internal static class ConfigStarter
{
    private const string Head =
        """
        {
          // Settings of LowLatency. Every line that begins with // "key" is a default: remove the slashes
          // to change it. Variables (LOWLATENCY_MAX_HOPS=3) and flags (--set maxHops=3) win over this file.
          //   lowlatency config check --config <this file>    every mistake, with its line
          //   lowlatency config show --config <this file>     what is in effect, and why
          //   lowlatency doctor --config <this file>          endpoints, clock, key, machine
          // "$schema": "./lowlatency.schema.json",  // lowlatency config schema > lowlatency.schema.json

          // Nodes to read from. Addresses with keys belong into variables: env:NAME, or file:path.
          "endpoints": [
            { "name": "main", "http": "env:RPC_URL" },
            // { "name": "home", "http": "http://127.0.0.1:8899", "ws": "ws://127.0.0.1:8900", "shards": 2 },
            // { "name": "geyser", "kind": "yellowstone", "grpc": "env:GRPC_URL", "token": "env:GRPC_X_TOKEN" },
          ],

        """;

    /// <summary>The file's text.</summary>
    public static string Create()
    {
        StringBuilder text = new(Head.ReplaceLineEndings("\n"));
        EngineConfig defaults = new();
        string section = string.Empty;
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            if (key.Shape == ConfigShape.Objects) continue;
            if (key.Section != section)
            {
                if (section.Length > 0) text.Append("  },\n");
                section = key.Section;
                text.Append($"\n  \"{char.ToLowerInvariant(section[0])}{section[1..]}\": {{\n");
            }

            text.Append($"    // {key.Help}\n    // \"{key.Member}\": {Value(key, defaults)}\n");
        }

        return text.Append("  },\n}\n").ToString();
    }

    private static string Value(ConfigKey key, EngineConfig defaults)
    {
        string text = key.TextOf(defaults);
        switch (key.Shape)
        {
            case ConfigShape.List:
                return text.Length == 0 ? "[]," : $"[\"{text.Replace(",", "\", \"")}\"],";
            case ConfigShape.Map:
                return "{},";
            default:
                ValueProbe probe = ValueProbe.Of(key);
                if (text.Length == 0) return probe.IsAddress ? "<address>," : "<text>,";
                return probe.IsWhole || probe.IsBool ? $"{text}," : $"\"{text}\",";
        }
    }
}
