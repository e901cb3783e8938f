using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Dynamic fee of a pool: rates in 1e-6, times in seconds, volatility is tick spacings moved times 10,000. All bytes
/// zero
/// means a static fee. Source: raydium-clmm@03b44b7 programs/amm/src/states/pool_fee.rs, instructions/swap.rs.
/// </summary>
internal struct RaydiumDynamicFee
{
    internal const uint FeeRateMax = 100_000;
    private const uint Scale = 10_000;
    private const ulong ControlDenominator = 100_000UL * Scale * Scale;

    internal bool IsEnabled;
    internal ushort FilterPeriod;
    internal ushort DecayPeriod;
    internal ushort ReductionFactor;
    internal uint Control;
    internal uint MaxVolatility;
    internal int IndexReference;
    internal uint VolatilityReference;
    internal uint Volatility;
    internal ulong LastUpdate;

    /// <summary>True if the volatility is at its maximum, so that the rate no longer changes with the price.</summary>
    internal readonly bool IsSaturated => Volatility == MaxVolatility;

    /// <summary>Reads the pool's member; false if a value would make the program overflow.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, ushort tickSpacing, out RaydiumDynamicFee fee)
    {
        fee = default;
        fee.IsEnabled = data.Slice(RaydiumClmmLayout.DynamicFee, RaydiumClmmLayout.DynamicFeeBytes)
            .IndexOfAnyExcept((byte)0) >= 0;
        fee.FilterPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[RaydiumClmmLayout.FilterPeriod..]);
        fee.DecayPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[RaydiumClmmLayout.DecayPeriod..]);
        fee.ReductionFactor = BinaryPrimitives.ReadUInt16LittleEndian(data[RaydiumClmmLayout.ReductionFactor..]);
        fee.Control = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.DynamicFeeControl..]);
        fee.MaxVolatility = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.MaxVolatility..]);
        fee.IndexReference = BinaryPrimitives.ReadInt32LittleEndian(data[RaydiumClmmLayout.SpacingIndexReference..]);
        fee.VolatilityReference =
            BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.VolatilityReference..]);
        fee.Volatility = BinaryPrimitives.ReadUInt32LittleEndian(data[RaydiumClmmLayout.VolatilityAccumulator..]);
        fee.LastUpdate = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumClmmLayout.LastUpdate..]);
        return (ulong)fee.MaxVolatility * tickSpacing <= uint.MaxValue
            && fee.IndexReference is >= TickMath.MinTick - 1 and <= TickMath.MaxTick + 1;
    }

    /// <summary>Writes the variables (not the parameters) back.</summary>
    internal readonly void Write(Span<byte> data)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data[RaydiumClmmLayout.SpacingIndexReference..], IndexReference);
        BinaryPrimitives.WriteUInt32LittleEndian(data[RaydiumClmmLayout.VolatilityReference..], VolatilityReference);
        BinaryPrimitives.WriteUInt32LittleEndian(data[RaydiumClmmLayout.VolatilityAccumulator..], Volatility);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumClmmLayout.LastUpdate..], LastUpdate);
    }

    /// <summary>Ages the references at the start of a swap; an older clock counts as no time passed.</summary>
    internal void UpdateReference(int index, ulong timestamp)
    {
        ulong elapsed = timestamp > LastUpdate ? timestamp - LastUpdate : 0;
        if (elapsed < FilterPeriod) return;
        VolatilityReference =
            elapsed < DecayPeriod ? (uint)((ulong)Volatility * ReductionFactor / Scale) : 0;
        IndexReference = index;
        LastUpdate = timestamp;
    }

    /// <summary>Volatility at a tick spacing index.</summary>
    internal void UpdateVolatility(int index)
    {
        ulong distance = (ulong)System.Math.Abs((long)IndexReference - index);
        Volatility = (uint)System.Math.Min(VolatilityReference + (distance * Scale), MaxVolatility);
    }

    /// <summary>Rate of the base fee and the current volatility together.</summary>
    internal readonly uint TotalRate(uint baseRate, uint tickSpacing)
    {
        ulong crossed = (ulong)Volatility * tickSpacing;
        UInt128 rate = MulDiv.CeilDiv(UInt256.BigMul(crossed * crossed, Control), ControlDenominator);
        uint dynamic = rate > FeeRateMax ? FeeRateMax : (uint)rate;
        return System.Math.Min(baseRate + dynamic, FeeRateMax);
    }

    /// <summary>Number of whole tick spacings up to a tick, rounded down.</summary>
    internal static int IndexOf(int tick, int tickSpacing)
    {
        int quotient = tick / tickSpacing;
        return tick % tickSpacing < 0 ? quotient - 1 : quotient;
    }
}
