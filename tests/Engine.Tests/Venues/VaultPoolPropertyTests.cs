using System;
using System.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>Properties every pool with two vaults has, and exact oracles of the constant-product venues.</summary>
public sealed class VaultPoolPropertyTests
{
    private const int Cases = 3_000;

    [Fact]
    public void Quote_RaydiumAmmRandomPools_EqualsBigIntegerOracle()
    {
        const int seed = 41;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong a = VaultPoolFixture.RandomAmount(random);
            ulong b = VaultPoolFixture.RandomAmount(random);
            ulong amount = VaultPoolFixture.RandomAmount(random);
            Pool pool = VaultPoolFixture.Amm(a, b, 25, 10_000);
            BigInteger fee = ((new BigInteger(amount) * 25) + 9_999) / 10_000;
            BigInteger net = amount - fee;
            BigInteger expected = b * net / (a + net);
            QuoteStatus status = VaultPoolFixture.Quote(pool, SwapDirection.AToB, amount, out SwapQuote quote);
            if (expected.IsZero) Assert.True(status == QuoteStatus.ZeroOutput, $"seed {seed} case {i}: {status}");
            else Assert.True(status == QuoteStatus.Ok
                && quote.AmountOutRaw == expected, $"seed {seed} case {i}: {status}");
        }
    }

    [Fact]
    public void Quote_RaydiumAmmAnyFee_EqualsBigIntegerOracle()
    {
        const int seed = 43;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong a = VaultPoolFixture.RandomAmount(random);
            ulong b = VaultPoolFixture.RandomAmount(random);
            ulong amount = VaultPoolFixture.RandomAmount(random);
            ulong denominator = System.Math.Max(1, (ulong)random.NextInt64() >> random.Next(63));
            ulong numerator = (ulong)random.NextInt64() % (denominator + 1);
            BigInteger fee = ((new BigInteger(amount) * numerator) + denominator - 1) / denominator;
            BigInteger net = amount - fee;
            BigInteger expected = b * net / (a + net);
            QuoteStatus status = VaultPoolFixture.Quote(
                VaultPoolFixture.Amm(a, b, numerator, denominator), SwapDirection.AToB, amount, out SwapQuote quote);
            string text = $"seed {seed} case {i}: {status} {amount} * {numerator} / {denominator}";
            if (expected.IsZero) Assert.True(status == QuoteStatus.ZeroOutput, text);
            else Assert.True(status == QuoteStatus.Ok && quote.AmountOutRaw == expected && quote.FeeRaw == fee, text);
        }
    }

    [Fact]
    public void Quote_RaydiumAmmAtEveryLimit_GivesTheProgramsFirstReason()
    {
        const int seed = 48;
        Random random = new(seed);
        int[] seen = new int[256];
        for (int i = 0; i < 10 * Cases; i++)
        {
            (ulong a, ulong b) = (AtALimit(random), AtALimit(random));
            ulong denominator = System.Math.Max(1, random.Next(2) == 0 ? 10_000 : AtALimit(random));
            ulong numerator = random.Next(2) == 0 ? 25 % denominator : AtALimit(random) % denominator;
            Pool pool = VaultPoolFixture.Amm(a, b, numerator, denominator);
            ulong amount = AtALimit(random);
            BigInteger net = (BigInteger)amount * (denominator - numerator) / denominator;
            BigInteger expected = a + net > 0 ? b * net / (a + net) : 0;
            ulong least = random.Next(3) switch { 0 => 0, 1 => (ulong)expected, _ => (ulong)expected + 1 };
            QuoteStatus reason = a + net == 0 ? QuoteStatus.InvalidState
                : expected < least ? QuoteStatus.SlippageExceeded
                : amount == 0 ? QuoteStatus.ZeroAmount
                : expected == 0 ? QuoteStatus.ZeroOutput
                : expected >= b ? QuoteStatus.InsufficientLiquidity
                : (BigInteger)a + amount > ulong.MaxValue ? QuoteStatus.Overflow : QuoteStatus.Ok;
            QuoteStatus status = pool.Quote(
                new SwapRequest { AmountRaw = amount, ThresholdRaw = least, Clock = new(1, 1, 1) },
                out SwapQuote quote);
            string text = $"seed {seed} case {i}: {status}, not {reason}: {amount} at {numerator} / {denominator}";
            Assert.True(status == reason, text);
            Assert.True(quote.AmountOutRaw == (status == QuoteStatus.Ok ? expected : 0), text);
            Assert.True(quote.FeeRaw == (status == QuoteStatus.Ok ? amount - net : 0), text);
            seen[(int)status]++;
        }

        foreach (QuoteStatus status in (ReadOnlySpan<QuoteStatus>)[
            QuoteStatus.Ok, QuoteStatus.InvalidState, QuoteStatus.SlippageExceeded, QuoteStatus.ZeroAmount,
            QuoteStatus.ZeroOutput, QuoteStatus.InsufficientLiquidity, QuoteStatus.Overflow])
        {
            Assert.True(seen[(int)status] > 20, $"{status} only {seen[(int)status]} times");
        }
    }

    [Fact]
    public void Quote_RaydiumAmmThatStopsAndStartsAgain_FollowsItsState()
    {
        Pool pool = VaultPoolFixture.Amm(1_000_000, 2_000_000, 25, 10_000);
        byte[] data = VaultPoolFixture.AmmData(25, 10_000);
        Assert.Equal(QuoteStatus.Ok, VaultPoolFixture.Quote(pool, SwapDirection.AToB, 1_000, out SwapQuote first));
        data[0] = 7; // waits until second 2
        data[224] = 2;
        Assert.Equal(DecodeStatus.Ok, Apply(data));
        Assert.Equal(QuoteStatus.NotOpenYet, VaultPoolFixture.Quote(pool, SwapDirection.AToB, 1_000, out _));
        data[224] = 1;
        Assert.Equal(DecodeStatus.Ok, Apply(data));
        Assert.Equal(QuoteStatus.Ok, VaultPoolFixture.Execute(pool, SwapDirection.AToB, 1_000, out SwapQuote open));
        Assert.Equal(first.AmountOutRaw, open.AmountOutRaw);
        data[0] = 4; // withdrawals only
        Assert.Equal(DecodeStatus.Ok, Apply(data));
        Assert.Equal(QuoteStatus.SwapDisabled, VaultPoolFixture.Quote(pool, SwapDirection.BToA, 1_000, out _));
        data[0] = 6;
        Assert.Equal(DecodeStatus.Ok, Apply(data));
        Assert.Equal(QuoteStatus.Ok, VaultPoolFixture.Quote(pool, SwapDirection.BToA, 1_000, out _));
        AccountView gone = new(VaultPoolFixture.VaultA, default, 0, []);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.VaultA, in gone));
        Assert.Equal(QuoteStatus.InvalidState, VaultPoolFixture.Quote(pool, SwapDirection.BToA, 1_000, out _));

        DecodeStatus Apply(byte[] bytes) => pool.Apply(
            AccountRole.Pool, new AccountView(VaultPoolFixture.PoolKey, VaultPoolFixture.RaydiumAmm, 1, bytes));
    }

    /// <summary>Nothing, everything, one beside a power of two, or any number.</summary>
    private static ulong AtALimit(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => ulong.MaxValue - (ulong)random.Next(3),
        2 => unchecked((1UL << random.Next(64)) + (ulong)random.Next(-1, 2)),
        _ => VaultPoolFixture.RandomAmount(random),
    };

    [Fact]
    public void MarginalRates_RandomPools_AreThoseOfTheFirstPieces()
    {
        Random random = new(44);
        CurveSegment[] first = new CurveSegment[1];
        for (int i = 0; i < Cases; i++)
        {
            ulong a = VaultPoolFixture.RandomAmount(random);
            ulong b = VaultPoolFixture.RandomAmount(random);
            Pool pool = VaultPoolFixture.Amm(a, b, (ulong)random.Next(26), 25);
            pool.MarginalRates(default, out double aToB, out double bToA);
            Assert.Equal(pool.CopySegments(SwapDirection.AToB, default, first) > 0 ? first[0].RateOut : 0, aToB);
            Assert.Equal(pool.CopySegments(SwapDirection.BToA, default, first) > 0 ? first[0].RateOut : 0, bToA);
        }
    }

    [Fact]
    public void Quote_RaydiumCpmmRandomPools_EqualsBigIntegerOracle()
    {
        const int seed = 42;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong a = VaultPoolFixture.RandomAmount(random);
            ulong b = VaultPoolFixture.RandomAmount(random);
            ulong amount = VaultPoolFixture.RandomAmount(random);
            ulong trade = (ulong)random.Next(100, 50_000);
            ulong creator = (ulong)random.Next(1, 10_000);
            byte on = (byte)random.Next(3);
            Pool pool = VaultPoolFixture.Cpmm(a, b, trade, creator, on);
            bool onInput = on is 0 or 1; // token 0 goes in
            BigInteger rate = onInput ? trade + creator : trade;
            BigInteger net = amount - (((amount * rate) + 999_999) / 1_000_000);
            BigInteger swapped = b * net / (a + net);
            BigInteger expected = onInput ? swapped : swapped - (((swapped * creator) + 999_999) / 1_000_000);
            QuoteStatus status = VaultPoolFixture.Quote(pool, SwapDirection.AToB, amount, out SwapQuote quote);
            if (expected.IsZero) Assert.True(status == QuoteStatus.ZeroOutput, $"seed {seed} case {i}: {status}");
            else Assert.True(status == QuoteStatus.Ok
                && quote.AmountOutRaw == expected, $"seed {seed} case {i}: {status}");
        }
    }

    [Fact]
    public void TryInvariant_BalancedStablePools_IsTheSumAndDestinationKeepsIt()
    {
        const int seed = 43;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            ulong reserve = VaultPoolFixture.RandomAmount(random, 50);
            ulong leverage = (ulong)random.Next(1, 2_000) * 2;
            Assert.True(StableSwap.TryInvariant(leverage, reserve, reserve, out UInt128 invariant, out _));
            BigInteger difference = (BigInteger)(2 * (UInt128)reserve) - (BigInteger)invariant;
            Assert.True(BigInteger.Abs(difference) <= 2 + (reserve / 1_000_000),
                $"seed {seed} case {i}: off by {difference}");
            ulong amount = VaultPoolFixture.RandomAmount(random, 40);
            if (!StableSwap.TryDestination(leverage, (UInt128)reserve + amount, invariant,
                out UInt128 destination, out _)) continue;
            // L*(x+y) + D = L*D + D^3/(4xy): the left side minus the right is non-negative for the destination
            // (rounded up).
            BigInteger x = (BigInteger)reserve + amount;
            BigInteger y = (BigInteger)destination + 1;
            BigInteger d = (BigInteger)invariant;
            BigInteger left = 4 * x * y * ((leverage * (x + y)) + d);
            BigInteger right = (4 * x * y * leverage * d) + (d * d * d);
            Assert.True(left >= right, $"seed {seed} case {i}: destination {destination} is below the curve");
        }
    }

    [Theory]
    [InlineData(VenueId.RaydiumAmm)]
    [InlineData(VenueId.RaydiumCpmm)]
    [InlineData(VenueId.TokenSwap)]
    public void Quote_RandomPools_IsMonotoneAndRoundTripsNeverProfit(VenueId venue)
    {
        const int seed = 44;
        Random random = new(seed);
        int roundTrips = 0;
        for (int i = 0; i < Cases; i++)
        {
            Pool pool = RandomPool(venue, random, out ulong reserveIn);
            ulong small = VaultPoolFixture.RandomAmount(random, 48);
            ulong large = small + VaultPoolFixture.RandomAmount(random, 48);
            if (VaultPoolFixture.Quote(pool, SwapDirection.AToB, small,
                out SwapQuote first) != QuoteStatus.Ok) continue;
            QuoteStatus status = VaultPoolFixture.Quote(pool, SwapDirection.AToB, large, out SwapQuote second);
            Assert.True(
                status != QuoteStatus.Ok || second.AmountOutRaw >= first.AmountOutRaw,
                $"seed {seed} case {i}: {large} yields less than {small} (reserve {reserveIn})");
            Assert.Equal(QuoteStatus.Ok,
                VaultPoolFixture.Execute(pool, SwapDirection.AToB, small, out SwapQuote there));
            if (there.AmountOutRaw == 0) continue;
            status = VaultPoolFixture.Execute(pool, SwapDirection.BToA, there.AmountOutRaw, out SwapQuote back);
            if (status != QuoteStatus.Ok) continue;
            roundTrips++;
            Assert.True(
                back.AmountOutRaw <= there.AmountInRaw,
                $"seed {seed} case {i}: {there.AmountInRaw} came back as {back.AmountOutRaw}");
        }

        Assert.True(roundTrips > Cases / 10, $"only {roundTrips} round trips");
    }

    [Theory]
    [InlineData(VenueId.RaydiumAmm)]
    [InlineData(VenueId.RaydiumCpmm)]
    public void Quote_SplittingASwapInTwo_NeverBeatsItByMoreThanRounding(VenueId venue)
    {
        const int seed = 45;
        Random random = new(seed);
        int compared = 0;
        for (int i = 0; i < Cases; i++)
        {
            Pool pool = RandomPool(venue, random, out _);
            ulong first = VaultPoolFixture.RandomAmount(random, 46);
            ulong second = VaultPoolFixture.RandomAmount(random, 46);
            if (VaultPoolFixture.Quote(pool, SwapDirection.AToB, first + second,
                out SwapQuote whole) != QuoteStatus.Ok) continue;
            if (VaultPoolFixture.Execute(pool, SwapDirection.AToB, first,
                out SwapQuote part1) != QuoteStatus.Ok) continue;
            if (VaultPoolFixture.Execute(pool, SwapDirection.AToB, second,
                out SwapQuote part2) != QuoteStatus.Ok) continue;
            // The first part's fee stays in the pool and makes the second a shade worse, never better; one unit each
            // for rounding.
            Assert.True(
                part1.AmountOutRaw + part2.AmountOutRaw <= whole.AmountOutRaw + 1,
                $"seed {seed} case {i}: {part1.AmountOutRaw} + {part2.AmountOutRaw} beats {whole.AmountOutRaw}");
            compared++;
        }

        Assert.True(compared > Cases / 4, $"only {compared} compared");
    }

    [Theory]
    [InlineData(VenueId.RaydiumAmm)]
    [InlineData(VenueId.RaydiumCpmm)]
    public void Quote_ExactOut_InputBuysAtLeastThatOutput(VenueId venue)
    {
        const int seed = 46;
        Random random = new(seed);
        int quoted = 0;
        for (int i = 0; i < Cases; i++)
        {
            Pool pool = RandomPool(venue, random, out _);
            ulong wanted = VaultPoolFixture.RandomAmount(random, 40);
            if (VaultPoolFixture.QuoteOut(pool, SwapDirection.BToA, wanted,
                out SwapQuote quote) != QuoteStatus.Ok) continue;
            QuoteStatus status = VaultPoolFixture.Quote(pool, SwapDirection.BToA, quote.AmountInRaw,
                out SwapQuote forward);
            if (status == QuoteStatus.Overflow) continue;
            quoted++;
            Assert.True(
                status == QuoteStatus.Ok && forward.AmountOutRaw >= wanted,
                $"seed {seed} case {i}: {quote.AmountInRaw} buys {forward.AmountOutRaw} ({status}), wanted {wanted}");
        }

        Assert.True(quoted > Cases / 10, $"only {quoted} quoted");
    }

    [Theory]
    [InlineData(VenueId.RaydiumAmm, 752)]
    [InlineData(VenueId.RaydiumCpmm, 637)]
    [InlineData(VenueId.TokenSwap, 324)]
    public void Apply_TruncatedOrMutatedPool_NeverThrowsAndTruncationIsRefused(VenueId venue, int size)
    {
        const int seed = 47;
        Random random = new(seed);
        (byte[] template, Pubkey owner) = venue switch
        {
            VenueId.RaydiumAmm => (VaultPoolFixture.AmmData(25, 10_000), VaultPoolFixture.RaydiumAmm),
            VenueId.RaydiumCpmm => (VaultPoolFixture.CpmmData(true, 1), VaultPoolFixture.RaydiumCpmm),
            _ => (VaultPoolFixture.TokenSwapData(2, 100), VaultPoolFixture.OrcaTokenSwap),
        };
        Assert.Equal(size, template.Length);
        Pool pool = VenueRegistry.Create(venue, VaultPoolFixture.PoolKey)!;
        for (int length = 1; length < size; length++)
        {
            AccountView cut = new(VaultPoolFixture.PoolKey, owner, 1, template.AsSpan(0, length));
            Assert.NotEqual(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, in cut));
        }

        for (int i = 0; i < Cases; i++)
        {
            byte[] data = (byte[])template.Clone();
            for (int j = random.Next(1, 9); j > 0; j--) data[random.Next(size)] = (byte)random.Next(256);
            AccountView mutated = new(VaultPoolFixture.PoolKey, owner, 1, data);
            _ = pool.Apply(AccountRole.Pool, in mutated);
            _ = VaultPoolFixture.Quote(pool, SwapDirection.AToB, 1_000, out _);
        }
    }

    private static Pool RandomPool(VenueId venue, Random random, out ulong reserveIn)
    {
        reserveIn = VaultPoolFixture.RandomAmount(random, 56);
        ulong reserveOut = VaultPoolFixture.RandomAmount(random, 56);
        return venue switch
        {
            VenueId.RaydiumAmm => VaultPoolFixture.Amm(reserveIn, reserveOut, 25, 10_000),
            VenueId.RaydiumCpmm => VaultPoolFixture.Cpmm(
                reserveIn, reserveOut, (ulong)random.Next(100, 50_000), (ulong)random.Next(1, 10_000),
                    (byte)random.Next(3)),
            _ => VaultPoolFixture.TokenSwap(reserveIn, reserveOut, (byte)(random.Next(2) * 2),
                (ulong)random.Next(1, 500)),
        };
    }
}
