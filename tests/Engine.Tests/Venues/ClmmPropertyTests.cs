using System;
using System.Collections.Generic;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>What must hold for any concentrated liquidity pool, on seeded pools of both venues.</summary>
public class ClmmPropertyTests
{
    private const int Pools = 120;

    public static TheoryData<bool, int> Venues => new() { { false, 101 }, { true, 202 } };

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_LargerInput_GivesNoLessAndNoBetterRate(bool isRaydium, int seed)
    {
        Random random = new(seed);
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, false);
            Pool pool = Make(text, isRaydium);
            SwapRequest request = ClmmRandom.Request(random, true);
            if (pool.Quote(in request, out SwapQuote small) != QuoteStatus.Ok) continue;
            ulong amount = request.AmountRaw;
            request.AmountRaw = amount * 2;
            if (pool.Quote(in request, out SwapQuote large) != QuoteStatus.Ok) continue;
            string name = $"seed {seed} pool {i} amount {amount}: {small.AmountOutRaw} {large.AmountOutRaw}";
            Assert.True(large.AmountOutRaw >= small.AmountOutRaw, name);
            // Concave up to the rounding of each step's output and fee: a unit a tick passed, and one.
            ulong slack = 2 * ((ulong)large.CrossedCount + 2) * Unit(text, request.Direction);
            Assert.True(large.AmountOutRaw <= (2 * small.AmountOutRaw) + slack, name);
            compared++;
        }

        Assert.True(compared > Pools / 4, $"only {compared} compared");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_AfterOtherQuotesAndSwaps_EqualsThatOfAFreshPool(bool isRaydium, int seed)
    {
        Random random = new(seed + 9);
        int crossed = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, true);
            Pool used = Make(text, isRaydium);
            Pool follower = Make(text, isRaydium);
            for (int step = 0; step < 12; step++)
            {
                SwapRequest request = ClmmRandom.Request(random, random.Next(3) != 0);
                QuoteStatus status = used.Quote(in request, out SwapQuote quote);
                string name = $"seed {seed + 9} pool {i} step {step}";
                bool isTaken = step % 4 == 3;
                if (!isTaken)
                {
                    Assert.True(status == used.Quote(in request, out SwapQuote again) && Same(quote, again), name);
                    // Once a swap was taken, only the follower has the same state: it takes the same swaps and quotes
                    // nothing else.
                    if (step > 3) continue;
                }

                Pool fresh = isTaken ? follower : Make(text, isRaydium);
                QuoteStatus expected = isTaken
                    ? fresh.Execute(in request, out SwapQuote other)
                    : fresh.Quote(in request, out other);
                Assert.True(expected == status && Same(quote, other), name);
                if (isTaken) Assert.Equal(status, used.Execute(in request, out _));
                crossed += quote.CrossedCount;
            }
        }

        Assert.True(crossed > 50, $"{crossed}");
    }

    private static bool Same(in SwapQuote a, in SwapQuote b) =>
        a.AmountInRaw == b.AmountInRaw && a.AmountOutRaw == b.AmountOutRaw && a.FeeRaw == b.FeeRaw
        && a.CrossedCount == b.CrossedCount && a.SqrtPriceAfterX64 == b.SqrtPriceAfterX64
        && a.TickAfter == b.TickAfter && a.ProgramErrorCode == b.ProgramErrorCode;

    [Theory]
    [MemberData(nameof(Venues))]
    public void Execute_ThereAndBack_NeverProfits(bool isRaydium, int seed)
    {
        Random random = new(seed + 1);
        int done = 0;
        for (int i = 0; i < Pools; i++)
        {
            Pool pool = Make(ClmmRandom.Pool(random, isRaydium, false), isRaydium);
            SwapRequest request = ClmmRandom.Request(random, true);
            if (pool.Execute(in request, out SwapQuote there) != QuoteStatus.Ok || there.AmountOutRaw == 0) continue;
            request.Direction = 1 - request.Direction;
            request.AmountRaw = there.AmountOutRaw;
            if (pool.Quote(in request, out SwapQuote back) != QuoteStatus.Ok) continue;
            Assert.True(back.AmountOutRaw <= there.AmountInRaw, $"seed {seed + 1} pool {i}: {there.AmountInRaw}");
            done++;
        }

        Assert.True(done > 10);
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Execute_SplitInTwo_GainsAtMostRounding(bool isRaydium, int seed)
    {
        Random random = new(seed + 2);
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, false);
            SwapRequest request = ClmmRandom.Request(random, true);
            request.AmountRaw = (request.AmountRaw + 2) & ~1UL;
            if (Make(text, isRaydium).Quote(in request, out SwapQuote whole) != QuoteStatus.Ok) continue;
            Pool pool = Make(text, isRaydium);
            request.AmountRaw /= 2;
            if (pool.Execute(in request, out SwapQuote first) != QuoteStatus.Ok) continue;
            if (pool.Execute(in request, out SwapQuote second) != QuoteStatus.Ok) continue;
            ulong slack = ((ulong)whole.CrossedCount + 4) * Unit(text, request.Direction);
            Assert.True(
                first.AmountOutRaw + second.AmountOutRaw <= whole.AmountOutRaw + slack, $"seed {seed + 2} pool {i}");
            compared++;
        }

        Assert.True(compared > Pools / 4, $"only {compared} compared");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_ExactOutOfExactIn_CostsNoMoreThanThat(bool isRaydium, int seed)
    {
        Random random = new(seed + 3);
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            Pool pool = Make(ClmmRandom.Pool(random, isRaydium, false), isRaydium);
            SwapRequest request = ClmmRandom.Request(random, true);
            if (pool.Quote(in request, out SwapQuote given) != QuoteStatus.Ok || given.AmountOutRaw == 0) continue;
            request.Mode = SwapMode.ExactOut;
            request.AmountRaw = given.AmountOutRaw;
            request.ThresholdRaw = ulong.MaxValue;
            if (pool.Quote(in request, out SwapQuote asked) != QuoteStatus.Ok) continue;
            Assert.Equal(given.AmountOutRaw, asked.AmountOutRaw);
            ulong slack = (ulong)asked.CrossedCount + 2;
            Assert.True(asked.AmountInRaw <= given.AmountInRaw + slack, $"seed {seed + 3} pool {i}");
            compared++;
        }

        Assert.True(compared > Pools / 4, $"only {compared} compared");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void CopySegments_FirstPieces_FollowTheQuote(bool isRaydium, int seed)
    {
        Random random = new(seed + 4);
        CurveSegment[] segments = new CurveSegment[16];
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            Pool pool = Make(ClmmRandom.Pool(random, isRaydium, false), isRaydium);
            SwapRequest request = ClmmRandom.Request(random, true);
            int count = pool.CopySegments(request.Direction, request.Clock, segments);
            if (count == 0 || segments[0].AmountInMax < 1e7) continue;
            request.AmountRaw = (ulong)(segments[0].AmountInMax / 2);
            Assert.Equal(QuoteStatus.Ok, pool.Quote(in request, out SwapQuote quote));
            double x = request.AmountRaw;
            double expected = segments[0].RateOut * x / (1.0 + (segments[0].Curvature * x));
            double error = System.Math.Abs(expected - quote.AmountOutRaw);
            Assert.True(error <= (expected * 1e-6) + 3.0, $"seed {seed + 4} pool {i}");
            compared++;
        }

        Assert.True(compared > 10);
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Apply_TruncatedOrDamagedBytes_NeverThrowsAndRefusesTruncation(bool isRaydium, int seed)
    {
        Random random = new(seed + 5);
        ClmmText text = ClmmRandom.Pool(random, isRaydium, isRaydium);
        Pool pool = Make(text, isRaydium);
        byte[] poolBytes = isRaydium ? ClmmAccounts.RaydiumBytes(text) : ClmmAccounts.WhirlpoolBytes(text);
        for (int length = 0; length < poolBytes.Length; length++)
        {
            Assert.NotEqual(
                DecodeStatus.Ok,
                ClmmAccounts.TryApply(pool, AccountRole.Pool, ClmmAccounts.PoolKey, poolBytes[..length]));
        }

        Dictionary<int, byte[]> arrays =
            isRaydium ? ClmmAccounts.RaydiumArrays(text) : ClmmAccounts.WhirlpoolArrays(text);
        foreach ((int start, byte[] array) in arrays)
        {
            for (int length = 0; length < array.Length; length += 61)
            {
                Assert.NotEqual(
                    DecodeStatus.Ok,
                    ClmmAccounts.TryApply(pool, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), array[..length]));
            }
        }

        for (int i = 0; i < 3_000; i++)
        {
            byte[] damaged = (byte[])poolBytes.Clone();
            for (int j = 0; j < 3; j++) damaged[random.Next(8, damaged.Length)] = (byte)random.Next(256);
            _ = ClmmAccounts.TryApply(pool, AccountRole.Pool, ClmmAccounts.PoolKey, damaged);
            foreach ((int start, byte[] array) in arrays)
            {
                byte[] copy = (byte[])array.Clone();
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
                _ = ClmmAccounts.TryApply(pool, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), copy);
            }

            SwapRequest request = ClmmRandom.Request(random, random.Next(2) == 0);
            _ = pool.Quote(in request, out _);
        }
    }

    [Fact]
    public void Quote_PinnedToOneArray_EndsWithTheProgramsError()
    {
        ClmmText text = new()
        {
            Spacing = 10,
            Liquidity = 1_000_000_000,
            PriceX64 = UInt128.One << 64,
            Tick = 0,
            Ticks = [new TickText(-10, 1_000_000_000, true), new TickText(10, -1_000_000_000, true)],
        };
        WhirlpoolPool full = ClmmAccounts.Whirlpool(text);
        WhirlpoolPool pool = new(ClmmAccounts.PoolKey);
        SwapRequest request = ClmmRandom.Request(new Random(1), true);
        Assert.Equal(QuoteStatus.Incomplete, pool.Quote(in request, out _));
        full.PinArrays([ClmmAccounts.ArrayKey(0)]);
        request.Direction = SwapDirection.AToB;
        request.AmountRaw = 1_000_000_000;
        Assert.Equal(QuoteStatus.TooManyArrays, full.Quote(in request, out SwapQuote quote));
        Assert.Equal(6038U, quote.ProgramErrorCode);
    }

    private static Pool Make(ClmmText text, bool isRaydium) =>
        isRaydium ? ClmmAccounts.RaydiumPool(text) : ClmmAccounts.Whirlpool(text);

    // What one unit of the input is worth in output units: rounding the input costs that much.
    private static ulong Unit(ClmmText text, SwapDirection direction)
    {
        double sqrt = (double)text.PriceX64 / 18446744073709551616.0;
        double rate = direction == SwapDirection.AToB ? sqrt * sqrt : 1.0 / (sqrt * sqrt);
        return (ulong)System.Math.Ceiling(rate * 1.2) + 1;
    }
}
