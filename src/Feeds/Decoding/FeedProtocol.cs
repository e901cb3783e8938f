namespace LowLatency.Feeds.Decoding;

/// <summary>What an endpoint speaks; a connection's opening says it, also in captures.</summary>
public enum FeedProtocol : byte
{
    /// <summary>JSON-RPC over WebSocket and HTTP.</summary>
    JsonRpc = 0,

    /// <summary>Yellowstone (Geyser) updates over gRPC: one message is one protobuf SubscribeUpdate.</summary>
    Yellowstone = 1,
}
