using LowLatency.Engine.Events;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Bounds of a connection's decoder. Allocated at construction, but for tables of subscriptions, which grow up to their
/// bound while subscriptions are made.
/// </summary>
public sealed class DecoderOptions
{
    /// <summary>Subscriptions and open requests a connection may have; providers cap at 50-1000.</summary>
    public int MaxSubscriptions { get; init; } = 4096;

    /// <summary>Notifications held until their ack.</summary>
    public int MaxPendingMessages { get; init; } = 1024;

    /// <summary>Bytes of those notifications.</summary>
    public int MaxPendingBytes { get; init; } = 1 << 20;

    /// <summary>Keys of a getMultipleAccounts request; the node allows 100.</summary>
    public int MaxSnapshotKeys { get; init; } = 1000;

    /// <summary>Who follows which account, over all connections of a feed; null = nobody keeps it.</summary>
    public CoverageTable? Coverage { get; init; }

    /// <summary>
    /// A connection to the same endpoint plus one; the opening carries it as the event's parent slot. 0 = none.
    /// </summary>
    public int ShardOf { get; init; }

    /// <summary>
    /// Number of the endpoint among those that agree on blockhashes; 0 = there is no other, what it tells holds.
    /// </summary>
    public int BlockhashSource { get; init; }

    /// <summary>Unpacks what nodes have compressed, one for all connections of a thread.</summary>
    internal ZstdFrames Zstd { get; init; } = new();

    /// <summary>Marks that every event of this source carries.</summary>
    public EventFlags SourceFlags { get; init; }
}
