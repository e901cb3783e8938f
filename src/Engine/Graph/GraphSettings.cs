using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>Bounds and filters of the market graph; fixed at start.</summary>
public sealed record GraphSettings
{
    /// <summary>Most accounts watched. 65,536 is 3,000 concentrated pools with 20 arrays each.</summary>
    public int MaxAccounts { get; init; } = 65_536;

    /// <summary>Most pools.</summary>
    public int MaxPools { get; init; } = 4096;

    /// <summary>Most mints.</summary>
    public int MaxMints { get; init; } = 4096;

    /// <summary>
    /// How long after the first update of a slot an incomplete pool is still waited for, nanoseconds of receive time.
    /// Default 150 ms: under half of the shortest slot time planned (200 ms) plus a late endpoint's usual lag.
    /// </summary>
    public long SettleWindowNs { get; init; } = 150_000_000;

    /// <summary>
    /// Slots that may begin after the newest account update before every pool counts as stale; 0 = never. Default 64,
    /// about 13 to 25 seconds: a subscribed Clock changes every slot, and 28 busy pools never pause a tenth of that.
    /// </summary>
    public ulong StaleAfterSlots { get; init; } = 64;

    /// <summary>Pools or mints never used, or programs of which no pool is.</summary>
    public IReadOnlySet<Pubkey> Denied { get; init; } = new HashSet<Pubkey>();

    /// <summary>Judges a newly found pool by venue, address and mints; null = all are admitted.</summary>
    public Func<Pool, bool>? Admits { get; init; }

    /// <summary>Least balance of a pool's vault by mint, base units; a pool below it does not take part.</summary>
    public IReadOnlyDictionary<Pubkey, ulong> LiquidityFloorRaw { get; init; } =
        ReadOnlyDictionary<Pubkey, ulong>.Empty;

    /// <summary>True if a newly found pool may be used.</summary>
    public bool Accepts(Pool pool) =>
        !Denied.Contains(pool.Address) && !Denied.Contains(pool.MintA) && !Denied.Contains(pool.MintB)
        && !Denied.Contains(PoolAccountShape.Of(pool.Venue).Program)
        && (Admits is null || Admits(pool));
}
