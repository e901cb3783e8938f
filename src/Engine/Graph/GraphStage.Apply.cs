using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>From an account that was stored to the pools that read it.</summary>
public sealed partial class GraphStage
{
    private void ApplyToPools(ref MarketEvent e, int accountId, ReadOnlySpan<byte> data, bool changed)
    {
        // The event's own bytes, which are the account's by now: what the table holds was written and not read.
        AccountView account = new(in e.Account, in e.Owner, e.Lamports, data, e.Slot);
        DecodeStatus worst = DecodeStatus.Ok;
        for (int l = _accounts[accountId].FirstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            PoolLink link = _accounts.Link(l);
            DecodeStatus status = ApplyTo(in link, accountId, in account);
            if (_gaps.NoteDecoded(l, status)) Touched.Add(link.PoolId);
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
            if (link.Role is AccountRole.MintA or AccountRole.MintB) Market.NoteDecimals(link.PoolId);
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

    private DecodeStatus ApplyTo(in PoolLink link, int accountId, in AccountView account)
    {
        Pool pool = Market.Pool(link.PoolId);
        DecodeStatus status = _accounts[accountId].IsApplied
            ? pool.ApplyChange(link.Role, in account, _accounts.ChangedFrom, _accounts.ChangedTo)
            : pool.Apply(link.Role, in account);
        // The same address, another pool: its edges are between the mints that it had when it came.
        if (link.Role == AccountRole.Pool && status == DecodeStatus.Ok && !Market.HasMintsOf(link.PoolId, pool))
            return DecodeStatus.WrongPool;
        return status;
    }

    /// <summary>True if the pool could not read what an account that it names holds now.</summary>
    private bool HasRefused(int poolId)
    {
        if (!_gaps.MayBeRefused(poolId)) return false;
        if (_gaps.RefusedLink(_registrar.AccountOf(poolId), poolId) >= 0) return true;
        foreach (AccountDependency dependency in _registrar.Dependencies(poolId))
        {
            int accountId = _accounts.Find(dependency.Key);
            if (accountId >= 0 && _gaps.RefusedLink(accountId, poolId) >= 0) return true;
        }

        return false;
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
