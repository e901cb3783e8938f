using System;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Venues.Math;

/// <summary>
/// The two-coin stable curve of the SPL token-swap program, iteration by iteration: the iterations stop early, so the
/// result
/// depends on the path. Amounts are base units, leverage is twice the amplifier.
/// Source: solana-program-library@f5684135 token-swap/program/src/curve/stable.rs compute_d, calculate_step and
/// compute_new_destination_amount, each of which stops after 32 steps or when two steps are equal.
/// </summary>
public static class StableSwap
{
    private const int MaxIterations = 32;

    /// <summary>
    /// Invariant D of the two reserves and the iterations it took; false where the program's checked arithmetic fails.
    /// </summary>
    public static bool TryInvariant(
        ulong leverage, UInt128 reserveA, UInt128 reserveB, out UInt128 invariant, out int steps)
    {
        invariant = 0;
        steps = 0;
        if (leverage == 0) return false;
        UInt128 sum = reserveA + reserveB;
        if (sum == 0) return true;
        // The program adds one to each divisor so that an empty side does not divide by zero.
        UInt256 twiceA = (UInt256)((reserveA << 1) + 1);
        UInt256 twiceB = (UInt256)((reserveB << 1) + 1);
        UInt128 d = sum;
        for (; steps < MaxIterations; steps++)
        {
            // product = D^3 / (4ab), in the program's order of rounding. Inputs and outputs must not alias.
            if (!UInt256.TryDivRem(UInt256.Multiply(d, d), in twiceA, out UInt256 overA, out _)) return false;
            if (!UInt256.TryMultiply(in overA, d, out UInt256 scaled)) return false;
            if (!UInt256.TryDivRem(in scaled, in twiceB, out UInt256 product, out _)) return false;
            UInt128 previous = d;
            if (!TryStep(previous, leverage, sum, in product, out d)) return false;
            if (d == previous) break;
        }

        invariant = d;
        return true;
    }

    /// <summary>
    /// Destination reserve that keeps <paramref name="invariant"/> when the source reserve is
    /// <paramref name="newSource"/>, and the iterations it took; false where the program's checked arithmetic fails.
    /// </summary>
    public static bool TryDestination(
        ulong leverage, UInt128 newSource, UInt128 invariant, out UInt128 destination, out int steps)
    {
        destination = 0;
        steps = 0;
        if (leverage == 0 || newSource == 0) return false;
        // c = D^3 / (4 * source * leverage); b = source + D / leverage.
        if (!UInt256.TryMultiply(UInt256.Multiply(invariant, invariant), invariant, out UInt256 cube)) return false;
        UInt256 divisor = UInt256.Multiply(newSource << 2, leverage);
        if (!UInt256.TryDivRem(in cube, in divisor, out UInt256 c, out _)) return false;
        UInt128 b = newSource + (invariant / leverage);
        UInt128 y = invariant;
        for (; steps < MaxIterations; steps++)
        {
            UInt128 previous = y;
            if (!UInt256.TryAdd(UInt256.Multiply(y, y), in c, out UInt256 numerator)) return false;
            UInt128 sum = (y << 1) + b;
            // The ceiling division of this build refuses a quotient of zero: the swap would drain the pool.
            if (sum <= invariant || numerator < sum - invariant) return false;
            if (!numerator.TryDivide(sum - invariant, Rounding.Up, out y)) return false;
            if (y == previous) break;
        }

        destination = y;
        return true;
    }

    /// <summary>d' = (leverage * sum + 2 * product) * d / ((leverage - 1) * d + 3 * product).</summary>
    private static bool TryStep(UInt128 d, ulong leverage, UInt128 sum, in UInt256 product, out UInt128 next)
    {
        next = 0;
        if (!UInt256.TryMultiply(in product, 2, out UInt256 twice)) return false;
        if (!UInt256.TryMultiply(in product, 3, out UInt256 thrice)) return false;
        if (!UInt256.TryAdd(UInt256.Multiply(sum, leverage), in twice, out UInt256 factor)) return false;
        if (!UInt256.TryMultiply(in factor, d, out UInt256 numerator)) return false;
        if (!UInt256.TryAdd(UInt256.Multiply(d, leverage - 1), in thrice, out UInt256 denominator)) return false;
        return !denominator.IsZero && numerator.TryDivide(in denominator, Rounding.Down, out next);
    }
}
