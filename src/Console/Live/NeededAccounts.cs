using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Live;

/// <summary>
/// The accounts that pools name: vaults, configurations, the arrays around the price, as the graph links them. Whoever
/// subscribes takes them from here, so a watch list needs pool addresses only; likewise the accounts that every swap
/// writes, whose fees are asked for, and those that two endpoints contradict each other about, to be read again.
/// Owner: the market group's thread writes; one other reads. It looks when the account table has grown, which is
/// registration and not steady state. Bound of contradictions: <see cref="MaxConflicts"/>, the rest counted.
/// </summary>
internal sealed class NeededAccounts(GraphStage graph) : IStage
{
    /// <summary>Contradictions that may wait to be taken; a power of two.</summary>
    public const int MaxConflicts = 1024;

    private readonly (Pubkey Account, ulong Slot)[] _conflicts = new (Pubkey, ulong)[MaxConflicts];
    private readonly ConcurrentQueue<Pubkey> _needed = new();
    private readonly ConcurrentQueue<Pubkey> _written = new();
    private readonly ConcurrentQueue<Pubkey> _unneeded = new();
    private readonly AccountDependency[] _dependencies = new AccountDependency[64];
    private IReadOnlySet<Pubkey> _gone = new HashSet<Pubkey>();
    private IReadOnlySet<Pubkey>? _asked;
    private int _seen;
    private int _poolsSeen;
    private long _conflictsTold;
    private long _conflictsTaken;

    public string Name => "needed accounts";

    /// <summary>Contradictions dropped because too many waited; the audit comes to them. Any thread.</summary>
    public long ConflictsDropped { get; private set; }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        AccountTable accounts = graph.Accounts;
        for (; _seen < accounts.Count; _seen++)
        {
            if (IsNeeded(_seen)) _needed.Enqueue(accounts[_seen].Key);
        }

        for (; _poolsSeen < graph.Market.PoolCount; _poolsSeen++) EnqueueWritten(graph.Market.Pool(_poolsSeen));
        if (Volatile.Read(ref _asked) is not null) Reconsider();
        if (graph.Agreement is { InConflict: > 0 }) TellConflicts(batch);
        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>The next account that became known; false if there is none. The reader's thread.</summary>
    public bool TryTake(out Pubkey account) => _needed.TryDequeue(out account);

    /// <summary>The next account that swaps write; false if there is none. The reader's thread.</summary>
    public bool TryTakeWritten(out Pubkey account) => _written.TryDequeue(out account);

    /// <summary>The next account that only pools which are gone need; false if none. The reader's thread.</summary>
    public bool TryTakeUnneeded(out Pubkey account) => _unneeded.TryDequeue(out account);

    /// <summary>
    /// The next account that two endpoints reported differently, and its slot; false if there is none. The reader's
    /// thread.
    /// </summary>
    public bool TryTakeConflict(out Pubkey account, out ulong slot)
    {
        long at = _conflictsTaken;
        bool isThere = at < Volatile.Read(ref _conflictsTold);
        (account, slot) = isThere ? _conflicts[(int)(at & (MaxConflicts - 1))] : default;
        if (isThere) Volatile.Write(ref _conflictsTaken, at + 1);
        return isThere;
    }

    /// <summary>
    /// Asks for all accounts again, those of the pools that are gone apart. Answered with the next event;
    /// the newest request counts. Any thread.
    /// </summary>
    /// <param name="gone">Pools that were taken off the list and have not come back.</param>
    public void Ask(IReadOnlySet<Pubkey> gone) => Volatile.Write(ref _asked, gone);

    private void TellConflicts(ReadOnlySpan<MarketEvent> batch)
    {
        foreach (ref readonly MarketEvent e in batch)
        {
            if (e.Kind != EventKind.Copy || e.Drop != DropCause.None) continue;
            int id = graph.Accounts.Find(in e.Account);
            if (id < 0 || !graph.Accounts[id].IsInConflict) continue;
            if (_conflictsTold - Volatile.Read(ref _conflictsTaken) == MaxConflicts)
            {
                ConflictsDropped++;
                continue;
            }

            _conflicts[(int)(_conflictsTold & (MaxConflicts - 1))] = (e.Account, graph.Accounts[id].Slot);
            Volatile.Write(ref _conflictsTold, _conflictsTold + 1);
        }
    }

    /// <summary>Off the steady state: after the list changed only.</summary>
    private void Reconsider()
    {
        _gone = Interlocked.Exchange(ref _asked, null)!;
        AccountTable accounts = graph.Accounts;
        for (int id = 0; id < accounts.Count; id++)
            (IsNeeded(id) ? _needed : _unneeded).Enqueue(accounts[id].Key);
        for (int pool = 0; pool < graph.Market.PoolCount; pool++)
        {
            if (!_gone.Contains(graph.Market.Pool(pool).Address)) EnqueueWritten(graph.Market.Pool(pool));
        }
    }

    /// <summary>True while one of its pools is not gone; an account without pools was asked for itself.</summary>
    private bool IsNeeded(int accountId)
    {
        int link = graph.Accounts[accountId].FirstLink;
        bool isNeeded = link < 0;
        for (; link >= 0 && !isNeeded; link = graph.Accounts.Link(link).Next)
            isNeeded = !_gone.Contains(graph.Market.Pool(graph.Accounts.Link(link).PoolId).Address);
        return isNeeded;
    }

    /// <summary>The pool and its vaults: what contends for a slot's write locks.</summary>
    private void EnqueueWritten(Pool pool)
    {
        _written.Enqueue(pool.Address);
        foreach (AccountDependency one in _dependencies.AsSpan(0, pool.CopyDependencies(_dependencies)))
        {
            if (one.Role is AccountRole.VaultA or AccountRole.VaultB) _written.Enqueue(one.Key);
        }
    }
}
