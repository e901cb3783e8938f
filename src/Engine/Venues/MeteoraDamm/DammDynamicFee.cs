using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Volatility fee of a pool. A swap pays by the accumulator the swap before it left behind; its own price move is
/// added afterwards, so a quote does not depend on the clock here. Rates are in 1e-9.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/state/fee.rs (DynamicFeeStruct), state/pool.rs (update_pre_swap,
/// update_post_swap).
/// </summary>
internal struct DammDynamicFee
{
    private const uint OneInBps = 10_000;
    private const ulong Scale = 100_000_000_000;

    internal bool IsEnabled;
    internal uint MaxVolatility;
    internal uint Control;
    internal ushort BinStep;
    internal ushort FilterPeriod;
    internal ushort DecayPeriod;
    internal ushort ReductionFactor;
    internal ulong LastUpdate;
    internal UInt128 BinStepX64;
    internal UInt128 PriceReference;
    internal UInt128 Accumulator;
    internal UInt128 Reference;

    internal static DammDynamicFee Read(ReadOnlySpan<byte> data)
    {
        DammDynamicFee fee = default;
        fee.IsEnabled = data[DammLayout.DynamicInitialized] != 0;
        fee.MaxVolatility = BinaryPrimitives.ReadUInt32LittleEndian(data[DammLayout.DynamicMaxVolatility..]);
        fee.Control = BinaryPrimitives.ReadUInt32LittleEndian(data[DammLayout.DynamicControl..]);
        fee.BinStep = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.DynamicBinStep..]);
        fee.FilterPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.DynamicFilter..]);
        fee.DecayPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.DynamicDecay..]);
        fee.ReductionFactor = BinaryPrimitives.ReadUInt16LittleEndian(data[DammLayout.DynamicReduction..]);
        fee.LastUpdate = BinaryPrimitives.ReadUInt64LittleEndian(data[DammLayout.DynamicLastUpdate..]);
        fee.BinStepX64 = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.DynamicBinStepX64..]);
        fee.PriceReference = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.DynamicPriceReference..]);
        fee.Accumulator = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.DynamicAccumulator..]);
        fee.Reference = BinaryPrimitives.ReadUInt128LittleEndian(data[DammLayout.DynamicReference..]);
        return fee;
    }

    internal readonly void Write(Span<byte> data)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(data[DammLayout.DynamicLastUpdate..], LastUpdate);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.DynamicPriceReference..], PriceReference);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.DynamicAccumulator..], Accumulator);
        BinaryPrimitives.WriteUInt128LittleEndian(data[DammLayout.DynamicReference..], Reference);
    }

    /// <summary>Adds the volatility fee to a base rate and caps the sum; 0 or the program's error code.</summary>
    internal readonly uint AddTo(ulong baseRate, ulong maxRate, out ulong rate)
    {
        rate = baseRate < maxRate ? baseRate : maxRate;
        if (!IsEnabled) return 0;
        // The program caps the accumulator at a 32-bit maximum; a larger one cannot come from it.
        if (Accumulator > uint.MaxValue) return DammProgram.TypeCastFailed;
        UInt128 distance = Accumulator * BinStep;
        UInt128 total = (((distance * distance * Control) + (Scale - 1)) / Scale) + baseRate;
        if (total > ulong.MaxValue) return DammProgram.TypeCastFailed;
        rate = total < maxRate ? (ulong)total : maxRate;
        return 0;
    }

    /// <summary>Moves the references at the start of a swap.</summary>
    internal void UpdateReferences(UInt128 price, ulong now)
    {
        if (!IsEnabled) return;
        ulong elapsed = now > LastUpdate ? now - LastUpdate : 0;
        if (elapsed < FilterPeriod) return;
        PriceReference = price;
        Reference = elapsed < DecayPeriod ? Accumulator * ReductionFactor / OneInBps : UInt128.Zero;
    }

    /// <summary>Accumulates the swap's price move at its end; 0 or the program's error code.</summary>
    internal uint UpdateAfter(UInt128 oldPrice, UInt128 newPrice, ulong now)
    {
        if (!IsEnabled) return 0;
        if (!TryBins(newPrice, PriceReference, out UInt128 bins)) return DammProgram.MathOverflow;
        if (bins > (UInt128.MaxValue / OneInBps) - Reference) return DammProgram.MathOverflow;
        UInt128 value = Reference + (bins * OneInBps);
        Accumulator = value < MaxVolatility ? value : MaxVolatility;
        if (!TryBins(oldPrice, newPrice, out UInt128 moved)) return DammProgram.MathOverflow;
        if (moved != UInt128.Zero) LastUpdate = now;
        return 0;
    }

    // Twice the distance of the square roots in bin steps, as a linear approximation.
    private readonly bool TryBins(UInt128 a, UInt128 b, out UInt128 bins)
    {
        bins = UInt128.Zero;
        UInt128 upper = a > b ? a : b;
        UInt128 lower = a > b ? b : a;
        if (BinStepX64 == UInt128.Zero) return false;
        UInt256 shifted = new(upper >> 64, upper << 64);
        if (!shifted.TryDivide(lower, Rounding.Down, out UInt128 ratio)) return false;
        UInt128 steps = (ratio - (UInt128.One << 64)) / BinStepX64;
        bins = steps << 1;
        return steps >> 127 == UInt128.Zero;
    }
}
