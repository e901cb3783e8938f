using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Which accounts' newest states were delivered by a second endpoint too, byte for byte. A state that one endpoint
/// pushed is unconfirmed until another's copy of the same slot is here and equal; one that was read (a snapshot, asked
/// for by us) counts as confirmed. A copy that differs is a conflict: one of the two is wrong, so the account's pools
/// may not quote until its state was read again or two endpoints agree on a newer one. Exists only where agreement is
/// asked for. Owner thread: the market group's. Bound: a mark an account, a mark a pool.
/// </summary>
public sealed class AgreementTable
{
    private readonly AccountTable _accounts;
    private readonly PoolRegistrar _registrar;
    private readonly TouchedPools _touched;
    private readonly bool[] _isAwaited;

    internal AgreementTable(AccountTable accounts, PoolRegistrar registrar, TouchedPools touched, int maxPools)
    {
        _accounts = accounts;
        _registrar = registrar;
        _touched = touched;
        _isAwaited = new bool[maxPools];
    }

    /// <summary>Copies that were equal.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Copies that were not.</summary>
    public long Conflicts { get; private set; }

    /// <summary>Accounts in conflict now.</summary>
    public int InConflict { get; private set; }

    /// <summary>
    /// True if every account of a pool is confirmed. If not, the pool is awaited: the copy that confirms its last
    /// account touches it, so that it is searched and decided again.
    /// </summary>
    public bool IsAgreed(int poolId)
    {
        bool isAgreed = AreConfirmed(poolId);
        _isAwaited[poolId] = !isAgreed;
        return isAgreed;
    }

    /// <summary>A new state of an account came.</summary>
    internal void OnState(int accountId, bool isPushed)
    {
        ref AccountEntry account = ref _accounts[accountId];
        account.IsUnconfirmed = isPushed;
        if (!isPushed) EndConflict(ref account);
    }

    /// <summary>Another endpoint's copy of an account's newest state came.</summary>
    internal void OnCopy(int accountId, in MarketEvent copy, ReadOnlySpan<byte> data)
    {
        ref AccountEntry account = ref _accounts[accountId];
        if (account.Slot != copy.Slot) return; // the graph never took that state
        AccountKnowledge knowledge = (copy.Flags & EventFlags.Absent) != 0
            ? AccountKnowledge.Absent
            : AccountKnowledge.Present;
        bool isEqual = account.Knowledge == knowledge && account.Lamports == copy.Lamports
            && _accounts.OwnerOf(accountId) == copy.Owner
            && data.SequenceEqual(account.Data.AsSpan(0, account.DataLength));
        if (isEqual)
        {
            Confirmed++;
            account.IsUnconfirmed = false;
            TouchPools(accountId, isAll: account.IsInConflict);
            EndConflict(ref account);
            return;
        }

        Conflicts++;
        account.IsUnconfirmed = true;
        if (!account.IsInConflict) InConflict++;
        account.IsInConflict = true;
        TouchPools(accountId, isAll: true);
    }

    private void EndConflict(ref AccountEntry account)
    {
        if (!account.IsInConflict) return;
        account.IsInConflict = false;
        InConflict--;
    }

    /// <summary>All pools of an account, or those that wait for it and wait no longer.</summary>
    private void TouchPools(int accountId, bool isAll)
    {
        for (int l = _accounts[accountId].FirstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            int poolId = _accounts.Link(l).PoolId;
            if (!isAll && (!_isAwaited[poolId] || !AreConfirmed(poolId))) continue;
            _isAwaited[poolId] = false;
            _touched.Add(poolId);
        }
    }

    private bool AreConfirmed(int poolId)
    {
        if (_accounts[_registrar.AccountOf(poolId)].IsUnconfirmed) return false;
        foreach (AccountDependency dependency in _registrar.Dependencies(poolId))
        {
            int accountId = _accounts.Find(dependency.Key);
            if (accountId >= 0 && _accounts[accountId].IsUnconfirmed) return false;
        }

        return true;
    }
}
