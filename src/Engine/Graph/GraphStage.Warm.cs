using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>Keeping warm: the accounts of the last events, the pools behind them, and how these are priced.</summary>
public sealed partial class GraphStage
{
    /// <summary>Accounts of a slice that are found only, besides the one that is applied.</summary>
    private const int TouchedPerSlice = 3;

    private readonly RecentIds _recent = new();
    private double _warmed; // keeps the work from being optimized away

    /// <inheritdoc/>
    /// <remarks>
    /// Applying a vault's or pool account's bytes, which were applied and are still the last, changes nothing: they
    /// say the same, and no other account takes it back (arrays may be dropped by others, so they are left alone).
    /// </remarks>
    public void Warm()
    {
        for (int i = 0; i < TouchedPerSlice; i++) Touch(_recent.Next());
        int accountId = _recent.Next();
        if (accountId < 0) return;
        Touch(accountId);
        ref readonly PoolLink link = ref _accounts.Link(_accounts[accountId].FirstLink);
        if (link.Role is AccountRole.Pool or AccountRole.VaultA or AccountRole.VaultB)
            _ = Market.Pool(link.PoolId).Apply(link.Role, _accounts.View(accountId));
        if (StateOf(link.PoolId) == PoolState.Coherent) _warmed += Market.PriceAgain(link.PoolId);
    }

    /// <summary>Finds an account and what is kept of its pool as an event does.</summary>
    private void Touch(int accountId)
    {
        if (accountId < 0) return;
        accountId = _accounts.Find(in _accounts[accountId].Key);
        _gaps.Note(accountId);
        int poolId = _accounts.Link(_accounts[accountId].FirstLink).PoolId;
        _warmed += Touched.Rank(poolId) + (double)Market.State(poolId) + _coherence.Slot(poolId)
            + _accounts.OwnerOf(accountId).Tag + Market.Pool(poolId).Address.Tag;
    }

    private void NoteRecent(int accountId)
    {
        _accounts[accountId].IsRecent = true;
        int gone = _recent.Add(accountId);
        if (gone >= 0) _accounts[gone].IsRecent = false;
    }
}
