using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>Keeping warm: the accounts of the last events, the pools behind them, and how these are priced.</summary>
public sealed partial class GraphStage
{
    private readonly RecentIds _recent = new();
    private double _warmed; // keeps the work from being optimized away

    /// <inheritdoc/>
    /// <remarks>
    /// Applying a vault's or pool account's bytes, which were applied and are still the last, changes nothing: they
    /// say the same, and no other account takes it back (arrays may be dropped by others, so they are left alone).
    /// </remarks>
    public void Warm()
    {
        int accountId = _recent.Next();
        if (accountId < 0) return;
        accountId = _accounts.Find(in _accounts[accountId].Key);
        ref readonly PoolLink link = ref _accounts.Link(_accounts[accountId].FirstLink);
        if (link.Role is AccountRole.Pool or AccountRole.VaultA or AccountRole.VaultB)
        {
            AccountView account = _accounts.View(accountId);
            Pool pool = Market.Pool(link.PoolId);
            if (pool.TryBoundRates(link.Role, in account.Key, account.Data, out double rateMax, out _))
                _warmed += rateMax;
            _ = pool.Apply(link.Role, in account);
        }

        if (StateOf(link.PoolId) == PoolState.Coherent) _warmed += Market.PriceAgain(link.PoolId);
    }

    private void NoteRecent(int accountId)
    {
        _accounts[accountId].IsRecent = true;
        int gone = _recent.Add(accountId);
        if (gone >= 0) _accounts[gone].IsRecent = false;
    }
}
