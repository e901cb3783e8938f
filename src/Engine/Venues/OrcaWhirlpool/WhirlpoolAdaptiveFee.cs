using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// Adaptive fee of a pool: constants and variables of its oracle account. Rates are 1e-6 of the input, times seconds,
/// volatility is the number of tick groups moved times 10,000.
/// Source: whirlpools@630c0e01 programs/whirlpool/src/state/oracle.rs.
/// </summary>
internal struct WhirlpoolAdaptiveFee
{
    internal const uint FeeRateMax = 100_000;
    private const uint Scale = 10_000;
    private const ulong ReferenceAgeMax = 3_600;

    // Denominator of the control factor (100,000) times the square of the scale.
    private const ulong ControlDenominator = 100_000UL * Scale * Scale;

    internal ulong TradeEnableTimestamp;
    internal ushort FilterPeriod;
    internal ushort DecayPeriod;
    internal ushort ReductionFactor;
    internal uint ControlFactor;
    internal uint MaxVolatility;
    internal ushort GroupSize;
    internal ushort MajorSwapTicks;
    internal ulong LastReference;
    internal ulong LastMajorSwap;
    internal uint VolatilityReference;
    internal int GroupReference;
    internal uint Volatility;

    /// <summary>
    /// Reads an oracle account; false if it is none that the program writes: constants that it refuses, or that would
    /// make it divide by zero or overflow, variables beyond what its swaps leave.
    /// Source: whirlpools@630c0e01 programs/whirlpool/src/state/oracle.rs, validate_constants and
    /// update_volatility_accumulator; the reference is the group of a tick.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out WhirlpoolAdaptiveFee fee)
    {
        fee = default;
        fee.TradeEnableTimestamp = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.OracleTradeEnable..]);
        fee.FilterPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.OracleFilterPeriod..]);
        fee.DecayPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.OracleDecayPeriod..]);
        fee.ReductionFactor = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.OracleReductionFactor..]);
        fee.ControlFactor = BinaryPrimitives.ReadUInt32LittleEndian(data[WhirlpoolLayout.OracleControlFactor..]);
        fee.MaxVolatility = BinaryPrimitives.ReadUInt32LittleEndian(data[WhirlpoolLayout.OracleMaxVolatility..]);
        fee.GroupSize = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.OracleTickGroupSize..]);
        fee.MajorSwapTicks = BinaryPrimitives.ReadUInt16LittleEndian(data[WhirlpoolLayout.OracleMajorSwapTicks..]);
        fee.LastReference = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.OracleLastReference..]);
        fee.LastMajorSwap = BinaryPrimitives.ReadUInt64LittleEndian(data[WhirlpoolLayout.OracleLastMajorSwap..]);
        fee.VolatilityReference =
            BinaryPrimitives.ReadUInt32LittleEndian(data[WhirlpoolLayout.OracleVolatilityReference..]);
        fee.GroupReference = BinaryPrimitives.ReadInt32LittleEndian(data[WhirlpoolLayout.OracleGroupReference..]);
        fee.Volatility = BinaryPrimitives.ReadUInt32LittleEndian(data[WhirlpoolLayout.OracleVolatilityAccumulator..]);
        return fee.GroupSize != 0
            && fee.ReductionFactor < Scale
            && (ulong)fee.MaxVolatility * fee.GroupSize <= uint.MaxValue
            && fee.VolatilityReference <= fee.MaxVolatility
            && fee.Volatility <= fee.MaxVolatility
            && fee.GroupReference >= WhirlpoolFeeWalk.FloorDivide(TickMath.MinTick, fee.GroupSize)
            && fee.GroupReference <= WhirlpoolFeeWalk.FloorDivide(TickMath.MaxTick, fee.GroupSize);
    }

    /// <summary>Writes the variables (not the constants) back.</summary>
    internal readonly void Write(Span<byte> data)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(data[WhirlpoolLayout.OracleLastReference..], LastReference);
        BinaryPrimitives.WriteUInt64LittleEndian(data[WhirlpoolLayout.OracleLastMajorSwap..], LastMajorSwap);
        BinaryPrimitives.WriteUInt32LittleEndian(
            data[WhirlpoolLayout.OracleVolatilityReference..], VolatilityReference);
        BinaryPrimitives.WriteInt32LittleEndian(data[WhirlpoolLayout.OracleGroupReference..], GroupReference);
        BinaryPrimitives.WriteUInt32LittleEndian(data[WhirlpoolLayout.OracleVolatilityAccumulator..], Volatility);
    }

    /// <summary>Ages the references at the start of a swap; false if the clock is older than they are.</summary>
    internal bool UpdateReference(int group, ulong timestamp)
    {
        ulong newest = System.Math.Max(LastReference, LastMajorSwap);
        if (timestamp < newest) return false;
        ulong elapsed = timestamp - newest;
        bool expired = timestamp - LastReference > ReferenceAgeMax;
        if (!expired && elapsed < FilterPeriod) return true;
        bool decays = !expired && elapsed < DecayPeriod;
        GroupReference = group;
        VolatilityReference = decays ? (uint)((ulong)Volatility * ReductionFactor / Scale) : 0;
        LastReference = timestamp;
        return true;
    }

    /// <summary>Volatility at a tick group.</summary>
    internal void UpdateVolatility(int group)
    {
        ulong distance = (ulong)System.Math.Abs((long)GroupReference - group);
        Volatility = (uint)System.Math.Min(VolatilityReference + (distance * Scale), MaxVolatility);
    }

    /// <summary>Rate of the static fee and the current volatility together.</summary>
    internal readonly uint TotalRate(uint staticRate)
    {
        ulong crossed = (ulong)Volatility * GroupSize;
        UInt128 product = UInt256.BigMul(crossed * crossed, ControlFactor);
        UInt128 rate = MulDiv.CeilDiv(product, ControlDenominator);
        return rate >= FeeRateMax ? FeeRateMax : System.Math.Min(staticRate + (uint)rate, FeeRateMax);
    }

    /// <summary>Remembers a move of at least the threshold; false if its price does not fit 128 bits.</summary>
    internal bool UpdateMajorSwap(UInt128 beforeX64, UInt128 afterX64, ulong timestamp)
    {
        UInt128 smaller = UInt128.Min(beforeX64, afterX64);
        UInt128 factor = WhirlpoolTickMath.SqrtPriceAtTick(MajorSwapTicks);
        if (!MulDiv.TryMulShift64(smaller, factor, Rounding.Down, out UInt128 target)) return false;
        if (UInt128.Max(beforeX64, afterX64) >= target) LastMajorSwap = timestamp;
        return true;
    }
}
