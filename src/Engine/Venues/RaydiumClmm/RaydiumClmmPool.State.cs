using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// The state back in the program's bytes. Not modelled, because no quote reads it: rewards, price observations, volume
/// counters, recent epochs, fee and reward growth outside ticks, order phases and unfilled ratios.
/// </summary>
public sealed partial class RaydiumClmmPool
{
    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (!IsPoolKnown) return false;
        if (key == VaultKeyA) return VaultA.IsKnown && VaultA.TryWrite(data);
        if (key == VaultKeyB) return VaultB.IsKnown && VaultB.TryWrite(data);
        if (key == _extensionKey)
        {
            if (_extension != ArrayKnowledge.Present) return false;
            if (data.Length != RaydiumClmmLayout.ExtensionSizeBytes) return false;
            _bitmap.WriteExtension(data);
            return true;
        }

        if (key == Address) return TryWritePool(data);
        return Ticks.TryFindStart(key, out int start) && TryWriteArray(start, data);
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.Pool => IsModelledInPool(offset),
        AccountRole.BitmapExtension => offset is >= 0 and < RaydiumClmmLayout.ExtensionSizeBytes,
        AccountRole.TickArray => IsModelledInArray(offset),
        AccountRole.VaultA => VaultA.IsTransferState(offset),
        AccountRole.VaultB => VaultB.IsTransferState(offset),
        _ => false,
    };

    private static bool IsModelledInPool(int offset) => offset is
        (>= RaydiumClmmLayout.Liquidity and < RaydiumClmmLayout.TickCurrent + sizeof(int))
        or (>= RaydiumClmmLayout.FeeGrowth0 and < RaydiumClmmLayout.ProtocolFees1 + sizeof(ulong))
        or RaydiumClmmLayout.Status
        or RaydiumClmmLayout.FeeOn
        or (>= RaydiumClmmLayout.Bitmap and < RaydiumClmmLayout.BitmapEnd)
        or (>= RaydiumClmmLayout.FundFees0 and < RaydiumClmmLayout.OpenTime + sizeof(ulong))
        or (>= RaydiumClmmLayout.DynamicFee and < RaydiumClmmLayout.DynamicVariablesEnd);

    private static bool IsModelledInArray(int offset)
    {
        if (offset < RaydiumClmmLayout.ArrayTicks) return offset >= 0;
        int tick = (offset - RaydiumClmmLayout.ArrayTicks) / RaydiumClmmLayout.TickSizeBytes;
        if (tick >= RaydiumClmmLayout.TicksInArray) return false;
        int member = (offset - RaydiumClmmLayout.ArrayTicks) % RaydiumClmmLayout.TickSizeBytes;
        return member is < RaydiumClmmLayout.TickLiquidityGross + 16
            or (>= RaydiumClmmLayout.TickOrdersAmount and < RaydiumClmmLayout.TickPartFilledRemaining + sizeof(ulong));
    }

    private bool TryWritePool(Span<byte> data)
    {
        if (data.Length != RaydiumClmmLayout.PoolSizeBytes) return false;
        BinaryPrimitives.WriteUInt128LittleEndian(data[RaydiumClmmLayout.Liquidity..], Liquidity);
        BinaryPrimitives.WriteUInt128LittleEndian(data[RaydiumClmmLayout.SqrtPrice..], PriceX64);
        BinaryPrimitives.WriteInt32LittleEndian(data[RaydiumClmmLayout.TickCurrent..], CurrentTick);
        BinaryPrimitives.WriteUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth0..], _feeGrowth0);
        BinaryPrimitives.WriteUInt128LittleEndian(data[RaydiumClmmLayout.FeeGrowth1..], _feeGrowth1);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees0..], _protocolFees0);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumClmmLayout.ProtocolFees1..], _protocolFees1);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumClmmLayout.FundFees0..], _fundFees0);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumClmmLayout.FundFees1..], _fundFees1);
        data[RaydiumClmmLayout.Status] = _status;
        _bitmap.WriteOwn(data.Slice(RaydiumClmmLayout.Bitmap, RaydiumClmmLayout.BitmapWords * sizeof(ulong)));
        if (_dynamicFee.IsEnabled) _dynamicFee.Write(data);
        return true;
    }

    // A swap changes only the orders of a tick that quotes read.
    private bool TryWriteArray(int start, Span<byte> data)
    {
        if (data.Length != RaydiumClmmLayout.TickArraySizeBytes) return false;
        for (int i = 0; i < RaydiumClmmLayout.TicksInArray; i++)
        {
            Span<byte> tick = data.Slice(
                RaydiumClmmLayout.ArrayTicks + (i * RaydiumClmmLayout.TickSizeBytes), RaydiumClmmLayout.TickSizeBytes);
            int index = start + (i * TickSpacing);
            int entry = Ticks.FindAtOrBelow(index);
            bool isKnown = entry >= 0 && Ticks.Tick[entry] == index;
            BinaryPrimitives.WriteUInt64LittleEndian(
                tick[RaydiumClmmLayout.TickOrdersAmount..], isKnown ? Ticks.Orders!.Untouched[entry] : 0);
            BinaryPrimitives.WriteUInt64LittleEndian(
                tick[RaydiumClmmLayout.TickPartFilledRemaining..], isKnown ? Ticks.Orders!.PartFilled[entry] : 0);
        }

        return true;
    }
}
