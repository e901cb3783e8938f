using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Account layouts of the Raydium CLMM program: offsets in bytes, sizes, discriminators (first 8 bytes, little-endian).
/// Source: raydium-clmm@03b44b7
/// programs/amm/src/states/{pool,pool_fee,config,tick_array,tickarray_bitmap_extension}.rs.
/// </summary>
internal static class RaydiumClmmLayout
{
    internal const ulong PoolDiscriminator = 0x46DE_C3D7_F5E3_EDF7;
    internal const ulong TickArrayDiscriminator = 0x2A81_F931_CD55_9BC0;
    internal const ulong ExtensionDiscriminator = 0x998B_8061_DB24_963C;
    internal const ulong ConfigDiscriminator = 0x6F2B_CBCB_6821_F4DA;

    internal const int PoolSizeBytes = 1544;
    internal const int TickArraySizeBytes = 10240;
    internal const int ExtensionSizeBytes = 1832;
    internal const int ConfigSizeBytes = 117;

    internal const int Config = 9;
    internal const int Mint0 = 73;
    internal const int Mint1 = 105;
    internal const int Vault0 = 137;
    internal const int Vault1 = 169;
    internal const int Observation = 201;
    internal const int TickSpacing = 235;
    internal const int Liquidity = 237;
    internal const int SqrtPrice = 253;
    internal const int TickCurrent = 269;
    internal const int FeeGrowth0 = 277;
    internal const int FeeGrowth1 = 293;
    internal const int ProtocolFees0 = 309;
    internal const int ProtocolFees1 = 317;
    internal const int Status = 389;
    internal const int FeeOn = 390;
    internal const int Bitmap = 904;
    internal const int BitmapWords = 16;
    internal const int BitmapEnd = Bitmap + (BitmapWords * sizeof(ulong));
    internal const int FundFees0 = 1064;
    internal const int FundFees1 = 1072;
    internal const int OpenTime = 1080;
    internal const int DynamicFee = 1096;
    internal const int DynamicFeeBytes = 80;

    internal const int FilterPeriod = 1096;
    internal const int DecayPeriod = 1098;
    internal const int ReductionFactor = 1100;
    internal const int DynamicFeeControl = 1102;
    internal const int MaxVolatility = 1106;
    internal const int SpacingIndexReference = 1110;
    internal const int VolatilityReference = 1114;
    internal const int VolatilityAccumulator = 1118;
    internal const int LastUpdate = 1122;
    internal const int DynamicVariablesEnd = 1130;

    internal const byte StatusSwapDisabled = 1 << 4;

    internal const int ConfigProtocolFeeRate = 43;
    internal const int ConfigTradeFeeRate = 47;
    internal const int ConfigFundFeeRate = 53;

    internal const int ArrayPool = 8;
    internal const int ArrayStart = 40;
    internal const int ArrayTicks = 44;
    internal const int TicksInArray = 60;
    internal const int TickSizeBytes = 168;
    internal const int TickLiquidityNet = 4;
    internal const int TickLiquidityGross = 20;
    internal const int TickOrdersAmount = 124;
    internal const int TickPartFilledRemaining = 132;

    internal const int ExtensionPool = 8;
    internal const int ExtensionPositive = 40;
    internal const int ExtensionNegative = 936;
    internal const int ExtensionChunks = 14;
    internal const int ExtensionChunkBytes = 64;

    /// <summary>Program that owns all accounts here.</summary>
    internal static readonly Pubkey ProgramId = Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK");

    /// <summary>Recognises an account of the program by size and discriminator.</summary>
    internal static bool TryClassify(in AccountView account, out AccountRole role, out Pubkey pool)
    {
        ReadOnlySpan<byte> data = account.Data;
        role = AccountRole.None;
        pool = default;
        if (data.Length < ConfigSizeBytes) return false;
        switch (BinaryPrimitives.ReadUInt64LittleEndian(data))
        {
            case PoolDiscriminator when data.Length == PoolSizeBytes:
                role = AccountRole.Pool;
                pool = account.Key;
                return true;
            case TickArrayDiscriminator when data.Length == TickArraySizeBytes:
                role = AccountRole.TickArray;
                pool = Pubkey.Read(data, ArrayPool);
                return true;
            case ExtensionDiscriminator when data.Length == ExtensionSizeBytes:
                role = AccountRole.BitmapExtension;
                pool = Pubkey.Read(data, ExtensionPool);
                return true;
            case ConfigDiscriminator when data.Length == ConfigSizeBytes:
                role = AccountRole.Config;
                return true;
            default:
                return false;
        }
    }
}
