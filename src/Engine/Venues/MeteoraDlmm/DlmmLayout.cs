namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Byte offsets of the DLMM program's accounts, the 8-byte discriminator counted.
/// Source: dlmm-sdk@fb02e51 idls/dlmm.json (program 0.12.0), types LbPair, StaticParameters, VariableParameters,
/// BinArray, Bin, BinArrayBitmapExtension.
/// </summary>
internal static class DlmmLayout
{
    internal const ulong PairDiscriminator = 0x0DB1_65B5_6231_0B21;
    internal const ulong BinArrayDiscriminator = 0xB546_9405_DC5C_8E5C;
    internal const ulong BitmapExtensionDiscriminator = 0x0512_ED37_717C_6F50;

    internal const int PairSize = 904;
    internal const int BaseFactor = 8;
    internal const int FilterPeriod = 10;
    internal const int DecayPeriod = 12;
    internal const int ReductionFactor = 14;
    internal const int VariableFeeControl = 16;
    internal const int MaxVolatility = 20;
    internal const int MinBinId = 24;
    internal const int MaxBinId = 28;
    internal const int ProtocolShare = 32;
    internal const int BaseFeePower = 34;
    internal const int FunctionType = 35;
    internal const int CollectFeeMode = 36;
    internal const int VolatilityAccumulator = 40;
    internal const int VolatilityReference = 44;
    internal const int IndexReference = 48;
    internal const int LastUpdate = 56;
    internal const int PairType = 75;
    internal const int ActiveId = 76;
    internal const int BinStep = 80;
    internal const int Status = 82;
    internal const int ActivationType = 86;
    internal const int MintX = 88;
    internal const int MintY = 120;
    internal const int ReserveX = 152;
    internal const int ReserveY = 184;
    internal const int ProtocolFeeX = 216;
    internal const int ProtocolFeeY = 224;
    internal const int RewardMint0 = 264;
    internal const int RewardSize = 144;
    internal const int RewardEnd = 104;
    internal const int RewardRate = 112;
    internal const int RewardLastUpdate = 128;
    internal const int Oracle = 552;
    internal const int Bitmap = 584;
    internal const int ActivationPoint = 816;
    internal const int MintXFlag = 880;
    internal const int MintYFlag = 881;

    internal const int BinArraySize = 10136;
    internal const int BinArrayIndex = 8;
    internal const int BinArrayPair = 24;
    internal const int Bins = 56;
    internal const int BinSize = 144;
    internal const int BinsPerArray = 70;

    internal const int BinAmountX = 0;
    internal const int BinAmountY = 8;
    internal const int BinPrice = 16;
    internal const int BinSupply = 32;
    internal const int BinFulfilledX = 48;
    internal const int BinFulfilledY = 56;
    internal const int BinOrderFeeAsk = 64;
    internal const int BinOrderFeeBid = 72;
    internal const int BinFeeX = 80;
    internal const int BinFeeY = 96;
    internal const int BinOpenOrders = 112;
    internal const int BinProcessingTotal = 120;
    internal const int BinProcessingLeft = 128;
    internal const int BinOrderAge = 136;
    internal const int BinAskSide = 140;

    internal const int BitmapExtensionSize = 1576;
    internal const int ExtensionPair = 8;
    internal const int ExtensionPositive = 40;
    internal const int ExtensionNegative = 808;
}
