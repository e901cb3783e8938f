using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Arithmetic modulo the group order L = 2^252 + 27742317777372353535851937790883648493, on little-endian bytes. Fixed
/// loops and masks only: private scalars pass through here.
/// Source: RFC 8032 section 5.1 (L); Handbook of Applied Cryptography, algorithm 14.42 (Barrett reduction, base 2^64).
/// </summary>
internal static class Scalar25519
{
    private const int OrderWords = 4;

    private static ReadOnlySpan<ulong> Order =>
        [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];

    // floor(2^512 / L)
    private static ReadOnlySpan<ulong> Reciprocal =>
        [0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb, 0xffffffffffffffff, 0xf];

    /// <summary>Reduces 64 bytes modulo L into 32 bytes.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> destination)
    {
        Span<ulong> words = stackalloc ulong[8];
        for (int i = 0; i < 8; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(wide[(8 * i)..]);
        Reduce(words, destination);
        words.Clear();
    }

    /// <summary>Writes (a b + c) modulo L; each input is 32 bytes below 2^255.</summary>
    public static void MultiplyAdd(
        ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, Span<byte> destination)
    {
        Span<ulong> x = stackalloc ulong[4];
        Span<ulong> y = stackalloc ulong[4];
        Span<ulong> product = stackalloc ulong[8];
        for (int i = 0; i < 4; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt64LittleEndian(a[(8 * i)..]);
            y[i] = BinaryPrimitives.ReadUInt64LittleEndian(b[(8 * i)..]);
        }

        Multiply(x, y, product);
        ulong carry = 0;
        for (int i = 0; i < 8; i++)
        {
            ulong term = i < 4 ? BinaryPrimitives.ReadUInt64LittleEndian(c[(8 * i)..]) : 0;
            UInt128 sum = (UInt128)product[i] + term + carry;
            product[i] = (ulong)sum;
            carry = (ulong)(sum >> 64);
        }

        Reduce(product, destination);
        x.Clear();
        y.Clear();
        product.Clear();
    }

    /// <summary>True if 32 bytes are below L, the only form a signature's second half may have.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> scalar)
    {
        for (int i = OrderWords - 1; i >= 0; i--)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(scalar[(8 * i)..]);
            if (word != Order[i]) return word < Order[i];
        }

        return false;
    }

    private static void Reduce(ReadOnlySpan<ulong> x, Span<byte> destination)
    {
        // q = floor(floor(x / b^3) * mu / b^5) is the quotient or at most two below it.
        Span<ulong> estimate = stackalloc ulong[10];
        Span<ulong> product = stackalloc ulong[9];
        Span<ulong> rest = stackalloc ulong[5];
        Multiply(x[3..], Reciprocal, estimate);
        Multiply(estimate[5..], Order, product);
        ulong borrow = 0;
        for (int i = 0; i < 5; i++) rest[i] = Subtract(x[i], product[i], ref borrow);
        SubtractOrderIfNotBelow(rest);
        SubtractOrderIfNotBelow(rest);
        for (int i = 0; i < OrderWords; i++) BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 * i)..], rest[i]);
        estimate.Clear();
        product.Clear();
        rest.Clear();
    }

    private static void SubtractOrderIfNotBelow(Span<ulong> value)
    {
        Span<ulong> reduced = stackalloc ulong[5];
        ulong borrow = 0;
        for (int i = 0; i < 5; i++) reduced[i] = Subtract(value[i], i < OrderWords ? Order[i] : 0, ref borrow);
        ulong keep = 0 - borrow; // all ones if the value was below L
        for (int i = 0; i < 5; i++) value[i] = (value[i] & keep) | (reduced[i] & ~keep);
        reduced.Clear();
    }

    private static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        UInt128 difference = (UInt128)a - b - borrow;
        borrow = (ulong)(difference >> 64) & 1;
        return (ulong)difference;
    }

    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        product.Clear();
        for (int i = 0; i < a.Length; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < b.Length; j++)
            {
                ulong high = Math.BigMul(a[i], b[j], out ulong low);
                UInt128 sum = new UInt128(high, low) + product[i + j] + carry;
                product[i + j] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }

            product[i + b.Length] = carry;
        }
    }
}
