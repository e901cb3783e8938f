using System;

namespace LowLatency.Feeds.Live;

/// <summary>
/// Which of several nodes is asked next: all in turn, those that failed are left alone for a while unless there is no
/// other. Owner: one task.
/// </summary>
internal sealed class NodeTurn(int nodes, int leaveMs)
{
    private const int DoublingsMax = 3;

    private readonly long[] _leaveUntilNs = new long[nodes];
    private readonly int[] _failures = new int[nodes];
    private int _next;

    /// <summary>The next node.</summary>
    public int Next(long nowNs)
    {
        for (int i = 0; i < nodes; i++)
        {
            int node = _next++ % nodes;
            if (_leaveUntilNs[node] <= nowNs) return node;
        }

        return _next++ % nodes;
    }

    /// <summary>Notes how a node did.</summary>
    public void Note(int node, bool isOk, long nowNs)
    {
        if (isOk)
        {
            _failures[node] = 0;
            return;
        }

        int doublings = Math.Min(DoublingsMax, _failures[node]++);
        _leaveUntilNs[node] = nowNs + ((leaveMs * 1_000_000L) << doublings);
    }
}
