using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>Seeded pools made of whole positions, so that the liquidity never becomes negative.</summary>
internal static class ClmmRandom
{
    public static readonly ChainClock Clock = new(400_000_000, 1_790_000_000, 925);

    private static readonly ushort[] Spacings = [1, 2, 10, 60, 120];

    public static ClmmText Pool(Random random, bool isRaydium, bool hasOrders)
    {
        ushort spacing = Spacings[random.Next(Spacings.Length)];
        int tick = random.Next(-20_000, 20_000);
        SortedDictionary<int, Int128> nets = [];
        UInt128 liquidity = UInt128.Zero;
        int positions = random.Next(1, 7);
        int middle = ClmmAccounts.Floor(tick, spacing);
        for (int i = 0; i < positions; i++)
        {
            int lower = (middle - random.Next(0, 90)) * spacing;
            int upper = (middle + random.Next(1, 90)) * spacing;
            if (random.Next(4) == 0) lower = (middle + random.Next(1, 60)) * spacing;
            if (lower >= upper) continue;
            UInt128 amount = (UInt128)random.NextInt64(1_000, 1L << random.Next(20, 50));
            nets[lower] = nets.GetValueOrDefault(lower) + (Int128)amount;
            nets[upper] = nets.GetValueOrDefault(upper) - (Int128)amount;
            if (lower <= tick && tick < upper) liquidity += amount;
        }

        List<TickText> ticks = [];
        foreach ((int index, Int128 net) in nets) ticks.Add(new TickText(index, net, true));
        if (hasOrders) AddOrders(random, ticks, middle, spacing, tick);
        UInt128 low = isRaydium ? RaydiumTickMath.SqrtPriceAtTick(tick) : WhirlpoolTickMath.SqrtPriceAtTick(tick);
        return new ClmmText
        {
            Spacing = spacing,
            FeeRate = (uint)random.Next(0, 20_000),
            Liquidity = liquidity,
            PriceX64 = low + (low * (ulong)random.Next(0, 49) / 1_000_000UL),
            Tick = tick,
            Ticks = ticks,
        };
    }

    public static SwapRequest Request(Random random, bool exactIn)
    {
        SwapRequest request = default;
        request.Direction = (SwapDirection)random.Next(2);
        request.Mode = exactIn ? SwapMode.ExactIn : SwapMode.ExactOut;
        request.AmountRaw = (ulong)random.NextInt64(1, 1L << random.Next(4, 45));
        request.ThresholdRaw = exactIn ? 0 : ulong.MaxValue;
        request.Clock = Clock;
        return request;
    }

    /// <summary>The price limit that a swap without one stops at.</summary>
    public static UInt128 FarthestLimit(bool isRaydium, SwapDirection direction)
    {
        if (direction == SwapDirection.AToB)
            return isRaydium ? RaydiumTickMath.MinSqrtPriceX64 + 1 : WhirlpoolTickMath.MinSqrtPriceX64;
        return isRaydium ? RaydiumTickMath.MaxSqrtPriceX64 - 1 : WhirlpoolTickMath.MaxSqrtPriceX64;
    }

    // Orders below the price sell token 1 (they wait for token 0 to come in), above it token 0.
    private static void AddOrders(Random random, List<TickText> ticks, int middle, int spacing, int tick)
    {
        for (int i = 0; i < 4; i++)
        {
            int index = (middle + random.Next(-60, 61)) * spacing;
            if (index <= tick && index + spacing > tick) continue;
            ulong orders = random.Next(3) == 0 ? 0 : (ulong)random.NextInt64(1, 1L << 40);
            ulong part = orders == 0 || random.Next(2) == 0 ? (ulong)random.NextInt64(1, 1L << 40) : 0;
            int position = ticks.FindIndex(t => t.Index == index);
            if (position >= 0) ticks[position] = ticks[position] with { Orders = orders, PartFilled = part };
            else ticks.Add(new TickText(index, 0, false, orders, part));
        }

        ticks.Sort((a, b) => a.Index.CompareTo(b.Index));
    }
}
