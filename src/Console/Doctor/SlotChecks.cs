using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Doctor;

/// <summary>An endpoint's slot, to be asked of all at the same moment.</summary>
internal static class SlotChecks
{
    /// <summary>Its processed slot; 0 if it does not answer.</summary>
    public static async Task<ulong> ReadAsync(
        LiveEndpoint endpoint, EndpointCheckOptions options, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.CallTimeout);
        if (endpoint.Grpc is not null)
        {
            using YellowstoneClient client = new(
                new YellowstoneOptions { Address = endpoint.Grpc, Token = endpoint.Token });
            YellowstoneReply<ulong> reply =
                await client.GetSlotAsync(GeyserCommitment.Processed, limit.Token).ConfigureAwait(false);
            return reply.IsOk ? reply.Value : 0;
        }

        SolanaRpcOptions calls = new() { Headers = endpoint.Headers, MaxAttempts = 1 };
        using SolanaRpc rpc = new(endpoint.Http!, calls, SystemClock.Instance);
        RpcResult<ulong> slot = await rpc.GetSlotAsync(cancellation: limit.Token).ConfigureAwait(false);
        return slot.IsOk ? slot.Value : 0;
    }
}
