using System;
using System.Collections.Generic;
using System.Numerics;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// Exact inputs that end before the first tick are quoted without a walk: against BigInteger over all prices and
/// liquidities, and against the venue's own walk, which a stated price limit asks for.
/// </summary>
public class ClmmInRangeTests
{
    private const int Pools = 2_500;
    private const int Spacing = 60;
    private const int TickLimit = 440_000;
    private static readonly BigInteger Q64 = BigInteger.One << 64;

    public static TheoryData<bool, int> Venues => new() { { false, 501 }, { true, 602 } };

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_ExactInputInsideTheRange_EqualsBigInteger(bool isRaydium, int seed)
    {
        Random random = new(seed);
        int compared = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = Text(random, isRaydium);
            Pool pool = Make(text, isRaydium);
            for (int j = 0; j < 6; j++)
            {
                SwapRequest request = ClmmRandom.Request(random, true);
                request.AmountRaw = (ulong)random.NextInt64(1, long.MaxValue) >> random.Next(0, 62);
                if (pool.Quote(in request, out SwapQuote quote) != QuoteStatus.Ok || quote.CrossedCount != 0) continue;
                BigInteger amount = request.AmountRaw;
                BigInteger available = amount * (1_000_000 - text.FeeRate) / 1_000_000;
                bool isDown = request.Direction == SwapDirection.AToB;
                BigInteger next = isDown
                    ? Up(L(text) * Q64 * P(text), (L(text) * Q64) + (available * P(text)))
                    : P(text) + (available * Q64 / L(text));
                BigInteger moved = L(text) * (isDown ? P(text) - next : next - P(text));
                BigInteger inA = Up(moved * Q64, P(text) * next);
                BigInteger outA = moved * Q64 / (P(text) * next);
                string name = $"seed {seed} pool {i}: {text} {request.Direction} {amount}";
                Assert.True(next == quote.SqrtPriceAfterX64, name);
                Assert.True((isDown ? moved / Q64 : outA) == quote.AmountOutRaw, name);
                Assert.True(amount - (isDown ? inA : Up(moved, Q64)) == quote.FeeRaw, name);
                Assert.True(amount == quote.AmountInRaw && quote.FeeRateE9 == text.FeeRate * 1_000, name);
                compared++;
            }
        }

        Assert.True(compared > Pools, $"only {compared} quotes ended in range");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_WithTheLimitThatNoneStandsFor_IsTheSame(bool isRaydium, int seed)
    {
        Random random = new(seed + 1);
        int inRange = 0;
        int beyond = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = random.Next(2) == 0
                ? Text(random, isRaydium)
                : ClmmRandom.Pool(random, isRaydium, isRaydium);
            Pool pool = Make(text, isRaydium);
            for (int j = 0; j < 6; j++)
            {
                SwapRequest request = ClmmRandom.Request(random, true);
                request.AmountRaw = (ulong)random.NextInt64(1, long.MaxValue) >> random.Next(0, 62);
                if (random.Next(3) == 0) request.ThresholdRaw = request.AmountRaw / 2;
                QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
                request.SqrtPriceLimitX64 = ClmmRandom.FarthestLimit(isRaydium, request.Direction);
                QuoteStatus walked = pool.Quote(in request, out SwapQuote walk);
                string name = $"seed {seed + 1} pool {i}: {text} {request.Direction} {request.AmountRaw}";
                // Without a limit Raydium refuses what is not filled.
                if (walked == QuoteStatus.Ok && walk.AmountInRaw != request.AmountRaw) continue;
                Assert.True(status == walked && quote.Equals(walk) && quote.TickAfter == walk.TickAfter, name);
                if (status != QuoteStatus.Ok) continue;
                if (quote.CrossedCount == 0) inRange++;
                else beyond++;
            }
        }

        Assert.True(inRange > 1_000 && beyond > 100, $"{inRange} in range, {beyond} beyond");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_AroundTheInputThatReachesTheTick_NeverShrinksAndPassesItOnce(bool isRaydium, int seed)
    {
        Random random = new(seed + 2);
        int found = 0;
        for (int i = 0; i < 200; i++)
        {
            Pool pool = Make(Text(random, isRaydium), isRaydium);
            SwapRequest request = ClmmRandom.Request(random, true);
            ulong low = 1;
            ulong high = ulong.MaxValue / 4;
            while (low < high)
            {
                request.AmountRaw = low + ((high - low) / 2);
                if (Crossed(pool, request) != 0) high = request.AmountRaw;
                else low = request.AmountRaw + 1;
            }

            if (low < 100 || low == ulong.MaxValue / 4) continue;
            ulong before = 0;
            for (ulong amount = low - 20; amount < low + 20; amount++)
            {
                request.AmountRaw = amount;
                if (pool.Quote(in request, out SwapQuote quote) != QuoteStatus.Ok) continue;
                Assert.True(quote.CrossedCount != 0 == amount >= low, $"seed {seed + 2} pool {i}: {amount} {low}");
                Assert.True(quote.AmountOutRaw >= before, $"seed {seed + 2} pool {i}: {amount}");
                before = quote.AmountOutRaw;
                found++;
            }
        }

        Assert.True(found > 500, $"{found}");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_AfterThePriceOrATickMoved_EqualsThatOfAFreshPool(bool isRaydium, int seed)
    {
        Random random = new(seed + 3);
        int compared = 0;
        for (int i = 0; i < 150; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, false);
            Pool used = Make(text, isRaydium);
            for (int step = 0; step < 25; step++)
            {
                int reach = random.Next(3) == 0 ? 130 * text.Spacing : 3 * text.Spacing;
                int tick = text.Tick + random.Next(-reach, reach + 1);
                bool isChanged = random.Next(4) == 0;
                if (isChanged) text = text with { Ticks = Changed(random, text, isRaydium ? 60 : 88) };
                text = text with
                {
                    Tick = tick,
                    PriceX64 = isRaydium
                        ? RaydiumTickMath.SqrtPriceAtTick(tick)
                        : WhirlpoolTickMath.SqrtPriceAtTick(tick),
                };
                Update(used, text, isRaydium, isChanged);
                Pool fresh = Make(text, isRaydium);
                for (int j = 0; j < 4; j++)
                {
                    SwapRequest request = ClmmRandom.Request(random, j != 0);
                    QuoteStatus expected = fresh.Quote(in request, out SwapQuote known);
                    QuoteStatus status = used.Quote(in request, out SwapQuote quote);
                    string name = $"seed {seed + 3} pool {i} step {step}: {request.Direction} {request.AmountRaw}";
                    Assert.True(status == expected && quote.Equals(known), name);
                    if (status == QuoteStatus.Ok) compared++;
                }
            }
        }

        Assert.True(compared > 2_000, $"{compared}");
    }

    // One tick's net liquidity changes, and a tick may come to be beside it, in an array that is there.
    private static TickText[] Changed(Random random, ClmmText text, int ticksInArray)
    {
        List<TickText> ticks = [.. text.Ticks];
        if (ticks.Count == 0) return [];
        int position = random.Next(ticks.Count);
        TickText tick = ticks[position];
        ticks[position] = tick with { Net = tick.Net / 2 };
        int beside = tick.Index + text.Spacing;
        int span = ticksInArray * text.Spacing;
        bool isFree = position + 1 == ticks.Count || ticks[position + 1].Index != beside;
        if (isFree && ClmmAccounts.Floor(beside, span) == ClmmAccounts.Floor(tick.Index, span))
            ticks.Insert(position + 1, new TickText(beside, 5, true));
        return [.. ticks];
    }

    private static void Update(Pool pool, ClmmText text, bool isRaydium, bool withArrays)
    {
        byte[] bytes = isRaydium ? ClmmAccounts.RaydiumBytes(text) : ClmmAccounts.WhirlpoolBytes(text);
        Assert.Equal(DecodeStatus.Ok, ClmmAccounts.TryApply(pool, AccountRole.Pool, ClmmAccounts.PoolKey, bytes));
        if (!withArrays) return;
        foreach ((int start, byte[] array) in isRaydium
            ? ClmmAccounts.RaydiumArrays(text)
            : ClmmAccounts.WhirlpoolArrays(text))
        {
            DecodeStatus status =
                ClmmAccounts.TryApply(pool, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), array);
            Assert.Equal(DecodeStatus.Ok, status);
        }
    }

    // Not in range: also what the program refuses because the amount is too large.
    private static int Crossed(Pool pool, in SwapRequest request) =>
        pool.Quote(in request, out SwapQuote quote) switch
        {
            QuoteStatus.Ok => quote.CrossedCount,
            QuoteStatus.ZeroOutput or QuoteStatus.ZeroAmount => 0,
            _ => 1,
        };

    // One position around the price, anywhere; liquidities on both sides of what a limb holds.
    private static ClmmText Text(Random random, bool isRaydium)
    {
        int tick = random.Next(-TickLimit, TickLimit);
        int middle = ClmmAccounts.Floor(tick, Spacing);
        UInt128 liquidity = ((UInt128)1 << random.Next(8, 67)) + (ulong)random.NextInt64();
        liquidity >>= random.Next(0, 20);
        int lower = (middle - random.Next(0, 30)) * Spacing;
        int upper = (middle + random.Next(1, 30)) * Spacing;
        UInt128 low = isRaydium ? RaydiumTickMath.SqrtPriceAtTick(tick) : WhirlpoolTickMath.SqrtPriceAtTick(tick);
        return new ClmmText
        {
            Spacing = Spacing,
            FeeRate = (uint)random.Next(0, 20_000),
            Liquidity = liquidity,
            PriceX64 = low + (low * (ulong)random.Next(0, 49) / 1_000_000UL),
            Tick = tick,
            Ticks = [new TickText(lower, (Int128)liquidity, true), new TickText(upper, -(Int128)liquidity, true)],
        };
    }

    private static Pool Make(ClmmText text, bool isRaydium) =>
        isRaydium ? ClmmAccounts.RaydiumPool(text) : ClmmAccounts.Whirlpool(text);

    private static BigInteger L(ClmmText text) => text.Liquidity;

    private static BigInteger P(ClmmText text) => text.PriceX64;

    private static BigInteger Up(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;
}
