using System.Runtime.CompilerServices;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// How many known accounts of each pool are in a gap: not followed, in conflict, or not seen since all feeds were down
/// at once. A pool without any cannot be gapped, whatever accounts it needs at present, because what it needs and is
/// known is linked to it; so most events ask no account at all. Counted by changes, again when all feeds are down.
/// PERF: after the first time that all feeds were down, asking every account a pool names was a third of the graph
/// stage (lowlatency bench --load max). Owner: the market group's thread.
/// </summary>
internal sealed class GapTable
{
    private readonly AccountTable _accounts;
    private readonly PoolRecord[] _pools;

    /// <summary>A table for the accounts' pools; no account is in a gap yet.</summary>
    internal GapTable(AccountTable accounts, PoolRecord[] pools)
    {
        _accounts = accounts;
        _pools = pools;
    }

    /// <summary>Times that all feeds were down at once.</summary>
    internal uint Epoch { get; private set; }

    /// <summary>All feeds are down: until an account is seen again it is in a gap.</summary>
    internal void BeginEpoch()
    {
        Epoch++;
        Recount();
    }

    /// <summary>True if the account's own state says that it is in a gap.</summary>
    internal bool IsGapped(in AccountEntry account) =>
        account.IsCoverLost || account.IsInConflict || account.GapEpoch != Epoch;

    /// <summary>To be called behind every change of an account's state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Note(int accountId)
    {
        ref AccountEntry account = ref _accounts[accountId];
        if (IsKnownGapped(in account) != account.IsCountedGapped) Turn(ref account);
    }

    /// <summary>False if no known account of the pool is in a gap.</summary>
    internal bool MayBeGapped(int poolId) => _pools[poolId].GappedAccounts != 0;

    /// <summary>An account was linked to one more pool.</summary>
    internal void OnLinked(int accountId, int poolId)
    {
        if (_accounts[accountId].IsCountedGapped) _pools[poolId].GappedAccounts++;
    }

    /// <summary>
    /// The pool of a link took the account's bytes, or could not read them: it has the state before then, which is the
    /// account's no more. True if that is new.
    /// </summary>
    internal bool NoteDecoded(int linkId, DecodeStatus status)
    {
        // A pool has no state of what it has no room or no use for.
        bool isRefused = status is not (DecodeStatus.Ok or DecodeStatus.Full or DecodeStatus.UnknownRole);
        if (!_accounts.TrySetRefused(linkId, isRefused)) return false;
        _pools[_accounts.Link(linkId).PoolId].RefusedLinks += isRefused ? 1 : -1;
        return true;
    }

    /// <summary>False if the pool has the state of every account that is linked to it.</summary>
    internal bool MayBeRefused(int poolId) => _pools[poolId].RefusedLinks != 0;

    /// <summary>The link over which the pool could not read the account; -1 if it could.</summary>
    internal int RefusedLink(int accountId, int poolId)
    {
        if (!MayBeRefused(poolId)) return -1;
        int l = _accounts[accountId].FirstLink;
        while (l >= 0 && !(_accounts.Link(l).PoolId == poolId && _accounts.Link(l).IsRefused))
            l = _accounts.Link(l).Next;
        return l;
    }

    private bool IsKnownGapped(in AccountEntry account) =>
        account.Knowledge != AccountKnowledge.Unknown && IsGapped(in account);

    private void Recount()
    {
        for (int poolId = 0; poolId < _pools.Length; poolId++) _pools[poolId].GappedAccounts = 0;
        for (int accountId = 0; accountId < _accounts.Count; accountId++)
        {
            ref AccountEntry account = ref _accounts[accountId];
            account.IsCountedGapped = false;
            if (IsKnownGapped(in account)) Turn(ref account);
        }
    }

    /// <summary>Counts an account that is in a gap now and was not, or the other way round.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Turn(ref AccountEntry account)
    {
        account.IsCountedGapped = !account.IsCountedGapped;
        int change = account.IsCountedGapped ? 1 : -1;
        for (int l = account.FirstLink; l >= 0; l = _accounts.Link(l).Next)
            _pools[_accounts.Link(l).PoolId].GappedAccounts += change;
    }
}
