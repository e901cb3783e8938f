namespace LowLatency.Feeds.Rpc;

/// <summary>How subscriptions are asked for.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>Requests a second; providers limit them.</summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>Requests that may be unanswered at once.</summary>
    public int MaxUnanswered { get; init; } = 64;

    /// <summary>Nanoseconds after which an unanswered request is sent again.</summary>
    public long AckTimeoutNs { get; init; } = 5_000_000_000;

    /// <summary>Times that a request is sent before the connection counts as broken.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Nanoseconds after which a refused subscription is tried again.</summary>
    public long RefusedRetryNs { get; init; } = 30_000_000_000;

    /// <summary>
    /// Several requests in one JSON-RPC batch of up to 4,096 bytes. Nodes take it, not every provider's proxy does;
    /// without it each request is its own message, and those of one tick leave in one write.
    /// </summary>
    public bool UseBatches { get; init; }

    /// <summary>Subscriptions of one connection; providers cap at 50 to 1,000.</summary>
    public int MaxSubscriptions { get; init; } = 1000;
}

/// <summary>
/// What became of a connection's subscriptions: plain counters with one writer, the connection's thread; read late by
/// others.
/// </summary>
public sealed class SubscriptionCounters
{
    /// <summary>Subscribe requests sent, repetitions included.</summary>
    public long Requests { get; internal set; }

    /// <summary>Messages that these and the unsubscribe requests took; fewer than they if batched.</summary>
    public long RequestMessages { get; internal set; }

    /// <summary>Subscribe requests acknowledged.</summary>
    public long Acks { get; internal set; }

    /// <summary>Acks of a request that had been sent again meanwhile.</summary>
    public long LateAcks { get; internal set; }

    /// <summary>Requests not answered in time.</summary>
    public long AckTimeouts { get; internal set; }

    /// <summary>Requests answered with an error.</summary>
    public long Refusals { get; internal set; }

    /// <summary>Second subscriptions of the same thing (an ack and its late twin), each ended at once.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Unsubscribe requests sent.</summary>
    public long Unsubscribes { get; internal set; }

    /// <summary>Unsubscribe requests answered.</summary>
    public long UnsubscribeAcks { get; internal set; }

    /// <summary>Answers to no request of ours.</summary>
    public long UnknownReplies { get; internal set; }

    /// <summary>Messages that are neither notification nor readable answer.</summary>
    public long UnreadableReplies { get; internal set; }

    /// <summary>Slot notifications.</summary>
    public long SlotNotifications { get; internal set; }

    /// <summary>Signature subscriptions that ended with their last notification.</summary>
    public long SignaturesDone { get; internal set; }

    /// <summary>Subscriptions asked for again after a connection broke.</summary>
    public long Resubscribes { get; internal set; }
}
