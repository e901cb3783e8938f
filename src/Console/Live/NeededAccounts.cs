using System;
using System.Collections.Concurrent;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Live;

/// <summary>
/// The accounts that pools name: vaults, configurations, the arrays around the price, as the graph links them. Whoever
/// subscribes takes them from here, so a watch list needs pool addresses only; likewise the accounts that every swap
/// writes, whose fees are asked for. Owner: the market group's thread writes;
/// one other reads. It looks when the account table has grown, which is registration and not steady state.
/// </summary>
internal sealed class NeededAccounts(GraphStage graph) : IStage
{
    private readonly ConcurrentQueue<Pubkey> _needed = new();
    private readonly ConcurrentQueue<Pubkey> _written = new();
    private readonly AccountDependency[] _dependencies = new AccountDependency[64];
    private int _seen;
    private int _poolsSeen;

    public string Name => "needed accounts";

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        AccountTable accounts = graph.Accounts;
        for (; _seen < accounts.Count; _seen++) _needed.Enqueue(accounts[_seen].Key);
        for (; _poolsSeen < graph.Market.PoolCount; _poolsSeen++) EnqueueWritten(graph.Market.Pool(_poolsSeen));
        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>The next account that became known; false if there is none. The reader's thread.</summary>
    public bool TryTake(out Pubkey account) => _needed.TryDequeue(out account);

    /// <summary>The next account that swaps write; false if there is none. The reader's thread.</summary>
    public bool TryTakeWritten(out Pubkey account) => _written.TryDequeue(out account);

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
