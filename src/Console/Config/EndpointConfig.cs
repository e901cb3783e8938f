using System;
using System.Collections.Generic;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Config;

/// <summary>What an endpoint speaks.</summary>
internal enum EndpointKind
{
    /// <summary>JSON-RPC over HTTP, and subscriptions over WebSocket.</summary>
    Rpc = 0,

    /// <summary>Yellowstone gRPC.</summary>
    Yellowstone = 1,
}

/// <summary>An endpoint as configured; variables and files that hold secrets are not read yet.</summary>
internal sealed record EndpointConfig
{
    /// <summary>Calls a second where the configuration does not say.</summary>
    public const int DefaultCallsPerSecond = 40;

    public required string Name { get; init; }

    public required EndpointKind Kind { get; init; }

    /// <summary>File and line, variable or flag, with index.</summary>
    public required string Place { get; init; }

    public ConfigSecret? Http { get; init; }

    public ConfigSecret? WebSocket { get; init; }

    public ConfigSecret? Grpc { get; init; }

    public ConfigSecret? Token { get; init; }

    public int Shards { get; init; } = 1;

    public int CallsPerSecond { get; init; } = DefaultCallsPerSecond;

    /// <summary>The endpoint with its secrets, to connect with.</summary>
    /// <exception cref="CommandException">
    /// A variable is not set, a file cannot be read, or what they hold is no address.
    /// </exception>
    public LiveEndpoint Resolve(IReadOnlyDictionary<string, string> variables)
    {
        Uri? http = Address(Http, "http", ["http", "https"], variables);
        return new LiveEndpoint
        {
            Name = Name,
            Kind = Kind,
            Http = http,
            WebSocket = Address(WebSocket, "ws", ["ws", "wss"], variables) ?? (http is null ? null : Beside(http)),
            Grpc = Address(Grpc, "grpc", ["http", "https"], variables),
            Token = Token?.Resolve($"{Place}.token", variables),
            Shards = Shards,
            CallsPerSecond = CallsPerSecond,
        };
    }

    /// <summary>Without secrets.</summary>
    public override string ToString() =>
        $"{Name} ({Kind.ToString().ToLowerInvariant()} {(Kind == EndpointKind.Rpc ? Http : Grpc)})";

    /// <summary>Most providers serve subscriptions at the same address.</summary>
    private static Uri Beside(Uri http) => new UriBuilder(http)
    {
        Scheme = http.Scheme == "https" ? "wss" : "ws",
        Port = http.IsDefaultPort ? -1 : http.Port,
    }.Uri;

    private Uri? Address(
        ConfigSecret? secret, string member, string[] schemes, IReadOnlyDictionary<string, string> variables)
    {
        if (secret is null) return null;
        string place = $"{Place}.{member}";
        string text = secret.Resolve(place, variables);
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && Array.IndexOf(schemes, address.Scheme) >= 0)
            return address;
        throw new CommandException(
            $"{place}: {secret} holds no address that begins with {string.Join(" or ", schemes)}://", ExitCodes.Config);
    }
}

/// <summary>An endpoint to connect with. Its addresses and token are secrets: write <see cref="ToString"/>.</summary>
internal sealed class LiveEndpoint
{
    public required string Name { get; init; }

    public required EndpointKind Kind { get; init; }

    /// <summary>JSON-RPC; null for Yellowstone.</summary>
    public Uri? Http { get; init; }

    /// <summary>Subscriptions; null for Yellowstone.</summary>
    public Uri? WebSocket { get; init; }

    /// <summary>Yellowstone; null for JSON-RPC.</summary>
    public Uri? Grpc { get; init; }

    public string? Token { get; init; }

    public int Shards { get; init; } = 1;

    public int CallsPerSecond { get; init; } = EndpointConfig.DefaultCallsPerSecond;

    /// <summary>Headers of HTTP calls and handshakes: the token as <c>x-token</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers =>
        Token is null ? [] : [new KeyValuePair<string, string>("x-token", Token)];

    /// <summary>Name and redacted address.</summary>
    public override string ToString() =>
        (Http ?? Grpc) is { } address ? $"{Name} ({EndpointAddress.Redact(address)})" : Name;
}
