using System;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Pubsub;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LowLatency.TestNode.Hosting;

/// <summary>One address of the node: JSON-RPC by POST and pubsub by WebSocket on the same port.</summary>
public sealed class SolanaEndpoint
{
    private readonly PubsubServer _pubsub;
    private readonly RpcServer _rpc;

    internal SolanaEndpoint(int index, Ledger ledger, TransactionDesk desk, FaultLog log, SolanaNodeOptions options)
    {
        Index = index;
        Faults = new EndpointFaults(index, ledger, log);
        _pubsub = new PubsubServer(ledger, Faults, Counters, options.LagLimitBytes);
        RpcMethods methods = new(ledger, Faults, desk, _pubsub.NotifyReceived, options.GenesisHash);
        _rpc = new RpcServer(methods, Faults, Counters);
    }

    public int Index { get; }

    /// <summary>http://127.0.0.1:port/ (https with TLS).</summary>
    public Uri RpcUrl { get; private set; } = new("http://127.0.0.1/");

    /// <summary>ws://127.0.0.1:port/ (wss with TLS).</summary>
    public Uri WebSocketUrl { get; private set; } = new("ws://127.0.0.1/");

    public NodeCounters Counters { get; } = new();

    /// <summary>For faults outside a script: arm what shall happen at the next occasions.</summary>
    public EndpointFaults Faults { get; }

    /// <summary>WebSocket connections open now.</summary>
    public int OpenConnections => _pubsub.Connections.Count;

    internal PubsubServer Pubsub => _pubsub;

    internal void SetPort(int port, bool isTls)
    {
        RpcUrl = new Uri($"{(isTls ? "https" : "http")}://127.0.0.1:{port}/");
        WebSocketUrl = new Uri($"{(isTls ? "wss" : "ws")}://127.0.0.1:{port}/");
    }

    internal Task HandleAsync(HttpContext context)
    {
        IHttpUpgradeFeature? upgrade = context.Features.Get<IHttpUpgradeFeature>();
        return upgrade is { IsUpgradableRequest: true }
            ? _pubsub.AcceptAsync(context, upgrade)
            : _rpc.HandleAsync(context);
    }
}
