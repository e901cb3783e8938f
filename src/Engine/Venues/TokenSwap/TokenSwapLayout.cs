using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.TokenSwap;

/// <summary>
/// Addresses, offsets and error codes of the SPL token-swap program as deployed by Orca (version 2).
/// Source: solana-program-library token-swap/program/src/state.rs (SwapVersion 1 byte, SwapV1 323 bytes), curve/base.rs
/// (curve type u8, 32 bytes of parameters), error.rs.
/// </summary>
internal static class TokenSwapLayout
{
    internal const int PoolSizeBytes = 324;

    internal const int Version = 0;
    internal const int IsInitialized = 1;
    internal const int Bump = 2;
    internal const int TokenProgram = 3;
    internal const int VaultA = 35;
    internal const int VaultB = 67;
    internal const int PoolMint = 99;
    internal const int MintA = 131;
    internal const int MintB = 163;
    internal const int FeeAccount = 195;
    internal const int TradeFee = 227;
    internal const int OwnerTradeFee = 243;
    internal const int CurveType = 291;
    internal const int Amplifier = 292;

    internal const byte CurveConstantProduct = 0;
    internal const byte CurveStable = 2;

    internal const uint ErrorFeeCalculation = 21;
    internal const uint ErrorExceededSlippage = 16;
    internal const uint ErrorZeroTradingTokens = 20;

    // Errors of the token program, which a transfer inside the swap would raise.
    // Source: solana-program/token program/src/error.rs, TokenError::Overflow and AccountFrozen.
    internal const uint TokenErrorOverflow = 14;
    internal const uint TokenErrorFrozen = 17;

    /// <summary>Orca's deployment, version 2.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP");
}
