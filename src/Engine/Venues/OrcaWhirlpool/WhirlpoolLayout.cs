using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// Account layouts of the Whirlpool program: offsets in bytes, sizes, discriminators (first 8 bytes, little-endian).
/// Source: whirlpools@630c0e01
/// programs/whirlpool/src/state/{whirlpool,fixed_tick_array,dynamic_tick_array,tick,oracle}.rs.
/// </summary>
internal static class WhirlpoolLayout
{
    internal const ulong PoolDiscriminator = 0x0963_80E1_0CD1_953F;
    internal const ulong FixedArrayDiscriminator = 0xBB42_076E_BEBD_6145;
    internal const ulong DynamicArrayDiscriminator = 0x38DA_C7E1_8EF6_D811;
    internal const ulong OracleDiscriminator = 0xF4E5_B38C_B383_C28B;

    internal const int PoolSizeBytes = 653;
    internal const int FixedArraySizeBytes = 9988;
    internal const int DynamicArrayMinBytes = 148;
    internal const int DynamicArrayMaxBytes = 10004;
    internal const int OracleSizeBytes = 254;

    internal const int TickSpacing = 41;
    internal const int FeeTierIndex = 43;
    internal const int FeeRate = 45;
    internal const int ProtocolFeeRate = 47;
    internal const int Liquidity = 49;
    internal const int SqrtPrice = 65;
    internal const int TickCurrent = 81;
    internal const int ProtocolFeeOwedA = 85;
    internal const int ProtocolFeeOwedB = 93;
    internal const int MintA = 101;
    internal const int VaultA = 133;
    internal const int FeeGrowthGlobalA = 165;
    internal const int MintB = 181;
    internal const int VaultB = 213;
    internal const int FeeGrowthGlobalB = 245;
    internal const int RewardTimestamp = 261;
    internal const int Rewards = 269;
    internal const int RewardSizeBytes = 128;
    internal const int RewardCount = 3;
    internal const int RewardMint = 0;
    internal const int RewardEmissions = 96;
    internal const int RewardGrowth = 112;

    internal const int ArrayStart = 8;
    internal const int TicksInArray = 88;
    internal const int FixedTicks = 12;
    internal const int TickSizeBytes = 113; // in a dynamic array too: an initialized tick with its tag
    internal const int FixedWhirlpool = 9956;
    internal const int DynamicWhirlpool = 12;
    internal const int DynamicBitmap = 44;
    internal const int DynamicTicks = 60;

    internal const int OracleWhirlpool = 8;
    internal const int OracleTradeEnable = 40;
    internal const int OracleFilterPeriod = 48;
    internal const int OracleDecayPeriod = 50;
    internal const int OracleReductionFactor = 52;
    internal const int OracleControlFactor = 54;
    internal const int OracleMaxVolatility = 58;
    internal const int OracleTickGroupSize = 62;
    internal const int OracleMajorSwapTicks = 64;
    internal const int OracleLastReference = 82;
    internal const int OracleLastMajorSwap = 90;
    internal const int OracleVolatilityReference = 98;
    internal const int OracleGroupReference = 102;
    internal const int OracleVolatilityAccumulator = 106;

    /// <summary>Program that owns all accounts here.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");

    /// <summary>Recognises an account of the program by size and discriminator.</summary>
    internal static bool TryClassify(in AccountView account, out AccountRole role, out Pubkey pool)
    {
        ReadOnlySpan<byte> data = account.Data;
        role = AccountRole.None;
        pool = default;
        if (data.Length < DynamicArrayMinBytes) return false;
        switch (BinaryPrimitives.ReadUInt64LittleEndian(data))
        {
            case PoolDiscriminator when data.Length == PoolSizeBytes:
                role = AccountRole.Pool;
                pool = account.Key;
                return true;
            case FixedArrayDiscriminator when data.Length == FixedArraySizeBytes:
                role = AccountRole.TickArray;
                pool = Pubkey.Read(data, FixedWhirlpool);
                return true;
            case DynamicArrayDiscriminator when data.Length <= DynamicArrayMaxBytes:
                role = AccountRole.TickArray;
                pool = Pubkey.Read(data, DynamicWhirlpool);
                return true;
            case OracleDiscriminator when data.Length == OracleSizeBytes:
                role = AccountRole.Oracle;
                pool = Pubkey.Read(data, OracleWhirlpool);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>
/// Custom error codes of the program. Source: whirlpools@630c0e01 programs/whirlpool/src/errors.rs, 6000 + position.
/// </summary>
internal static class WhirlpoolError
{
    internal const uint DivideByZero = 6006;
    internal const uint NumberCast = 6007;
    internal const uint NumberDownCast = 6008;
    internal const uint SqrtPriceOutOfBounds = 6011;
    internal const uint LiquidityOverflow = 6014;
    internal const uint LiquidityUnderflow = 6015;
    internal const uint TokenMaxExceeded = 6017;
    internal const uint TokenMinSubceeded = 6018;
    internal const uint InvalidTimestampConversion = 6021;
    internal const uint InvalidTimestamp = 6022;
    internal const uint InvalidTickArraySequence = 6023;
    internal const uint MultiplicationShiftRightOverflow = 6030;
    internal const uint MultiplicationOverflow = 6033;
    internal const uint InvalidSqrtPriceLimitDirection = 6034;
    internal const uint ZeroTradableAmount = 6035;
    internal const uint AmountOutBelowMinimum = 6036;
    internal const uint AmountInAboveMaximum = 6037;
    internal const uint TickArraySequenceInvalidIndex = 6038;
    internal const uint AmountCalcOverflow = 6039;
    internal const uint AmountRemainingOverflow = 6040;
    internal const uint TransferFeeCalculation = 6052;
    internal const uint PartialFill = 6057;
    internal const uint TradeIsNotEnabled = 6064;

    /// <summary>Token program: the source account's balance is too small.</summary>
    internal const uint TokenInsufficientFunds = 1;

    /// <summary>Token-2022: an account is frozen.</summary>
    internal const uint TokenAccountFrozen = 17;

    /// <summary>The quote status that stands for a code.</summary>
    internal static QuoteStatus ToStatus(uint code) => code switch
    {
        0 => QuoteStatus.Ok,
        SqrtPriceOutOfBounds or InvalidSqrtPriceLimitDirection => QuoteStatus.PriceLimit,
        ZeroTradableAmount => QuoteStatus.ZeroAmount,
        InvalidTimestamp or InvalidTimestampConversion => QuoteStatus.StaleFeeClock,
        InvalidTickArraySequence => QuoteStatus.MissingTickArray,
        TickArraySequenceInvalidIndex => QuoteStatus.TooManyArrays,
        AmountOutBelowMinimum or AmountInAboveMaximum => QuoteStatus.SlippageExceeded,
        PartialFill or TokenInsufficientFunds => QuoteStatus.InsufficientLiquidity,
        TradeIsNotEnabled => QuoteStatus.NotOpenYet,
        LiquidityOverflow or LiquidityUnderflow => QuoteStatus.InvalidState,
        TokenAccountFrozen => QuoteStatus.Frozen,
        _ => QuoteStatus.Overflow,
    };
}
