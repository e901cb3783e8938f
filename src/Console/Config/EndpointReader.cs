using System;
using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Reads the list of endpoints and says what is wrong with one, without repeating addresses or tokens. In variables and
/// flags the list is http addresses with commas: one rpc endpoint each.
/// </summary>
internal static class EndpointReader
{
    /// <summary>Most sockets to one endpoint.</summary>
    public const int MaxShards = 64;

    /// <summary>Fastest pace of HTTP calls.</summary>
    public const int MaxCallsPerSecond = 10_000;

    /// <summary>What an endpoint may have.</summary>
    public static IReadOnlyList<string> Members { get; } =
        ["name", "kind", "http", "ws", "grpc", "token", "shards", "callsPerSecond"];

    /// <summary>The endpoints of a value.</summary>
    /// <exception cref="CommandException">One is wrong.</exception>
    public static List<EndpointConfig> Read(ConfigValue value)
    {
        List<EndpointConfig> endpoints = [];
        foreach (ConfigObject item in value.Objects) endpoints.Add(ReadOne(value, item, endpoints.Count));
        foreach (ConfigItem item in value.Items)
        {
            ConfigObject address = new([new ConfigItem("http", item.Text, item.Place)], item.Place);
            endpoints.Add(ReadOne(value, address, endpoints.Count));
        }

        if (endpoints.Count == 0) throw value.Fault(value.Place, string.Empty, "give at least one endpoint");
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (EndpointConfig endpoint in endpoints)
        {
            if (!names.Add(endpoint.Name))
            {
                throw value.Fault(
                    value.Place, string.Empty, $"two endpoints are called '{endpoint.Name}'; names must differ");
            }
        }

        return endpoints;
    }

    private static EndpointConfig ReadOne(ConfigValue value, ConfigObject item, int index)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $"[{index}]");
        Dictionary<string, ConfigItem> members = [];
        foreach (ConfigItem member in item.Items) members.Add(member.Name, member);
        ConfigValue At(string member) => value with
        {
            Key = value.Key.Length == 0 && value.Items.Count == 1 ? string.Empty : $"{value.Key}{suffix}.{member}",
            Place = members[member].Place,
            Text = members[member].Text,
        };

        EndpointKind kind = members.ContainsKey("kind") ? At("kind").Choice<EndpointKind>() : EndpointKind.Rpc;
        foreach (string member in members.Keys)
        {
            bool isOther = kind == EndpointKind.Rpc ? member == "grpc" : member is "http" or "ws" or "callsPerSecond";
            if (!isOther) continue;
            ConfigValue wrong = At(member);
            throw wrong.Fault(wrong.Place, string.Empty, kind == EndpointKind.Rpc
                ? "belongs to kind yellowstone; this endpoint is of kind rpc"
                : "belongs to kind rpc; this endpoint is of kind yellowstone (make it an endpoint of its own)");
        }

        string needed = kind == EndpointKind.Rpc ? "http" : "grpc";
        if (!members.ContainsKey(needed))
            throw value.Fault(item.Place, suffix, $"'{needed}' is missing: the address, or env:NAME");
        string number = (index + 1).ToString(CultureInfo.InvariantCulture);
        return new EndpointConfig
        {
            Name = members.TryGetValue("name", out ConfigItem? name) && name.Text.Length > 0
                ? name.Text
                : $"{kind.ToString().ToLowerInvariant()}-{number}",
            Kind = kind,
            Place = value.Key.Length == 0 ? item.Place : $"{item.Place}: {value.Key}{suffix}",
            Http = members.ContainsKey("http") ? Address(At("http"), "http", "https") : null,
            WebSocket = members.ContainsKey("ws") ? Address(At("ws"), "ws", "wss") : null,
            Grpc = members.ContainsKey("grpc") ? Address(At("grpc"), "http", "https") : null,
            Token = members.ContainsKey("token") ? Token(At("token")) : null,
            Shards = members.ContainsKey("shards") ? At("shards").Int(1, MaxShards) : 1,
            CallsPerSecond = members.ContainsKey("callsPerSecond")
                ? At("callsPerSecond").Int(1, MaxCallsPerSecond)
                : EndpointConfig.DefaultCallsPerSecond,
        };
    }

    private static ConfigSecret Address(ConfigValue value, string scheme, string secureScheme)
    {
        ConfigSecret secret = new(value.Text, value.Folder);
        bool isFit = secret.IsReference
            || (secret.LiteralAddress is { } address && (address.Scheme == scheme || address.Scheme == secureScheme));
        return isFit
            ? secret
            : throw value.Fault(
                value.Place, string.Empty,
                $"no address; give {scheme}://... or {secureScheme}://..., or env:NAME, or file:path");
    }

    private static ConfigSecret Token(ConfigValue value)
    {
        ConfigSecret secret = new(value.Text, value.Folder);
        return secret.IsReference
            ? secret
            : throw value.Fault(
                value.Place, string.Empty, "a token does not belong into the file; give env:NAME or file:path");
    }
}
