namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Byte offsets of the DAMM v2 pool account, the 8-byte discriminator counted.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/state/{pool,fee}.rs (Pool, PoolFeesStruct, DynamicFeeStruct,
/// PoolMetrics) and base_fee/*.rs (the 32 bytes of base fee data, read by mode).
/// </summary>
internal static class DammLayout
{
    // The same name in every program: the owner tells the pools of DAMM v2 and PumpSwap apart.
    internal const ulong PoolDiscriminator = 0xBC6D_B111_046D_9AF1;
    internal const int PoolSize = 1112;

    internal const int CliffFee = 8;
    internal const int BaseFeeMode = 16;
    internal const int BaseFeeWord = 22;
    internal const int BaseFeeFirst = 24;
    internal const int BaseFeeSecond = 28;
    internal const int BaseFeeLast = 32;
    internal const int ProtocolFeePercent = 48;
    internal const int ReferralFeePercent = 50;
    internal const int CompoundingFeeBps = 54;

    internal const int DynamicInitialized = 56;
    internal const int DynamicMaxVolatility = 64;
    internal const int DynamicControl = 68;
    internal const int DynamicBinStep = 72;
    internal const int DynamicFilter = 74;
    internal const int DynamicDecay = 76;
    internal const int DynamicReduction = 78;
    internal const int DynamicLastUpdate = 80;
    internal const int DynamicBinStepX64 = 88;
    internal const int DynamicPriceReference = 104;
    internal const int DynamicAccumulator = 120;
    internal const int DynamicReference = 136;
    internal const int InitialSqrtPrice = 152;

    internal const int MintA = 168;
    internal const int MintB = 200;
    internal const int VaultA = 232;
    internal const int VaultB = 264;
    internal const int Liquidity = 360;
    internal const int ProtocolFeeA = 392;
    internal const int ProtocolFeeB = 400;
    internal const int SqrtMin = 424;
    internal const int SqrtMax = 440;
    internal const int SqrtPrice = 456;
    internal const int ActivationPoint = 472;
    internal const int ActivationType = 480;
    internal const int Status = 481;
    internal const int MintAFlag = 482;
    internal const int MintBFlag = 483;
    internal const int CollectFeeMode = 484;
    internal const int FeeVersion = 486;
    internal const int FeeAPerLiquidity = 488;
    internal const int FeeBPerLiquidity = 520;
    internal const int MetricsLpA = 568;
    internal const int MetricsLpB = 584;
    internal const int MetricsProtocolA = 600;
    internal const int MetricsProtocolB = 608;
    internal const int TokenAAmount = 680;
    internal const int TokenBAmount = 688;
    internal const int LayoutVersion = 696;
}
