namespace LowLatency.Feeds.Rpc;

/// <summary>Settings of a connection with subscriptions.</summary>
public sealed record SubscriptionConnectionOptions
{
    /// <summary>The socket.</summary>
    public WebSocketOptions WebSocket { get; init; } = new();

    /// <summary>Asking for subscriptions.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>Ask for accounts as base64+zstd.</summary>
    public bool CompressesAccounts { get; init; }

    /// <summary>When silent slots mean a dead connection. Holds while a slot subscription is wanted.</summary>
    public SlotWatchOptions Slots { get; init; } = new();

    /// <summary>Waits between attempts.</summary>
    public BackoffOptions Backoff { get; init; } = new();

    /// <summary>Seed of the waits' jitter.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What a connection is doing.</summary>
public enum ConnectionState : byte
{
    /// <summary>Not started.</summary>
    Idle = 0,

    /// <summary>Connecting.</summary>
    Connecting = 1,

    /// <summary>Open.</summary>
    Open = 2,

    /// <summary>Waiting before the next attempt, or for the engine to catch up.</summary>
    Waiting = 3,

    /// <summary>Stopped for good.</summary>
    Stopped = 4,
}
