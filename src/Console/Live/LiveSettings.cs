using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Submission;

namespace LowLatency.ConsoleHost.Live;

/// <summary>One live run, as asked for on the command line.</summary>
internal sealed record LiveSettings
{
    /// <summary>Endpoints to race.</summary>
    public required IReadOnlyList<LiveEndpointOptions> Endpoints { get; init; }

    /// <summary>Pools and accounts to watch; what pools name is watched by itself.</summary>
    public required IReadOnlyList<Pubkey> Watch { get; init; }

    /// <summary>File whose changes are followed while it runs; null = none.</summary>
    public string? WatchFile { get; init; }

    /// <summary>Reads what is to be watched again, after the file changed.</summary>
    public Func<IReadOnlyList<Pubkey>>? Reload { get; init; }

    /// <summary>Capture to write; null = none.</summary>
    public string? RecordPath { get; init; }

    /// <summary>How long to run, nanoseconds; 0 = until Ctrl-C.</summary>
    public long DurationNs { get; init; }

    /// <summary>Snapshots and audit.</summary>
    public BootstrapOptions Bootstrap { get; init; } = new();

    /// <summary>Blockhashes and priority fees.</summary>
    public ChainWatchOptions Chain { get; init; } = new();

    /// <summary>When an endpoint's data is too bad to be raced.</summary>
    public EndpointHealthOptions Health { get; init; } = new();

    /// <summary>How taken decisions are simulated; null = they are not.</summary>
    public SimulatorOptions? Simulation { get; init; }

    /// <summary>Size of each connection's inbox, bytes; answers to snapshots may be half as long.</summary>
    public int InboxBytes { get; init; } = 16 << 20;

    /// <summary>True if the connections' threads do the feed's work.</summary>
    public bool RunsOnConnections { get; init; }

    /// <summary>The endpoints of a configuration, with their secrets.</summary>
    public static List<LiveEndpointOptions> EndpointsOf(
        EngineConfig config, IReadOnlyDictionary<string, string> variables)
    {
        List<LiveEndpointOptions> endpoints = [];
        foreach (EndpointConfig configured in config.Endpoints)
        {
            LiveEndpoint e = configured.Resolve(variables);
            endpoints.Add(new LiveEndpointOptions
            {
                Name = e.Name,
                Http = e.Http,
                WebSocket = e.WebSocket,
                Grpc = e.Grpc,
                Token = e.Token,
                Shards = e.Shards,
                Connection = new SubscriptionConnectionOptions
                {
                    CompressesAccounts = config.CompressAccounts,
                    WebSocket = new WebSocketOptions
                    {
                        Headers = e.Headers,
                        SpinNs = (long)config.ReceiveSpinMicroseconds * 1000,
                    },
                },
                Rpc = new SolanaRpcOptions
                {
                    Headers = e.Headers,
                    CallsPerSecond = e.CallsPerSecond,
                    CompressesAccounts = config.CompressAccounts,
                    MaxAttempts = 2, // then another node is asked
                },
            });
        }

        return endpoints;
    }
}
