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

/// <summary>
/// How a venue's pool accounts are found among its program's accounts, and where they name mints and vaults; from each
/// venue's own layout, whose source is stated there. Not for the hot path.
/// </summary>
/// <param name="Program">Owner program.</param>
/// <param name="SizeBytes">Length of every pool account, bytes; 0 where lengths differ.</param>
/// <param name="Discriminator">First eight bytes, little-endian; 0 where the layout has none.</param>
/// <param name="MintA">Offset of mint A.</param>
/// <param name="MintB">Offset of mint B.</param>
/// <param name="VaultA">Offset of the vault of mint A.</param>
/// <param name="VaultB">Offset of the vault of mint B.</param>
public readonly record struct PoolAccountShape(
    Pubkey Program, int SizeBytes, ulong Discriminator, int MintA, int MintB, int VaultA, int VaultB)
{
    /// <summary>The shape of a venue's pools; the default for <see cref="VenueId.None"/>.</summary>
    public static PoolAccountShape Of(VenueId venue) => venue switch
    {
        VenueId.RaydiumAmm => new PoolAccountShape(
            RaydiumAmmLayout.ProgramId, RaydiumAmmLayout.PoolSizeBytes, 0, RaydiumAmmLayout.CoinMint,
            RaydiumAmmLayout.PcMint, RaydiumAmmLayout.CoinVault, RaydiumAmmLayout.PcVault),
        VenueId.RaydiumCpmm => new PoolAccountShape(
            RaydiumCpmmLayout.ProgramId, RaydiumCpmmLayout.PoolSizeBytes, RaydiumCpmmLayout.PoolDiscriminator,
            RaydiumCpmmLayout.Mint0, RaydiumCpmmLayout.Mint1, RaydiumCpmmLayout.Vault0, RaydiumCpmmLayout.Vault1),
        VenueId.RaydiumClmm => new PoolAccountShape(
            RaydiumClmmLayout.ProgramId, RaydiumClmmLayout.PoolSizeBytes, RaydiumClmmLayout.PoolDiscriminator,
            RaydiumClmmLayout.Mint0, RaydiumClmmLayout.Mint1, RaydiumClmmLayout.Vault0, RaydiumClmmLayout.Vault1),
        VenueId.OrcaWhirlpool => new PoolAccountShape(
            WhirlpoolLayout.ProgramId, WhirlpoolLayout.PoolSizeBytes, WhirlpoolLayout.PoolDiscriminator,
            WhirlpoolLayout.MintA, WhirlpoolLayout.MintB, WhirlpoolLayout.VaultA, WhirlpoolLayout.VaultB),
        VenueId.MeteoraDlmm => new PoolAccountShape(
            DlmmProgram.Id, DlmmLayout.PairSize, DlmmLayout.PairDiscriminator, DlmmLayout.MintX,
            DlmmLayout.MintY, DlmmLayout.ReserveX, DlmmLayout.ReserveY),
        VenueId.MeteoraDamm => new PoolAccountShape(
            DammProgram.Id, DammLayout.PoolSize, DammLayout.PoolDiscriminator, DammLayout.MintA,
            DammLayout.MintB, DammLayout.VaultA, DammLayout.VaultB),
        VenueId.PumpSwap => new PoolAccountShape(
            PumpSwapLayout.ProgramId, 0, PumpSwapLayout.PoolDiscriminator, PumpSwapLayout.BaseMint,
            PumpSwapLayout.QuoteMint, PumpSwapLayout.BaseVault, PumpSwapLayout.QuoteVault),
        VenueId.TokenSwap => new PoolAccountShape(
            TokenSwapLayout.ProgramId, TokenSwapLayout.PoolSizeBytes, 0, TokenSwapLayout.MintA,
            TokenSwapLayout.MintB, TokenSwapLayout.VaultA, TokenSwapLayout.VaultB),
        _ => default,
    };
}
