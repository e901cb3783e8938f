namespace LowLatency.TestNode.Hosting;

/// <summary>What an endpoint did, for tests; plain numbers, exact once the node stands still.</summary>
public sealed class NodeCounters
{
    public long ConnectionsOpened { get; internal set; }

    public long ConnectionsClosed { get; internal set; }

    public long RequestsOverWebSocket { get; internal set; }

    public long RequestsOverHttp { get; internal set; }

    public long Subscriptions { get; internal set; }

    /// <summary>Account and program notifications made, also those that a fault then lost.</summary>
    public long AccountNotifications { get; internal set; }

    /// <summary>WebSocket messages of any kind put on the way.</summary>
    public long Messages { get; internal set; }

    /// <summary>Connections cut because a request was over 4,096 bytes.</summary>
    public long OversizedRequests { get; internal set; }

    /// <summary>Connections cut because the client read too slowly.</summary>
    public long LaggedClients { get; internal set; }

    public long Pongs { get; internal set; }

    /// <summary>Close frames received.</summary>
    public long ProperCloses { get; internal set; }
}
