using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
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

    /// <summary>
    /// Least milliseconds between requests for accounts that endpoints contradict each other about: an endpoint that
    /// lies all the time takes up to 100 accounts each time and no more, and never the turn of what is in doubt.
    /// </summary>
    public int RereadMs { get; init; } = 50;

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

    /// <summary>Accounts read again because somebody asked for it, see <see cref="Bootstrap.Reread"/>.</summary>
    public long Reread { get; internal set; }

    /// <summary>Accounts read by the audit.</summary>
    public long Audited { get; internal set; }

    /// <summary>Times a node was left alone for a while because it failed.</summary>
    public long Demotions { get; internal set; }
}

/// <summary>
/// Reads exactly the accounts whose state is in doubt, and repeats that until each is proven whole: after the first
/// subscription, a reconnect, a lag, an unreadable message. An account is subscribed first (only then is it in doubt
/// here) and then read with minContextSlot after the slot in which the subscription began. The answer goes to the feed
/// like every frame, and dedup merges it with what was pushed, per account by slot.
/// Next come the accounts of <see cref="Reread"/>, until a node answers. Last it audits: it reads everything again, a
/// part at a time, at confirmed commitment, when the updates must have come.
/// Owner: its own task; the coverage calls come from the feed thread and only queue. Bound: the watched accounts.
/// Allocates for new accounts and for the calls themselves. Source: agave b64857b5 rpc/src/rpc.rs (100 keys a call,
/// minContextSlot and its error -32016).
/// </summary>
public sealed class Bootstrap : NodeWork, ICoverageListener
{
    private readonly Dictionary<Pubkey, Doubt> _doubts = [];
    private readonly HashSet<Pubkey> _whole = [];
    private readonly List<Pubkey> _auditOrder = [];
    private readonly NodeTurn _turn;
    private readonly Batch[] _batches;
    private readonly Task<RpcError?>[] _calls;
    private readonly BootstrapOptions _options;
    private readonly object _gate = new();
    private List<Change> _changes = [];
    private List<Change> _taken = [];
    private long _nextAuditNs;
    private long _nextRereadNs;
    private int _auditAt;
    private int _pending;

    /// <summary>A bootstrap over <paramref name="nodes"/>, whose account answers must go to the feed.</summary>
    public Bootstrap(IReadOnlyList<SolanaRpc> nodes, BootstrapOptions options, IClock clock)
        : base(nodes, clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _turn = new NodeTurn(nodes, options.DemoteMs, clock);
        _batches = new Batch[options.Parallel];
        for (int i = 0; i < _batches.Length; i++) _batches[i] = new Batch();
        _calls = new Task<RpcError?>[options.Parallel];
        _options = options;
    }

    private enum ChangeKind : byte
    {
        Doubt,
        Uncovered,
        Whole,
        Reread,
    }

    /// <summary>What happened.</summary>
    public BootstrapCounters Counters { get; } = new();

    /// <summary>Accounts that are to be read: those in doubt that are followed, and rereads. Any thread.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <inheritdoc/>
    public void OnDoubt(in Pubkey account, ulong coverSlot) => Queue(in account, coverSlot, ChangeKind.Doubt);

    /// <inheritdoc/>
    public void OnUncovered(in Pubkey account) => Queue(in account, 0, ChangeKind.Uncovered);

    /// <inheritdoc/>
    public void OnWhole(in Pubkey account) => Queue(in account, 0, ChangeKind.Whole);

    /// <summary>
    /// Reads an account again as soon as may be, at a slot after <paramref name="slot"/>, whatever is known of it. Any
    /// thread.
    /// </summary>
    public void Reread(in Pubkey account, ulong slot) => Queue(in account, slot, ChangeKind.Reread);

    private void Queue(in Pubkey account, ulong slot, ChangeKind kind)
    {
        lock (_gate) _changes.Add(new Change(account, slot, kind));
    }

    private protected override async Task WorkAsync()
    {
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(_options.TickMs));
        do
        {
            TakeChanges();
            int calls = Ask(Clock.NowNs);
            for (int i = 0; i < calls; i++) Take(_batches[i], await _calls[i].ConfigureAwait(false));
        }
        while (await tick.WaitForNextTickAsync(Stopping).ConfigureAwait(false));
    }

    private void TakeChanges()
    {
        lock (_gate) (_changes, _taken) = (_taken, _changes);
        foreach (Change change in _taken) Take(change);
        _taken.Clear();
        Volatile.Write(ref _pending, _doubts.Count);
    }

    private void Take(in Change change)
    {
        if (change.Kind is ChangeKind.Doubt or ChangeKind.Reread)
        {
            ref Doubt doubt = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _doubts, change.Account, out bool isKnown);
            bool isReread = change.Kind == ChangeKind.Reread && (!isKnown || doubt.IsReread);
            // A doubt's last word counts, a lower slot too: what settled it before may have been no slot.
            bool isMoved = change.Kind == ChangeKind.Doubt
                ? change.Slot != doubt.CoverSlot
                : change.Slot > doubt.CoverSlot;
            if (!isKnown || isMoved || doubt.IsReread != isReread)
                doubt = new Doubt { CoverSlot = change.Slot, IsReread = isReread };
            return;
        }

        bool wasDoubted = _doubts.Remove(change.Account, out Doubt ended);
        if (change.Kind != ChangeKind.Whole) return;
        if (wasDoubted && !ended.IsReread) Counters.Proven++;
        if (_whole.Add(change.Account)) _auditOrder.Add(change.Account);
    }

    /// <summary>Asks for what is in doubt, else a reread, else the audit's next part; the calls made.</summary>
    private int Ask(long nowNs)
    {
        int calls = 0;
        while (calls < _batches.Length && TakeDoubts(_batches[calls], nowNs, areRereads: false))
            AskFor(calls++, Commitment.Processed);
        if (calls == 0 && nowNs >= _nextRereadNs && TakeDoubts(_batches[0], nowNs, areRereads: true))
        {
            _nextRereadNs = nowNs + (_options.RereadMs * 1_000_000L);
            Counters.Reread += _batches[0].Count;
            AskFor(calls++, Commitment.Processed);
        }

        if (calls != 0 || !TakeAudit(_batches[0], nowNs)) return calls;
        Counters.Audited += _batches[0].Count;
        AskFor(calls++, Commitment.Confirmed);
        return calls;
    }

    private bool TakeDoubts(Batch batch, long nowNs, bool areRereads)
    {
        batch.Clear(areRereads);
        foreach ((Pubkey account, Doubt known) in _doubts)
        {
            if (known.AskAgainNs > nowNs || known.IsReread != areRereads) continue;
            ref Doubt doubt = ref CollectionsMarshal.GetValueRefOrNullRef(_doubts, account);
            doubt.AskAgainNs = nowNs + (_options.RetryMs * 1_000_000L);
            batch.Add(in account, doubt.CoverSlot + 1);
            if (batch.Count == SolanaRpc.MaxMultipleAccounts) break;
        }

        return batch.Count != 0;
    }

    /// <summary>The next part of all accounts, so that a round takes the stated time.</summary>
    private bool TakeAudit(Batch batch, long nowNs)
    {
        if (_options.AuditMs == 0 || _auditOrder.Count == 0 || nowNs < _nextAuditNs) return false;
        batch.Clear(areRereads: false);
        int parts = (_auditOrder.Count + SolanaRpc.MaxMultipleAccounts - 1) / SolanaRpc.MaxMultipleAccounts;
        _nextAuditNs = nowNs + (_options.AuditMs * 1_000_000L / parts);
        if (_auditAt >= _auditOrder.Count) _auditAt = 0;
        int end = Math.Min(_auditOrder.Count, _auditAt + SolanaRpc.MaxMultipleAccounts);
        for (; _auditAt < end; _auditAt++) batch.Add(_auditOrder[_auditAt], 0);
        return batch.Count != 0;
    }

    private void AskFor(int call, Commitment commitment)
    {
        Batch batch = _batches[call];
        batch.Node = _turn.Next();
        Counters.Requests++;
        Counters.Accounts += batch.Count;
        _calls[call] = AskAsync(batch, commitment);
    }

    private async Task<RpcError?> AskAsync(Batch batch, Commitment commitment)
    {
        ulong? minSlot = batch.MinSlot == 0 ? null : batch.MinSlot;
        RpcResult<int> result = await Nodes[batch.Node]
            .FetchMultipleAccountsAsync(batch.Accounts, commitment, minSlot, Stopping).ConfigureAwait(false);
        return result.Error;
    }

    private void Take(Batch batch, RpcError? error)
    {
        if (error is null)
        {
            Counters.Answers++;
            if (batch.AreRereads) EndRereads(batch);
        }
        else if (error.Kind == RpcErrorKind.MinContextSlotNotReached)
        {
            Counters.MinContextSlot++;
        }
        else if (error.Kind != RpcErrorKind.Cancelled)
        {
            Counters.Failures++;
            Counters.Demotions++;
        }

        _turn.Note(batch.Node, error?.Kind ?? RpcErrorKind.None);
    }

    private void EndRereads(Batch batch)
    {
        foreach (Pubkey account in batch.Accounts.Span)
        {
            if (_doubts.TryGetValue(account, out Doubt doubt) && doubt.IsReread) _doubts.Remove(account);
        }
    }

    private readonly record struct Change(Pubkey Account, ulong Slot, ChangeKind Kind);

    private struct Doubt
    {
        public ulong CoverSlot;

        public long AskAgainNs;

        /// <summary>Any answer ends it; nobody proves it.</summary>
        public bool IsReread;
    }

    /// <summary>The accounts of one request, used again for every round.</summary>
    private sealed class Batch
    {
        private readonly Pubkey[] _accounts = new Pubkey[SolanaRpc.MaxMultipleAccounts];

        public int Count { get; private set; }

        public ulong MinSlot { get; private set; }

        public int Node { get; set; }

        public bool AreRereads { get; private set; }

        public ReadOnlyMemory<Pubkey> Accounts => _accounts.AsMemory(0, Count);

        public void Clear(bool areRereads)
        {
            Count = 0;
            MinSlot = 0;
            AreRereads = areRereads;
        }

        public void Add(in Pubkey account, ulong minSlot)
        {
            _accounts[Count++] = account;
            MinSlot = Math.Max(MinSlot, minSlot);
        }
    }
}
