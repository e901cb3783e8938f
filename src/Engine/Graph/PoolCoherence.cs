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
    private const byte SeenPool = 1;
    private const byte SeenVaultA = 2;
    private const byte SeenVaultB = 4;
    private const byte SeenArray = 8;
    private const byte SeenOther = 16;

    private readonly ulong[] _slot;
    private readonly byte[] _seen;
    private readonly bool[] _unsettled;
    private readonly int[] _unsettledIds;

    public PoolCoherence(int maxPools)
    {
        _slot = new ulong[maxPools];
        _seen = new byte[maxPools];
        _unsettled = new bool[maxPools];
        _unsettledIds = new int[maxPools];
    }

    /// <summary>Pools waiting for the rest of their slot.</summary>
    public int UnsettledCount { get; private set; }

    /// <summary>Their ids.</summary>
    public ReadOnlySpan<int> UnsettledIds => _unsettledIds.AsSpan(0, UnsettledCount);

    public bool IsTorn(int poolId) => _unsettled[poolId];

    public ulong Slot(int poolId) => _slot[poolId];

    /// <summary>True if a quote of the venue reads vault balances.</summary>
    public static bool ReadsVaults(VenueId venue) =>
        venue is VenueId.RaydiumAmm or VenueId.RaydiumCpmm or VenueId.PumpSwap or VenueId.TokenSwap;

    /// <summary>Notes an account of the pool with state of <paramref name="slot"/>.</summary>
    public void Note(int poolId, VenueId venue, AccountRole role, ulong slot)
    {
        byte bit = role switch
        {
            AccountRole.Pool => SeenPool,
            AccountRole.VaultA => SeenVaultA,
            AccountRole.VaultB => SeenVaultB,
            AccountRole.TickArray or AccountRole.BinArray => SeenArray,
            _ => SeenOther,
        };
        if (bit == SeenOther) return;
        if (slot != _slot[poolId])
        {
            _slot[poolId] = slot; // a rollback may go back: whatever came last is what the group is about
            _seen[poolId] = 0;
        }

        _seen[poolId] |= bit;
        SetUnsettled(poolId, !IsComplete(venue, _seen[poolId]));
    }

    /// <summary>Declares a pool whole: its slot is over.</summary>
    public void Settle(int poolId)
    {
        if (_unsettled[poolId]) SetUnsettled(poolId, false);
    }

    private static bool IsComplete(VenueId venue, byte seen) => venue switch
    {
        VenueId.RaydiumAmm or VenueId.RaydiumCpmm or VenueId.PumpSwap =>
            (seen & (SeenPool | SeenVaultA | SeenVaultB)) == (SeenPool | SeenVaultA | SeenVaultB),
        VenueId.TokenSwap => (seen & (SeenVaultA | SeenVaultB)) == (SeenVaultA | SeenVaultB), // its pool never changes
        VenueId.MeteoraDlmm => (seen & (SeenPool | SeenArray)) == (SeenPool | SeenArray),
        _ => (seen & SeenPool) != 0 || (seen & SeenArray) == 0,
    };

    private void SetUnsettled(int poolId, bool unsettled)
    {
        if (_unsettled[poolId] == unsettled) return;
        _unsettled[poolId] = unsettled;
        if (unsettled)
        {
            _unsettledIds[UnsettledCount++] = poolId;
            return;
        }

        int i = Array.IndexOf(_unsettledIds, poolId, 0, UnsettledCount);
        _unsettledIds[i] = _unsettledIds[--UnsettledCount];
    }
}
