using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// A share that is taken of many amounts, such as what a pool's fee leaves: exact, rounded down, and one
/// multiplication. With m = ceil(2^64 k / d) and r = m d - 2^64 k, which is below d, a m / 2^64 is a k / d and
/// a r / (2^64 d) more. That is too little to reach the next integer, which is at least 1 / d away, as long as a r is
/// below 2^64.
/// </summary>
internal readonly struct FixedShare
{
    private readonly ulong _multiplier;

    /// <summary>For the share numerator / denominator. One that is not below 1 has no amounts.</summary>
    internal FixedShare(ulong numerator, ulong denominator)
    {
        if (numerator >= denominator) return;
        UInt128 scaled = (UInt128)numerator << 64;
        _multiplier = (ulong)MulDiv.CeilDiv(scaled, denominator);
        ulong excess = (ulong)(((UInt128)_multiplier * denominator) - scaled);
        AmountMax = excess == 0 ? ulong.MaxValue : ulong.MaxValue / excess;
    }

    /// <summary>Largest amount that the share can be taken of.</summary>
    internal ulong AmountMax { get; }

    /// <summary>floor(amount * numerator / denominator) for an amount of at most <see cref="AmountMax"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Of(ulong amount) => MulDiv.High(amount, _multiplier);
}
