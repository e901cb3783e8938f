using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LowLatency.Engine.Solana;

/// <summary>
/// An element of the field of integers modulo p = 2^255 - 19, as five limbs of 51 bits. Limbs may be loose (below 2^53)
/// between operations; <see cref="CopyTo"/> writes the one canonical form. Every operation runs the same instructions
/// whatever the values are, because secret scalars pass through here when the managed signer is used.
/// Source: RFC 8032 section 5.1.1 (field), section 5.1.3 (square root).
/// </summary>
internal struct Field25519
{
    private const ulong LimbMask = (1UL << 51) - 1;

    private ulong _limb0;
    private ulong _limb1;
    private ulong _limb2;
    private ulong _limb3;
    private ulong _limb4;

    private Field25519(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
    {
        _limb0 = limb0;
        _limb1 = limb1;
        _limb2 = limb2;
        _limb3 = limb3;
        _limb4 = limb4;
    }

    /// <summary>
    /// The curve constant d = -121665/121666. Source: RFC 8032 section 5.1; limbs of that quotient modulo p.
    /// </summary>
    public static Field25519 EdwardsD =>
        new(0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);

    /// <summary>2 d.</summary>
    public static Field25519 TwoEdwardsD =>
        new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    /// <summary>A square root of -1: 2^((p-1)/4). Source: RFC 8032 section 5.1.3.</summary>
    public static Field25519 SquareRootOfMinusOne =>
        new(0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    /// <summary>The number one.</summary>
    public static Field25519 One => new(1, 0, 0, 0, 0);

    /// <summary>
    /// Reads 32 little-endian bytes; the top bit is ignored and values of p and above are reduced, as the validator's
    /// point decompression does (it does not insist on the canonical form).
    /// </summary>
    public static Field25519 Read(ReadOnlySpan<byte> source)
    {
        ulong word0 = BinaryPrimitives.ReadUInt64LittleEndian(source);
        ulong word1 = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]);
        ulong word2 = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]);
        ulong word3 = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]);
        return new Field25519(
            word0 & LimbMask,
            ((word0 >> 51) | (word1 << 13)) & LimbMask,
            ((word1 >> 38) | (word2 << 26)) & LimbMask,
            ((word2 >> 25) | (word3 << 39)) & LimbMask,
            (word3 >> 12) & LimbMask);
    }

    /// <summary>Writes the canonical 32 bytes, little-endian.</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        // After two carry rounds the value is below 2^255 + small; q is then 1 exactly if it is p or above.
        Field25519 t = Carried(Carried(this));
        ulong q = (t._limb0 + 19) >> 51;
        q = (t._limb1 + q) >> 51;
        q = (t._limb2 + q) >> 51;
        q = (t._limb3 + q) >> 51;
        q = (t._limb4 + q) >> 51;
        ulong l0 = t._limb0 + (19 * q);
        ulong l1 = t._limb1 + (l0 >> 51);
        ulong l2 = t._limb2 + (l1 >> 51);
        ulong l3 = t._limb3 + (l2 >> 51);
        ulong l4 = t._limb4 + (l3 >> 51);
        l0 &= LimbMask;
        l1 &= LimbMask;
        l2 &= LimbMask;
        l3 &= LimbMask;
        l4 &= LimbMask;
        BinaryPrimitives.WriteUInt64LittleEndian(destination, l0 | (l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (l1 >> 13) | (l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], (l2 >> 26) | (l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], (l3 >> 39) | (l4 << 12));
    }

    /// <summary>Sum; limbs stay below 2^53 if both inputs are carried.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field25519 operator +(in Field25519 a, in Field25519 b) => new(
        a._limb0 + b._limb0, a._limb1 + b._limb1, a._limb2 + b._limb2, a._limb3 + b._limb3, a._limb4 + b._limb4);

    /// <summary>Difference, with 16 p added first so that no limb goes below zero; the result is carried.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field25519 operator -(in Field25519 a, in Field25519 b) => Carried(new Field25519(
        a._limb0 + (16 * (LimbMask - 18)) - b._limb0,
        a._limb1 + (16 * LimbMask) - b._limb1,
        a._limb2 + (16 * LimbMask) - b._limb2,
        a._limb3 + (16 * LimbMask) - b._limb3,
        a._limb4 + (16 * LimbMask) - b._limb4));

    /// <summary>Product, carried.</summary>
    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        // 2^255 = 19 (mod p): limb products that land past limb 4 come back multiplied by 19.
        ulong b1x19 = b._limb1 * 19;
        ulong b2x19 = b._limb2 * 19;
        ulong b3x19 = b._limb3 * 19;
        ulong b4x19 = b._limb4 * 19;
        Wide r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.AddProduct(a._limb0, b._limb0);
        r0.AddProduct(a._limb1, b4x19);
        r0.AddProduct(a._limb2, b3x19);
        r0.AddProduct(a._limb3, b2x19);
        r0.AddProduct(a._limb4, b1x19);
        r1.AddProduct(a._limb0, b._limb1);
        r1.AddProduct(a._limb1, b._limb0);
        r1.AddProduct(a._limb2, b4x19);
        r1.AddProduct(a._limb3, b3x19);
        r1.AddProduct(a._limb4, b2x19);
        r2.AddProduct(a._limb0, b._limb2);
        r2.AddProduct(a._limb1, b._limb1);
        r2.AddProduct(a._limb2, b._limb0);
        r2.AddProduct(a._limb3, b4x19);
        r2.AddProduct(a._limb4, b3x19);
        r3.AddProduct(a._limb0, b._limb3);
        r3.AddProduct(a._limb1, b._limb2);
        r3.AddProduct(a._limb2, b._limb1);
        r3.AddProduct(a._limb3, b._limb0);
        r3.AddProduct(a._limb4, b4x19);
        r4.AddProduct(a._limb0, b._limb4);
        r4.AddProduct(a._limb1, b._limb3);
        r4.AddProduct(a._limb2, b._limb2);
        r4.AddProduct(a._limb3, b._limb1);
        r4.AddProduct(a._limb4, b._limb0);
        return Reduce(ref r0, ref r1, ref r2, ref r3, ref r4);
    }

    /// <summary>Square, carried.</summary>
    public readonly Field25519 Square()
    {
        ulong a0x2 = _limb0 * 2;
        ulong a1x2 = _limb1 * 2;
        ulong a3x19 = _limb3 * 19;
        ulong a4x19 = _limb4 * 19;
        Wide r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.AddProduct(_limb0, _limb0);
        r0.AddProduct(a1x2, a4x19);
        r0.AddProduct(_limb2 * 2, a3x19);
        r1.AddProduct(a0x2, _limb1);
        r1.AddProduct(_limb2 * 2, a4x19);
        r1.AddProduct(_limb3, a3x19);
        r2.AddProduct(a0x2, _limb2);
        r2.AddProduct(_limb1, _limb1);
        r2.AddProduct(_limb3 * 2, a4x19);
        r3.AddProduct(a0x2, _limb3);
        r3.AddProduct(a1x2, _limb2);
        r3.AddProduct(_limb4, a4x19);
        r4.AddProduct(a0x2, _limb4);
        r4.AddProduct(a1x2, _limb3);
        r4.AddProduct(_limb2, _limb2);
        return Reduce(ref r0, ref r1, ref r2, ref r3, ref r4);
    }

    /// <summary>This element squared <paramref name="count"/> times.</summary>
    public readonly Field25519 SquareTimes(int count)
    {
        Field25519 t = this;
        for (int i = 0; i < count; i++) t = t.Square();
        return t;
    }

    /// <summary>The power (p - 5) / 8 = 2^252 - 3, the heart of square roots and inversion.</summary>
    public readonly Field25519 Power252Minus3()
    {
        // Exponents of the chain: 2^5-1, 2^10-1, 2^20-1, 2^40-1, 2^50-1, 2^100-1, 2^200-1, 2^250-1, then 2^252-3.
        Ladder(out Field25519 ones250, out _);
        return ones250.SquareTimes(2) * this;
    }

    /// <summary>Inverse (power p - 2); zero for zero.</summary>
    public readonly Field25519 Invert()
    {
        Ladder(out Field25519 ones250, out Field25519 power11);
        return ones250.SquareTimes(5) * power11;
    }

    /// <summary>
    /// True for zero and for the squares modulo p. Its time depends on the value: for addresses, never for secrets.
    /// </summary>
    public readonly bool IsSquareOrZero()
    {
        Span<byte> bytes = stackalloc byte[32];
        CopyTo(bytes);
        return JacobiSymbol.OfPrime25519(bytes) >= 0;
    }

    /// <summary>True for zero modulo p.</summary>
    public readonly bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            CopyTo(bytes);
            ulong any = 0;
            for (int i = 0; i < 32; i += 8) any |= BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            return any == 0;
        }
    }

    /// <summary>The lowest bit of the canonical form: RFC 8032's "sign" of an x coordinate.</summary>
    public readonly uint LowBit
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            CopyTo(bytes);
            return bytes[0] & 1u;
        }
    }

    /// <summary>Takes <paramref name="other"/> where the mask is all ones, keeps this value where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Select(in Field25519 other, ulong mask)
    {
        _limb0 ^= (_limb0 ^ other._limb0) & mask;
        _limb1 ^= (_limb1 ^ other._limb1) & mask;
        _limb2 ^= (_limb2 ^ other._limb2) & mask;
        _limb3 ^= (_limb3 ^ other._limb3) & mask;
        _limb4 ^= (_limb4 ^ other._limb4) & mask;
    }

    private readonly void Ladder(out Field25519 ones250, out Field25519 power11)
    {
        Field25519 power2 = Square();
        Field25519 power9 = power2.SquareTimes(2) * this;
        power11 = power9 * power2;
        Field25519 ones5 = power11.Square() * power9;
        Field25519 ones10 = ones5.SquareTimes(5) * ones5;
        Field25519 ones20 = ones10.SquareTimes(10) * ones10;
        Field25519 ones40 = ones20.SquareTimes(20) * ones20;
        Field25519 ones50 = ones40.SquareTimes(10) * ones10;
        Field25519 ones100 = ones50.SquareTimes(50) * ones50;
        Field25519 ones200 = ones100.SquareTimes(100) * ones100;
        ones250 = ones200.SquareTimes(50) * ones50;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field25519 Carried(in Field25519 a)
    {
        ulong c0 = a._limb0 >> 51;
        ulong c1 = a._limb1 >> 51;
        ulong c2 = a._limb2 >> 51;
        ulong c3 = a._limb3 >> 51;
        ulong c4 = a._limb4 >> 51;
        return new Field25519(
            (a._limb0 & LimbMask) + (c4 * 19),
            (a._limb1 & LimbMask) + c0,
            (a._limb2 & LimbMask) + c1,
            (a._limb3 & LimbMask) + c2,
            (a._limb4 & LimbMask) + c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field25519 Reduce(ref Wide r0, ref Wide r1, ref Wide r2, ref Wide r3, ref Wide r4)
    {
        r1.Add(r0.Shifted51);
        r2.Add(r1.Shifted51);
        r3.Add(r2.Shifted51);
        r4.Add(r3.Shifted51);
        ulong l0 = (r0.Low & LimbMask) + (r4.Shifted51 * 19);
        ulong l1 = (r1.Low & LimbMask) + (l0 >> 51);
        return new Field25519(l0 & LimbMask, l1, r2.Low & LimbMask, r3.Low & LimbMask, r4.Low & LimbMask);
    }

    /// <summary>
    /// A 128-bit sum of limb products. Bound: inputs below 2^53 (one of them times 19) keep five products below 2^113.
    /// </summary>
    private struct Wide
    {
        public ulong Low;
        private ulong _high;

        /// <summary>Bits 51 and up: below 2^64 because the sum is below 2^115.</summary>
        public readonly ulong Shifted51 => (Low >> 51) | (_high << 13);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddProduct(ulong a, ulong b)
        {
            // PERF: one mulx and one add-with-carry; UInt128's operator multiplies four words. Bench: Ed25519Bench.
            ulong high = Math.BigMul(a, b, out ulong low);
            Low += low;
            _high += high + (Low < low ? 1UL : 0UL);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong value)
        {
            Low += value;
            _high += Low < value ? 1UL : 0UL;
        }
    }
}
