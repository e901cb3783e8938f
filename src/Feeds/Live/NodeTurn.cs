using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>
/// Which of several nodes is asked next: all in turn, those that failed are left alone for a while, doubled up to eight
/// times, unless there is no other. Owner: one task.
/// </summary>
internal sealed class NodeTurn(IReadOnlyList<SolanaRpc> nodes, int leaveMs, IClock clock)
{
    private const int DoublingsMax = 3;

    private readonly long[] _leaveUntilNs = new long[nodes.Count];
    private readonly int[] _failures = new int[nodes.Count];
    private int _next;

    /// <summary>The next node, another than <paramref name="except"/> unless there is no other.</summary>
    public int Next(int except = -1)
    {
        long nowNs = clock.NowNs;
        for (int i = 0; i < nodes.Count; i++)
        {
            int node = Turn();
            if (node != except && _leaveUntilNs[node] <= nowNs) return node;
        }

        int any = Turn();
        return any != except ? any : Turn();
    }

    /// <summary>Notes how a node's call ended. One that is behind is not broken; another is asked next.</summary>
    public void Note(int node, RpcErrorKind end)
    {
        if (end is RpcErrorKind.MinContextSlotNotReached or RpcErrorKind.Cancelled) return;
        if (end == RpcErrorKind.None)
        {
            _failures[node] = 0;
            return;
        }

        int doublings = Math.Min(DoublingsMax, _failures[node]++);
        _leaveUntilNs[node] = clock.NowNs + ((leaveMs * 1_000_000L) << doublings);
    }

    /// <summary>
    /// Asks the next node, for at most <paramref name="limitMs"/> milliseconds, and notes how it ended; null if there
    /// was nothing to ask.
    /// </summary>
    public async Task<RpcErrorKind?> AskAsync(
        int limitMs, Func<int, CancellationToken, Task<RpcErrorKind?>> askAsync, CancellationToken stop,
        int except = -1)
    {
        int node = Next(except);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(limitMs);
        RpcErrorKind? end = await askAsync(node, limit.Token).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (end == RpcErrorKind.Cancelled) end = RpcErrorKind.Timeout; // by the limit
        if (end is { } kind) Note(node, kind);
        return end;
    }

    private int Turn() => (int)((uint)_next++ % (uint)nodes.Count);
}
