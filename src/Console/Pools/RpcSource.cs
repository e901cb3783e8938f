using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>The first of the configured rpc endpoints that answers.</summary>
internal sealed class RpcSource : IDisposable
{
    private const long ScanTimeoutNs = 60_000_000_000; // scans of a program's accounts are slow

    private RpcSource(SolanaRpc rpc, string name)
    {
        Rpc = rpc;
        Name = name;
    }

    /// <summary>Calls.</summary>
    public SolanaRpc Rpc { get; }

    /// <summary>Name and redacted address.</summary>
    public string Name { get; }

    /// <summary>The option of verbs that ask nodes.</summary>
    public static Option<string?> HttpOption() => new("--http")
    {
        Description = "Address of JSON-RPC, in place of the configured endpoints.",
        HelpName = "url",
    };

    /// <summary>The endpoints of a configuration, or of one address in its place.</summary>
    /// <exception cref="CommandException">There is none, or one is wrong.</exception>
    public static List<LiveEndpoint> EndpointsOf(
        EngineConfig config, string? http, IReadOnlyDictionary<string, string> environment)
    {
        List<EndpointConfig> configured = config.Endpoints;
        if (http is not null)
        {
            ConfigLayers layers = new();
            layers.AddFlag("--http", "endpoints", http);
            configured = layers.Config.Endpoints;
        }

        if (configured.Count == 0)
            throw new CommandException("no endpoint: give --http <address>, or --config with \"endpoints\"");
        return configured.ConvertAll(endpoint => endpoint.Resolve(environment));
    }

    /// <summary>Opens the first that answers; what the others say goes to <paramref name="note"/>.</summary>
    /// <exception cref="CommandException">None answers.</exception>
    public static async Task<RpcSource> OpenAsync(
        IReadOnlyList<LiveEndpoint> endpoints, Action<string> note, CancellationToken cancellation)
    {
        foreach (LiveEndpoint endpoint in endpoints)
        {
            if (endpoint.Http is null) continue;
            SolanaRpc rpc = new(endpoint.Http, OptionsOf(endpoint), SystemClock.Instance);
            RpcResult<ulong> slot = await rpc.GetSlotAsync(Commitment.Confirmed, cancellation).ConfigureAwait(false);
            if (slot.IsOk) return new RpcSource(rpc, endpoint.ToString());
            rpc.Dispose();
            note($"{endpoint}: {Words(slot.Error!)}");
        }

        throw new CommandException("no rpc endpoint answers", ExitCodes.Unavailable);
    }

    /// <summary>An error in words.</summary>
    public static string Words(RpcError error) => error.Kind switch
    {
        RpcErrorKind.Timeout => "no answer in time",
        RpcErrorKind.Unauthorized => $"refused ({error.Message}): check key and token",
        RpcErrorKind.RateLimited => "rate limit: lower callsPerSecond, or use another endpoint",
        RpcErrorKind.AnswerTooLong => "the answer is too long: narrow it (--mint, --between)",
        RpcErrorKind.KeyExcludedFromIndex => "the node keeps no index for this program: use another endpoint",
        RpcErrorKind.MethodNotFound => "the endpoint does not serve this method: use another endpoint",
        _ => error.Message.Length == 0 ? error.Kind.ToString() : $"{error.Kind}: {error.Message}",
    };

    /// <inheritdoc/>
    public void Dispose() => Rpc.Dispose();

    private static SolanaRpcOptions OptionsOf(LiveEndpoint endpoint) => new()
    {
        Headers = endpoint.Headers,
        CallsPerSecond = endpoint.CallsPerSecond,
        TimeoutNs = ScanTimeoutNs,
        MaxAttempts = 3,
    };
}
