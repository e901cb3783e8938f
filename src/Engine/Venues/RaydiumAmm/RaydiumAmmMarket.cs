using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <summary>
/// Order-book accounts that the legacy swap instruction (tags 9 and 11) still names, though the program no longer reads
/// them. The V2 instruction needs none of them.
/// </summary>
/// <param name="Bids">Bids.</param>
/// <param name="Asks">Asks.</param>
/// <param name="EventQueue">Event queue.</param>
/// <param name="CoinVault">Market's vault of the coin mint.</param>
/// <param name="PcVault">Market's vault of the pc mint.</param>
/// <param name="VaultSigner">Authority over the market's vaults.</param>
public readonly record struct RaydiumAmmMarket(
    Pubkey Bids, Pubkey Asks, Pubkey EventQueue, Pubkey CoinVault, Pubkey PcVault, Pubkey VaultSigner);
