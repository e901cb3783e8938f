using System;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// Unsigned 256-bit integer for products of two Q64.64 values. Plain arithmetic operators wrap; members named
/// <c>Try...</c> report overflow. Immutable, no allocation.
/// </summary>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    private readonly UInt128 _low;
    private readonly UInt128 _high;

    /// <summary>A value from its halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt256(UInt128 high, UInt128 low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>Zero.</summary>
    public static UInt256 Zero => default;

    /// <summary>The largest value, 2^256 - 1.</summary>
    public static UInt256 MaxValue => new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Bits 0 to 127.</summary>
    public UInt128 Low => _low;

    /// <summary>Bits 128 to 255.</summary>
    public UInt128 High => _high;

    /// <summary>True for zero.</summary>
    public bool IsZero => (_low | _high) == UInt128.Zero;

    /// <summary>Number of significant bits, 0 to 256.</summary>
    public int BitLength =>
        _high != UInt128.Zero ? 256 - (int)UInt128.LeadingZeroCount(_high) : 128 - (int)UInt128.LeadingZeroCount(_low);

    /// <summary>Exact product of two 128-bit values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 Multiply(UInt128 a, UInt128 b)
    {
        ulong r3 = Multiply(
            (ulong)(a >> 64), (ulong)a, (ulong)(b >> 64), (ulong)b, out ulong r2, out ulong r1, out ulong r0);
        return new UInt256(new UInt128(r3, r2), new UInt128(r1, r0));
    }

    /// <summary>Product of two values of two limbs in four limbs; returns the highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Multiply(
        ulong a1, ulong a0, ulong b1, ulong b0, out ulong r2, out ulong r1, out ulong r0)
    {
        // PERF: carries as compares of limbs; sums of UInt128 leave the registers (WhirlpoolBenchmarks.Quote).
        ulong high00 = MulDiv.Product(a0, b0, out r0);
        ulong high01 = MulDiv.Product(a0, b1, out ulong low01);
        ulong high10 = MulDiv.Product(a1, b0, out ulong low10);
        ulong high11 = MulDiv.Product(a1, b1, out ulong low11);
        ulong second = high00 + low01;
        ulong carry = second < low01 ? 1UL : 0UL;
        r1 = second + low10;
        carry += r1 < low10 ? 1UL : 0UL;
        ulong third = high01 + high10;
        ulong carry3 = third < high10 ? 1UL : 0UL;
        ulong sum = third + low11;
        carry3 += sum < low11 ? 1UL : 0UL;
        r2 = sum + carry;
        carry3 += r2 < carry ? 1UL : 0UL;
        return high11 + carry3;
    }

    /// <summary>Exact product with a 128-bit value; false if it does not fit 256 bits.</summary>
    public static bool TryMultiply(in UInt256 a, UInt128 b, out UInt256 product)
    {
        UInt256 low = Multiply(a._low, b);
        UInt256 high = Multiply(a._high, b);
        UInt128 sum = low._high + high._low;
        product = new UInt256(sum, low._low);
        return high._high == UInt128.Zero && sum >= low._high;
    }

    /// <summary>Exact sum; false on overflow.</summary>
    public static bool TryAdd(in UInt256 a, in UInt256 b, out UInt256 sum)
    {
        sum = a + b;
        return sum.CompareTo(a) >= 0;
    }

    /// <summary>Quotient rounded as stated; false if the divisor is zero or the quotient exceeds 128 bits.</summary>
    public bool TryDivide(UInt128 divisor, Rounding rounding, out UInt128 quotient)
    {
        quotient = default;
        if (divisor == UInt128.Zero || _high >= divisor) return false;
        if (_high == UInt128.Zero)
        {
            quotient = DivRem128(_low, divisor, out UInt128 small);
            if (rounding == Rounding.Up && small != UInt128.Zero) quotient++;
            return true;
        }

        UInt256Division.DivRem(this, new UInt256(0, divisor), out UInt256 whole, out UInt256 remainder);
        quotient = whole._low;
        if (rounding != Rounding.Up || remainder.IsZero) return true;
        return ++quotient != UInt128.Zero;
    }

    /// <summary>Quotient rounded as stated; false if the divisor is zero or the quotient exceeds 128 bits.</summary>
    public bool TryDivide(in UInt256 divisor, Rounding rounding, out UInt128 quotient)
    {
        if (divisor._high == UInt128.Zero) return TryDivide(divisor._low, rounding, out quotient);
        UInt256Division.DivRem(this, divisor, out UInt256 whole, out UInt256 remainder);
        quotient = whole._low;
        if (whole._high != UInt128.Zero) return false;
        if (rounding != Rounding.Up || remainder.IsZero) return true;
        return ++quotient != UInt128.Zero;
    }

    /// <summary>Quotient and remainder; false (both zero) if the divisor is zero.</summary>
    public static bool TryDivRem(in UInt256 a, in UInt256 divisor, out UInt256 quotient, out UInt256 remainder)
    {
        quotient = default;
        remainder = default;
        if (divisor.IsZero) return false;
        UInt256Division.DivRem(a, divisor, out quotient, out remainder);
        return true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompareTo(UInt256 other) =>
        _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    /// <inheritdoc/>
    public bool Equals(UInt256 other) => _low == other._low && _high == other._high;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low, _high);

    /// <summary>Widens a 128-bit value.</summary>
    public static implicit operator UInt256(UInt128 value) => new(UInt128.Zero, value);

    /// <summary>Sum modulo 2^256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator +(in UInt256 a, in UInt256 b)
    {
        UInt128 low = a._low + b._low;
        UInt128 high = a._high + b._high;
        return new UInt256(low < a._low ? high + UInt128.One : high, low);
    }

    /// <summary>Difference modulo 2^256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator -(in UInt256 a, in UInt256 b)
    {
        UInt128 high = a._high - b._high;
        return new UInt256(a._low < b._low ? high - UInt128.One : high, a._low - b._low);
    }

    /// <summary>Shift towards the high end; bits beyond 256 are lost, 256 or more gives zero.</summary>
    public static UInt256 operator <<(in UInt256 a, int bits) =>
        bits == 0 ? a
        : (uint)bits >= 256 ? default
        : bits >= 128 ? new UInt256(a._low << (bits - 128), UInt128.Zero)
        : new UInt256((a._high << bits) | (a._low >> (128 - bits)), a._low << bits);

    /// <summary>Shift towards the low end; 256 or more gives zero.</summary>
    public static UInt256 operator >>(in UInt256 a, int bits) =>
        bits == 0 ? a
        : (uint)bits >= 256 ? default
        : bits >= 128 ? new UInt256(UInt128.Zero, a._high >> (bits - 128))
        : new UInt256(a._high >> bits, (a._low >> bits) | (a._high << (128 - bits)));

    /// <summary>Equality.</summary>
    public static bool operator ==(in UInt256 a, in UInt256 b) => a.Equals(b);

    /// <summary>Inequality.</summary>
    public static bool operator !=(in UInt256 a, in UInt256 b) => !a.Equals(b);

    /// <summary>Less than.</summary>
    public static bool operator <(in UInt256 a, in UInt256 b) => a.CompareTo(b) < 0;

    /// <summary>Greater than.</summary>
    public static bool operator >(in UInt256 a, in UInt256 b) => a.CompareTo(b) > 0;

    /// <summary>Less than or equal.</summary>
    public static bool operator <=(in UInt256 a, in UInt256 b) => a.CompareTo(b) <= 0;

    /// <summary>Greater than or equal.</summary>
    public static bool operator >=(in UInt256 a, in UInt256 b) => a.CompareTo(b) >= 0;

    /// <summary>128-bit quotient and remainder; the divisor must not be zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt128 DivRem128(UInt128 a, UInt128 divisor, out UInt128 remainder)
    {
        // PERF: a divisor below 2^64 costs two hardware divides; a wider one is left to the shared long division.
        if (divisor <= ulong.MaxValue)
        {
            UInt128 quotient = a / (ulong)divisor;
            remainder = a - (quotient * (ulong)divisor);
            return quotient;
        }

        if (a < divisor)
        {
            remainder = a;
            return UInt128.Zero;
        }

        UInt256Division.DivRem(a, divisor, out UInt256 whole, out UInt256 rest);
        remainder = rest._low;
        return whole._low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt128 BigMul(ulong a, ulong b)
    {
        ulong high = MulDiv.Product(a, b, out ulong low);
        return new UInt128(high, low);
    }
}
