using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Finds pools by their accounts' own bytes and links the accounts they name. Registration work: it may allocate (a new
/// pool, a new account's entry), updates of known accounts never come here. Accounts that name a pool not seen yet wait
/// in a list at the pool's address, so the order in which a snapshot lists accounts does not matter.
/// </summary>
internal sealed class PoolRegistrar
{
    /// <summary>
    /// Most accounts one pool may name: a CLMM's pool, config, vaults, mints, bitmap, oracle and the arrays around its
    /// price, with room for twice as many.
    /// </summary>
    internal const int MaxDependencies = 64;

    private readonly GraphSettings _settings;
    private readonly MarketGraph _market;
    private readonly AccountTable _accounts;
    private readonly TouchedPools _touched;
    private readonly GapTable _gaps;
    private readonly AccountDependency[] _dependencies = new AccountDependency[MaxDependencies];
    private readonly PoolRecord[] _pools;
    private readonly HashSet<Pubkey> _deniedInVain;
    private readonly int[] _timeDependentIds;
    private int _timeDependentCount;

    public PoolRegistrar(
        GraphSettings settings, MarketGraph market, AccountTable accounts, PoolRecord[] pools, TouchedPools touched,
        GapTable gaps)
    {
        _settings = settings;
        _market = market;
        _accounts = accounts;
        _touched = touched;
        _gaps = gaps;
        _pools = pools;
        _deniedInVain = [.. settings.Denied];
        _timeDependentIds = new int[settings.MaxPools];
    }

    /// <summary>Pools or links refused because a table was full.</summary>
    public long TableFull { get; private set; }

    /// <summary>Pools that the settings keep out.</summary>
    public long Refused { get; private set; }

    /// <summary>Denied addresses that no pool that came has, nor its mints, nor its program.</summary>
    public IReadOnlySet<Pubkey> DeniedInVain => _deniedInVain;

    /// <summary>Accounts that a pool refused when it was linked to them.</summary>
    public long LinkedUndecodable { get; private set; }

    /// <summary>Pools whose quotes depend on the clock.</summary>
    public ReadOnlySpan<int> TimeDependentIds => _timeDependentIds.AsSpan(0, _timeDependentCount);

    /// <summary>Account id of a pool's own account.</summary>
    public int AccountOf(int poolId) => _pools[poolId].AccountId;

    /// <summary>Accounts the pool names now.</summary>
    public ReadOnlySpan<AccountDependency> Dependencies(int poolId) =>
        _dependencies.AsSpan(0, _market.Pool(poolId).CopyDependencies(_dependencies));

    /// <summary>First sight of an account nobody asked for: a new pool, or an array that names its pool.</summary>
    public void Introduce(int accountId)
    {
        if (_accounts[accountId].IsKeptOut) return;
        AccountView view = _accounts.View(accountId);
        if (!VenueRegistry.TryClassify(in view, out AccountClass found)) return;
        if (found.Role == AccountRole.Pool)
        {
            AddPool(accountId, found.Venue);
            return;
        }

        if (found.Pool.IsZero || _accounts[accountId].WaitingRole != AccountRole.None) return;
        int poolAccountId = _accounts.FindOrAdd(found.Pool);
        if (poolAccountId < 0) return;
        ref AccountEntry poolEntry = ref _accounts[poolAccountId];
        if (poolEntry.PoolId >= 0)
        {
            Link(accountId, poolEntry.PoolId, found.Role);
            return;
        }

        ref AccountEntry entry = ref _accounts[accountId];
        entry.WaitingRole = found.Role;
        entry.NextWaiting = poolEntry.FirstWaiting;
        poolEntry.FirstWaiting = accountId;
    }

    private void AddPool(int accountId, VenueId venue)
    {
        Pool? pool = VenueRegistry.Create(venue, in _accounts[accountId].Key);
        if (pool is null || pool.Apply(AccountRole.Pool, _accounts.View(accountId)) != DecodeStatus.Ok) return;
        if (!_settings.Accepts(pool))
        {
            Refused++;
            foreach (Pubkey one in (ReadOnlySpan<Pubkey>)
                [pool.Address, pool.MintA, pool.MintB, PoolAccountShape.Of(venue).Program])
                _deniedInVain.Remove(one);
            _accounts[accountId].IsKeptOut = true;
            return;
        }

        int poolId = _market.AddPool(pool);
        if (poolId < 0)
        {
            TableFull++;
            _accounts[accountId].IsKeptOut = true; // pools never leave, so there will be no room either
            return;
        }

        _accounts[accountId].PoolId = poolId;
        _pools[poolId].AccountId = accountId;
        PoolCoherence.Begin(ref _pools[poolId], venue);
        Link(accountId, poolId, AccountRole.Pool);
        for (int w = _accounts[accountId].FirstWaiting; w >= 0; w = _accounts[w].NextWaiting)
        {
            Link(w, poolId, _accounts[w].WaitingRole);
        }

        _accounts[accountId].FirstWaiting = -1;
        RefreshDependencies(poolId);
    }

    /// <summary>Links the accounts the pool names now, and gives it the ones already known.</summary>
    public void RefreshDependencies(int poolId)
    {
        Pool pool = _market.Pool(poolId);
        if (pool.IsTimeDependent && !_pools[poolId].IsTimeDependent)
        {
            _pools[poolId].IsTimeDependent = true;
            _timeDependentIds[_timeDependentCount++] = poolId;
        }

        foreach (AccountDependency dependency in Dependencies(poolId))
        {
            int accountId = _accounts.FindOrAdd(dependency.Key);
            if (accountId < 0)
            {
                TableFull++;
                return;
            }

            Link(accountId, poolId, dependency.Role);
        }
    }

    private void Link(int accountId, int poolId, AccountRole role)
    {
        if (!_accounts.TryLink(accountId, poolId, role, out bool added))
        {
            TableFull++;
            return;
        }

        if (added) _gaps.OnLinked(accountId, poolId);
        // What was refused before may be read now, for the pool names it again or is another.
        int link = added ? _accounts[accountId].FirstLink : _gaps.RefusedLink(accountId, poolId);
        if (link < 0 || _accounts[accountId].Knowledge == AccountKnowledge.Unknown) return;
        _touched.Add(poolId);
        _market.NoteChange(poolId);
        DecodeStatus status = _market.Pool(poolId).Apply(role, _accounts.View(accountId));
        _ = _gaps.NoteDecoded(link, status);
        _market.NoteDecimals(poolId);
        if (status == DecodeStatus.Ok) return;
        LinkedUndecodable++;
        _accounts[accountId].IsApplied = false;
    }
}
