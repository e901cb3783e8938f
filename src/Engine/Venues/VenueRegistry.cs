using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.MeteoraDamm;
using LowLatency.Engine.Venues.MeteoraDlmm;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using LowLatency.Engine.Venues.PumpSwap;
using LowLatency.Engine.Venues.RaydiumAmm;
using LowLatency.Engine.Venues.RaydiumClmm;
using LowLatency.Engine.Venues.RaydiumCpmm;
using LowLatency.Engine.Venues.TokenSwap;

namespace LowLatency.Engine.Venues;

/// <summary>What an account is, by its owner program, size and discriminator alone.</summary>
/// <param name="Venue">DEX family, None if not a venue's account.</param>
/// <param name="Role">Role within the venue.</param>
/// <param name="Pool">Pool it belongs to; zero where the bytes do not say (configuration shared by pools).</param>
public readonly record struct AccountClass(VenueId Venue, AccountRole Role, Pubkey Pool);

/// <summary>
/// The list of venues: how to recognise their accounts and how to make their pools. Adding a DEX adds one line to each
/// method here and one folder beside it. Discriminators are shared between programs, so the owner decides first.
/// </summary>
public static class VenueRegistry
{
    /// <summary>Recognises an account of any venue by owner, size and discriminator.</summary>
    public static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        return RaydiumAmmPool.TryClassify(in account, out accountClass)
            || RaydiumCpmmPool.TryClassify(in account, out accountClass)
            || DlmmPool.TryClassify(in account, out accountClass)
            || DammPool.TryClassify(in account, out accountClass)
            || RaydiumClmmPool.TryClassify(in account, out accountClass)
            || WhirlpoolPool.TryClassify(in account, out accountClass)
            || PumpSwapPool.TryClassify(in account, out accountClass)
            || TokenSwapPool.TryClassify(in account, out accountClass);
    }

    /// <summary>
    /// Makes an empty pool of a venue; null for <see cref="VenueId.None"/>. Allocates: call at registration only.
    /// </summary>
    public static Pool? Create(VenueId venue, in Pubkey address)
    {
        return venue switch
        {
            VenueId.RaydiumAmm => new RaydiumAmmPool(in address),
            VenueId.RaydiumCpmm => new RaydiumCpmmPool(in address),
            VenueId.MeteoraDlmm => new DlmmPool(in address),
            VenueId.RaydiumClmm => new RaydiumClmmPool(in address),
            VenueId.OrcaWhirlpool => new WhirlpoolPool(in address),
            VenueId.MeteoraDamm => new DammPool(in address),
            VenueId.PumpSwap => new PumpSwapPool(in address),
            VenueId.TokenSwap => new TokenSwapPool(in address),
            _ => null,
        };
    }
}
