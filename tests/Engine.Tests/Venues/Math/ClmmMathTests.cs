using System;
using System.Numerics;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.Math;

/// <summary>Ticks, prices and amounts of the CLMM programs against BigInteger.</summary>
public class ClmmMathTests
{
    private const int Seed = 7;
    private static readonly BigInteger Q64 = BigInteger.One << 64;

    [Fact]
    public void SqrtPriceAtTick_EndsOfTheRange_EqualThePrograms()
    {
        Assert.Equal(UInt128.Parse("4295048016"), WhirlpoolTickMath.SqrtPriceAtTick(-443636));
        Assert.Equal(UInt128.Parse("79226673515401279992447579055"), WhirlpoolTickMath.SqrtPriceAtTick(443636));
        Assert.Equal(UInt128.Parse("4295048016"), RaydiumTickMath.SqrtPriceAtTick(-443636));
        Assert.Equal(UInt128.Parse("79226673521066979257578248091"), RaydiumTickMath.SqrtPriceAtTick(443636));
        Assert.Equal(UInt128.One << 64, WhirlpoolTickMath.SqrtPriceAtTick(0));
        Assert.Equal(UInt128.One << 64, RaydiumTickMath.SqrtPriceAtTick(0));
    }

    [Fact]
    public void SqrtPriceAtTick_SmallTicks_IsWithinRoundingOfTheRoot()
    {
        for (int tick = -3_000; tick <= 3_000; tick += 37)
        {
            // price^2 / 2^128 = 1.0001^tick. Raydium's factors carry about 40 good bits, Whirlpool's 64.
            BigInteger numerator = BigInteger.Pow(10_001, System.Math.Abs(tick));
            BigInteger denominator = BigInteger.Pow(10_000, System.Math.Abs(tick));
            if (tick < 0) (numerator, denominator) = (denominator, numerator);
            BigInteger expected = (numerator << 128) / denominator;
            UInt128[] prices = [WhirlpoolTickMath.SqrtPriceAtTick(tick), RaydiumTickMath.SqrtPriceAtTick(tick)];
            foreach (UInt128 price in prices)
            {
                BigInteger difference = BigInteger.Abs(((BigInteger)price * price) - expected);
                Assert.True(difference * (BigInteger.One << 36) < expected, $"tick {tick} price {price}");
            }
        }
    }

    [Fact]
    public void SqrtPriceAtTick_EveryTick_EqualsTheProgramsChainOfFactors()
    {
        for (int magnitude = 0; magnitude <= TickMath.MaxTick; magnitude++)
        {
            UInt128 below = UInt128.One << 64;
            UInt128 raydium = UInt128.One << 64;
            UInt256 above = UInt128.One << 96;
            for (int bit = 0; magnitude >> bit != 0; bit++)
            {
                if ((magnitude >> bit & 1) == 0) continue;
                below = (below * WhirlpoolTickMath.NegativeFactors[bit]) >> 64;
                raydium = (raydium * RaydiumTickMath.Factors[bit]) >> 64;
                above = UInt256.Multiply(above.Low, WhirlpoolTickMath.PositiveFactors[bit]) >> 96;
            }

            bool isEqual = WhirlpoolTickMath.SqrtPriceAtTick(-magnitude) == below
                && WhirlpoolTickMath.SqrtPriceAtTick(magnitude) == above.Low >> 32
                && RaydiumTickMath.SqrtPriceAtTick(-magnitude) == raydium
                && (magnitude == 0 || RaydiumTickMath.SqrtPriceAtTick(magnitude) == UInt128.MaxValue / raydium);
            Assert.True(isEqual, $"tick {magnitude}");
        }
    }

    [Fact]
    public void TickAtSqrtPrice_AtAndAroundTicks_IsGreatestTickNotAbove()
    {
        Random random = new(Seed);
        for (int i = 0; i < 60_000; i++)
        {
            int tick = i < 2_000 ? -443636 + i : random.Next(-443636, 443636);
            UInt128 whirlpool = WhirlpoolTickMath.SqrtPriceAtTick(tick);
            UInt128 raydium = RaydiumTickMath.SqrtPriceAtTick(tick);
            string name = $"seed {Seed} case {i} tick {tick}";
            Assert.True(WhirlpoolTickMath.TickAtSqrtPrice(whirlpool) == tick, name);
            Assert.True(RaydiumTickMath.TickAtSqrtPrice(raydium) == tick, name);
            UInt128 nextW = WhirlpoolTickMath.SqrtPriceAtTick(tick + 1);
            UInt128 nextR = RaydiumTickMath.SqrtPriceAtTick(tick + 1);
            Assert.True(nextW > whirlpool && nextR > raydium, name);
            Assert.True(WhirlpoolTickMath.TickAtSqrtPrice(nextW - 1) == tick, name);
            Assert.True(RaydiumTickMath.TickAtSqrtPrice(nextR - 1) == tick, name);
            UInt128 between = whirlpool + ((nextW - whirlpool) * (ulong)random.Next(1_000) / 1_000UL);
            Assert.True(WhirlpoolTickMath.TickAtSqrtPrice(between) == tick, name);
        }
    }

    [Fact]
    public void Amounts_AnyRange_EqualBigIntegerOrSayWhy()
    {
        Random random = new(Seed + 1);
        for (int i = 0; i < 60_000; i++)
        {
            UInt128 lower = WhirlpoolTickMath.SqrtPriceAtTick(random.Next(-443636, 443636));
            UInt128 upper = WhirlpoolTickMath.SqrtPriceAtTick(random.Next(-443636, 443636));
            if (random.Next(2) == 0) upper = lower + (ulong)random.NextInt64();
            if (lower > upper) (lower, upper) = (upper, lower);
            UInt128 liquidity = Numerics.UInt256Tests.NextUInt128(random);
            Rounding rounding = (Rounding)random.Next(2);
            BigInteger moved = (BigInteger)liquidity * (upper - lower);
            string name = $"seed {Seed + 1} case {i}: {lower} {upper} {liquidity} {rounding}";
            Check(
                SqrtPriceMath.AmountA(lower, upper, liquidity, rounding, out ulong a),
                a,
                Divide(moved << 64, (BigInteger)upper * lower, rounding),
                name);
            Check(
                SqrtPriceMath.AmountB(lower, upper, liquidity, rounding, out ulong b),
                b,
                Divide(moved, Q64, rounding),
                name);
        }
    }

    [Fact]
    public void NextPrices_AnyAmount_EqualBigInteger()
    {
        Random random = new(Seed + 2);
        for (int i = 0; i < 60_000; i++)
        {
            UInt128 price = WhirlpoolTickMath.SqrtPriceAtTick(random.Next(-443636, 443636));
            UInt128 liquidity = Numerics.UInt256Tests.NextUInt128(random) >> 40;
            ulong amount = (ulong)Numerics.UInt256Tests.NextUInt128(random);
            bool add = random.Next(2) == 0;
            string name = $"seed {Seed + 2} case {i}: {price} {liquidity} {amount} {add}";
            PriceMathStatus status = SqrtPriceMath.NextFromA(price, liquidity, amount, add, out UInt128 next);
            BigInteger change = (BigInteger)amount * price;
            BigInteger denominator = ((BigInteger)liquidity << 64) + (add ? change : -change);
            if (amount == 0) Assert.True(status == PriceMathStatus.Ok && next == price, name);
            else if (denominator <= 0) Assert.True(status != PriceMathStatus.Ok, name);
            else if (status == PriceMathStatus.Ok)
                Assert.True(Divide(((BigInteger)liquidity << 64) * price, denominator, Rounding.Up) == next, name);
            else Assert.True(!add, name);

            status = SqrtPriceMath.NextFromB(price, liquidity, amount, add, out next);
            if (liquidity == 0)
            {
                Assert.Equal(PriceMathStatus.DivideByZero, status);
                continue;
            }

            BigInteger step = Divide((BigInteger)amount << 64, liquidity, add ? Rounding.Down : Rounding.Up);
            BigInteger expected = add ? price + step : price - step;
            bool fits = expected >= 0 && expected <= (BigInteger)UInt128.MaxValue;
            Assert.True(status == PriceMathStatus.Ok == fits, name);
            if (status == PriceMathStatus.Ok) Assert.True(expected == next, name);
        }
    }

    [Fact]
    public void PriceRange_SetInAnyOrder_EqualsBigIntegerAndItsFee()
    {
        Random random = new(Seed + 3);
        PriceRange range = default;
        int usable = 0;
        for (int i = 0; i < 60_000; i++)
        {
            int tick = random.Next(-200_000, 200_000);
            UInt128 lower = WhirlpoolTickMath.SqrtPriceAtTick(tick);
            UInt128 upper = WhirlpoolTickMath.SqrtPriceAtTick(tick + random.Next(1, 200));
            UInt128 liquidity = (ulong)Numerics.UInt256Tests.NextUInt128(random) >> random.Next(40);
            uint rate = (uint)random.Next(0, 100_000);
            bool isInA = random.Next(2) == 0;
            BigInteger moved = (BigInteger)liquidity * (upper - lower);
            BigInteger product = (BigInteger)upper * lower;
            string name = $"seed {Seed + 3} case {i}: {lower} {upper} {liquidity} {rate}";
            for (int repeat = 0; repeat < 2; repeat++)
            {
                bool isUsable = range.TrySet(lower, upper, liquidity);
                BigInteger inA = Divide(moved << 64, product, Rounding.Up);
                BigInteger inB = Divide(moved, Q64, Rounding.Up);
                Assert.True(isUsable == (inA <= ulong.MaxValue && inB <= ulong.MaxValue), name);
                if (!isUsable) continue;
                usable++;
                Assert.True(range.InARaw == inA && range.InBRaw == inB, name);
                Assert.True(range.OutARaw == Divide(moved << 64, product, Rounding.Down), name);
                Assert.True(range.OutBRaw == Divide(moved, Q64, Rounding.Down), name);
                BigInteger fee = Divide((isInA ? inA : inB) * rate, 1_000_000 - rate, Rounding.Up);
                Assert.True(range.TryFee(isInA, rate, out ulong feeRaw) == fee <= ulong.MaxValue, name);
                if (fee <= ulong.MaxValue) Assert.True(feeRaw == fee, name);
                Assert.True(SqrtPriceMath.AmountA(lower, upper, liquidity, Rounding.Up, out ulong ceiling)
                    == PriceMathStatus.Ok && ceiling == inA, name);
                bool isProven = SqrtPriceMath.IsCeilingOfA(lower, upper, liquidity, ceiling);
                Assert.True(isProven || upper * lower / upper != lower || moved >> 128 != 0, name);
                Assert.False(SqrtPriceMath.IsCeilingOfA(lower, upper, liquidity, ceiling + 1), name);
                Assert.False(ceiling != 0 && SqrtPriceMath.IsCeilingOfA(lower, upper, liquidity, ceiling - 1), name);
            }
        }

        Assert.True(usable > 10_000, $"{usable}");
    }

    private static void Check(PriceMathStatus status, ulong amount, BigInteger expected, string name)
    {
        Assert.True(status == PriceMathStatus.Ok == expected <= ulong.MaxValue, name);
        if (status == PriceMathStatus.Ok) Assert.True(expected == amount, name);
    }

    private static BigInteger Divide(BigInteger numerator, BigInteger denominator, Rounding rounding) =>
        rounding == Rounding.Up ? (numerator + denominator - 1) / denominator : numerator / denominator;
}
