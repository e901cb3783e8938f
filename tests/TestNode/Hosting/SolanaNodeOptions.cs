using System.Collections.Generic;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Hosting;

/// <summary>How a <see cref="SolanaNode"/> is set up.</summary>
public sealed class SolanaNodeOptions
{
    /// <summary>Capture to play; null takes the bundled data/market-small.</summary>
    public string? CapturePath { get; init; }

    /// <summary>Endpoints over the one chain, each with a port, connections and faults of its own.</summary>
    public int Endpoints { get; init; } = 1;

    /// <summary>Port of the first endpoint, the others follow; 0 takes free ones. Plug-ins come after.</summary>
    public int Port { get; init; }

    /// <summary>https and wss, with a certificate made at start.</summary>
    public bool UseTls { get; init; }

    public FaultScript Faults { get; init; } = FaultScript.None;

    public LedgerOptions Ledger { get; init; } = new();

    /// <summary>Bytes a client may lag behind before it is cut. Source: agave queues up to 256 MiB.</summary>
    public int LagLimitBytes { get; init; } = 256 << 20;

    /// <summary>Genesis hash. Source of the default: mainnet-beta's, solana docs "clusters".</summary>
    public string GenesisHash { get; init; } = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";

    /// <summary>Other protocols over the same chain, each on a port of its own (Geyser).</summary>
    public IReadOnlyList<INodePlugin> Plugins { get; init; } = [];
}
