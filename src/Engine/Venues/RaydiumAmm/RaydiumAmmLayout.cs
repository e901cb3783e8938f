using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <summary>
/// Addresses, offsets and error codes of the Raydium AMM v4 program.
/// Source: raydium-amm@27f461d program/src/state.rs (AmmInfo, 752 bytes, no discriminator), program/src/error.rs,
/// program/src/instruction.rs.
/// </summary>
internal static class RaydiumAmmLayout
{
    internal const int PoolSizeBytes = 752;

    internal const int Status = 0;
    internal const int Nonce = 8;
    internal const int SwapFeeNumerator = 176;
    internal const int SwapFeeDenominator = 184;
    internal const int NeedTakePnlCoin = 192;
    internal const int NeedTakePnlPc = 200;
    internal const int PoolOpenTime = 224;
    internal const int CoinVault = 336;
    internal const int PcVault = 368;
    internal const int CoinMint = 400;
    internal const int PcMint = 432;
    internal const int OpenOrders = 496;
    internal const int Market = 528;
    internal const int MarketProgram = 560;
    internal const int TargetOrders = 592;
    internal const int RecentEpoch = 736;

    internal const ulong StatusInitialized = 1;
    internal const ulong StatusSwapOnly = 6;
    internal const ulong StatusWaitingTrade = 7;

    internal const uint ErrorInvalidStatus = 22;
    internal const uint ErrorInvalidInput = 29;
    internal const uint ErrorExceededSlippage = 30;
    internal const uint ErrorCheckedSubOverflow = 32;
    internal const uint ErrorInsufficientFunds = 40;

    // Errors of the token program, which a transfer inside the swap would raise.
    // Source: solana-program/token program/src/error.rs, TokenError::Overflow and AccountFrozen.
    internal const uint TokenErrorOverflow = 14;
    internal const uint TokenErrorFrozen = 17;

    // Serum v3 market account, 388 bytes behind 5 bytes of padding ("serum").
    // Source: openbook-dex/program dex/src/state.rs, MarketState (own_address@13 and following).
    internal const int OpenOrdersSizeBytes = 3228;
    internal const int OpenOrdersCoinTotal = 85;
    internal const int OpenOrdersPcTotal = 101;
    internal const int MarketSizeBytes = 388;
    internal const int MarketVaultSignerNonce = 45;
    internal const int MarketCoinVault = 117;
    internal const int MarketPcVault = 165;
    internal const int MarketEventQueue = 253;
    internal const int MarketBids = 285;
    internal const int MarketAsks = 317;

    /// <summary>Raydium AMM v4 on mainnet.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");
}
