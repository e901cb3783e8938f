using System;
using System.Collections.Concurrent;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Live;

/// <summary>
/// The accounts that pools name: vaults, configurations, the arrays around the price, as the graph links them. Whoever
/// subscribes takes them from here, so a watch list needs pool addresses only. Owner: the market group's thread writes;
/// one other reads. It looks when the account table has grown, which is registration and not steady state.
/// </summary>
internal sealed class NeededAccounts(GraphStage graph) : IStage
{
    private readonly ConcurrentQueue<Pubkey> _needed = new();
    private int _seen;

    public string Name => "needed accounts";

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        AccountTable accounts = graph.Accounts;
        for (; _seen < accounts.Count; _seen++) _needed.Enqueue(accounts[_seen].Key);
        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>The next account that became known; false if there is none. The reader's thread.</summary>
    public bool TryTake(out Pubkey account) => _needed.TryDequeue(out account);
}
