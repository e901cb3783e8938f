using System;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// Tick and sqrt price (Q64.64) as the Whirlpool program converts them: a chain of factors, one a bit of the tick, in
/// Q32.96 for positive ticks and Q0.64 for negative ones.
/// Source: whirlpools programs/whirlpool/src/math/tick_math.rs, factors (the same since 2022).
/// </summary>
internal static class WhirlpoolTickMath
{
    // PERF: ticks' low bits are looked up (their partial product is exact, the chain starts at bit 0), so that at most
    // ten multiplications remain; see WhirlpoolBenchmarks.SqrtPriceAtTick.
    private const int LowBits = 9;
    private const int LowCount = 1 << LowBits;

    // sqrt(1.0001)^(2^i) in Q32.96.
    private static readonly UInt128[] PositiveFactors =
    [
        new(0x1000346D6, 0xFF11672AE55AD00F),
        new(0x100068DB8, 0xBAC710CB295E9E1B),
        new(0x1000D1B9C, 0x68ABE5F76B30FB75),
        new(0x1001A37E4, 0xA234CB0830516E51),
        new(0x100347278, 0xAB0E92ADA25AB460),
        new(0x10068EFB0, 0x0A525480A5D7FDC2),
        new(0x100D20A63, 0xB4173839DF9DAAA5),
        new(0x101A4C11C, 0x742DD7729738DF5E),
        new(0x1034C35C3, 0x1F64CFA6DC0D6DE4),
        new(0x106A34B78, 0xC8AAFFBF81BED5A3),
        new(0x10D72A6A4, 0x6CCD8BCE9AE771B1),
        new(0x11B9A258E, 0x63928596DC757FAA),
        new(0x13A2E2BDA, 0x04F8379F3CD17BE5),
        new(0x181954BE6, 0x9E0DA8FE77F2AB42),
        new(0x244C2655D, 0x185A029080252877),
        new(0x525816EEB, 0x9F935B1C616779E8),
        new(0x1A7C8D00B5, 0x51684FF4D31AE065),
        new(0x2BD893D0B2D, 0xF7C97884590C66CD),
        new(0x78278E1E19E44, 0x8CF8B95D2152DCCF),
    ];

    // sqrt(1.0001)^-(2^i) in Q0.64.
    private static readonly ulong[] NegativeFactors =
    [
        18445821805675392311,
        18444899583751176498,
        18443055278223354162,
        18439367220385604838,
        18431993317065449817,
        18417254355718160513,
        18387811781193591352,
        18329067761203520168,
        18212142134806087854,
        17980523815641551639,
        17526086738831147013,
        16651378430235024244,
        15030750278693429944,
        12247334978882834399,
        8131365268884726200,
        3584323654723342297,
        696457651847595233,
        26294789957452057,
        37481735321082,
    ];

    private static readonly UInt128[] PositiveLow = BuildPositive();
    private static readonly UInt128[] NegativeLow = BuildNegative();

    /// <summary>Lowest sqrt price: that of tick -443,636.</summary>
    internal static UInt128 MinSqrtPriceX64 => 4295048016UL;

    /// <summary>Highest sqrt price: that of tick 443,636 (79226673515401279992447579055).</summary>
    internal static UInt128 MaxSqrtPriceX64 => new(0xFFFEC4B1, 0x35BB7F32A81B33AF);

    /// <summary>Sqrt price of a tick between -443,636 and 443,636.</summary>
    internal static UInt128 SqrtPriceAtTick(int tick)
    {
        if (tick < 0)
        {
            int magnitude = -tick;
            UInt128 ratio = NegativeLow[magnitude & (LowCount - 1)];
            for (int bit = LowBits, rest = magnitude >> LowBits; rest != 0; bit++, rest >>= 1)
                if ((rest & 1) != 0) ratio = MultiplyShift64(ratio, NegativeFactors[bit]);
            return ratio;
        }

        UInt128 product = PositiveLow[tick & (LowCount - 1)];
        for (int bit = LowBits, rest = tick >> LowBits; rest != 0; bit++, rest >>= 1)
            if ((rest & 1) != 0) product = (UInt256.Multiply(product, PositiveFactors[bit]) >> 96).Low;
        return product >> 32;
    }

    /// <summary>
    /// Greatest tick whose price is not above <paramref name="sqrtPriceX64"/> (within the price
    /// range).
    /// </summary>
    internal static int TickAtSqrtPrice(UInt128 sqrtPriceX64)
    {
        int tick = TickMath.Estimate(sqrtPriceX64, out bool isCertain);
        if (isCertain || tick >= TickMath.MaxTick) return System.Math.Min(tick, TickMath.MaxTick);
        return SqrtPriceAtTick(tick + 1) <= sqrtPriceX64 ? tick + 1 : tick;
    }

    // Both factors are at most 2^64, and only the very first may be equal to it.
    private static UInt128 MultiplyShift64(UInt128 ratio, ulong factor) => (ratio * factor) >> 64;

    private static UInt128[] BuildPositive()
    {
        UInt128[] table = new UInt128[LowCount];
        for (int i = 0; i < LowCount; i++)
        {
            UInt128 product = UInt128.One << 96;
            for (int bit = 0; bit < LowBits; bit++)
            {
                if ((i >> bit & 1) == 0) continue;
                product = bit == 0 ? PositiveFactors[0] : (UInt256.Multiply(product, PositiveFactors[bit]) >> 96).Low;
            }

            table[i] = product;
        }

        return table;
    }

    private static UInt128[] BuildNegative()
    {
        UInt128[] table = new UInt128[LowCount];
        for (int i = 0; i < LowCount; i++)
        {
            UInt128 ratio = UInt128.One << 64;
            for (int bit = 0; bit < LowBits; bit++)
                if ((i >> bit & 1) != 0) ratio = MultiplyShift64(ratio, NegativeFactors[bit]);
            table[i] = ratio;
        }

        return table;
    }
}
