using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumCpmm;

/// <summary>
/// Addresses, offsets and error codes of the Raydium CPMM program.
/// Source: raydium-cp-swap@609780f programs/cp-swap/src/states/pool.rs (PoolState, 637 bytes), states/config.rs
/// (AmmConfig, 236 bytes), states/oracle.rs (ObservationState, 4,075 bytes), error.rs; anchor-lang error codes 25xx.
/// </summary>
internal static class RaydiumCpmmLayout
{
    internal const int PoolSizeBytes = 637;
    internal const int ConfigSizeBytes = 236;

    // sha256("account:PoolState")[..8] and sha256("account:AmmConfig")[..8], read little-endian.
    internal const ulong PoolDiscriminator = 0x46DE_C3D7_F5E3_EDF7;
    internal const ulong ConfigDiscriminator = 0x6F2B_CBCB_6821_F4DA;

    internal const int Config = 8;
    internal const int Vault0 = 72;
    internal const int Vault1 = 104;
    internal const int Mint0 = 168;
    internal const int Mint1 = 200;
    internal const int Program0 = 232;
    internal const int Program1 = 264;
    internal const int Observation = 296;
    internal const int Status = 329;
    internal const int ProtocolFees0 = 341;
    internal const int FundFees0 = 357;
    internal const int OpenTime = 373;
    internal const int RecentEpoch = 381;
    internal const int CreatorFeeOn = 389;
    internal const int EnableCreatorFee = 390;
    internal const int CreatorFees0 = 397;

    internal const int ConfigTradeFeeRate = 12;
    internal const int ConfigProtocolFeeRate = 20;
    internal const int ConfigFundFeeRate = 28;
    internal const int ConfigCreatorFeeRate = 108;

    internal const byte StatusSwapDisabledBit = 4;

    /// <summary>Denominator of every rate.</summary>
    internal const ulong FeeRateOne = 1_000_000;

    internal const uint ErrorRequireGtViolated = 2505;
    internal const uint ErrorNotApproved = 6000;
    internal const uint ErrorInvalidInput = 6003;
    internal const uint ErrorExceededSlippage = 6005;
    internal const uint ErrorZeroTradingTokens = 6006;
    internal const uint ErrorTransferFeeCalculateNotMatch = 6010;
    internal const uint ErrorMathOverflow = 6011;
    internal const uint ErrorInsufficientVault = 6012;
    internal const uint ErrorInvalidFeeModel = 6013;

    // Errors of the token program, which a transfer inside the swap would raise.
    // Source: solana-program/token program/src/error.rs, TokenError::Overflow and AccountFrozen.
    internal const uint TokenErrorOverflow = 14;
    internal const uint TokenErrorFrozen = 17;

    /// <summary>Raydium CPMM on mainnet.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");

    /// <summary>Authority of vaults and LP mints: PDA of "vault_and_lp_mint_auth_seed".</summary>
    internal static readonly Pubkey Authority = Pubkey.Parse("GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL");
}
