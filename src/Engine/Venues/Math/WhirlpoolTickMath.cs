using System;
using System.Runtime.CompilerServices;
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
    // ten multiplications remain; see TickPriceBenchmarks.
    private const int LowBits = TickMath.LowBits;
    private const int LowCount = 1 << LowBits;
    private const int HighCount = (TickMath.MaxTick >> LowBits) + 1;

    /// <summary>sqrt(1.0001)^(2^i) in Q32.96.</summary>
    internal static readonly UInt128[] PositiveFactors =
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

    /// <summary>sqrt(1.0001)^-(2^i) in Q0.64.</summary>
    internal static readonly ulong[] NegativeFactors =
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

    // Chains of the low bits' factors, and of the high bits' alone.
    private static readonly UInt128[] PositiveLow = BuildPositive(LowCount, 0);
    private static readonly UInt128[] PositiveHigh = BuildPositive(HighCount, LowBits);
    private static readonly ulong[] NegativeLow = TickMath.BuildLow(NegativeFactors);

    /// <summary>Lowest sqrt price: that of tick -443,636.</summary>
    internal static UInt128 MinSqrtPriceX64 => 4295048016UL;

    /// <summary>Highest sqrt price: that of tick 443,636 (79226673515401279992447579055).</summary>
    internal static UInt128 MaxSqrtPriceX64 => new(0xFFFEC4B1, 0x35BB7F32A81B33AF);

    /// <summary>Sqrt price of a tick between -443,636 and 443,636.</summary>
    internal static UInt128 SqrtPriceAtTick(int tick)
    {
        if (tick < 0) return TickMath.Chain(NegativeLow, NegativeFactors, -tick);
        UInt128 low = PositiveLow[tick & (LowCount - 1)];
        // PERF: one product in place of up to ten. Each truncation of the chain loses less than 1 of 2^96, which the
        // factors after it magnify by no more than the high part H (a real number): the chain ends less than 10 H below
        // the exact product, and this less than 10 * 1.03 H + 1 below it. The 32 bits that the result drops nearly
        // always hide that; where they do not, the chain itself decides (above tick 400,000 mostly).
        UInt128 product = ProductShift96(low, PositiveHigh[tick >> LowBits]);
        UInt128 doubt = (product >> 92) + 16;
        UInt128 price = (product + doubt) >> 32;
        return price == (product - doubt) >> 32 ? price : Walk(low, tick);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UInt128 Walk(UInt128 product, int tick)
    {
        for (int bit = LowBits, rest = tick >> LowBits; rest != 0; bit++, rest >>= 1)
            if ((rest & 1) != 0) product = ProductShift96(product, PositiveFactors[bit]);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 ProductShift96(UInt128 a, UInt128 b)
    {
        ulong r3 = UInt256.Multiply(
            (ulong)(a >> 64), (ulong)a, (ulong)(b >> 64), (ulong)b, out ulong r2, out ulong r1, out _);
        return new UInt128((r3 << 32) | (r2 >> 32), (r2 << 32) | (r1 >> 32));
    }

    private static UInt128[] BuildPositive(int count, int firstBit)
    {
        UInt128[] table = new UInt128[count];
        for (int i = 0; i < count; i++)
        {
            UInt128 product = UInt128.One << 96;
            for (int bit = firstBit, rest = i; rest != 0; bit++, rest >>= 1)
                if ((rest & 1) != 0) product = ProductShift96(product, PositiveFactors[bit]);
            table[i] = product;
        }

        return table;
    }
}
