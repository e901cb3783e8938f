using System;
using System.Numerics;
using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Numerics;

/// <summary>256-bit arithmetic against BigInteger; operands of every bit length, long runs of ones and zeros.</summary>
public class UInt256Tests
{
    private const int Seed = 20261120;
    private const int Cases = 60_000;
    private static readonly BigInteger Modulus = BigInteger.One << 256;

    internal static UInt128 NextUInt128(Random random)
    {
        int bits = random.Next(0, 129);
        if (bits == 0) return UInt128.Zero;
        UInt128 value = new(
            (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        int form = random.Next(4);
        if (form == 0) value = UInt128.MaxValue; // all ones: the digit estimates' worst case
        if (form == 1) value &= UInt128.MaxValue << random.Next(128);
        if (form == 2) value |= UInt128.MaxValue >> random.Next(128);
        value |= UInt128.One << 127;
        return value >> (128 - bits);
    }

    internal static UInt256 NextUInt256(Random random) =>
        random.Next(3) == 0
            ? NextUInt128(random)
            : new UInt256(NextUInt128(random), NextUInt128(random) | (NextUInt128(random) << 64));

    internal static BigInteger Big(in UInt256 value) => ((BigInteger)value.High << 128) + (BigInteger)value.Low;

    [Fact]
    public void Multiply_AnyOperands_EqualsBigInteger()
    {
        Random random = new(Seed);
        for (int i = 0; i < Cases; i++)
        {
            UInt128 a = NextUInt128(random);
            UInt128 b = NextUInt128(random);
            Assert.True((BigInteger)a * b == Big(UInt256.Multiply(a, b)), $"seed {Seed} case {i}: {a} * {b}");
        }
    }

    [Fact]
    public void TryMultiply_AnyOperands_ReportsOverflowAndEqualsBigInteger()
    {
        Random random = new(Seed + 1);
        for (int i = 0; i < Cases; i++)
        {
            UInt256 a = NextUInt256(random);
            UInt128 b = NextUInt128(random);
            bool fits = UInt256.TryMultiply(a, b, out UInt256 product);
            BigInteger expected = Big(a) * b;
            Assert.True(fits == expected < Modulus, $"seed {Seed + 1} case {i}: {Big(a)} * {b}");
            if (fits) Assert.Equal(expected, Big(product));
        }
    }

    [Fact]
    public void AddSubtractShiftCompare_AnyOperands_EqualBigInteger()
    {
        Random random = new(Seed + 2);
        for (int i = 0; i < Cases; i++)
        {
            UInt256 a = NextUInt256(random);
            UInt256 b = NextUInt256(random);
            int bits = random.Next(0, 260);
            string name = $"seed {Seed + 2} case {i}: {Big(a)} {Big(b)} {bits}";
            Assert.True((Big(a) + Big(b)) % Modulus == Big(a + b), name);
            Assert.True((Modulus + Big(a) - Big(b)) % Modulus == Big(a - b), name);
            Assert.True((Big(a) << bits) % Modulus == Big(a << bits), name);
            Assert.True(Big(a) >> bits == Big(a >> bits), name);
            Assert.True(Big(a) < Big(b) == a < b && Big(a) >= Big(b) == a >= b && Big(a) == Big(b) == (a == b), name);
            Assert.True(UInt256.TryAdd(a, b, out _) == Big(a) + Big(b) < Modulus, name);
            Assert.True(a.BitLength == (int)Big(a).GetBitLength(), name);
        }
    }

    [Fact]
    public void TryDivRem_AnyOperands_EqualsBigInteger()
    {
        Random random = new(Seed + 3);
        for (int i = 0; i < Cases * 3; i++)
        {
            UInt256 a = NextUInt256(random);
            UInt256 d = NextUInt256(random);
            if (random.Next(4) == 0) d >>= random.Next(256);
            // Multiples and their neighbours hit the "remainder zero" and "digit one too large" branches.
            if (random.Next(3) == 0 && UInt256.TryMultiply(d, NextUInt128(random), out UInt256 multiple))
                a = random.Next(2) == 0 ? multiple : multiple - (UInt256)UInt128.One;
            string name = $"seed {Seed + 3} case {i}: {Big(a)} / {Big(d)}";
            bool ok = UInt256.TryDivRem(a, d, out UInt256 quotient, out UInt256 remainder);
            Assert.True(ok == !d.IsZero, name);
            if (!ok) continue;
            BigInteger expected = BigInteger.DivRem(Big(a), Big(d), out BigInteger rest);
            Assert.True(expected == Big(quotient) && rest == Big(remainder), name);
        }
    }

    [Fact]
    public void TryDivide_AnyOperandsAndRounding_EqualsBigIntegerOrReportsOverflow()
    {
        Random random = new(Seed + 4);
        for (int i = 0; i < Cases; i++)
        {
            UInt256 a = NextUInt256(random);
            UInt256 d = random.Next(2) == 0 ? NextUInt128(random) : NextUInt256(random);
            Rounding rounding = (Rounding)random.Next(2);
            bool ok = a.TryDivide(d, rounding, out UInt128 quotient);
            BigInteger expected = Modulus;
            if (!d.IsZero)
            {
                expected = BigInteger.DivRem(Big(a), Big(d), out BigInteger rest);
                if (rounding == Rounding.Up && !rest.IsZero) expected++;
            }

            string name = $"seed {Seed + 4} case {i}: {Big(a)} / {Big(d)} {rounding}";
            Assert.True(ok == expected <= (BigInteger)UInt128.MaxValue, name);
            if (ok) Assert.True(expected == quotient, name);
        }
    }
}
