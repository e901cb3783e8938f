using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>How snapshots are asked for.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Milliseconds between looks at what is in doubt.</summary>
    public int TickMs { get; init; } = 20;

    /// <summary>Requests side by side.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>An account is asked for again if an answer did not prove it, after so many milliseconds.</summary>
    public int RetryMs { get; init; } = 400;

    /// <summary>Every account is read again within this time, milliseconds; 0 = no audit.</summary>
    public int AuditMs { get; init; } = 30_000;

    /// <summary>A node that failed is left alone for so long, milliseconds, doubled up to eight times.</summary>
    public int DemoteMs { get; init; } = 500;
}

/// <summary>What was asked for and what came; one writer, read late by others.</summary>
public sealed class BootstrapCounters
{
    /// <summary>Snapshot requests sent.</summary>
    public long Requests { get; internal set; }

    /// <summary>Of these, answered.</summary>
    public long Answers { get; internal set; }

    /// <summary>Of these, refused because the node had not come to the slot.</summary>
    public long MinContextSlot { get; internal set; }

    /// <summary>Requests that failed for another reason.</summary>
    public long Failures { get; internal set; }

    /// <summary>Accounts asked for.</summary>
    public long Accounts { get; internal set; }

    /// <summary>Accounts proven whole, by a snapshot or by an update that came first.</summary>
    public long Proven { get; internal set; }

    /// <summary>Accounts read by the audit.</summary>
    public long Audited { get; internal set; }

    /// <summary>Times a node was left alone for a while because it failed.</summary>
    public long Demotions { get; internal set; }
}

/// <summary>
/// Asks for the accounts whose state is in doubt, exactly those, and again until each is proven whole: after the first
/// subscription, a reconnect, a lag, an unreadable message. Order: subscribed first (only then an account is in doubt
/// here), then read with minContextSlot after the slot in which the subscription began; the answer goes to the feed
/// like every frame, and dedup merges it with what was pushed, per account by slot.
/// Then it audits: reads everything again, a part at a time, at confirmed commitment, where updates have surely come.
/// Owner: its own task; the coverage calls come from the feed thread and only queue. Bound: the watched accounts.
/// Source: protocols.md 2.1 (snapshot and delta), 2.2 (-32016, 100 keys).
/// </summary>
public sealed class Bootstrap : ICoverageListener, IDisposable
{
    private readonly ConcurrentQueue<(Pubkey Account, ulong CoverSlot, Change Change)> _changes = new();
    private readonly Dictionary<Pubkey, Doubt> _doubts = [];
    private readonly Dictionary<Pubkey, int> _whole = [];
    private readonly List<Pubkey> _auditOrder = [];
    private readonly IReadOnlyList<SolanaRpc> _nodes;
    private readonly long[] _leaveUntilNs;
    private readonly int[] _failures;
    private readonly BootstrapOptions _options;
    private readonly IClock _clock;
    private readonly CancellationTokenSource _stop = new();
    private Task _task = Task.CompletedTask;
    private long _nextAuditNs;
    private int _nextNode;
    private int _auditAt;
    private int _pending;

    /// <summary>A bootstrap over <paramref name="nodes"/>, whose account answers must go to the feed.</summary>
    public Bootstrap(IReadOnlyList<SolanaRpc> nodes, BootstrapOptions options, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        _nodes = nodes;
        _leaveUntilNs = new long[nodes.Count];
        _failures = new int[nodes.Count];
        _options = options;
        _clock = clock;
    }

    private enum Change : byte
    {
        Doubt,
        Uncovered,
        Whole,
    }

    /// <summary>What happened.</summary>
    public BootstrapCounters Counters { get; } = new();

    /// <summary>Accounts in doubt that are followed. Any thread.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Begins. Once.</summary>
    public void Start()
    {
        if (_nodes.Count != 0) _task = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public void OnDoubt(in Pubkey account, ulong coverSlot) => _changes.Enqueue((account, coverSlot, Change.Doubt));

    /// <inheritdoc/>
    public void OnUncovered(in Pubkey account) => _changes.Enqueue((account, 0, Change.Uncovered));

    /// <inheritdoc/>
    public void OnWhole(in Pubkey account) => _changes.Enqueue((account, 0, Change.Whole));

    /// <summary>Stops and waits for the task.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _task.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        List<Task<Answer>> calls = [];
        List<Pubkey> batch = [];
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(_options.TickMs));
        while (!_stop.IsCancellationRequested)
        {
            TakeChanges();
            calls.Clear();
            long nowNs = _clock.NowNs;
            while (calls.Count < _options.Parallel && TakeDoubts(batch, nowNs, out ulong minSlot))
                calls.Add(AskAsync([.. batch], minSlot, Commitment.Processed));
            if (calls.Count == 0 && TakeAudit(batch, nowNs))
            {
                Counters.Audited += batch.Count;
                calls.Add(AskAsync([.. batch], null, Commitment.Confirmed));
            }

            try
            {
                foreach (Task<Answer> call in calls) Take(await call.ConfigureAwait(false));
                await tick.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void TakeChanges()
    {
        while (_changes.TryDequeue(out (Pubkey Account, ulong CoverSlot, Change Change) change))
        {
            if (change.Change == Change.Doubt)
            {
                _doubts[change.Account] = new Doubt { CoverSlot = change.CoverSlot };
                continue;
            }

            bool wasDoubted = _doubts.Remove(change.Account);
            if (change.Change != Change.Whole) continue;
            if (wasDoubted) Counters.Proven++;
            if (_whole.TryAdd(change.Account, _auditOrder.Count)) _auditOrder.Add(change.Account);
        }

        Volatile.Write(ref _pending, _doubts.Count);
    }

    private bool TakeDoubts(List<Pubkey> batch, long nowNs, out ulong minSlot)
    {
        batch.Clear();
        minSlot = 0;
        foreach ((Pubkey account, Doubt doubt) in _doubts)
        {
            if (doubt.AskAgainNs > nowNs) continue;
            doubt.AskAgainNs = nowNs + (_options.RetryMs * 1_000_000L);
            minSlot = Math.Max(minSlot, doubt.CoverSlot + 1);
            batch.Add(account);
            if (batch.Count == SolanaRpc.MaxMultipleAccounts) break;
        }

        return batch.Count != 0;
    }

    /// <summary>The next part of all accounts, so that a round takes the stated time.</summary>
    private bool TakeAudit(List<Pubkey> batch, long nowNs)
    {
        batch.Clear();
        if (_options.AuditMs == 0 || _auditOrder.Count == 0 || nowNs < _nextAuditNs) return false;
        int parts = (_auditOrder.Count + SolanaRpc.MaxMultipleAccounts - 1) / SolanaRpc.MaxMultipleAccounts;
        _nextAuditNs = nowNs + (_options.AuditMs * 1_000_000L / parts);
        if (_auditAt >= _auditOrder.Count) _auditAt = 0;
        int end = Math.Min(_auditOrder.Count, _auditAt + SolanaRpc.MaxMultipleAccounts);
        for (; _auditAt < end; _auditAt++) batch.Add(_auditOrder[_auditAt]);
        return batch.Count != 0;
    }

    private async Task<Answer> AskAsync(Pubkey[] accounts, ulong? minSlot, Commitment commitment)
    {
        int node = ChooseNode(_clock.NowNs);
        Counters.Requests++;
        Counters.Accounts += accounts.Length;
        RpcResult<int> result = await _nodes[node]
            .FetchMultipleAccountsAsync(accounts, commitment, minSlot, _stop.Token).ConfigureAwait(false);
        return new Answer(node, result.Error);
    }

    private void Take(in Answer answer)
    {
        int node = answer.Node;
        if (answer.Error is not { } error)
        {
            Counters.Answers++;
            _failures[node] = 0;
            return;
        }

        if (error.Kind == RpcErrorKind.MinContextSlotNotReached)
        {
            Counters.MinContextSlot++; // behind, not broken: the next call goes to another node
            return;
        }

        if (error.Kind == RpcErrorKind.Cancelled) return;
        Counters.Failures++;
        Counters.Demotions++;
        int doublings = Math.Min(3, _failures[node]++);
        _leaveUntilNs[node] = _clock.NowNs + ((_options.DemoteMs * 1_000_000L) << doublings);
    }

    /// <summary>The nodes in turn, those left alone only if there is no other.</summary>
    private int ChooseNode(long nowNs)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            int node = _nextNode++ % _nodes.Count;
            if (_leaveUntilNs[node] <= nowNs) return node;
        }

        return _nextNode++ % _nodes.Count;
    }

    private readonly record struct Answer(int Node, RpcError? Error);

    private sealed class Doubt
    {
        public ulong CoverSlot { get; init; }

        public long AskAgainNs { get; set; }
    }
}
