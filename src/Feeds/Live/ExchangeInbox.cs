using System;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>
/// HTTP exchanges of any number of callers into one inbox, one at a time. A caller waits while the feed has no room:
/// HTTP can wait, and an answer that was asked for must not be lost. Any thread.
/// </summary>
public sealed class ExchangeInbox : IExchangeSink, IDisposable
{
    private const int RetryMs = 2;

    private readonly MessageInbox _inbox;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The only writer of <paramref name="inbox"/> from now on.</summary>
    public ExchangeInbox(MessageInbox inbox)
    {
        ArgumentNullException.ThrowIfNull(inbox);
        _inbox = inbox;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> OnExchangeAsync(
        long askedUtcNs, long receiveNs, long receiveUtcNs, ReadOnlyMemory<byte> request,
        ReadOnlyMemory<byte> response, CancellationToken cancellation)
    {
        if ((long)request.Length + response.Length > _inbox.MaxRecordBytes) return false;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (!_inbox.TryWriteExchange(receiveNs, receiveUtcNs, askedUtcNs, request.Span, response.Span))
                await Task.Delay(RetryMs, cancellation).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
