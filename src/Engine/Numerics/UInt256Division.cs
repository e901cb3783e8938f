using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// Long division of 256-bit values in base 2^64.
/// Source: D. Knuth, The Art of Computer Programming 2, 4.3.1, Algorithm D.
/// </summary>
internal static class UInt256Division
{
    /// <summary>Quotient and remainder; the divisor must not be zero.</summary>
    internal static void DivRem(in UInt256 a, in UInt256 divisor, out UInt256 quotient, out UInt256 remainder)
    {
        if (a < divisor)
        {
            quotient = default;
            remainder = a;
            return;
        }

        int divisorBits = divisor.BitLength;
        if (divisorBits <= 64)
        {
            DivideByLimb(a, (ulong)divisor.Low, out quotient, out ulong rest);
            remainder = (UInt128)rest;
            return;
        }

        // Normalise so that the divisor's highest limb has its highest bit set.
        int limbs = (divisorBits + 63) >> 6;
        int shift = (limbs << 6) - divisorBits;
        UInt256 d = divisor << shift;
        UInt256 n = a << shift;
        ulong n4 = shift == 0 ? 0 : (ulong)(a.High >> (128 - shift));
        if (limbs == 2) DivideByTwo(n4, n, d.Low, out quotient, out remainder);
        else if (limbs == 3) DivideByThree(n4, n, d, out quotient, out remainder);
        else DivideByFour(n4, n, d, out quotient, out remainder);
        remainder >>= shift;
    }

    /// <summary>
    /// <c>a * 2^64 / divisor</c> rounded down, for a below the divisor (so the result fits 64 bits); a below 2^192.
    /// </summary>
    internal static ulong DivideShifted64(in UInt256 a, in UInt256 divisor, out bool isExact)
    {
        if (divisor.High == UInt128.Zero) return DivideShifted64(a.Low, divisor.Low, out isExact);
        ulong d2 = (ulong)divisor.High;
        ulong d3 = (ulong)(divisor.High >> 64);
        UInt256 remainder;
        if (d3 != 0)
        {
            int wideShift = BitOperations.LeadingZeroCount(d3);
            UInt256 d = divisor << wideShift;
            ulong wide = DigitOfWide(
                a << wideShift, 0, d, (ulong)(d.High >> 64), (ulong)d.High, 128, out remainder);
            isExact = remainder.IsZero;
            return wide;
        }

        // PERF: three limbs written out; 256-bit shifts and products cost as much as the division
        // (WhirlpoolBenchmarks, B to A above price one).
        int shift = BitOperations.LeadingZeroCount(d2);
        ulong d0 = (ulong)divisor.Low;
        ulong d1 = (ulong)(divisor.Low >> 64);
        ulong a0 = (ulong)a.Low;
        ulong a1 = (ulong)(a.Low >> 64);
        d2 = Joined(d2, d1, shift);
        d1 = Joined(d1, d0, shift);
        d0 <<= shift;
        ulong t2 = Joined((ulong)a.High, a1, shift);
        ulong t1 = Joined(a1, a0, shift);
        return DigitOfThree(t2, t1, a0 << shift, 0, d2, d1, d0, out isExact);
    }

    /// <summary>As the wide one, for a below a two-limb divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong DivideShifted64(UInt128 a, UInt128 divisor, out bool isExact)
    {
        ulong high = (ulong)(divisor >> 64);
        if (high == 0)
        {
            ulong whole = Divide((ulong)a, 0, (ulong)divisor, out ulong limb);
            isExact = limb == 0;
            return whole;
        }

        ulong digit = DivideToLimb(a, 0, divisor, out UInt128 rest);
        isExact = rest == UInt128.Zero;
        return digit;
    }

    /// <summary>
    /// (top * 2^64 + next) / divisor for top below a divisor of two limbs (its high one not zero): one digit. The
    /// remainder is scaled by the divisor's normalisation and only good for a comparison with zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong DivideToLimb(UInt128 top, ulong next, UInt128 divisor, out UInt128 scaledRest)
    {
        ulong d1 = (ulong)(divisor >> 64);
        int shift = BitOperations.LeadingZeroCount(d1);
        ulong d0 = (ulong)divisor;
        ulong t1 = (ulong)(top >> 64);
        ulong t0 = (ulong)top;
        UInt128 scaledTop = new(Joined(t1, t0, shift), Joined(t0, next, shift));
        UInt128 scaledDivisor = new(Joined(d1, d0, shift), d0 << shift);
        return DigitOfTwo(scaledTop, next << shift, scaledDivisor, out scaledRest);
    }

    /// <summary>
    /// (n2 : n1 : n0) / (d2 : d1 : d0) rounded down; false if it takes more than one limb or the divisor has one limb
    /// only.
    /// </summary>
    internal static bool TryDivideToLimb(
        ulong n2, ulong n1, ulong n0, ulong d2, ulong d1, ulong d0, out ulong quotient)
    {
        quotient = 0;
        UInt128 top = new(n2, n1);
        if (d2 != 0)
        {
            int shift = BitOperations.LeadingZeroCount(d2);
            quotient = DigitOfThree(
                Joined(0, n2, shift),
                Joined(n2, n1, shift),
                Joined(n1, n0, shift),
                n0 << shift,
                Joined(d2, d1, shift),
                Joined(d1, d0, shift),
                d0 << shift,
                out _);
            return true;
        }

        UInt128 divisor = new(d1, d0);
        if (d1 == 0 || top >= divisor) return false;
        quotient = DivideToLimb(top, n0, divisor, out _);
        return true;
    }

    // High limb of (high : low) shifted up by 0 to 63 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Joined(ulong high, ulong low, int shift) => (high << shift) | (low >> 1 >> (63 - shift));

    // One digit of (t2 : t1 : t0 : next) / (d2 : d1 : d0), the divisor normalised, the top below it.
    private static ulong DigitOfThree(
        ulong t2, ulong t1, ulong t0, ulong next, ulong d2, ulong d1, ulong d0, out bool isExact)
    {
        ulong q = Estimate(t2, t1, t0, d2, d1);
        UInt128 p0 = UInt256.BigMul(q, d0);
        UInt128 p1 = UInt256.BigMul(q, d1) + (ulong)(p0 >> 64);
        UInt128 p2 = UInt256.BigMul(q, d2) + (ulong)(p1 >> 64);
        UInt128 low = new((ulong)p1, (ulong)p0);
        UInt128 topLow = new(t0, next);
        UInt128 topHigh = new(t2, t1);
        isExact = p2 == topHigh && low == topLow;
        // The third divisor limb may have made the estimate one too large.
        if (p2 < topHigh || (p2 == topHigh && low <= topLow)) return q;
        UInt128 restored = low - new UInt128(d1, d0);
        UInt128 restoredHigh = p2 - d2 - (low < new UInt128(d1, d0) ? UInt128.One : UInt128.Zero);
        isExact = restoredHigh == topHigh && restored == topLow;
        return q - 1;
    }

    private static void DivideByLimb(in UInt256 a, ulong d, out UInt256 quotient, out ulong remainder)
    {
        ulong q3 = (ulong)(a.High >> 64) / d;
        ulong r = (ulong)(a.High >> 64) - (q3 * d);
        ulong q2 = Divide(r, (ulong)a.High, d, out r);
        ulong q1 = Divide(r, (ulong)(a.Low >> 64), d, out r);
        ulong q0 = Divide(r, (ulong)a.Low, d, out remainder);
        quotient = new UInt256(new UInt128(q3, q2), new UInt128(q1, q0));
    }

    // Quotient digits of a five-limb dividend (n4 and n) by two limbs: three of them.
    private static void DivideByTwo(ulong n4, in UInt256 n, UInt128 d, out UInt256 quotient, out UInt256 remainder)
    {
        UInt128 top = new(n4, (ulong)(n.High >> 64));
        ulong q2 = DigitOfTwo(top, (ulong)n.High, d, out UInt128 rest);
        ulong q1 = DigitOfTwo(rest, (ulong)(n.Low >> 64), d, out rest);
        ulong q0 = DigitOfTwo(rest, (ulong)n.Low, d, out rest);
        quotient = new UInt256(q2, new UInt128(q1, q0));
        remainder = rest;
    }

    // One digit of (top : next) / d, top < d, d normalised to two limbs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong DigitOfTwo(UInt128 top, ulong next, UInt128 d, out UInt128 rest)
    {
        ulong d1 = (ulong)(d >> 64);
        ulong d0 = (ulong)d;
        ulong t2 = (ulong)(top >> 64);
        ulong t1 = (ulong)top;
        ulong q = Estimate(t2, t1, next, d1, d0);
        // The estimate has seen the whole divisor, so it is exact and the remainder fits two limbs: work modulo 2^128.
        rest = new UInt128(t1, next) - (UInt256.BigMul(q, d0) + new UInt128(q * d1, 0));
        return q;
    }

    private static void DivideByThree(
        ulong n4, in UInt256 n, in UInt256 d, out UInt256 quotient, out UInt256 remainder)
    {
        UInt256 top = new(n4, n.High);
        ulong q1 = DigitOfWide(top, (ulong)(n.Low >> 64), d, (ulong)d.High, (ulong)(d.Low >> 64), 64, out UInt256 rest);
        ulong q0 = DigitOfWide(rest, (ulong)n.Low, d, (ulong)d.High, (ulong)(d.Low >> 64), 64, out rest);
        quotient = new UInt128(q1, q0);
        remainder = rest;
    }

    private static void DivideByFour(
        ulong n4, in UInt256 n, in UInt256 d, out UInt256 quotient, out UInt256 remainder)
    {
        UInt256 top = new(new UInt128(n4, (ulong)(n.High >> 64)), new UInt128((ulong)n.High, (ulong)(n.Low >> 64)));
        ulong q0 = DigitOfWide(top, (ulong)n.Low, d, (ulong)(d.High >> 64), (ulong)d.High, 128, out UInt256 rest);
        quotient = (UInt128)q0;
        remainder = rest;
    }

    // One digit of (top : next) / d, top < d; topShift places top's highest two limbs (of d's limb count) at bit 0.
    private static ulong DigitOfWide(
        in UInt256 top, ulong next, in UInt256 d, ulong dHigh, ulong dSecond, int topShift, out UInt256 rest)
    {
        UInt128 head = (top >> topShift).Low;
        ulong third = topShift == 64 ? (ulong)top.Low : (ulong)(top.Low >> 64);
        ulong q = Estimate((ulong)(head >> 64), (ulong)head, third, dHigh, dSecond);
        UInt256 lowProduct = UInt256.Multiply(d.Low, q);
        UInt256 highProduct = UInt256.Multiply(d.High, q);
        UInt128 middle = highProduct.Low + lowProduct.High;
        UInt256 product = new(middle, lowProduct.Low);
        ulong productTop = (ulong)highProduct.High + (middle < lowProduct.High ? 1UL : 0UL);
        ulong dividendTop = (ulong)(top.High >> 64);
        UInt256 dividend = (top << 64) + (UInt128)next;
        rest = dividend - product;
        if (productTop > dividendTop || (productTop == dividendTop && product > dividend))
        {
            // The third and fourth divisor limbs made the estimate one too large.
            q--;
            rest += d;
        }

        return q;
    }

    // Knuth's estimate, corrected with the second divisor limb: the true digit or one more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Estimate(ulong t2, ulong t1, ulong t0, ulong d1, ulong d0)
    {
        ulong q;
        UInt128 rest;
        if (t2 >= d1)
        {
            // t2 == d1: the digit does not exceed 2^64 - 1.
            q = ulong.MaxValue;
            rest = (UInt128)t1 + d1;
        }
        else
        {
            q = Divide(t2, t1, d1, out ulong r);
            rest = r;
        }

        while (rest <= ulong.MaxValue && UInt256.BigMul(q, d0) > new UInt128((ulong)rest, t0))
        {
            q--;
            rest += d1;
        }

        return q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Divide(ulong high, ulong low, ulong d, out ulong remainder)
    {
        // high < d, so the quotient fits 64 bits.
        ulong q = (ulong)(new UInt128(high, low) / d);
        remainder = low - (q * d);
        return q;
    }
}
