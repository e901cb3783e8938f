using System;
using System.Numerics;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Venues.MeteoraDamm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDamm;

/// <summary>The integer formulas against the same formulas in unbounded integers.</summary>
public sealed class DammMathTests
{
    private const int Seed = 4711;
    private static readonly BigInteger _max64 = ulong.MaxValue;
    private static readonly BigInteger _denominator = 1_000_000_000;

    [Fact]
    public void Sqrt_AnyValue_IsTheFloorOfTheRoot()
    {
        Random random = new(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            UInt128 high = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> random.Next(3, 128);
            UInt256 value = new(high, new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()));
            BigInteger exact = Big(value);
            BigInteger root = DammCurve.Sqrt(in value);
            Assert.True(root * root <= exact && (root + 1) * (root + 1) > exact, $"seed {Seed}: {exact}");
        }
    }

    [Fact]
    public void Prices_AnyStep_EqualExactArithmetic()
    {
        Random random = new(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            UInt128 price = (UInt128)4295048016 << random.Next(63);
            UInt128 liquidity = (Wide(random) >> random.Next(1, 100)) + 1;
            ulong amount = (ulong)random.NextInt64() >> random.Next(62);
            BigInteger l = liquidity;
            BigInteger p = price;
            BigInteger step = (BigInteger)amount << 128;
            if (amount == 0) continue;

            uint error = DammCurve.PriceAfterInput(price, liquidity, amount, true, out UInt128 n);
            AssertPrice(Ceil(l * p, l + (amount * p)), error, n);
            AssertPrice(p + (step / l), DammCurve.PriceAfterInput(price, liquidity, amount, false, out n), n);
            AssertPrice(p - Ceil(step, l), DammCurve.PriceAfterOutput(price, liquidity, amount, true, out n), n);
            BigInteger rest = l - (amount * p);
            BigInteger? up = rest > 0 ? Ceil(l * p, rest) : null;
            AssertPrice(up ?? -1, DammCurve.PriceAfterOutput(price, liquidity, amount, false, out n), n);
        }
    }

    [Fact]
    public void Amounts_AnyRange_EqualExactArithmetic()
    {
        Random random = new(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            UInt128 lower = ((UInt128)4295048016 << random.Next(60)) + (ulong)random.NextInt64();
            UInt128 upper = lower + ((UInt128)(ulong)random.NextInt64() << random.Next(30));
            UInt128 liquidity = Wide(random) >> random.Next(1, 100);
            BigInteger span = (BigInteger)liquidity * (upper - lower);
            BigInteger product = (BigInteger)lower * upper;
            Check(true, Rounding.Down, span / product);
            Check(true, Rounding.Up, Ceil(span, product));
            Check(false, Rounding.Down, span >> 128);
            Check(false, Rounding.Up, Ceil(span, BigInteger.One << 128));

            void Check(bool isA, Rounding rounding, BigInteger expected)
            {
                uint error = DammCurve.TokenAmount(isA, lower, upper, liquidity, rounding, out ulong amount);
                Assert.Equal(expected <= _max64, error == 0);
                if (error == 0) Assert.Equal(expected, amount);
            }
        }
    }

    [Fact]
    public void RateLimiter_AmountWithFee_EqualsTheStepSum()
    {
        Random random = new(Seed);
        for (int i = 0; i < 3_000; i++)
        {
            DammBaseFee fee = Limiter(random);
            ulong amount = fee.Last + ((ulong)random.NextInt64() >> random.Next(1, 40));
            Assert.Equal(0U, fee.Rate(10, 10, false, amount, false, 1, 1, out ulong rate));
            BigInteger paid = 0;
            BigInteger left = amount;
            BigInteger marginal = fee.Cliff;
            // The first reference amount pays the cliff, each further one an increment more, up to the top.
            int steps = 0;
            BigInteger top = (BigInteger)fee.Second * 100_000;
            int last = (int)((top - fee.Cliff) / ((BigInteger)fee.Word * 100_000));
            while (left > fee.Last && steps <= last)
            {
                paid += marginal * fee.Last;
                left -= fee.Last;
                steps++;
                marginal = steps <= last ? fee.Cliff + ((BigInteger)fee.Word * 100_000 * steps) : top;
            }

            paid += marginal * left;
            Assert.Equal(Ceil(Ceil(paid, _denominator) * _denominator, amount), rate);
        }
    }

    [Fact]
    public void RateLimiter_AmountWithoutFee_LeavesThatAmountAgain()
    {
        Random random = new(Seed);
        for (int i = 0; i < 3_000; i++)
        {
            DammBaseFee fee = Limiter(random);
            ulong net = fee.Last + ((ulong)random.NextInt64() >> random.Next(20, 45));
            Assert.Equal(0U, fee.Rate(10, 10, false, net, true, 1, 1, out ulong rate));
            BigInteger gross = Ceil(net * _denominator, _denominator - rate);
            Assert.Equal(0U, fee.Rate(10, 10, false, (ulong)gross, false, 1, 1, out ulong again));
            BigInteger left = gross - Ceil(gross * again, _denominator);
            // One unit of a rate is 1e-9 of the amount, and each of the four divisions rounds once.
            BigInteger slack = 4 + (gross * 4 / _denominator);
            Assert.True(BigInteger.Abs(left - net) <= slack, $"seed {Seed}: {net} {gross} {left}");
        }
    }

    [Fact]
    public void Schedulers_EveryPeriod_FollowTheirFormula()
    {
        DammBaseFee linear = new() { Cliff = 500_000_000, Word = 100, PeriodFrequency = 10, Last = 4_000_000 };
        DammBaseFee exponential = linear;
        exponential.Mode = 1;
        exponential.Last = 200;
        BigInteger fraction = (BigInteger.One << 64) - (((BigInteger)200 << 64) / 10_000);
        for (ulong period = 0; period < 120; period++)
        {
            ulong counted = System.Math.Min(period, 100);
            Assert.Equal(0U, linear.Rate(1_000 + (period * 10) + 9, 1_000, true, 1, false, 1, 1, out ulong rate));
            Assert.Equal(500_000_000 - (counted * 4_000_000), rate);
            Assert.Equal(0U, exponential.Rate(1_000 + (period * 10), 1_000, true, 1, false, 1, 1, out rate));
            Assert.Equal((Power(fraction, (int)counted) * 500_000_000) >> 64, rate);
        }

        DammBaseFee market = new()
        {
            Mode = 3,
            Cliff = 100_000_000,
            Word = 50,
            First = 200,
            Second = 1_000,
            Last = 1_500_000,
        };
        UInt128 start = UInt128.One << 64;
        for (int moved = 0; moved < 2_000; moved += 7)
        {
            UInt128 price = start + (start * (UInt128)moved / 1_000);
            ulong period = (ulong)System.Math.Min(moved == 0 ? 0 : (int)((price - start) * 10_000 / start) / 200, 50);
            Assert.Equal(0U, market.Rate(1_500, 1_000, true, 1, false, start, price, out ulong rate));
            Assert.Equal(100_000_000 - (period * 1_500_000), rate);
            Assert.Equal(0U, market.Rate(2_001, 1_000, true, 1, false, start, price, out rate));
            Assert.Equal(25_000_000UL, rate);
        }
    }

    private static DammBaseFee Limiter(Random random) => new()
    {
        Mode = 2,
        Cliff = (ulong)random.Next(100_000, 100_000_000),
        Word = (ushort)random.Next(20, 500),
        First = 1_000,
        Second = (uint)random.Next(2_000, 9_900),
        Last = (ulong)random.NextInt64(1_000_000, 10_000_000_000),
    };

    private static UInt128 Wide(Random random) => new((ulong)random.NextInt64(), (ulong)random.NextInt64());

    private static BigInteger Power(BigInteger fraction, int exponent)
    {
        BigInteger result = BigInteger.One << 64;
        for (BigInteger square = fraction; exponent != 0; exponent >>= 1, square = (square * square) >> 64)
            if ((exponent & 1) != 0) result = (result * square) >> 64;
        return result;
    }

    private static void AssertPrice(BigInteger expected, uint error, UInt128 price)
    {
        bool fits = expected >= 0 && expected <= (BigInteger)UInt128.MaxValue;
        Assert.Equal(fits, error == 0);
        if (fits) Assert.Equal(expected, (BigInteger)price);
    }

    private static BigInteger Ceil(BigInteger a, BigInteger b) => (a + b - 1) / b;

    private static BigInteger Big(in UInt256 value) => ((BigInteger)value.High << 128) + value.Low;
}
