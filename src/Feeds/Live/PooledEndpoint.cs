using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>One endpoint of the pool with all its connections, which stand side by side. Any thread.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="FirstConnection">Its first connection's number.</param>
/// <param name="Connections">Number of its connections.</param>
/// <param name="Sockets">Its WebSockets; null = none.</param>
/// <param name="Stream">Its Yellowstone stream; null = none.</param>
internal sealed record PooledEndpoint(
    string Name, int FirstConnection, int Connections, SubscriptionEndpoint? Sockets, YellowstoneFeed? Stream)
    : IHealthEndpoint
{
    public bool IsReady => (Sockets?.IsSettled ?? true) && (Stream?.IsOpen ?? true);

    public void Hold(string reason)
    {
        if (Sockets is not null)
        {
            foreach (SubscriptionConnection shard in Sockets.Shards) shard.Hold(reason);
        }

        Stream?.Hold(reason);
    }

    public void Release()
    {
        if (Sockets is not null)
        {
            foreach (SubscriptionConnection shard in Sockets.Shards) shard.Release();
        }

        Stream?.Release();
    }
}
