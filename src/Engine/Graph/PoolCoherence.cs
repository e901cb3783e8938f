using System;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Tells whether a pool's accounts are of one slot. A swap writes several accounts, and they arrive as separate
/// messages in any order (solana#12237); between the first and the last of them the pool is torn and must
/// not quote. The rule per venue names the accounts that every swap writes:
/// <list type="bullet">
/// <item>constant product (AMM v4, CPMM, PumpSwap, Token Swap): the pool account and both vaults;</item>
/// <item>DLMM: the pair and at least one bin array;</item>
/// <item>concentrated ranges (Whirlpool, CLMM) and DAMM v2: the pool account; an array alone is a liquidity change
/// whose pool part may still be on its way.</item>
/// </list>
/// An incomplete group stays torn until the slot settles (the next slot's first update, or the settle window): then
/// nothing more of that slot is on its way. Owner thread: the market group's.
/// </summary>
internal sealed class PoolCoherence
{
    private readonly PoolRecord[] _pools;
    private readonly int[] _unsettledIds;

    public PoolCoherence(PoolRecord[] pools)
    {
        _pools = pools;
        _unsettledIds = new int[pools.Length];
    }

    /// <summary>Pools waiting for the rest of their slot.</summary>
    public int UnsettledCount { get; private set; }

    /// <summary>Their ids.</summary>
    public ReadOnlySpan<int> UnsettledIds => _unsettledIds.AsSpan(0, UnsettledCount);

    /// <summary>Parts that every swap of a venue writes; none if that depends on the parts that came.</summary>
    private static GroupParts NeededBy(VenueId venue) => venue switch
    {
        VenueId.RaydiumAmm or VenueId.RaydiumCpmm or VenueId.PumpSwap =>
            GroupParts.Pool | GroupParts.VaultA | GroupParts.VaultB,
        VenueId.TokenSwap => GroupParts.VaultA | GroupParts.VaultB, // its pool never changes
        VenueId.MeteoraDlmm => GroupParts.Pool | GroupParts.Array,
        _ => GroupParts.None,
    };

    /// <summary>Says what a new pool's swaps write.</summary>
    public static void Begin(ref PoolRecord pool, VenueId venue)
    {
        pool.Needed = NeededBy(venue);
        pool.NeededByArray = pool.Needed == GroupParts.None ? GroupParts.Pool : GroupParts.None;
    }

    /// <summary>Notes an account of the pool with state of <paramref name="slot"/>.</summary>
    public void Note(int poolId, AccountRole role, ulong slot)
    {
        GroupParts part = PartOf(role);
        if (part == GroupParts.None) return;
        ref PoolRecord pool = ref _pools[poolId];
        // A rollback may go back: whatever came last is what the group is about.
        GroupParts seen = part | (slot == pool.GroupSlot ? pool.Seen : GroupParts.None);
        pool.GroupSlot = slot;
        pool.Seen = seen;
        GroupParts needed = pool.Needed | ((seen & GroupParts.Array) != 0 ? pool.NeededByArray : GroupParts.None);
        bool isTorn = (needed & ~seen) != 0;
        if (isTorn != pool.IsTorn) SetTorn(poolId, isTorn);
    }

    /// <summary>Declares a pool whole: its slot is over.</summary>
    public void Settle(int poolId)
    {
        if (_pools[poolId].IsTorn) SetTorn(poolId, false);
    }

    // PERF: a table, not a jump by the role, which is another at each message.
    private static ReadOnlySpan<GroupParts> PartOfRole =>
    [
        GroupParts.None, GroupParts.Pool, GroupParts.VaultA, GroupParts.VaultB, GroupParts.None, GroupParts.None,
        GroupParts.None, GroupParts.Array, GroupParts.Array,
    ];

    private static GroupParts PartOf(AccountRole role) =>
        (int)role < PartOfRole.Length ? PartOfRole[(int)role] : GroupParts.None;

    private void SetTorn(int poolId, bool isTorn)
    {
        _pools[poolId].IsTorn = isTorn;
        if (isTorn)
        {
            _unsettledIds[UnsettledCount++] = poolId;
            return;
        }

        int i = Array.IndexOf(_unsettledIds, poolId, 0, UnsettledCount);
        _unsettledIds[i] = _unsettledIds[--UnsettledCount];
    }
}
