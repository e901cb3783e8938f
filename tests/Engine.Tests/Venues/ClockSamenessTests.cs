using System;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Venues.MeteoraDlmm;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>A pool that calls two clocks the same quotes the same by both.</summary>
public sealed class ClockSamenessTests
{
    private static readonly long[] _offsets = [0, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 3_600, 100_000];

    [Fact]
    public void IsSameAt_Dlmm_OnlyIfEveryQuoteIs()
    {
        (int same, int other) = (0, 0);
        MeteoraVectorRun run = DlmmVectorTests.Open();
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out _);
            Compare(pool, MeteoraVectorRun.Clock(element), ref same, ref other);
        }

        Assert.True(same > 100 && other > 100, $"{same} pairs the same, {other} not");
    }

    [Fact]
    public void IsSameAt_RaydiumDynamicFee_OnlyIfEveryQuoteIs()
    {
        (int same, int other) = (0, 0);
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            ClmmText text = ClmmRandom.Pool(random, isRaydium: true, hasOrders: false);
            text = text with
            {
                Dynamic = (
                    10, (ushort)random.Next(20, 400), 5_000, 40_000, 200_000, text.Tick / text.Spacing,
                    (uint)random.Next(0, 100_000), (uint)random.Next(0, 200_000),
                    (ulong)(ClmmRandom.Clock.UnixTimestamp - random.Next(0, 15))),
            };
            Compare(ClmmAccounts.RaydiumPool(text), ClmmRandom.Clock, ref same, ref other);
        }

        Assert.True(same > 100 && other > 100, $"{same} pairs the same, {other} not");
    }

    private static void Compare(Pool pool, ChainClock start, ref int same, ref int other)
    {
        foreach (long offset in _offsets)
        {
            foreach (long further in _offsets)
            {
                ChainClock before = start with { UnixTimestamp = start.UnixTimestamp + offset };
                ChainClock now = before with
                {
                    Slot = before.Slot + (ulong)further,
                    UnixTimestamp = before.UnixTimestamp + further,
                };
                if (before == now) continue;
                if (!pool.IsSameAt(in before, in now))
                {
                    other++;
                    continue;
                }

                same++;
                for (int shift = 8; shift < 44; shift += 7)
                {
                    SwapRequest request = new()
                    {
                        Direction = (SwapDirection)(shift & 1),
                        AmountRaw = (1UL << shift) + 17,
                        Clock = before,
                    };
                    QuoteStatus expectedStatus = pool.Quote(in request, out SwapQuote expected);
                    request.Clock = now;
                    Assert.Equal(expectedStatus, pool.Quote(in request, out SwapQuote quote));
                    Assert.True(expected.Equals(quote), $"{offset} {further} {request.AmountRaw}");
                }
            }
        }
    }
}
