using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// Seeded pseudo-random numbers: the same seed gives the same numbers on every machine. Not for secrets. One owner
/// thread.
/// Source: xoshiro256**, Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021); its state is
/// filled by SplitMix64 (Steele, Lea, Flood 2014), so that a seed of zero is allowed.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the sequence of <paramref name="seed"/>.</summary>
    public Prng(ulong seed)
    {
        Seed = seed;
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>The seed, to be printed when a test fails.</summary>
    public ulong Seed { get; }

    /// <summary>64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>
    /// A number from 0 to <paramref name="exclusiveMax"/> - 1, each equally likely. Zero gives zero.
    /// Source: Lemire, "Fast random integer generation in an interval" (2019).
    /// </summary>
    public ulong NextUInt64(ulong exclusiveMax)
    {
        if (exclusiveMax == 0)
            return 0;
        ulong high = Math.BigMul(NextUInt64(), exclusiveMax, out ulong low);
        if (low < exclusiveMax)
        {
            ulong threshold = (0 - exclusiveMax) % exclusiveMax;
            while (low < threshold)
                high = Math.BigMul(NextUInt64(), exclusiveMax, out low);
        }
        return high;
    }

    /// <summary>A number from 0 to <paramref name="exclusiveMax"/> - 1; zero or less gives zero.</summary>
    public int NextInt32(int exclusiveMax) => exclusiveMax <= 0 ? 0 : (int)NextUInt64((ulong)exclusiveMax);

    /// <summary>A multiple of 2^-53 from 0 to below 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
