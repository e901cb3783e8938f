using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Addresses, instruction discriminators and error codes of the Meteora DLMM program.
/// Source: dlmm-sdk@fb02e51 idls/dlmm.json (address, instructions, errors).
/// </summary>
public static class DlmmProgram
{
    /// <summary>Program id.</summary>
    public static readonly Pubkey Id = Pubkey.Parse("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo");

    /// <summary>Event authority, PDA of "__event_authority".</summary>
    public static readonly Pubkey EventAuthority = Pubkey.Parse("D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6");

    /// <summary>
    /// Bin arrays named by one instruction, as the official SDK selects them (getBinArrayForSwap, count 4).
    /// </summary>
    public const int ArraysPerSwap = 4;

    internal const ulong SwapDiscriminator = 0xC887_75E1_919E_C6F8;
    internal const ulong Swap2Discriminator = 0x885B_5BEB_4C3F_4B41;
    internal const ulong SwapExactOutDiscriminator = 0xB84B_CF26_2165_49FA;
    internal const ulong SwapExactOut2Discriminator = 0x51F3_3C89_84F7_D72B;
    internal const ulong SwapPriceImpactDiscriminator = 0xCD9C_E4AD_D0E6_AD38;
    internal const ulong SwapPriceImpact2Discriminator = 0x334B_33B1_D6C0_624A;

    // Anchor's own code: the iterator over the remaining accounts ran out while the program looked for a bin array.
    internal const uint AccountNotEnoughKeys = 3005;
    internal const uint InvalidInput = 6002;
    internal const uint ExceededAmountSlippageTolerance = 6003;
    internal const uint PairInsufficientLiquidity = 6012;
    internal const uint MathOverflow = 6018;
    internal const uint TypeCastFailed = 6019;
    internal const uint BitmapExtensionNotProvided = 6036;
    internal const uint CannotFindNonZeroLiquidityBinArray = 6037;
    internal const uint InsufficientOutAmount = 6039;
    internal const uint PoolDisabled = 6042;
    internal const uint NotExactAmountOut = 6057;
    internal const uint UndeterminedError = 6085;
    internal const uint InsufficientInAmount = 6104;
}
