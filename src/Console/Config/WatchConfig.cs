using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Config;

/// <summary>Why a pool is not watched.</summary>
internal enum WatchRefusal
{
    /// <summary>It is watched.</summary>
    None = 0,

    /// <summary>Its venue is on the deny list.</summary>
    VenueDenied = 1,

    /// <summary>One of its mints is on the deny list.</summary>
    MintDenied = 2,

    /// <summary>The pool is on the deny list.</summary>
    PoolDenied = 3,

    /// <summary>There is an allow list of venues, and its venue is not on it.</summary>
    VenueNotAllowed = 4,

    /// <summary>There is an allow list of addresses, and neither the pool nor both of its mints are on it.</summary>
    AddressNotAllowed = 5,
}

/// <summary>Venues and addresses (pools, mints) of an allow or deny list.</summary>
/// <param name="Venues">Venues.</param>
/// <param name="Addresses">Pools and mints; an address is only ever one of the two.</param>
internal sealed record WatchRule(IReadOnlySet<VenueId> Venues, IReadOnlySet<Pubkey> Addresses)
{
    /// <summary>No entry.</summary>
    public static WatchRule Empty { get; } = new(new HashSet<VenueId>(), new HashSet<Pubkey>());

    /// <summary>Its entries as written.</summary>
    public IEnumerable<string> Texts()
    {
        foreach (VenueId venue in Venues) yield return venue.ToString();
        foreach (Pubkey address in Addresses) yield return address.ToString();
    }
}

/// <summary>Which pools and accounts are watched live.</summary>
internal sealed record WatchConfig
{
    /// <summary>Pools named one by one.</summary>
    public IReadOnlyList<Pubkey> Pools { get; init; } = [];

    /// <summary>Accounts watched besides those that pools need.</summary>
    public IReadOnlyList<Pubkey> Accounts { get; init; } = [];

    /// <summary>Watch list of <c>pools discover</c>; null for none.</summary>
    public string? File { get; init; }

    /// <summary>What may be watched; empty for everything.</summary>
    public WatchRule Allow { get; init; } = WatchRule.Empty;

    /// <summary>What is never watched; stronger than <see cref="Allow"/>.</summary>
    public WatchRule Deny { get; init; } = WatchRule.Empty;

    /// <summary>Least balance of a pool's vault by mint, base units of the mint.</summary>
    public IReadOnlyDictionary<Pubkey, ulong> LiquidityFloorRaw { get; init; } = new Dictionary<Pubkey, ulong>();

    /// <summary>True if a list keeps anything out.</summary>
    public bool HasRules => Allow.Venues.Count + Allow.Addresses.Count + Deny.Venues.Count + Deny.Addresses.Count != 0;

    /// <summary>Whether the lists let a pool in; the liquidity floor is not looked at.</summary>
    public WatchRefusal Judge(VenueId venue, in Pubkey pool, in Pubkey mintA, in Pubkey mintB)
    {
        if (Deny.Venues.Contains(venue)) return WatchRefusal.VenueDenied;
        if (Deny.Addresses.Contains(pool)) return WatchRefusal.PoolDenied;
        if (Deny.Addresses.Contains(mintA) || Deny.Addresses.Contains(mintB)) return WatchRefusal.MintDenied;
        if (Allow.Venues.Count > 0 && !Allow.Venues.Contains(venue)) return WatchRefusal.VenueNotAllowed;
        bool isListed = Allow.Addresses.Count == 0 || Allow.Addresses.Contains(pool)
            || (Allow.Addresses.Contains(mintA) && Allow.Addresses.Contains(mintB));
        return isListed ? WatchRefusal.None : WatchRefusal.AddressNotAllowed;
    }
}
