using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// Quotes that take passed ranges from their sums, against the venue's walk from the price onward, which a stated
/// price limit asks for: at the inputs around every tick, in any order, both directions on one pool, through changes
/// of state.
/// </summary>
public class ClmmPassedRangesTests
{
    private const int Pools = 100;
    private const int TicksMax = 45;

    public static TheoryData<bool, int> Venues => new() { { false, 811 }, { true, 912 } };

    [Theory]
    [MemberData(nameof(Venues))]
    public void Quote_AroundEveryTickInAnyOrder_EqualsTheWalk(bool isRaydium, int seed)
    {
        Random random = new(seed);
        int[] byCrossed = new int[200];
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = Text(random, isRaydium);
            Pool pool = Make(text, isRaydium);
            for (int state = 0; state < 3; state++)
            {
                List<(SwapDirection Direction, ulong Amount)> inputs = [];
                foreach (SwapDirection direction in (SwapDirection[])[SwapDirection.AToB, SwapDirection.BToA])
                    AddInputs(random, pool, isRaydium, direction, inputs);
                random.Shuffle(CollectionsMarshal.AsSpan(inputs));
                foreach ((SwapDirection direction, ulong amount) in inputs)
                {
                    string name = $"seed {seed} pool {i} state {state}: {text} {direction} {amount}";
                    int crossed = Compare(random, pool, isRaydium, direction, amount, name);
                    if (crossed >= 0) byCrossed[crossed]++;
                }

                text = Moved(random, text, isRaydium);
                byte[] bytes = isRaydium ? ClmmAccounts.RaydiumBytes(text) : ClmmAccounts.WhirlpoolBytes(text);
                Assert.Equal(
                    DecodeStatus.Ok, ClmmAccounts.TryApply(pool, AccountRole.Pool, ClmmAccounts.PoolKey, bytes));
            }
        }

        Assert.True(byCrossed[0] > 500 && byCrossed[1] > 500 && byCrossed[5] > 500, string.Join(' ', byCrossed));
        Assert.True(byCrossed[31] > 20 && byCrossed[33] > 20, string.Join(' ', byCrossed));
    }

    // Two inputs on either side of each one that passes a tick more, and some in between.
    private static void AddInputs(
        Random random, Pool pool, bool isRaydium, SwapDirection direction, List<(SwapDirection, ulong)> inputs)
    {
        ulong from = 1;
        for (int crossed = 1; crossed <= TicksMax; crossed++)
        {
            ulong low = from;
            ulong high = ulong.MaxValue / 4;
            while (low < high)
            {
                ulong middle = low + ((high - low) / 2);
                QuoteStatus status = Walk(pool, isRaydium, direction, middle, 0, out SwapQuote walk);
                bool isPast = status is QuoteStatus.Ok
                    ? walk.CrossedCount >= crossed || walk.AmountInRaw != middle
                    : status is not (QuoteStatus.ZeroOutput or QuoteStatus.ZeroAmount);
                if (isPast) high = middle;
                else low = middle + 1;
            }

            if (low == ulong.MaxValue / 4) break;
            for (ulong amount = low - System.Math.Min(low, 2); amount <= low + 2; amount++)
                inputs.Add((direction, amount));
            inputs.Add((direction, from + (ulong)random.NextInt64(1 + (long)(low - from))));
            from = low;
        }
    }

    private static int Compare(
        Random random, Pool pool, bool isRaydium, SwapDirection direction, ulong amount, string name)
    {
        QuoteStatus walked = Walk(pool, isRaydium, direction, amount, 0, out SwapQuote walk);
        // Without a limit Raydium refuses what is not filled.
        if (walked == QuoteStatus.Ok && walk.AmountInRaw != amount) return -1;
        ulong threshold = random.Next(4) switch
        {
            0 => walk.AmountOutRaw,
            1 => walk.AmountOutRaw + 1,
            _ => 0,
        };
        if (threshold != 0) walked = Walk(pool, isRaydium, direction, amount, threshold, out walk);
        SwapRequest request = Request(direction, amount, threshold);
        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        Assert.True(status == walked && quote.Equals(walk) && quote.TickAfter == walk.TickAfter, name);
        return status == QuoteStatus.Ok ? quote.CrossedCount : -1;
    }

    private static QuoteStatus Walk(
        Pool pool, bool isRaydium, SwapDirection direction, ulong amount, ulong threshold, out SwapQuote quote)
    {
        SwapRequest request = Request(direction, amount, threshold);
        request.SqrtPriceLimitX64 = ClmmRandom.FarthestLimit(isRaydium, direction);
        return pool.Quote(in request, out quote);
    }

    private static SwapRequest Request(SwapDirection direction, ulong amount, ulong threshold) => new()
    {
        Direction = direction,
        Mode = SwapMode.ExactIn,
        AmountRaw = amount,
        ThresholdRaw = threshold,
        Clock = ClmmRandom.Clock,
    };

    // Many ticks close to one another; sometimes a gap without liquidity, liquidity beyond a limb, or orders.
    private static ClmmText Text(Random random, bool isRaydium)
    {
        int spacing = random.Next(2) == 0 ? 1 : 10;
        int tick = random.Next(-200_000, 200_000);
        int middle = ClmmAccounts.Floor(tick, spacing);
        int bits = random.Next(8) == 0 ? random.Next(58, 66) : random.Next(20, 50);
        UInt128 liquidity = random.Next(6) == 0 ? UInt128.Zero : (UInt128)1 << bits;
        SortedDictionary<int, Int128> nets = [];
        int positions = random.Next(1, 40);
        UInt128 active = liquidity;
        if (liquidity != UInt128.Zero)
        {
            nets[(middle - 55) * spacing] = (Int128)liquidity;
            nets[(middle + 55) * spacing] = -(Int128)liquidity;
        }

        for (int i = 0; i < positions; i++)
        {
            int lower = (middle + random.Next(-50, 49)) * spacing;
            int upper = lower + (random.Next(1, 20) * spacing);
            UInt128 amount = ((UInt128)1 << random.Next(10, bits)) + (ulong)random.Next();
            nets[lower] = nets.GetValueOrDefault(lower) + (Int128)amount;
            nets[upper] = nets.GetValueOrDefault(upper) - (Int128)amount;
            if (lower <= tick && tick < upper) active += amount;
        }

        List<TickText> ticks = [];
        foreach ((int index, Int128 net) in nets)
        {
            bool hasOrders = isRaydium && random.Next(60) == 0 && (index > tick || index + spacing <= tick);
            ticks.Add(new TickText(index, net, true, hasOrders ? (ulong)random.Next() : 0, 0));
        }

        return new ClmmText
        {
            Spacing = (ushort)spacing,
            FeeRate = (uint)random.Next(0, 20_000),
            Liquidity = active,
            PriceX64 = PriceAt(isRaydium, tick),
            Tick = tick,
            Ticks = ticks,
        };
    }

    // The price inside its range, so that the liquidity stays that of the ticks.
    private static ClmmText Moved(Random random, ClmmText text, bool isRaydium)
    {
        UInt128 low = PriceAt(isRaydium, text.Tick);
        UInt128 high = PriceAt(isRaydium, text.Tick + 1);
        UInt128 price = low + ((high - low) * (ulong)random.Next(0, 1_000) / 1_000);
        return text with { PriceX64 = price, FeeRate = (uint)random.Next(0, 20_000) };
    }

    private static UInt128 PriceAt(bool isRaydium, int tick) =>
        isRaydium ? RaydiumTickMath.SqrtPriceAtTick(tick) : WhirlpoolTickMath.SqrtPriceAtTick(tick);

    private static Pool Make(ClmmText text, bool isRaydium) =>
        isRaydium ? ClmmAccounts.RaydiumPool(text) : ClmmAccounts.Whirlpool(text);
}
