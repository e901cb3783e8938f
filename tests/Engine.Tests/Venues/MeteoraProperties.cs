using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>Properties of every quote, checked on the pools of a vector file with seeded random amounts.</summary>
internal static class MeteoraProperties
{
    internal const int Seed = 20261120;
    private const int Samples = 12;

    // Far beyond every filter, decay and schedule, so that two swaps at one clock pay by the same rules as one.
    private const long Settled = 400_000_000;

    internal static void OutputGrowsAndBends(MeteoraVectorRun run)
    {
        Random random = new(Seed);
        int checkedPairs = 0;
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out _);
            // Before that, a volatility fee falls while the price moves back to its reference: not concave, by design.
            ChainClock clock = After(MeteoraVectorRun.Clock(element));
            foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
            {
                for (int i = 0; i < Samples; i++)
                {
                    ulong amount = Amount(random);
                    if (!TryOut(pool, direction, amount, clock, out SwapQuote one)) continue;
                    if (!TryOut(pool, direction, amount * 2, clock, out SwapQuote two)) continue;
                    checkedPairs++;
                    string what = $"seed {Seed}, pool {element.GetProperty("id")}, {direction}, {amount}";
                    Assert.True(two.AmountOutRaw >= one.AmountOutRaw, what);
                    Assert.True(two.AmountOutRaw <= (2 * one.AmountOutRaw) + Slack(in two), what);
                }
            }
        }

        Assert.True(checkedPairs > 100, $"only {checkedPairs} pairs");
    }

    internal static void RoundTripNeverProfits(MeteoraVectorRun run)
    {
        Random random = new(Seed);
        int trips = 0;
        foreach (JsonElement element in run.Pools())
        {
            ChainClock clock = MeteoraVectorRun.Clock(element);
            for (int i = 0; i < Samples; i++)
            {
                Pool pool = run.Load(element, out _);
                SwapDirection there = (SwapDirection)(i & 1);
                SwapRequest request = Request(there, Amount(random), clock);
                if (pool.Execute(in request, out SwapQuote first) != QuoteStatus.Ok) continue;
                SwapDirection andBack = there == SwapDirection.AToB ? SwapDirection.BToA : SwapDirection.AToB;
                SwapRequest back = Request(andBack, first.AmountOutRaw, clock);
                if (pool.Quote(in back, out SwapQuote second) != QuoteStatus.Ok) continue;
                trips++;
                Assert.True(
                    second.AmountOutRaw <= request.AmountRaw,
                    $"seed {Seed}, pool {element.GetProperty("id")}, {request.AmountRaw} -> {second.AmountOutRaw}");
            }
        }

        Assert.True(trips > 50, $"only {trips} trips");
    }

    internal static void SplittingNeverWins(MeteoraVectorRun run, Func<JsonElement, bool> applies)
    {
        Random random = new(Seed);
        int splits = 0;
        foreach (JsonElement element in run.Pools())
        {
            if (!applies(element)) continue;
            ChainClock clock = After(MeteoraVectorRun.Clock(element));
            for (int i = 0; i < Samples; i++)
            {
                Pool pool = run.Load(element, out _);
                SwapDirection direction = (SwapDirection)(i & 1);
                ulong amount = Amount(random);
                ulong part = (ulong)(amount * random.NextDouble());
                if (!TryOut(pool, direction, amount, clock, out SwapQuote whole)) continue;
                SwapRequest first = Request(direction, part, clock);
                if (pool.Execute(in first, out SwapQuote one) != QuoteStatus.Ok) continue;
                if (!TryOut(pool, direction, amount - part, clock, out SwapQuote two)) continue;
                splits++;
                Assert.True(
                    one.AmountOutRaw + two.AmountOutRaw <= whole.AmountOutRaw + Slack(in whole),
                    $"seed {Seed}, pool {element.GetProperty("id")}, {direction}, {part} of {amount}");
            }
        }

        Assert.True(splits > 50, $"only {splits} splits");
    }

    internal static void DecodedStateWritesBack(MeteoraVectorRun run)
    {
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out Dictionary<Pubkey, byte[]> data);
            int written = 0;
            foreach ((Pubkey key, AccountRole role) in run.Roles(element))
            {
                byte[] blank = (byte[])data[key].Clone();
                for (int i = 0; i < blank.Length; i++)
                    if (pool.IsModelled(role, i)) blank[i] = 0xA5;
                if (!pool.TryWriteState(in key, blank)) continue;
                written++;
                Assert.Equal(data[key], blank);
            }

            Assert.True(written >= 3);
        }
    }

    internal static void BadBytesAreRefusedOrQuoted(MeteoraVectorRun run)
    {
        Random random = new(Seed);
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out Dictionary<Pubkey, byte[]> data);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            foreach ((Pubkey key, AccountRole role) in run.Roles(element))
            {
                if (role == AccountRole.Oracle) continue;
                byte[] bytes = data[key];
                bool isVenues = role is AccountRole.Pool or AccountRole.BinArray or AccountRole.BitmapExtension;
                for (int length = 1; isVenues && length < bytes.Length; length += 1 + (bytes.Length / 97))
                    Assert.Equal(DecodeStatus.WrongSize, Apply(pool, role, element, key, bytes.AsSpan(0, length)));
                for (int i = 0; i < 20; i++)
                {
                    byte[] mutated = (byte[])bytes.Clone();
                    for (int flips = random.Next(1, 12); flips > 0; flips--)
                        mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                    _ = Apply(pool, role, element, key, mutated);
                    QuoteAnything(pool, random, clock);
                }

                Assert.Equal(DecodeStatus.Ok, Apply(pool, role, element, key, bytes));
            }
        }
    }

    internal static void QuotesAllocateNothing(MeteoraVectorRun run)
    {
        CurveSegment[] segments = new CurveSegment[64];
        InstructionBuffer buffer = new();
        foreach (JsonElement element in run.Pools())
        {
            Pool pool = run.Load(element, out Dictionary<Pubkey, byte[]> data);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            byte[] account = data[pool.Address];
            for (int pass = 0; pass < 2; pass++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 40; i++) UseEverything(pool, clock, segments, buffer, 1_000UL << (i % 20));
                _ = pool.TryWriteState(pool.Address, account);
                long after = GC.GetAllocatedBytesForCurrentThread();
                if (pass == 1) Assert.Equal(0, after - before);
            }
        }
    }

    private static void UseEverything(
        Pool pool, ChainClock clock, CurveSegment[] segments, InstructionBuffer buffer, ulong amount)
    {
        SwapRequest request = Request((SwapDirection)(amount.GetHashCode() & 1), amount, clock);
        _ = pool.Quote(in request, out _);
        request.Mode = SwapMode.ExactOut;
        _ = pool.Execute(in request, out _);
        _ = pool.CopySegments(request.Direction, clock, segments);
        SwapInstructionRequest write = new() { Direction = request.Direction, AmountRaw = amount, Clock = clock };
        _ = pool.WriteSwap(in write, buffer);
    }

    private static void QuoteAnything(Pool pool, Random random, ChainClock clock)
    {
        SwapRequest request = Request((SwapDirection)random.Next(2), (ulong)random.NextInt64(), clock);
        request.AmountRaw >>= random.Next(63);
        request.Mode = (SwapMode)random.Next(3);
        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        if (status != QuoteStatus.Ok) Assert.Equal(0UL, quote.AmountInRaw | quote.AmountOutRaw);
    }

    private static DecodeStatus Apply(
        Pool pool, AccountRole role, JsonElement element, Pubkey key, ReadOnlySpan<byte> data)
    {
        AccountView view = MeteoraVectorRun.View(element, key, data);
        return pool.Apply(role, in view);
    }

    private static bool TryOut(Pool pool, SwapDirection direction, ulong amount, ChainClock clock, out SwapQuote quote)
    {
        SwapRequest request = Request(direction, amount, clock);
        return pool.Quote(in request, out quote) == QuoteStatus.Ok;
    }

    private static SwapRequest Request(SwapDirection direction, ulong amount, ChainClock clock) =>
        new() { Direction = direction, AmountRaw = amount, Clock = clock };

    private static ChainClock After(ChainClock clock) =>
        new(clock.Slot + (ulong)Settled, clock.UnixTimestamp + Settled, clock.Epoch);

    private static ulong Amount(Random random) => (ulong)(1e4 * System.Math.Pow(10.0, 7.0 * random.NextDouble()));

    // Each bin or step may round one unit of input and of output; a unit of input is worth the price in output.
    private static ulong Slack(in SwapQuote quote) =>
        (ulong)(quote.CrossedCount + 3) * (2 + (quote.AmountOutRaw / System.Math.Max(quote.AmountInRaw, 1)));
}
