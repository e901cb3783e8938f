using System;
using System.Numerics;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.Math;

public sealed class FixedShareTests
{
    private const int Cases = 200_000;

    [Fact]
    public void Of_AnyAmountUpToTheLargest_EqualsTheOracle()
    {
        const int seed = 10;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong denominator = System.Math.Max(1, Any(random));
            ulong numerator = Any(random) % denominator;
            FixedShare share = new(numerator, denominator);
            ulong amount = random.Next(4) == 0 ? share.AmountMax : System.Math.Min(Any(random), share.AmountMax);
            Assert.True(
                share.Of(amount) == (BigInteger)amount * numerator / denominator,
                $"seed {seed} case {i}: {amount} * {numerator} / {denominator}");
        }
    }

    [Fact]
    public void Of_MultiplesAndTheirNeighbours_EqualsTheOracle()
    {
        const int seed = 11;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong denominator = (ulong)random.Next(1, 1_000_000);
            ulong numerator = (ulong)random.NextInt64((long)denominator);
            FixedShare share = new(numerator, denominator);
            ulong multiple = share.AmountMax / denominator * denominator;
            for (ulong amount = multiple - System.Math.Min(multiple, 2); amount <= multiple + 2; amount++)
            {
                if (amount > share.AmountMax) break;
                Assert.True(
                    share.Of(amount) == (BigInteger)amount * numerator / denominator,
                    $"seed {seed} case {i}: {amount} * {numerator} / {denominator}");
                if (amount == ulong.MaxValue) break;
            }
        }
    }

    [Fact]
    public void AmountMax_FeeOfAQuarterPercent_IsAboveAnyRealBalance() =>
        Assert.True(new FixedShare(9_975, 10_000).AmountMax >= 40_000_000_000_000_000);

    [Fact]
    public void AmountMax_ShareNotBelowOne_IsZero()
    {
        Assert.Equal(0UL, new FixedShare(10, 10).AmountMax);
        Assert.Equal(0UL, new FixedShare(11, 10).AmountMax);
        Assert.Equal(0UL, new FixedShare(0, 0).AmountMax);
    }

    /// <summary>Numbers of every length up to 64 bits.</summary>
    private static ulong Any(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
}
