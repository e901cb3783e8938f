using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// Constant-price bins: price of a bin (token Y per token X, base units, Q64.64) and the amounts it trades at that
/// price. Pure functions without allocation; false means that the program's checked arithmetic would fail.
/// </summary>
public static class BinMath
{
    /// <summary>Lowest bin id. Source: dlmm-sdk@fb02e51 commons/src/constants.rs, MIN_BIN_ID.</summary>
    public const int MinBinId = -443636;

    /// <summary>Highest bin id. Source: dlmm-sdk@fb02e51 commons/src/constants.rs, MAX_BIN_ID.</summary>
    public const int MaxBinId = 443636;

    // Source: dlmm-sdk@fb02e51 commons/src/math/u64x64_math.rs, MAX_EXPONENTIAL: exponents of 20 bits and more are
    // refused.
    private const uint ExponentLimit = 0x80000;
    private const uint OneInBps = 10_000;

    /// <summary>
    /// Price of bin <paramref name="id"/>: (1 + binStep / 10,000)^id in the program's own rounding (truncated squares
    /// of the inverse base, then one inversion).
    /// Source: dlmm-sdk@fb02e51 commons/src/math/{price_math,u64x64_math}.rs.
    /// </summary>
    public static bool TryPriceFromId(int id, ushort binStep, out UInt128 priceX64)
    {
        priceX64 = UInt128.One << 64;
        if (id == 0) return true;
        uint exponent = id < 0 ? (uint)-(long)id : (uint)id;
        priceX64 = UInt128.Zero;
        if (exponent >= ExponentLimit) return false;

        // The base is at least 1, so its inverse (and every power of it) fits 64 fraction bits.
        UInt128 growth = (UInt128.One << 64) + (((UInt128)binStep << 64) / OneInBps);
        ulong power = PowerOfFraction((ulong)(UInt128.MaxValue / growth), exponent);
        if (power == 0) return false;
        priceX64 = id < 0 ? power : UInt128.MaxValue / power;
        return true;
    }

    /// <summary>
    /// base^exponent for a base below 1 in 64 fraction bits and an exponent of at least 1, by truncated squaring from
    /// the lowest bit up; 0 if it underflows.
    /// </summary>
    public static ulong PowerOfFraction(ulong baseX64, uint exponent)
    {
        ulong square = baseX64;
        ulong power = 0;
        bool isOne = true;
        while (true)
        {
            if ((exponent & 1) != 0)
            {
                power = isOne ? square : MulDiv.High(power, square);
                isOne = false;
            }

            exponent >>= 1;
            if (exponent == 0) return power;
            square = MulDiv.High(square, square);
        }
    }

    /// <summary>
    /// Input that buys <paramref name="amountOutRaw"/> at the price, rounded up. X in (<paramref name="xToY"/>):
    /// out * 2^64 / price; Y in: out * price / 2^64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAmountIn(ulong amountOutRaw, UInt128 priceX64, bool xToY, out ulong amountInRaw) => xToY
        ? TryDivide(amountOutRaw, priceX64, Rounding.Up, out amountInRaw)
        : TryMultiply(amountOutRaw, priceX64, Rounding.Up, out amountInRaw);

    /// <summary>
    /// Output that <paramref name="amountInRaw"/> buys at the price, rounded down. X in (<paramref name="xToY"/>):
    /// in * price / 2^64; Y in: in * 2^64 / price.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAmountOut(ulong amountInRaw, UInt128 priceX64, bool xToY, out ulong amountOutRaw) => xToY
        ? TryMultiply(amountInRaw, priceX64, Rounding.Down, out amountOutRaw)
        : TryDivide(amountInRaw, priceX64, Rounding.Down, out amountOutRaw);

    /// <summary>amount * price / 2^64; false if it exceeds 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMultiply(ulong amountRaw, UInt128 priceX64, Rounding rounding, out ulong resultRaw)
    {
        ulong carry = MulDiv.Product(amountRaw, (ulong)priceX64, out ulong fraction);
        ulong overflow = MulDiv.Product(amountRaw, (ulong)(priceX64 >> 64), out ulong whole);
        resultRaw = whole + carry;
        bool wrapped = resultRaw < carry;
        if (rounding == Rounding.Up && fraction != 0)
        {
            resultRaw++;
            wrapped |= resultRaw == 0;
        }

        if (overflow == 0 && !wrapped) return true;
        resultRaw = 0;
        return false;
    }

    /// <summary>amount * 2^64 / price; false if it exceeds 64 bits or the price is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDivide(ulong amountRaw, UInt128 priceX64, Rounding rounding, out ulong resultRaw)
    {
        ulong priceHigh = (ulong)(priceX64 >> 64);
        ulong priceLow = (ulong)priceX64;
        UInt128 dividend = new(amountRaw, 0);
        ulong quotient;
        UInt128 rest;
        if (priceHigh == 0)
        {
            resultRaw = 0;
            if (amountRaw >= priceLow) return false;
            quotient = (ulong)(dividend / priceLow);
            rest = dividend - ((UInt128)quotient * priceLow);
        }
        else
        {
            quotient = DivideByWide(dividend, priceX64, priceHigh);
            rest = dividend - Product(quotient, priceX64);
        }

        resultRaw = quotient;
        if (rounding == Rounding.Down || rest == UInt128.Zero) return true;
        resultRaw = quotient + 1;
        return resultRaw != 0;
    }

    // PERF: one 128/64 division instead of the general 128/128 one (a divisor above 64 bits costs 50-80 ns there);
    // shown by the DLMM quote benchmark.
    // Source: H. Warren, Hacker's Delight, 9-4 (unsigned doubleword division from long division).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong DivideByWide(UInt128 dividend, UInt128 divisor, ulong divisorHigh)
    {
        int shift = BitOperations.LeadingZeroCount(divisorHigh);
        ulong normalised = (ulong)((divisor << shift) >> 64);
        ulong quotient = (ulong)((dividend >> 1) / normalised) >> (63 - shift);
        if (quotient != 0) quotient--;
        if (dividend - Product(quotient, divisor) >= divisor) quotient++;
        return quotient;
    }

    // Low 128 bits of a product that is known to fit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Product(ulong a, UInt128 b)
    {
        ulong high = MulDiv.Product(a, (ulong)b, out ulong low);
        return new UInt128(high + (a * (ulong)(b >> 64)), low);
    }
}
