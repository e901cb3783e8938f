using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// <c>a * b / d</c> with the product kept exact and the rounding stated. False (and zero) if the divisor is zero or the
/// result does not fit the result's type.
/// </summary>
public static class MulDiv
{
    /// <summary>
    /// A product's upper half, and the lower one. PERF: the library's lower half comes through memory, which what
    /// follows waits for; a second multiplication does not (ConstantProductBench.QuoteExactIn).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Product(ulong left, ulong right, out ulong low)
    {
        low = unchecked(left * right);
        return High(left, right);
    }

    /// <summary>Upper half of a product alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong High(ulong left, ulong right) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);

    /// <summary>a * b / divisor over a 256-bit product.</summary>
    public static bool TryMulDiv(UInt128 a, UInt128 b, UInt128 divisor, Rounding rounding, out UInt128 result)
    {
        if (((a | b) >> 64) != UInt128.Zero)
        {
            if (UInt256.Multiply(a, b).TryDivide(divisor, rounding, out result)) return true;
            result = UInt128.Zero;
            return false;
        }

        result = UInt128.Zero;
        if (divisor == UInt128.Zero) return false;
        result = UInt256.DivRem128(UInt256.BigMul((ulong)a, (ulong)b), divisor, out UInt128 remainder);
        if (rounding == Rounding.Up && remainder != UInt128.Zero) result++;
        return true;
    }

    /// <summary>a * b / divisor over a 128-bit product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMulDiv(ulong a, ulong b, ulong divisor, Rounding rounding, out ulong result)
    {
        result = 0;
        if (divisor == 0) return false;
        UInt128 product = UInt256.BigMul(a, b);
        if ((ulong)(product >> 64) == 0)
        {
            // PERF: one 64-bit division for the products that fit it, which fees of ordinary amounts do.
            ulong low = (ulong)product;
            result = low / divisor;
            if (rounding == Rounding.Up && result * divisor != low) result++;
            return true;
        }

        UInt128 quotient = product / divisor;
        if (rounding == Rounding.Up && quotient * divisor != product) quotient++;
        if (quotient > ulong.MaxValue) return false;
        result = (ulong)quotient;
        return true;
    }

    /// <summary>a * b / 2^64 (a Q64.64 product); false if it exceeds 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMulShift64(UInt128 a, UInt128 b, Rounding rounding, out UInt128 result)
    {
        UInt256 product = UInt256.Multiply(a, b);
        result = (product.High << 64) | (product.Low >> 64);
        if ((product.High >> 64) != UInt128.Zero) return Fail(out result);
        if (rounding == Rounding.Up && (ulong)product.Low != 0 && ++result == UInt128.Zero) return false;
        return true;
    }

    /// <summary>a / divisor, rounded up; the divisor must not be zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 CeilDiv(UInt128 a, UInt128 divisor)
    {
        UInt128 quotient = UInt256.DivRem128(a, divisor, out UInt128 remainder);
        return remainder == UInt128.Zero ? quotient : quotient + UInt128.One;
    }

    /// <summary>a / divisor, rounded up; the divisor must not be zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong CeilDiv(ulong a, ulong divisor)
    {
        ulong quotient = a / divisor;
        return quotient * divisor == a ? quotient : quotient + 1;
    }

    private static bool Fail(out UInt128 result)
    {
        result = UInt128.Zero;
        return false;
    }
}
