using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.MeteoraDamm;
using LowLatency.Engine.Venues.MeteoraDlmm;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using LowLatency.Engine.Venues.PumpSwap;
using LowLatency.Engine.Venues.RaydiumAmm;
using LowLatency.Engine.Venues.RaydiumClmm;
using LowLatency.Engine.Venues.RaydiumCpmm;
using LowLatency.Engine.Venues.TokenSwap;
using static LowLatency.Engine.Venues.AccountFactId;

namespace LowLatency.Engine.Venues;

/// <summary>A number of a venue's account, as that program means it: not part of any quote.</summary>
/// <param name="Id">What it is.</param>
/// <param name="Value">The number.</param>
public readonly record struct AccountFact(AccountFactId Id, Int128 Value);

/// <summary>
/// The numbers of a venue's account that people ask for, read at the venue's own offsets: for words about an account
/// and nothing else, and from its bytes alone, so that one account of a pool says something too. Adding a venue adds
/// its rows.
/// </summary>
public static class AccountFacts
{
    /// <summary>Most facts of an account.</summary>
    public const int Max = 16;

    // Source: the offsets of each venue's layout, where the program's source is named.
    private static readonly Row[] Rows =
    [
        new(VenueId.RaydiumAmm, AccountRole.Pool, Status, RaydiumAmmLayout.Status, Form.U64),
        new(VenueId.RaydiumAmm, AccountRole.Pool, FeeNumerator, RaydiumAmmLayout.SwapFeeNumerator, Form.U64),
        new(VenueId.RaydiumAmm, AccountRole.Pool, FeeDenominator, RaydiumAmmLayout.SwapFeeDenominator, Form.U64),
        new(VenueId.RaydiumAmm, AccountRole.Pool, OwedA, RaydiumAmmLayout.NeedTakePnlCoin, Form.U64),
        new(VenueId.RaydiumAmm, AccountRole.Pool, OwedB, RaydiumAmmLayout.NeedTakePnlPc, Form.U64),
        new(VenueId.RaydiumAmm, AccountRole.Pool, OpensAt, RaydiumAmmLayout.PoolOpenTime, Form.U64),

        new(VenueId.RaydiumCpmm, AccountRole.Pool, Status, RaydiumCpmmLayout.Status, Form.U8),
        new(VenueId.RaydiumCpmm, AccountRole.Pool, CreatorFeeOn, RaydiumCpmmLayout.EnableCreatorFee, Form.U8),
        new(VenueId.RaydiumCpmm, AccountRole.Pool, OpensAt, RaydiumCpmmLayout.OpenTime, Form.U64),
        new(VenueId.RaydiumCpmm, AccountRole.Config, FeeRatePpm, RaydiumCpmmLayout.ConfigTradeFeeRate, Form.U64),
        new(
            VenueId.RaydiumCpmm, AccountRole.Config, CreatorFeeRatePpm,
            RaydiumCpmmLayout.ConfigCreatorFeeRate, Form.U64),

        new(VenueId.RaydiumClmm, AccountRole.Pool, Status, RaydiumClmmLayout.Status, Form.U8),
        new(VenueId.RaydiumClmm, AccountRole.Pool, FeeMode, RaydiumClmmLayout.FeeOn, Form.U8),
        new(VenueId.RaydiumClmm, AccountRole.Pool, TickSpacing, RaydiumClmmLayout.TickSpacing, Form.U16),
        new(VenueId.RaydiumClmm, AccountRole.Pool, Tick, RaydiumClmmLayout.TickCurrent, Form.I32),
        new(VenueId.RaydiumClmm, AccountRole.Pool, SqrtPriceX64, RaydiumClmmLayout.SqrtPrice, Form.U128),
        new(VenueId.RaydiumClmm, AccountRole.Pool, Liquidity, RaydiumClmmLayout.Liquidity, Form.U128),
        new(VenueId.RaydiumClmm, AccountRole.Pool, DynamicFeeControl, RaydiumClmmLayout.DynamicFeeControl, Form.U32),
        new(
            VenueId.RaydiumClmm, AccountRole.Pool, VolatilityAccumulator,
            RaydiumClmmLayout.VolatilityAccumulator, Form.U32),
        new(VenueId.RaydiumClmm, AccountRole.Pool, OpensAt, RaydiumClmmLayout.OpenTime, Form.U64),
        new(VenueId.RaydiumClmm, AccountRole.Config, FeeRatePpm, RaydiumClmmLayout.ConfigTradeFeeRate, Form.U32),
        new(VenueId.RaydiumClmm, AccountRole.TickArray, FirstTick, RaydiumClmmLayout.ArrayStart, Form.I32),

        new(VenueId.OrcaWhirlpool, AccountRole.Pool, FeeRatePpm, WhirlpoolLayout.FeeRate, Form.U16),
        new(VenueId.OrcaWhirlpool, AccountRole.Pool, TickSpacing, WhirlpoolLayout.TickSpacing, Form.U16),
        new(VenueId.OrcaWhirlpool, AccountRole.Pool, Tick, WhirlpoolLayout.TickCurrent, Form.I32),
        new(VenueId.OrcaWhirlpool, AccountRole.Pool, SqrtPriceX64, WhirlpoolLayout.SqrtPrice, Form.U128),
        new(VenueId.OrcaWhirlpool, AccountRole.Pool, Liquidity, WhirlpoolLayout.Liquidity, Form.U128),
        new(VenueId.OrcaWhirlpool, AccountRole.Oracle, OpensAt, WhirlpoolLayout.OracleTradeEnable, Form.U64),
        new(
            VenueId.OrcaWhirlpool, AccountRole.Oracle, DynamicFeeControl,
            WhirlpoolLayout.OracleControlFactor, Form.U32),
        new(
            VenueId.OrcaWhirlpool, AccountRole.Oracle, VolatilityAccumulator,
            WhirlpoolLayout.OracleVolatilityAccumulator, Form.U32),
        new(VenueId.OrcaWhirlpool, AccountRole.TickArray, FirstTick, WhirlpoolLayout.ArrayStart, Form.I32),

        new(VenueId.MeteoraDlmm, AccountRole.Pool, Status, DlmmLayout.Status, Form.U8),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, FeeMode, DlmmLayout.CollectFeeMode, Form.U8),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, BinStepBps, DlmmLayout.BinStep, Form.U16),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, ActiveBin, DlmmLayout.ActiveId, Form.I32),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, BaseFactor, DlmmLayout.BaseFactor, Form.U16),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, DynamicFeeControl, DlmmLayout.VariableFeeControl, Form.U32),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, VolatilityAccumulator, DlmmLayout.VolatilityAccumulator, Form.U32),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, OwedA, DlmmLayout.ProtocolFeeX, Form.U64),
        new(VenueId.MeteoraDlmm, AccountRole.Pool, OwedB, DlmmLayout.ProtocolFeeY, Form.U64),
        new(VenueId.MeteoraDlmm, AccountRole.BinArray, ArrayIndex, DlmmLayout.BinArrayIndex, Form.I64),

        new(VenueId.MeteoraDamm, AccountRole.Pool, Status, DammLayout.Status, Form.U8),
        new(VenueId.MeteoraDamm, AccountRole.Pool, FeeMode, DammLayout.CollectFeeMode, Form.U8),
        new(VenueId.MeteoraDamm, AccountRole.Pool, CliffFeeRatePpb, DammLayout.CliffFee, Form.U64),
        new(VenueId.MeteoraDamm, AccountRole.Pool, BaseFeeMode, DammLayout.BaseFeeMode, Form.U8),
        new(VenueId.MeteoraDamm, AccountRole.Pool, DynamicFeeControl, DammLayout.DynamicControl, Form.U32),
        new(VenueId.MeteoraDamm, AccountRole.Pool, SqrtPriceX64, DammLayout.SqrtPrice, Form.U128),
        new(VenueId.MeteoraDamm, AccountRole.Pool, Liquidity, DammLayout.Liquidity, Form.U128),
        new(VenueId.MeteoraDamm, AccountRole.Pool, OwedA, DammLayout.ProtocolFeeA, Form.U64),
        new(VenueId.MeteoraDamm, AccountRole.Pool, OwedB, DammLayout.ProtocolFeeB, Form.U64),

        new(VenueId.PumpSwap, AccountRole.Pool, MayhemMode, PumpSwapLayout.IsMayhemMode, Form.U8),
        new(VenueId.PumpSwap, AccountRole.Pool, CashbackCoin, PumpSwapLayout.IsCashbackCoin, Form.U8),
        new(VenueId.PumpSwap, AccountRole.Config, Status, PumpSwapLayout.DisableFlags, Form.U8),
        new(VenueId.PumpSwap, AccountRole.FeeConfig, LpFeeBps, PumpSwapLayout.FeeConfigFlatFees, Form.U64),
        new(VenueId.PumpSwap, AccountRole.FeeConfig, ProtocolFeeBps, PumpSwapLayout.FeeConfigFlatFees + 8, Form.U64),
        new(VenueId.PumpSwap, AccountRole.FeeConfig, CreatorFeeBps, PumpSwapLayout.FeeConfigFlatFees + 16, Form.U64),

        new(VenueId.TokenSwap, AccountRole.Pool, CurveType, TokenSwapLayout.CurveType, Form.U8),
        new(VenueId.TokenSwap, AccountRole.Pool, FeeNumerator, TokenSwapLayout.TradeFee, Form.U64),
        new(VenueId.TokenSwap, AccountRole.Pool, FeeDenominator, TokenSwapLayout.TradeFee + 8, Form.U64),
        new(VenueId.TokenSwap, AccountRole.Pool, OwnerFeeNumerator, TokenSwapLayout.OwnerTradeFee, Form.U64),
        new(VenueId.TokenSwap, AccountRole.Pool, OwnerFeeDenominator, TokenSwapLayout.OwnerTradeFee + 8, Form.U64),
    ];

    private enum Form : byte
    {
        U8 = 1,
        U16 = 2,
        U32 = 4,
        U64 = 8,
        U128 = 16,
        I32 = 32,
        I64 = 64,
    }

    /// <summary>Copies an account's facts; one that lies behind the end of the bytes is left out.</summary>
    /// <returns>Number written.</returns>
    public static int Copy(in AccountView account, in AccountClass kind, Span<AccountFact> destination)
    {
        int count = 0;
        foreach (Row row in Rows)
        {
            if (row.Venue != kind.Venue || row.Role != kind.Role || count == destination.Length) continue;
            if (TryRead(account.Data, row.Offset, row.Form, out Int128 value))
                destination[count++] = new AccountFact(row.Id, value);
        }

        if (kind.Role is AccountRole.TickArray or AccountRole.BinArray && count < destination.Length)
        {
            AccountFactId id = kind.Role == AccountRole.TickArray ? InitializedTicks : FilledBins;
            destination[count++] = new AccountFact(id, CountUsed(account.Data, kind.Venue));
        }

        return count;
    }

    private static bool TryRead(ReadOnlySpan<byte> data, int offset, Form form, out Int128 value)
    {
        int size = form switch { Form.I32 => sizeof(int), Form.I64 => sizeof(long), _ => (int)form };
        value = 0;
        if (offset + size > data.Length) return false;
        ReadOnlySpan<byte> bytes = data.Slice(offset, size);
        value = form switch
        {
            Form.U8 => bytes[0],
            Form.U16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            Form.U32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            Form.U64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Form.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            Form.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt128LittleEndian(bytes), // prices and liquidity stay below 2^127
        };
        return true;
    }

    /// <summary>Ticks or bins of an array with liquidity or orders in them.</summary>
    private static int CountUsed(ReadOnlySpan<byte> data, VenueId venue)
    {
        if (venue == VenueId.OrcaWhirlpool && data.Length != WhirlpoolLayout.FixedArraySizeBytes)
        {
            return (int)UInt128.PopCount(
                BinaryPrimitives.ReadUInt128LittleEndian(data[WhirlpoolLayout.DynamicBitmap..]));
        }

        int used = 0;
        switch (venue)
        {
            case VenueId.OrcaWhirlpool:
                for (int i = 0; i < WhirlpoolLayout.TicksInArray; i++)
                    used += data[WhirlpoolLayout.FixedTicks + (i * WhirlpoolLayout.TickSizeBytes)] == 0 ? 0 : 1;
                break;
            case VenueId.RaydiumClmm:
                for (int i = 0; i < RaydiumClmmLayout.TicksInArray; i++)
                {
                    int at = RaydiumClmmLayout.ArrayTicks + (i * RaydiumClmmLayout.TickSizeBytes);
                    ReadOnlySpan<byte> tick = data[at..];
                    used += IsZero(tick, RaydiumClmmLayout.TickLiquidityGross, 16)
                        && IsZero(tick, RaydiumClmmLayout.TickOrdersAmount, 16) ? 0 : 1;
                }

                break;
            case VenueId.MeteoraDlmm:
                for (int i = 0; i < DlmmLayout.BinsPerArray; i++)
                {
                    ReadOnlySpan<byte> bin = data[(DlmmLayout.Bins + (i * DlmmLayout.BinSize))..];
                    used += IsZero(bin, DlmmLayout.BinAmountX, 16) && IsZero(bin, DlmmLayout.BinOpenOrders, 8) ? 0 : 1;
                }

                break;
        }

        return used;
    }

    private static bool IsZero(ReadOnlySpan<byte> data, int offset, int length) =>
        !data.Slice(offset, length).ContainsAnyExcept((byte)0);

    private readonly record struct Row(VenueId Venue, AccountRole Role, AccountFactId Id, int Offset, Form Form);
}
