using System;
using System.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>Whose conversion tells the tick of a price.</summary>
internal enum TickRule : byte
{
    /// <summary>None is needed: the tick is known.</summary>
    Known = 0,

    /// <summary>The Whirlpool program's.</summary>
    Whirlpool = 1,

    /// <summary>The Raydium CLMM program's.</summary>
    Raydium = 2,
}

/// <summary>
/// Range of ticks of the CLMM programs and the estimate of a tick from a sqrt price: log base sqrt(1.0001), in
/// integers.
/// The programs' own conversions from tick to price differ in rounding: see <see cref="WhirlpoolTickMath"/> and
/// <see cref="RaydiumTickMath"/>; both define the tick of a price as the greatest tick whose price is not above it.
/// </summary>
internal static class TickMath
{
    /// <summary>
    /// Lowest tick. Source: whirlpools@630c0e01 state/tick.rs; raydium-clmm@03b44b7
    /// libraries/tick_math.rs.
    /// </summary>
    internal const int MinTick = -443636;

    /// <summary>Highest tick.</summary>
    internal const int MaxTick = 443636;

    // 2^32 / log2(sqrt(1.0001)), rounded. Source: both programs' tick_math.rs, base change constant.
    private const ulong TicksPerOctaveX32 = 59543866431248UL;

    // 1 / ln 2 in Q0.64 minus one: 1.4426950408889634 = 1 + this / 2^64.
    private const ulong InverseLn2FractionX64 = 8166282121979093367UL;

    /// <summary>Low bits of a tick whose chain of factors is looked up.</summary>
    internal const int LowBits = 9;

    private const int TableBits = 8;
    private const int TableSize = 1 << TableBits;

    // Fraction of a tick, Q32, within which the estimate does not decide by itself. The estimate's error is below
    // 2^-10:
    // the cubic's rest (2^-9)^4/4 and the 2^-60 roundings, times 13,864 ticks an octave, stay below 2^-20.
    private const uint UncertainX32 = 1u << 22;

    private static readonly ulong[] InverseX63 = BuildInverse();
    private static readonly ulong[] Log2X60 = BuildLog();

    /// <summary>
    /// Tick of a positive sqrt price (Q64.64) up to the uncertainty of the estimate.
    /// </summary>
    /// <param name="sqrtPriceX64">Price, not zero.</param>
    /// <param name="isCertain">False if the tick's own price must decide between the result and the tick above
    /// it.</param>
    internal static int Estimate(UInt128 sqrtPriceX64, out bool isCertain)
    {
        int shift = (int)UInt128.LeadingZeroCount(sqrtPriceX64);
        ulong mantissa = (ulong)((sqrtPriceX64 << shift) >> 64); // 1.x in Q1.63
        int index = (int)(mantissa >> (63 - TableBits)) & (TableSize - 1);

        // mantissa = c (1 + r) with c the middle of the table cell: |r| < 2^-9.
        long rX62 = (long)(System.Math.BigMul(mantissa, InverseX63[index], out ulong _) - (1UL << 62));
        long r2X62 = System.Math.BigMul(rX62, rX62, out long _) << 2;
        long r3X62 = System.Math.BigMul(r2X62, rX62, out long _) << 2;
        long lnX62 = rX62 - (r2X62 >> 1) + (r3X62 / 3);
        long lnX60 = lnX62 >> 2;
        long log2X60 = lnX60 + (System.Math.BigMul(lnX60, (long)(InverseLn2FractionX64 >> 1), out long _) << 1);
        long fractionX60 = (long)Log2X60[index] + log2X60;
        Int128 log2Total = ((Int128)(63 - shift) << 60) + fractionX60;
        long tickX32 = (long)((log2Total * (Int128)TicksPerOctaveX32) >> 60);

        uint part = (uint)tickX32;
        isCertain = part is > UncertainX32 and < uint.MaxValue - UncertainX32;
        int tick = (int)(tickX32 >> 32);
        // Just below a tick the true value may be that tick already; just above it, the one below.
        return !isCertain && part <= UncertainX32 ? tick - 1 : tick;
    }

    /// <summary>
    /// The programs' chain for sqrt(1.0001)^-magnitude in Q0.64: a factor a bit, lowest first, each product cut to 64
    /// bits. The cuts make the last digits, so no other order and no joined factors give the same value.
    /// </summary>
    /// <param name="low">Chains of the low bits, of <see cref="BuildLow"/>.</param>
    /// <param name="factors">The program's factors, one a bit.</param>
    /// <param name="magnitude">Tick without its sign.</param>
    internal static UInt128 Chain(ulong[] low, ulong[] factors, int magnitude)
    {
        int rest = magnitude >> LowBits;
        ulong ratio = low[magnitude & ((1 << LowBits) - 1)];
        if (ratio == 0)
        {
            // No low bit: one, which 64 bits do not hold.
            if (rest == 0) return UInt128.One << 64;
            ratio = factors[LowBits + BitOperations.TrailingZeroCount(rest)];
            rest &= rest - 1;
        }

        // PERF: only the bits that are set, and one product of 64 bits each (TickPriceBenchmarks).
        for (; rest != 0; rest &= rest - 1)
        {
            ulong factor = factors[LowBits + BitOperations.TrailingZeroCount(rest)];
            ratio = System.Math.BigMul(ratio, factor, out _);
        }

        return ratio;
    }

    /// <summary>The chains of a tick's low bits; zero stands for one.</summary>
    internal static ulong[] BuildLow(ulong[] factors)
    {
        ulong[] table = new ulong[1 << LowBits];
        for (int i = 1; i < table.Length; i++)
        {
            // The highest bit's factor comes last.
            int bit = BitOperations.Log2((uint)i);
            ulong before = table[i & ~(1 << bit)];
            table[i] = before == 0 ? factors[bit] : System.Math.BigMul(before, factors[bit], out _);
        }

        return table;
    }

    private static ulong[] BuildInverse()
    {
        ulong[] table = new ulong[TableSize];
        for (int i = 0; i < TableSize; i++)
        {
            // Middle of the cell: (1 + (i + 1/2) / 256) = (512 + 2 i + 1) / 512; its inverse in Q0.63.
            table[i] = (ulong)(((UInt128)512 << 63) / (ulong)(512 + (2 * i) + 1));
        }

        return table;
    }

    private static ulong[] BuildLog()
    {
        ulong[] table = new ulong[TableSize];
        for (int i = 0; i < TableSize; i++)
        {
            // log2 of 2^63 / inverse, bit by bit: square, and halve where the square reaches two.
            UInt128 value = ((UInt128)1 << 126) / InverseX63[i]; // Q1.63
            ulong bits = 0;
            for (int bit = 0; bit < 60; bit++)
            {
                value = (value * value) >> 63;
                bits <<= 1;
                if (value < ((UInt128)1 << 64)) continue;
                value >>= 1;
                bits |= 1;
            }

            table[i] = bits;
        }

        return table;
    }
}
