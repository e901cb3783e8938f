using System;
using System.Threading;
using System.Threading.Tasks;

namespace LowLatency.Feeds.Rpc;

/// <summary>Where HTTP exchanges go that feed and recording must see.</summary>
public interface IExchangeSink
{
    /// <summary>Takes an exchange; waits while there is no room. False if it can never be taken.</summary>
    /// <param name="askedUtcNs">When it was asked, unix nanoseconds.</param>
    /// <param name="receiveNs">When the answer was whole, monotonic nanoseconds.</param>
    /// <param name="receiveUtcNs">The same, unix nanoseconds.</param>
    /// <param name="request">The request's body.</param>
    /// <param name="response">The answer's body.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    ValueTask<bool> OnExchangeAsync(
        long askedUtcNs, long receiveNs, long receiveUtcNs, ReadOnlyMemory<byte> request,
        ReadOnlyMemory<byte> response, CancellationToken cancellation);
}
