using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// A divisor that many numbers are divided by, such as a pool's fee denominator: quotients are exact and cost a
/// multiplication. Numbers of 63 bits take that way, larger ones are divided.
/// Source: Granlund and Montgomery, Division by Invariant Integers using Multiplication (1994), theorem 4.2: with
/// 2^s &lt; d &lt;= 2^(s+1) and m = floor(2^(64+s) / d) + 1, floor(n m / 2^(64+s)) is floor(n / d) for all n below
/// 2^63.
/// </summary>
internal readonly struct FixedDivisor
{
    private readonly ulong _divisor;
    private readonly ulong _reciprocal;
    private readonly int _shift;

    /// <summary>For a divisor; 0 is allowed as long as nothing is divided by it.</summary>
    internal FixedDivisor(ulong divisor)
    {
        _divisor = divisor;
        if (divisor < 2) return;
        _shift = BitOperations.Log2(divisor - 1);
        _reciprocal = (ulong)((UInt128.One << (64 + _shift)) / divisor) + 1;
    }

    /// <summary>floor(number / divisor).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Divide(ulong number) =>
        (long)number >= 0 && _reciprocal != 0
            ? MulDiv.High(number, _reciprocal) >> _shift
            : number / _divisor;

    /// <summary>floor(amount * numerator / divisor) for a numerator that is not above the divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Share(ulong amount, ulong numerator)
    {
        ulong high = MulDiv.Product(amount, numerator, out ulong low);
        return high == 0 ? Divide(low) : (ulong)(new UInt128(high, low) / _divisor);
    }
}
