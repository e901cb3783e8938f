using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <summary>
/// Addresses, offsets and error codes of the PumpSwap program (Pump AMM) and of the Pump Fees program it reads its
/// schedule from.
/// Layouts grow at the end: an account shorter than a member's end has zero there.
/// Source: pump-public-docs@1b82215 idl/pump_amm.json and idl/pump_fees.json; later members (virtual quote reserves,
/// configurable creator fee, fees kept in the pool) from pump-public-docs@8cda1fa3 and pump-swap-sdk 1.20/2.1 type
/// definitions.
/// </summary>
internal static class PumpSwapLayout
{
    // sha256("account:Pool")[..8], sha256("account:GlobalConfig")[..8], sha256("account:FeeConfig")[..8], read
    // little-endian.
    internal const ulong PoolDiscriminator = 0xBC6D_B111_046D_9AF1;
    internal const ulong GlobalConfigDiscriminator = 0xD9B0_FCA0_CA9C_0895;
    internal const ulong FeeConfigDiscriminator = 0x9B4C_7BDB_BB92_348F;

    internal const int PoolSizeMin = 211;
    internal const int PoolCreator = 11;
    internal const int BaseMint = 43;
    internal const int QuoteMint = 75;
    internal const int BaseVault = 139;
    internal const int QuoteVault = 171;
    internal const int CoinCreator = 211;
    internal const int IsMayhemMode = 243;
    internal const int IsCashbackCoin = 244;
    internal const int VirtualQuoteReserves = 245;
    internal const int CreatorFeeBps = 261;
    internal const int ProtocolFees = 271;
    internal const int CreatorFees = 279;

    internal const int GlobalConfigSizeMin = 907;
    internal const int DisableFlags = 56;
    internal const int ProtocolFeeRecipients = 57;
    internal const int ReservedFeeRecipient = 385;
    internal const int BuybackFeeRecipients = 643;
    internal const int CreatorFeeConfigurable = 940;

    internal const int FeeConfigFlatFees = 41;
    internal const int FeeConfigTiers = 65;
    internal const int FeesSizeBytes = 24;
    internal const int FeeTierSizeBytes = 40;

    // The fee account's length selects its version: stable tiers and exotic fees exist from these sizes on.
    internal const int FeeConfigSizeWithStableTiers = 4073;
    internal const int FeeConfigSizeWithExoticFees = 4097;

    internal const byte DisableBuyFlag = 8;
    internal const byte DisableSellFlag = 16;

    internal const ulong BpsOne = 10_000;

    /// <summary>Supply the program takes for the market cap of mayhem-mode pools, base units.</summary>
    internal const ulong MayhemSupplyRaw = 1_000_000_000_000_000;

    internal const uint ErrorZeroBaseAmount = 6001;
    internal const uint ErrorZeroQuoteAmount = 6002;
    internal const uint ErrorExceededSlippage = 6004;
    internal const uint ErrorBuyMoreThanReserves = 6016;
    internal const uint ErrorDisabledBuy = 6020;
    internal const uint ErrorDisabledSell = 6021;
    internal const uint ErrorOverflow = 6023;
    internal const uint ErrorDivisionByZero = 6025;
    internal const uint ErrorBuyCannotCoverFees = 6039;
    internal const uint ErrorBuyBelowMinimumOut = 6040;

    // Source: pump-swap-sdk 1.20 src/idl/pump_amm.json, InsufficientRealQuoteReserves.
    internal const uint ErrorRealReserves = 6063;

    /// <summary>PumpSwap on mainnet.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA");

    /// <summary>Pump Fees program.</summary>
    internal static readonly Pubkey FeeProgramId = Pubkey.Parse("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ");

    /// <summary>Pump bonding-curve program, whose pool authority creates canonical pools.</summary>
    internal static readonly Pubkey PumpProgramId = Pubkey.Parse("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P");

    /// <summary>The one global configuration: PDA of "global_config".</summary>
    internal static readonly Pubkey GlobalConfig = Pubkey.Parse("ADyA8hdefvWN2dbGGWFotbzWxrAvLW83WG6QCVXvJKqw");

    /// <summary>Fee schedule of PumpSwap: PDA of "fee_config" and the program under Pump Fees.</summary>
    internal static readonly Pubkey FeeConfig = Pubkey.Parse("5PHirr8joyTMp9JMm6nW7hNDVyEYdkzDqazxPD7RaTjx");

    /// <summary>Event authority: PDA of "__event_authority".</summary>
    internal static readonly Pubkey EventAuthority = Pubkey.Parse("GS4CU59F31iL7aR2Q8zVS8DRrcRnXX1yjQ66TqNVQnaR");

    /// <summary>Volume accumulator of all users: PDA of "global_volume_accumulator".</summary>
    internal static readonly Pubkey GlobalVolumeAccumulator =
        Pubkey.Parse("C2aFPdENg4A2HQsmrd5rTw5TaYBX5Ku887cWjbFKtZpw");

    /// <summary>USDC, the one quote mint of the stable schedule.</summary>
    internal static readonly Pubkey UsdcMint = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    /// <summary>Native mint of Token-2022, treated as SOL by the schedule.</summary>
    internal static readonly Pubkey NativeMint2022 = Pubkey.Parse("9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9");
}
