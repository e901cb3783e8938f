using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>Volatility state of a pair; a quote works on a copy.</summary>
internal struct DlmmVolatility
{
    /// <summary>Accumulator and its reference, in 1e-4 bins.</summary>
    internal uint Accumulator, Reference;

    /// <summary>Bin the distance is counted from.</summary>
    internal int IndexReference;

    /// <summary>Unix time of the last swap that moved the active bin, seconds.</summary>
    internal long LastUpdate;
}

/// <summary>
/// Fee parameters of a pair and the fee formulas. Rates are in 1e-9 of an amount, at most 10 %.
/// Source: dlmm-sdk@fb02e51 commons/src/extensions/lb_pair.rs (get_base_fee, compute_variable_fee, get_total_fee,
/// compute_fee, compute_fee_from_amount, update_references, update_volatility_accumulator) and constants.rs.
/// </summary>
internal struct DlmmFees
{
    internal const uint FeePrecision = 1_000_000_000;
    internal const uint MaxFeeRate = 100_000_000;
    private const uint OneInBps = 10_000;
    private const uint OrderFeeShareBps = 5_000;
    private const ulong VariableFeeScale = 100_000_000_000;

    internal uint BaseRate;
    internal uint VariableFeeControl;
    internal uint MaxVolatility;
    internal ushort FilterPeriod;
    internal ushort DecayPeriod;
    internal ushort ReductionFactor;
    internal ushort ProtocolShare;
    internal ushort BinStep;

    /// <summary>Decodes a pair's parameters.</summary>
    internal static DlmmFees Read(ReadOnlySpan<byte> data)
    {
        DlmmFees fees = default;
        fees.BinStep = BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.BinStep..]);
        fees.FilterPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.FilterPeriod..]);
        fees.DecayPeriod = BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.DecayPeriod..]);
        fees.ReductionFactor = BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.ReductionFactor..]);
        fees.VariableFeeControl = BinaryPrimitives.ReadUInt32LittleEndian(data[DlmmLayout.VariableFeeControl..]);
        fees.MaxVolatility = BinaryPrimitives.ReadUInt32LittleEndian(data[DlmmLayout.MaxVolatility..]);
        fees.ProtocolShare = BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.ProtocolShare..]);
        ulong rate = (ulong)BinaryPrimitives.ReadUInt16LittleEndian(data[DlmmLayout.BaseFactor..]) * fees.BinStep * 10;
        // The total is capped at 10 %, so a base above the cap need not be known exactly.
        for (int power = data[DlmmLayout.BaseFeePower]; power > 0 && rate is > 0 and < MaxFeeRate; power--) rate *= 10;
        fees.BaseRate = rate < MaxFeeRate ? (uint)rate : MaxFeeRate;
        return fees;
    }

    /// <summary>
    /// Moves the references at the start of a swap; false if the program's arithmetic would overflow.
    /// </summary>
    internal readonly bool TryUpdateReferences(ref DlmmVolatility volatility, int activeId, long now)
    {
        long elapsed = unchecked(now - volatility.LastUpdate);
        bool overflowed = ((now ^ volatility.LastUpdate) & (now ^ elapsed)) < 0;
        if (overflowed) return false;
        if (elapsed < FilterPeriod) return true;
        volatility.IndexReference = activeId;
        if (elapsed >= DecayPeriod)
        {
            volatility.Reference = 0;
            return true;
        }

        ulong product = (ulong)volatility.Accumulator * ReductionFactor;
        volatility.Reference = (uint)(product / OneInBps);
        return product <= uint.MaxValue;
    }

    /// <summary>Accumulates volatility at a bin that is about to trade.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Accumulate(ref DlmmVolatility volatility, int activeId)
    {
        long delta = (long)volatility.IndexReference - activeId;
        ulong distance = (ulong)(delta < 0 ? -delta : delta);
        ulong value = volatility.Reference + (distance * OneInBps);
        volatility.Accumulator = value < MaxVolatility ? (uint)value : MaxVolatility;
    }

    /// <summary>Base plus variable fee at an accumulator value, capped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly uint Rate(uint accumulator)
    {
        if (VariableFeeControl == 0) return BaseRate;
        UInt128 distance = (UInt128)((ulong)accumulator * BinStep);
        UInt128 scaled = distance * distance * VariableFeeControl;
        ulong high = (ulong)(scaled >> 64);
        // PERF: beyond 2^64 only where the quotient may exceed the cap; else one 64-bit division by a constant.
        ulong variable = high == 0
            ? ((ulong)scaled / VariableFeeScale) + ((ulong)scaled % VariableFeeScale == 0 ? 0UL : 1UL)
            : VariableBeyond64(scaled);
        ulong total = BaseRate + variable;
        return total < MaxFeeRate ? (uint)total : MaxFeeRate;
    }

    /// <summary>Fee to add to a net amount: ceil(amount * rate / (1e9 - rate)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FeeOnNet(ulong amountRaw, uint rate) => CeilDivide(amountRaw, rate, FeePrecision - rate);

    /// <summary>Fee inside a gross amount: ceil(amount * rate / 1e9).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FeeInGross(ulong amountRaw, uint rate) => CeilDivide(amountRaw, rate, FeePrecision);

    /// <summary>
    /// Splits a bin's fee: market makers' part by their share of the input (rounded up), of it the protocol's share;
    /// limit orders' part half to the placers, half to the protocol.
    /// Source: dlmm-sdk@fb02e51 commons/src/quote.rs, split_fee.
    /// </summary>
    internal readonly void Split(ref DlmmFill fill)
    {
        if (fill.Fee == 0) return;
        if (fill.NetIn == 0)
        {
            // The fee took the whole input of this bin: nobody's liquidity was used, the program keeps it.
            fill.ProtocolFee = fill.Fee;
            return;
        }

        ulong makerFee = fill.MakerIn == fill.NetIn ? fill.Fee : CeilDivide(fill.Fee, fill.MakerIn, fill.NetIn);
        ulong orderFee = fill.Fee - makerFee;
        fill.OrderFee = (ulong)((UInt128)orderFee * OrderFeeShareBps / OneInBps);
        ulong makerProtocol = (ulong)((UInt128)makerFee * ProtocolShare / OneInBps);
        fill.MakerFee = makerFee - makerProtocol;
        fill.ProtocolFee = orderFee - fill.OrderFee + makerProtocol;
    }

    private static ulong VariableBeyond64(UInt128 scaled)
    {
        UInt128 quotient = scaled / VariableFeeScale;
        return quotient >= MaxFeeRate ? MaxFeeRate : (ulong)quotient + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong CeilDivide(ulong amount, ulong factor, ulong divisor)
    {
        ulong high = MulDiv.Product(amount, factor, out ulong low);
        if (high != 0) return (ulong)((new UInt128(high, low) + (divisor - 1)) / divisor);
        ulong quotient = low / divisor;
        return quotient * divisor == low ? quotient : quotient + 1;
    }
}
