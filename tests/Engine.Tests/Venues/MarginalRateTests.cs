using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Tests.Venues.MeteoraDlmm;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// A pool's two marginal rates are those of the first pieces of its curves, to the last bit, also where a venue works
/// them out without a curve.
/// </summary>
public sealed class MarginalRateTests
{
    private const int Seed = 20261129;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MarginalRates_RandomConcentratedPools_AreThoseOfTheFirstPieces(bool isRaydium)
    {
        Random random = new(Seed);
        int compared = 0;
        int none = 0;
        int atTick = 0;
        int bounded = 0;
        for (int i = 0; i < 400; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, i % 2 == 0);
            if (isRaydium) text = text with { FeeOn = (byte)random.Next(3) };
            if (i % 4 == 0) text = AtTick(text, random, isRaydium, ref atTick);
            Pool pool = isRaydium ? ClmmAccounts.RaydiumPool(text) : ClmmAccounts.Whirlpool(text);
            for (int step = 0; step < 6; step++)
            {
                Compare(pool, ClmmRandom.Clock, $"pool {i} step {step}", ref compared, ref none);
                if (IsBounded(pool, isRaydium ? ClmmAccounts.RaydiumBytes(text) : ClmmAccounts.WhirlpoolBytes(text)))
                    bounded++;
                SwapRequest request = ClmmRandom.Request(random, true);
                _ = pool.Execute(in request, out _);
            }
        }

        string counts = $"{compared} rates, {none} none, {atTick} at a tick, {bounded} bounded";
        Assert.True(compared > 2_000 && none > 50 && atTick > 50 && bounded > 1_500, counts);
    }

    [Fact]
    public void MarginalRates_DlmmPairs_AreThoseOfTheFirstPieces()
    {
        Random random = new(Seed);
        MeteoraVectorRun run = DlmmVectorTests.Open();
        int compared = 0;
        int none = 0;
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out _);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            for (int step = 0; step < 40; step++)
            {
                bool isPinned = step % 8 == 7; // an instruction without arrays
                if (isPinned) pool.PinArrays([]);
                Compare(pool, clock, $"pair {element.GetProperty("id")} step {step}", ref compared, ref none);
                if (isPinned) pool.UnpinArrays();
                SwapRequest request = default;
                request.Direction = (SwapDirection)random.Next(2);
                request.AmountRaw = (ulong)random.NextInt64(1, 1L << random.Next(4, 48));
                request.Clock = clock;
                _ = pool.Execute(in request, out _);
                clock = clock with { UnixTimestamp = clock.UnixTimestamp + random.Next(0, 900) };
            }
        }

        Assert.True(compared > 200 && none > 100, $"{compared} rates, {none} none");
    }

    /// <summary>A vault's new balance bounds the rates, and closely.</summary>
    [Theory]
    [InlineData("raydium_cpmm.json.gz", VenueId.RaydiumCpmm)]
    [InlineData("raydium_amm_v4.json.gz", VenueId.RaydiumAmm)]
    public void TryBoundRates_RandomVaults_AreNotExceeded(string file, VenueId venue)
    {
        Random random = new(Seed);
        int bounded = 0;
        for (int index = 0; index < 4; index++)
        {
            (Pubkey key, List<VectorAccount> accounts) = VectorAccounts.Load(file, index);
            Pool pool = VenueRegistry.Create(venue, in key)!;
            AccountDependency[] needed = new AccountDependency[16];
            VectorAccount own = accounts.Find(one => one.Key == key)!;
            _ = pool.Apply(AccountRole.Pool, View(own));
            int count = pool.CopyDependencies(needed);
            foreach (AccountDependency one in needed.AsSpan(0, count))
            {
                if (accounts.Find(a => a.Key == one.Key) is { } account) _ = pool.Apply(one.Role, View(account));
            }

            for (int step = 0; step < 200; step++)
            {
                AccountRole role = random.Next(2) == 0 ? AccountRole.VaultA : AccountRole.VaultB;
                Pubkey vaultKey = Array.Find(needed, one => one.Role == role).Key;
                VectorAccount vault = accounts.Find(one => one.Key == vaultKey)!;
                long most = random.Next(20) == 0 ? 2 : 1L << random.Next(8, 62);
                ulong amount = (ulong)random.NextInt64(most);
                BinaryPrimitives.WriteUInt64LittleEndian(vault.Data.AsSpan(TokenAccountInfo.AmountOffset), amount);
                bool isBounded = pool.TryBoundRates(
                    role, in vaultKey, vault.Data, out double aToBMax, out double bToAMax);
                Assert.False(pool.TryBoundRates(role, in key, vault.Data, out _, out _));
                Assert.Equal(DecodeStatus.Ok, pool.Apply(role, View(vault)));
                ChainClock clock = new(1, 4_000_000_000, 2_000);
                pool.MarginalRates(in clock, out double aToB, out double bToA);
                if (!isBounded || aToB == 0) continue;
                bounded++;
                Assert.InRange(aToB, aToBMax * 0.9, aToBMax);
                Assert.InRange(bToA, bToAMax * 0.9, bToAMax);
            }
        }

        Assert.True(bounded > 300, $"{bounded} bounded");

        static AccountView View(VectorAccount account) =>
            new(account.Key, account.Owner, account.Lamports, account.Data, 1);
    }

    /// <summary>The bound by the bytes of the pool's account alone holds, at its time and at others.</summary>
    private static bool IsBounded(Pool pool, byte[] account)
    {
        Assert.True(pool.TryWriteState(ClmmAccounts.PoolKey, account));
        Pubkey key = ClmmAccounts.PoolKey;
        if (!pool.TryBoundRates(AccountRole.Pool, in key, account, out double aToBMax, out double bToAMax))
            return false;
        foreach (long later in new[] { 0, 1, 30, 100_000 })
        {
            ChainClock clock = ClmmRandom.Clock with { UnixTimestamp = ClmmRandom.Clock.UnixTimestamp + later };
            pool.MarginalRates(in clock, out double aToB, out double bToA);
            Assert.True(aToB <= aToBMax && bToA <= bToAMax, $"{aToB} of {aToBMax}, {bToA} of {bToAMax}");
        }

        Assert.False(pool.TryBoundRates(AccountRole.Pool, in key, account.AsSpan(1), out _, out _));
        Assert.False(pool.TryBoundRates(AccountRole.VaultA, in key, account, out _, out _));
        return true;
    }

    /// <summary>The same pool with its price at a tick, where a direction's first piece has no length.</summary>
    private static ClmmText AtTick(ClmmText text, Random random, bool isRaydium, ref int count)
    {
        if (text.Ticks.Count == 0) return text;
        int tick = text.Ticks[random.Next(text.Ticks.Count)].Index;
        count++;
        UInt128 priceX64 = isRaydium
            ? RaydiumTickMath.SqrtPriceAtTick(tick)
            : WhirlpoolTickMath.SqrtPriceAtTick(tick);
        Int128 liquidity = 0;
        foreach (TickText one in text.Ticks)
        {
            if (one.Index <= tick) liquidity += one.Net;
        }

        return text with { Tick = tick, PriceX64 = priceX64, Liquidity = (UInt128)liquidity };
    }

    private static void Compare(Pool pool, ChainClock clock, string what, ref int compared, ref int none)
    {
        pool.MarginalRates(in clock, out double aToB, out double bToA);
        Span<CurveSegment> first = stackalloc CurveSegment[1];
        foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
        {
            double rate = direction == SwapDirection.AToB ? aToB : bToA;
            bool isThere = pool.CopySegments(direction, in clock, first) > 0;
            double expected = isThere ? first[0].RateOut : 0.0;
            Assert.True(
                BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(rate),
                $"seed {Seed}, {what}, {direction}: {rate} is not {expected}");
            if (rate > 0) compared++;
            else none++;
        }
    }
}
