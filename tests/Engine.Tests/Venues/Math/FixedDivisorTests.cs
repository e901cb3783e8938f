using System;
using System.Numerics;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.Math;

public sealed class FixedDivisorTests
{
    private const int Cases = 200_000;

    [Fact]
    public void Divide_AnyNumbers_IsTheQuotientRoundedDown()
    {
        const int seed = 7;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong divisor = System.Math.Max(1, Any(random));
            FixedDivisor fixedDivisor = new(divisor);
            ulong number = random.Next(2) == 0 ? Any(random) : Near(divisor, random);
            Assert.True(
                fixedDivisor.Divide(number) == number / divisor, $"seed {seed} case {i}: {number} / {divisor}");
        }
    }

    [Fact]
    public void Divide_EveryPowerOfTwoAndItsNeighbours_IsTheQuotientRoundedDown()
    {
        for (int power = 0; power < 64; power++)
        {
            for (ulong divisor = System.Math.Max(1, (1UL << power) - 1); divisor <= (1UL << power) + 1; divisor++)
            {
                FixedDivisor fixedDivisor = new(divisor);
                foreach (ulong number in (ReadOnlySpan<ulong>)[
                    0, 1, divisor - 1, divisor, divisor + 1, long.MaxValue - 1, long.MaxValue, 1UL << 63,
                    ulong.MaxValue - 1, ulong.MaxValue, long.MaxValue / divisor * divisor,
                    (long.MaxValue / divisor * divisor) - 1])
                {
                    Assert.True(fixedDivisor.Divide(number) == number / divisor, $"{number} / {divisor}");
                }
            }
        }
    }

    [Fact]
    public void Share_AnyNumbers_EqualsTheOracle()
    {
        const int seed = 8;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong divisor = System.Math.Max(1, Any(random));
            ulong numerator = random.Next(3) == 0 ? divisor : Any(random) % divisor;
            ulong amount = Any(random);
            BigInteger expected = (BigInteger)amount * numerator / divisor;
            Assert.True(
                new FixedDivisor(divisor).Share(amount, numerator) == expected,
                $"seed {seed} case {i}: {amount} * {numerator} / {divisor}");
        }
    }

    [Fact]
    public void MultiplyDivide_AnyNumbers_EqualsTheOracle()
    {
        const int seed = 9;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong divisor = System.Math.Max(1, Any(random));
            (ulong amount, ulong numerator) = (Any(random), Any(random));
            BigInteger product = (BigInteger)amount * numerator;
            string text = $"seed {seed} case {i}: {amount} * {numerator} / {divisor}";
            Assert.True(
                ConstantProduct.MultiplyDivideDown(amount, numerator, divisor) == (UInt128)(product / divisor), text);
            BigInteger up = (product + divisor - 1) / divisor;
            Assert.True(ConstantProduct.MultiplyDivideUp(amount, numerator, divisor) == (UInt128)up, text);
        }
    }

    /// <summary>Numbers of every length up to 64 bits.</summary>
    private static ulong Any(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);

    /// <summary>A multiple of the divisor, or one beside it.</summary>
    private static ulong Near(ulong divisor, Random random) =>
        unchecked((Any(random) / divisor * divisor) + (ulong)random.Next(-1, 2));
}
