using System.Text.Json.Nodes;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// The JSON schema of a configuration file, for editors: made from the catalog and from what each key's reader takes.
/// Source: JSON Schema draft-07, the newest that common editors know fully.
/// </summary>
internal static class ConfigSchema
{
    private const string AddressPattern = "^[1-9A-HJ-NP-Za-km-z]{32,44}$"; // Base58 of 32 bytes

    /// <summary>The schema, ending with a line end.</summary>
    public static string Create()
    {
        JsonObject top = new() { ["$schema"] = new JsonObject { ["type"] = "string" } };
        JsonObject sections = [];
        EngineConfig defaults = new();
        foreach (ConfigKey key in ConfigCatalog.Keys)
        {
            if (key.Member == key.Name) top[key.Name] = Property(key, defaults);
            string name = char.ToLowerInvariant(key.Section[0]) + key.Section[1..];
            if (sections[name] is not JsonObject section) sections[name] = section = [];
            section[key.Member] = Property(key, defaults);
        }

        foreach ((string name, JsonNode? members) in sections) top[name] = Object(members!.DeepClone().AsObject());
        JsonObject schema = Object(top);
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", "LowLatency configuration");
        return schema.ToJsonString(JsonOutput.Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Object(JsonObject properties) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = properties,
    };

    private static JsonObject Property(ConfigKey key, EngineConfig defaults)
    {
        JsonObject property = new() { ["description"] = key.Help };
        if (key.Shape == ConfigShape.Objects)
        {
            property["type"] = "array";
            property["items"] = Endpoint();
            return property;
        }

        ValueProbe probe = ValueProbe.Of(key);
        JsonObject scalar = Scalar(probe);
        switch (key.Shape)
        {
            case ConfigShape.List:
                property["type"] = "array";
                property["items"] = scalar;
                break;
            case ConfigShape.Map:
                property["type"] = "object";
                property["propertyNames"] = new JsonObject { ["pattern"] = AddressPattern };
                property["additionalProperties"] = scalar;
                break;
            default:
                foreach ((string name, JsonNode? value) in scalar) property[name] = value?.DeepClone();
                break;
        }

        string text = key.TextOf(defaults);
        if (key.Shape == ConfigShape.Scalar && text.Length > 0)
            property["default"] = probe.IsWhole || probe.IsBool ? JsonNode.Parse(text) : text;
        return property;
    }

    private static JsonObject Scalar(ValueProbe probe)
    {
        if (probe.IsWhole)
        {
            // Numbers above 2^53 are not exact in editors, which would refuse the largest ones.
            JsonObject whole = new() { ["type"] = "integer", ["minimum"] = probe.Min };
            if (probe.Max <= 1UL << 53) whole["maximum"] = probe.Max;
            return whole;
        }

        if (probe.IsBool) return new JsonObject { ["type"] = "boolean" };
        JsonObject text = new() { ["type"] = "string" };
        if (probe.IsAddress) text["pattern"] = AddressPattern;
        if (probe.Choices is not null)
        {
            JsonArray choices = [];
            foreach (string choice in probe.Choices) choices.Add((JsonNode)choice);
            text["enum"] = choices;
        }

        return text;
    }

    private static JsonObject Endpoint()
    {
        JsonObject properties = [];
        foreach (string member in EndpointReader.Members)
        {
            properties[member] = member switch
            {
                "kind" => new JsonObject { ["enum"] = new JsonArray("rpc", "yellowstone"), ["default"] = "rpc" },
                "shards" => Whole(EndpointReader.MaxShards, 1),
                "callsPerSecond" => Whole(EndpointReader.MaxCallsPerSecond, EndpointConfig.DefaultCallsPerSecond),
                "token" => new JsonObject { ["type"] = "string", ["pattern"] = "^(env|file):." },
                "name" => new JsonObject { ["type"] = "string" },
                "ws" => new JsonObject { ["type"] = "string", ["pattern"] = "^(wss?://|env:|file:)." },
                _ => new JsonObject { ["type"] = "string", ["pattern"] = "^(https?://|env:|file:)." },
            };
        }

        return Object(properties);

        static JsonObject Whole(int max, int start) =>
            new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = max, ["default"] = start };
    }
}
