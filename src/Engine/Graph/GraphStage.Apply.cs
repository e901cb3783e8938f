using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>From an account that was stored to the pools that read it.</summary>
public sealed partial class GraphStage
{
    private void ApplyToPools(ref MarketEvent e, int accountId, bool changed)
    {
        DecodeStatus worst = DecodeStatus.Ok;
        for (int l = _accounts[accountId].FirstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            PoolLink link = _accounts.Link(l);
            DecodeStatus status = ApplyTo(in link, accountId);
            if (status != DecodeStatus.Ok)
            {
                worst = status;
                continue;
            }

            Market.NoteChange(link.PoolId);
            Pool pool = Market.Pool(link.PoolId);
            bool isVault = link.Role is AccountRole.VaultA or AccountRole.VaultB;
            bool isQuoting = Market.State(link.PoolId) == PoolState.Coherent;
            if (isVault && isQuoting && !PoolCoherence.ReadsVaults(pool.Venue))
            {
                if (Floor is not null && Floor.Update(link.PoolId, pool)) Touched.Add(link.PoolId);
                continue;
            }

            if (e.Kind == EventKind.Account) _coherence.Note(link.PoolId, pool.Venue, link.Role, e.Slot);
            if (changed || !_coherence.IsTorn(link.PoolId)) Touched.Add(link.PoolId);
            if (link.Role == AccountRole.Pool) NoteMovedPool(link.PoolId, pool);
            if (e.PoolId < 0) e.PoolId = link.PoolId;
        }

        _accounts[accountId].IsApplied = worst == DecodeStatus.Ok;
        if (worst == DecodeStatus.Ok)
        {
            if (!_accounts[accountId].IsRecent) NoteRecent(accountId);
            return;
        }

        _decodeFailures[(int)worst]++;
        if (e.PoolId < 0) Drop(ref e, DropCause.Undecodable);
    }

    private DecodeStatus ApplyTo(in PoolLink link, int accountId)
    {
        ref readonly AccountEntry entry = ref _accounts[accountId];
        Pool pool = Market.Pool(link.PoolId);
        return entry.IsApplied
            ? pool.ApplyChange(link.Role, _accounts.View(accountId), entry.ChangedFrom, entry.ChangedTo)
            : pool.Apply(link.Role, _accounts.View(accountId));
    }

    /// <summary>
    /// A pool whose price moved may need other arrays. A pool that cannot quote asks at once; any other when the slot
    /// is over or the next begins, off the way of the update itself.
    /// </summary>
    private void NoteMovedPool(int poolId, Pool pool)
    {
        if (pool.Readiness != QuoteStatus.Ok) _registrar.RefreshDependencies(poolId);
        else _moved.Add(poolId);
    }

    private void RefreshMovedPools()
    {
        foreach (int poolId in _moved.Ids) _registrar.RefreshDependencies(poolId);
        _moved.Clear();
    }
}
