using System;
using System.Collections.Generic;
using System.Numerics;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;
using LowLatency.Engine.Venues.MeteoraDlmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDlmm;

public sealed class DlmmStructureTests
{
    private const int Seed = 731;
    private static readonly BigInteger _one = BigInteger.One << 64;

    [Fact]
    public void TryNext_RandomBitmaps_EqualsAScanOfAllIndices()
    {
        Random random = new(Seed);
        for (int round = 0; round < 20; round++)
        {
            DlmmBitmap bitmap = new();
            SortedSet<int> marked = [];
            bitmap.SetInternal(Half(random, marked, 16, i => i - 512));
            bitmap.SetExtension(
                Half(random, marked, 96, i => 512 + i), Half(random, marked, 96, i => -513 - i));
            for (int i = 0; i < 300; i++)
            {
                int start = random.Next(-6656, 6656);
                AssertNext(bitmap, marked, start, true);
                AssertNext(bitmap, marked, start, false);
            }

            bitmap.SetExtension(default, default);
            marked.RemoveWhere(index => index is < -512 or > 511);
            AssertNext(bitmap, marked, 511, true);
            AssertNext(bitmap, marked, -512, false);
            Assert.False(bitmap.TryNext(512, true, false, out _));
            Assert.False(bitmap.TryNext(-513, false, false, out _));
        }
    }

    [Fact]
    public void BinMask_RandomSets_StepsToTheNearestMember()
    {
        Random random = new(Seed);
        for (int round = 0; round < 200; round++)
        {
            DlmmBinMask mask = default;
            bool[] members = new bool[70];
            for (int i = 0; i < 70; i++)
            {
                members[i] = random.Next(6) == 0;
                mask.Set(i, members[i]);
            }

            for (int i = 0; i < 70; i++)
            {
                int up = Array.IndexOf(members, true, i);
                int down = Array.LastIndexOf(members, true, i);
                Assert.Equal(up, mask.NextUp(i));
                Assert.Equal(down, mask.NextDown(i));
                Assert.Equal(members[i], mask.Contains(i));
            }
        }
    }

    [Fact]
    public void Amounts_RandomPrices_EqualExactArithmetic()
    {
        Random random = new(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            ulong amount = (ulong)random.NextInt64() >> random.Next(63);
            UInt128 price = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> random.Next(1, 127);
            if (price == UInt128.Zero) continue;
            BigInteger product = amount * (BigInteger)price;
            BigInteger dividend = amount * _one;
            string what = $"seed {Seed}: {amount} at {price}";
            AssertAmount(product >> 64, BinMath.TryMultiply(amount, price, Rounding.Down, out ulong a), a, what);
            AssertAmount(Ceil(product, _one), BinMath.TryMultiply(amount, price, Rounding.Up, out a), a, what);
            AssertAmount(dividend / price, BinMath.TryDivide(amount, price, Rounding.Down, out a), a, what);
            AssertAmount(Ceil(dividend, price), BinMath.TryDivide(amount, price, Rounding.Up, out a), a, what);
        }
    }

    [Fact]
    public void TryPriceFromId_AnyBin_EqualsTheProgramsPowerSeries()
    {
        Random random = new(Seed);
        ushort[] steps = [1, 2, 4, 5, 8, 10, 20, 25, 50, 80, 100, 200, 400];
        for (int i = 0; i < 4_000; i++)
        {
            ushort step = steps[random.Next(steps.Length)];
            int id = random.Next(-443636, 443637) >> random.Next(18);
            BigInteger? expected = Power(_one + (((BigInteger)step << 64) / 10_000), id);
            bool ok = BinMath.TryPriceFromId(id, step, out UInt128 price);
            Assert.Equal(expected is not null, ok);
            if (expected is { } value) Assert.Equal(value, (BigInteger)price);
        }
    }

    [Fact]
    public void Rate_AnyVolatility_EqualsExactArithmetic()
    {
        Random random = new(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            DlmmFees fees = default;
            fees.BaseRate = (uint)random.Next(0, 100_000_000);
            fees.BinStep = (ushort)random.Next(1, 65_536);
            fees.VariableFeeControl = (uint)random.NextInt64(0, 1L + uint.MaxValue) >> random.Next(32);
            uint accumulator = (uint)random.NextInt64(0, 1L + uint.MaxValue) >> random.Next(32);
            BigInteger square = BigInteger.Pow((BigInteger)accumulator * fees.BinStep, 2) * fees.VariableFeeControl;
            BigInteger total = fees.BaseRate + Ceil(square, 100_000_000_000);
            Assert.Equal(BigInteger.Min(total, 100_000_000), fees.Rate(accumulator));
        }
    }

    private static byte[] Half(Random random, SortedSet<int> marked, int words, Func<int, int> indexOf)
    {
        byte[] bytes = new byte[words * 8];
        for (int i = random.Next(12); i > 0; i--)
        {
            int bit = random.Next(words * 64);
            bytes[bit >> 3] |= (byte)(1 << (bit & 7));
            marked.Add(indexOf(bit));
        }

        return bytes;
    }

    private static void AssertNext(DlmmBitmap bitmap, SortedSet<int> marked, int start, bool down)
    {
        int? expected = null;
        foreach (int index in marked)
        {
            if (down && index <= start) expected = index;
            if (down || index < start || expected is not null) continue;
            expected = index;
        }

        bool found = bitmap.TryNext(start, down, true, out int next);
        Assert.Equal(expected, found ? next : null);
    }

    private static void AssertAmount(BigInteger expected, bool ok, ulong amount, string what)
    {
        Assert.True(ok == (expected <= ulong.MaxValue), what);
        if (ok) Assert.True(expected == amount, what);
    }

    private static BigInteger Ceil(BigInteger a, BigInteger b) => (a + b - 1) / b;

    // The program's own series in unbounded integers: invert the base, square and multiply, invert.
    private static BigInteger? Power(BigInteger growth, int id)
    {
        if (id == 0) return _one;
        BigInteger max = (BigInteger.One << 128) - 1;
        BigInteger square = max / growth;
        BigInteger result = _one;
        for (int bits = System.Math.Abs(id); bits != 0; bits >>= 1)
        {
            if ((bits & 1) != 0) result = (result * square) >> 64;
            square = (square * square) >> 64;
        }

        if (result.IsZero) return null;
        return id < 0 ? result : max / result;
    }
}
