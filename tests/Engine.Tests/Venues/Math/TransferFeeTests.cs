using System;
using System.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.Math;

public sealed class TransferFeeTests
{
    [Fact]
    public void Fee_RandomRatesAndAmounts_EqualsBigIntegerOracle()
    {
        const int seed = 20261120;
        Random random = new(seed);
        for (int i = 0; i < 20_000; i++)
        {
            TransferFeeRate rate = RandomRate(random);
            ulong amount = RandomAmount(random);
            BigInteger raw = BigInteger.Min(((new BigInteger(amount) * rate.FeeBps) + 9999) / 10_000, rate.MaximumRaw);
            BigInteger expected = rate.FeeBps == 0 ? 0 : raw;
            Assert.True(expected == TransferFee.Fee(rate, amount), $"seed {seed} case {i}: {rate} of {amount}");
        }
    }

    [Fact]
    public void TryAmountBeforeFee_RandomRatesAndAmounts_DeliversNetAndNothingSmallerDoes()
    {
        const int seed = 20261121;
        Random random = new(seed);
        int fitted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            TransferFeeRate rate = RandomRate(random);
            ulong net = RandomAmount(random);
            bool ok = TransferFee.TryAmountBeforeFee(rate, net, out ulong gross);
            if (!ok || rate.FeeBps == 10_000) continue;
            fitted++;
            ulong delivered = TransferFee.AmountAfterFee(rate, gross);
            Assert.True(delivered >= net, $"seed {seed} case {i}: {rate} net {net} gross {gross} delivers {delivered}");
            if (gross > 0 && net > 0)
            {
                ulong less = TransferFee.AmountAfterFee(rate, gross - 1);
                Assert.True(less < net, $"seed {seed} case {i}: {rate} {gross - 1} delivers {less} for {net} already");
            }
        }

        Assert.True(fitted > 10_000);
    }

    [Theory]
    [InlineData(1, 5_000, 1UL, 1UL)]
    [InlineData(1, 5_000, 9_999UL, 1UL)]
    [InlineData(1, 5_000, 10_000UL, 2UL)]
    [InlineData(0, 5_000, 10_000UL, 0UL)]
    [InlineData(10_000, 5_000, 1UL, 5_000UL)]
    [InlineData(1_000, 0, 77UL, 0UL)]
    public void TryInverseFee_KnownPoints_EqualProgram(int bps, int maximum, ulong net, ulong expectedFee)
    {
        TransferFeeRate rate = new(0, (ulong)maximum, (ushort)bps);
        Assert.True(TransferFee.TryInverseFee(rate, net, out ulong fee));
        // At 10,000 bps the program sends net + maximum and charges the forward fee of that, capped at the maximum.
        Assert.Equal(expectedFee, fee);
    }

    [Fact]
    public void TryAmountBeforeFee_ResultAbove64Bits_ReturnsFalse()
    {
        Assert.False(TransferFee.TryAmountBeforeFee(new TransferFeeRate(0, ulong.MaxValue, 1), ulong.MaxValue, out _));
        Assert.False(TransferFee.TryAmountBeforeFee(new TransferFeeRate(0, 10, 10_000), ulong.MaxValue - 9, out _));
        TransferFeeRate rate = new(0, 9, 10_000);
        Assert.True(TransferFee.TryAmountBeforeFee(rate, ulong.MaxValue - 9, out ulong gross));
        Assert.Equal(ulong.MaxValue, gross);
    }

    private static TransferFeeRate RandomRate(Random random) => new(
        0,
        random.Next(4) == 0 ? ulong.MaxValue : RandomAmount(random),
        (ushort)(random.Next(8) == 0 ? random.Next(2) * 10_000 : random.Next(10_001)));

    private static ulong RandomAmount(Random random) => (ulong)random.NextInt64() >> random.Next(63);
}
