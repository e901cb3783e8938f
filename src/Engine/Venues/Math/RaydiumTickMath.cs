using System;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// Tick and sqrt price (Q64.64) as the Raydium CLMM program converts them: the chain for the tick's magnitude in Q0.64,
/// inverted for positive ticks, so high prices differ from Whirlpool's in the last digits.
/// Source: raydium-clmm@03b44b7 programs/amm/src/libraries/tick_math.rs, factors (the same in cc1adca of April 2024).
/// </summary>
internal static class RaydiumTickMath
{
    /// <summary>sqrt(1.0001)^-(2^i) in Q0.64.</summary>
    internal static readonly ulong[] Factors =
    [
        0xFFFCB933BD6FB800,
        0xFFF97272373D4000,
        0xFFF2E50F5F657000,
        0xFFE5CACA7E10F000,
        0xFFCB9843D60F7000,
        0xFF973B41FA98E800,
        0xFF2EA16466C9B000,
        0xFE5DEE046A9A3800,
        0xFCBE86C7900BB000,
        0xF987A7253AC65800,
        0xF3392B0822BB6000,
        0xE7159475A2CAF000,
        0xD097F3BDFD2F2000,
        0xA9F746462D9F8000,
        0x70D869A156F31C00,
        0x31BE135F97ED3200,
        0x9AA508B5B85A500,
        0x5D6AF8DEDC582C,
        0x2216E584F5FA,
    ];

    private static readonly ulong[] Low = TickMath.BuildLow(Factors);

    /// <summary>Lowest sqrt price: that of tick -443,636.</summary>
    internal static UInt128 MinSqrtPriceX64 => 4295048016UL;

    /// <summary>
    /// Highest sqrt price: that of tick 443,636 (79226673521066979257578248091); no price reaches
    /// it.
    /// </summary>
    internal static UInt128 MaxSqrtPriceX64 => new(0xFFFEC4B1, 0x845C1AA94E69579B);

    /// <summary>Sqrt price of a tick between -443,636 and 443,636.</summary>
    internal static UInt128 SqrtPriceAtTick(int tick)
    {
        if (tick <= 0) return TickMath.Chain(Low, Factors, -tick);
        return UInt128.MaxValue / (ulong)TickMath.Chain(Low, Factors, tick);
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
}
