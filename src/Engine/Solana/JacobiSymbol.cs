using System;
using System.Buffers.Binary;
using System.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>
/// The Jacobi symbol (a / p) for p = 2^255 - 19 by the binary algorithm: subtract, swap, strip factors of two, and note
/// the sign that reciprocity and the factors give. Its time depends on the value: for public data only.
/// PERF: some 180 rounds of four-word subtractions and shifts, without a branch on the data but the end, instead of the
/// 254 field squarings of Euler's criterion. Bench: ProgramAddressBench.IsOnCurve.
/// Source: Cohen, A Course in Computational Algebraic Number Theory, algorithm 1.4.12 (Kronecker symbol, binary).
/// </summary>
internal static class JacobiSymbol
{
    /// <summary>1 for a square, -1 for no square, 0 for zero. The value is 32 little-endian bytes below p.</summary>
    public static int OfPrime25519(ReadOnlySpan<byte> value)
    {
        ulong a0 = BinaryPrimitives.ReadUInt64LittleEndian(value);
        ulong a1 = BinaryPrimitives.ReadUInt64LittleEndian(value[8..]);
        ulong a2 = BinaryPrimitives.ReadUInt64LittleEndian(value[16..]);
        ulong a3 = BinaryPrimitives.ReadUInt64LittleEndian(value[24..]);
        if ((a0 | a1 | a2 | a3) == 0) return 0;
        ulong n0 = ulong.MaxValue - 18, n1 = ulong.MaxValue, n2 = ulong.MaxValue, n3 = long.MaxValue;
        ulong negative = 0; // bit 1 is the sign so far
        while (true)
        {
            // Factors of two leave a: each turns the sign if n is 3 or 5 modulo 8.
            int zeros = BitOperations.TrailingZeroCount(a0);
            if (zeros == 64)
            {
                a0 = a1; // 64 factors turn it an even number of times
                a1 = a2;
                a2 = a3;
                a3 = 0;
                continue;
            }

            negative ^= (n0 ^ (n0 >> 1)) & ((ulong)(zeros & 1) << 1);
            a0 = (a0 >> zeros) | (a1 << 1 << (63 - zeros));
            a1 = (a1 >> zeros) | (a2 << 1 << (63 - zeros));
            a2 = (a2 >> zeros) | (a3 << 1 << (63 - zeros));
            a3 >>= zeros;

            // Both are odd now. d = a - n; below zero the two change places, which turns the sign if both are 3 mod 4.
            ulong d0 = a0 - n0;
            ulong borrow = a0 < n0 ? 1UL : 0;
            ulong d1 = Subtract(a1, n1, ref borrow);
            ulong d2 = Subtract(a2, n2, ref borrow);
            ulong d3 = Subtract(a3, n3, ref borrow);
            ulong swap = 0 - borrow;
            negative ^= a0 & n0 & swap;
            n0 ^= (n0 ^ a0) & swap;
            n1 ^= (n1 ^ a1) & swap;
            n2 ^= (n2 ^ a2) & swap;
            n3 ^= (n3 ^ a3) & swap;
            a0 = Negate(d0, swap, ref borrow);
            a1 = Negate(d1, swap, ref borrow);
            a2 = Negate(d2, swap, ref borrow);
            a3 = Negate(d3, swap, ref borrow);
            if ((a0 | a1 | a2 | a3) == 0) break;
        }

        // n is the greatest common divisor, and that is 1: p is prime and the value is below it.
        return (negative & 2) == 0 ? 1 : -1;
    }

    private static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong result = difference - borrow;
        borrow = (a < b ? 1UL : 0) | (difference < borrow ? 1UL : 0);
        return result;
    }

    /// <summary>One word of the two's complement negation where the mask is all ones; the carry starts at 1.</summary>
    private static ulong Negate(ulong word, ulong mask, ref ulong carry)
    {
        ulong result = (word ^ mask) + carry;
        carry = result < carry ? 1UL : 0;
        return result;
    }
}
