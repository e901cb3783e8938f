using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>From an account that was stored to the pools that read it.</summary>
public sealed partial class GraphStage
{
    /// <param name="e">The event.</param>
    /// <param name="accountId">The account's entry.</param>
    /// <param name="account">
    /// The event's own bytes, which are the account's by now: what the table holds was written and not read.
    /// </param>
    /// <param name="changed">True if they are others than before.</param>
    private void ApplyToPools(ref MarketEvent e, int accountId, in AccountView account, bool changed)
    {
        DecodeStatus worst = DecodeStatus.Ok;
        ref AccountEntry entry = ref _accounts[accountId];
        for (int l = entry.FirstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            ref readonly PoolLink link = ref _accounts.Link(l);
            int poolId = link.PoolId;
            Pool pool = Market.Pool(poolId);
            DecodeStatus status = entry.IsApplied
                ? pool.ApplyChange(link.Role, in account, _accounts.ChangedFrom, _accounts.ChangedTo)
                : pool.Apply(link.Role, in account);
            // The same address, another pool: its edges are between the mints that it had when it came.
            if (link.Role == AccountRole.Pool && status == DecodeStatus.Ok && !Market.HasMintsOf(poolId, pool))
                status = DecodeStatus.WrongPool;
            if (status != DecodeStatus.Ok || link.IsRefused) NoteDecoded(l, poolId, status);
            if (status != DecodeStatus.Ok)
            {
                worst = status;
                continue;
            }

            Market.NoteChange(poolId);
            if (IsAside(in link))
            {
                if (Floor is not null) NoteBalance(poolId, pool, Floor);
                continue;
            }

            if (changed || !_pools[poolId].IsTorn) Touched.Add(poolId);
            if (link.Role == AccountRole.Pool) NoteMovedPool(poolId, pool);
            if (link.Role is AccountRole.MintA or AccountRole.MintB) Market.NoteDecimals(poolId);
            if (e.PoolId < 0) e.PoolId = poolId;
        }

        entry.IsApplied = worst == DecodeStatus.Ok;
        if (worst == DecodeStatus.Ok)
        {
            if (!entry.IsRecent) NoteRecent(accountId);
            return;
        }

        _decodeFailures[(int)worst]++;
        if (e.PoolId < 0) Drop(ref e, DropCause.Undecodable);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteDecoded(int linkId, int poolId, DecodeStatus status)
    {
        if (_gaps.NoteDecoded(linkId, status)) Touched.Add(poolId);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteBalance(int poolId, Pool pool, LiquidityFloor floor)
    {
        if (floor.Update(poolId, pool)) Touched.Add(poolId);
    }

    /// <summary>True if the pool could not read what an account that it names holds now.</summary>
    private bool HasRefused(int poolId)
    {
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
