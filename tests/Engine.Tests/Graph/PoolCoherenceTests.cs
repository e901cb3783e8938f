using System;
using System.Collections.Generic;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

public sealed class PoolCoherenceTests
{
    /// <summary>Accounts in any order, slots that go on and back: torn exactly as each venue's rule says.</summary>
    [Fact]
    public void Note_RandomAccounts_IsTornAsTheVenuesRuleSays()
    {
        VenueId[] venues = Enum.GetValues<VenueId>();
        PoolRecord[] pools = new PoolRecord[venues.Length];
        for (int pool = 0; pool < venues.Length; pool++) PoolCoherence.Begin(ref pools[pool], venues[pool]);
        PoolCoherence coherence = new(pools);
        HashSet<AccountRole>[] seen = Array.ConvertAll(venues, _ => new HashSet<AccountRole>());
        ulong[] slots = new ulong[venues.Length];
        Random random = new(11);
        int torn = 0;
        for (int step = 0; step < 20_000; step++)
        {
            int pool = random.Next(venues.Length);
            bool settles = random.Next(20) == 0;
            if (settles)
            {
                coherence.Settle(pool);
            }
            else
            {
                AccountRole role = (AccountRole)random.Next(1, 13);
                ulong slot = (ulong)(1 + random.Next(3));
                coherence.Note(pool, role, slot);
                if (!IsPart(role)) continue;
                if (slot != slots[pool]) seen[pool].Clear();
                slots[pool] = slot;
                seen[pool].Add(role == AccountRole.BinArray ? AccountRole.TickArray : role);
            }

            bool isTorn = !settles && !IsComplete(venues[pool], seen[pool]);
            Assert.Equal(isTorn, pools[pool].IsTorn);
            Assert.Equal(slots[pool], pools[pool].GroupSlot);
            Assert.Equal(isTorn, coherence.UnsettledIds.Contains(pool));
            if (isTorn) torn++;
        }

        Assert.InRange(torn, 1000, 19_000);
        int unsettled = 0;
        foreach (PoolRecord pool in pools) unsettled += pool.IsTorn ? 1 : 0;
        Assert.Equal(unsettled, coherence.UnsettledCount);
    }

    private static bool IsPart(AccountRole role) => role is AccountRole.Pool or AccountRole.VaultA or AccountRole.VaultB
        or AccountRole.TickArray or AccountRole.BinArray;

    private static bool IsComplete(VenueId venue, HashSet<AccountRole> seen)
    {
        bool hasPool = seen.Contains(AccountRole.Pool);
        bool hasVaults = seen.Contains(AccountRole.VaultA) && seen.Contains(AccountRole.VaultB);
        bool hasArray = seen.Contains(AccountRole.TickArray);
        return venue switch
        {
            VenueId.RaydiumAmm or VenueId.RaydiumCpmm or VenueId.PumpSwap => hasPool && hasVaults,
            VenueId.TokenSwap => hasVaults,
            VenueId.MeteoraDlmm => hasPool && hasArray,
            _ => hasPool || !hasArray,
        };
    }
}
