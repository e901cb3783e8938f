using System;
using System.Numerics;
using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Numerics;

/// <summary>a * b / d against BigInteger for both widths and roundings.</summary>
public class MulDivTests
{
    private const int Seed = 20261121;
    private const int Cases = 60_000;

    private static BigInteger Expected(BigInteger product, BigInteger divisor, Rounding rounding) =>
        BigInteger.DivRem(product, divisor, out BigInteger rest) + (rounding == Rounding.Up && !rest.IsZero ? 1 : 0);

    [Fact]
    public void TryMulDiv_Wide_EqualsBigIntegerOrReportsOverflow()
    {
        Random random = new(Seed);
        for (int i = 0; i < Cases; i++)
        {
            UInt128 a = UInt256Tests.NextUInt128(random);
            UInt128 b = UInt256Tests.NextUInt128(random);
            UInt128 d = UInt256Tests.NextUInt128(random);
            Rounding rounding = (Rounding)random.Next(2);
            string name = $"seed {Seed} case {i}: {a} * {b} / {d} {rounding}";
            bool ok = MulDiv.TryMulDiv(a, b, d, rounding, out UInt128 result);
            bool fits = d != 0 && Expected((BigInteger)a * b, d, rounding) <= UInt128.MaxValue;
            Assert.True(ok == fits, name);
            if (ok) Assert.True(Expected((BigInteger)a * b, d, rounding) == result, name);
        }
    }

    [Fact]
    public void TryMulDiv_Narrow_EqualsBigIntegerOrReportsOverflow()
    {
        Random random = new(Seed + 1);
        for (int i = 0; i < Cases; i++)
        {
            ulong a = (ulong)UInt256Tests.NextUInt128(random);
            ulong b = (ulong)UInt256Tests.NextUInt128(random);
            ulong d = (ulong)UInt256Tests.NextUInt128(random);
            Rounding rounding = (Rounding)random.Next(2);
            string name = $"seed {Seed + 1} case {i}: {a} * {b} / {d} {rounding}";
            bool ok = MulDiv.TryMulDiv(a, b, d, rounding, out ulong result);
            bool fits = d != 0 && Expected((BigInteger)a * b, d, rounding) <= ulong.MaxValue;
            Assert.True(ok == fits, name);
            if (ok) Assert.True(Expected((BigInteger)a * b, d, rounding) == result, name);
        }
    }

    [Fact]
    public void TryMulShift64_AnyOperands_EqualsBigIntegerOrReportsOverflow()
    {
        Random random = new(Seed + 2);
        for (int i = 0; i < Cases; i++)
        {
            UInt128 a = UInt256Tests.NextUInt128(random);
            UInt128 b = UInt256Tests.NextUInt128(random);
            Rounding rounding = (Rounding)random.Next(2);
            string name = $"seed {Seed + 2} case {i}: {a} * {b} >> 64 {rounding}";
            bool ok = MulDiv.TryMulShift64(a, b, rounding, out UInt128 result);
            BigInteger expected = Expected((BigInteger)a * b, BigInteger.One << 64, rounding);
            Assert.True(ok == expected <= UInt128.MaxValue, name);
            if (ok) Assert.True(expected == result, name);
        }
    }

    [Fact]
    public void CeilDiv_AnyOperands_EqualsBigInteger()
    {
        Random random = new(Seed + 3);
        for (int i = 0; i < Cases; i++)
        {
            UInt128 a = UInt256Tests.NextUInt128(random);
            UInt128 d = UInt256Tests.NextUInt128(random);
            string name = $"seed {Seed + 3} case {i}: {a} / {d}";
            if (d != 0) Assert.True(Expected(a, d, Rounding.Up) == MulDiv.CeilDiv(a, d), name);
            if ((ulong)d != 0)
                Assert.True(Expected((ulong)a, (ulong)d, Rounding.Up) == MulDiv.CeilDiv((ulong)a, (ulong)d), name);
        }
    }
}
