using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDlmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDlmm;

/// <summary>
/// Quotes that begin behind bins known to be emptied, against the walk from the active bin, which a pair that was just
/// told of an account takes: at the inputs around every bin of the vectors' pairs, in any order and at changing times.
/// </summary>
public sealed class DlmmPassedBinsTests
{
    private const int Seed = 1_301;

    [Fact]
    public void Quote_AroundEveryBinInAnyOrder_EqualsTheWalk()
    {
        Random random = new(Seed);
        int[] byBins = new int[400];
        int refused = 0;
        foreach ((Pool used, Pool fresh, ChainClock from, List<SwapRequest> requests) in Pairs(random))
        {
            ChainClock clock = from;
            random.Shuffle(CollectionsMarshal.AsSpan(requests));
            foreach (SwapRequest item in requests)
            {
                SwapRequest request = item;
                if (random.Next(40) == 0) clock = clock with { UnixTimestamp = clock.UnixTimestamp + random.Next(90) };
                request.Clock = clock;
                Forget(fresh);
                QuoteStatus expected = fresh.Quote(in request, out SwapQuote walk);
                QuoteStatus status = used.Quote(in request, out SwapQuote quote);
                bool isSame = status == expected && quote.Equals(walk);
                Assert.True(isSame, $"seed {Seed}, {used.Address} {request.Direction} {request.AmountRaw}");
                if (status == QuoteStatus.Ok) byBins[quote.CrossedCount]++;
                else refused++;
            }
        }

        Assert.True(byBins[1] > 100 && byBins[2] > 100 && byBins[10] > 50, string.Join(' ', byBins));
        Assert.True(byBins[DlmmPassedBins.BinsMax + 2] > 10 && refused > 10, $"{refused} {string.Join(' ', byBins)}");
    }

    /// <summary>
    /// Inputs a few units apart, which end in the bin of the quote before or right beside it: with the least output at
    /// what they give or one more, at the same time or a later one.
    /// </summary>
    [Fact]
    public void Quote_AFewUnitsFromTheLast_EqualsTheWalk()
    {
        Random random = new(Seed + 2);
        (int compared, int tooLow, int refused) = (0, 0, 0);
        foreach ((Pool used, Pool fresh, ChainClock from, List<SwapRequest> requests) in Pairs(random))
        {
            ChainClock clock = from;
            foreach (SwapRequest item in requests)
            {
                SwapRequest request = item;
                for (int near = 0; near < 6; near++)
                {
                    if (random.Next(30) == 0)
                        clock = clock with { Slot = clock.Slot + 1, UnixTimestamp = clock.UnixTimestamp + near };
                    request.Clock = clock;
                    request.AmountRaw += (ulong)random.Next(9);
                    if (request.AmountRaw > 4) request.AmountRaw -= 4;
                    request.ThresholdRaw = 0;
                    Forget(fresh);
                    QuoteStatus expected = fresh.Quote(in request, out SwapQuote walk);
                    bool isShort = expected == QuoteStatus.Ok && near == 3;
                    request.ThresholdRaw = expected == QuoteStatus.Ok ? walk.AmountOutRaw + (isShort ? 1UL : 0) : 0;
                    Forget(fresh);
                    expected = fresh.Quote(in request, out walk);
                    QuoteStatus status = used.Quote(in request, out SwapQuote quote);
                    bool isSame = status == expected && quote.Equals(walk);
                    Assert.True(isSame, $"{used.Address} {request.Direction} {request.AmountRaw}");
                    compared += status == QuoteStatus.Ok ? 1 : 0;
                    tooLow += isShort && status != QuoteStatus.Ok ? 1 : 0;
                    refused += status != QuoteStatus.Ok ? 1 : 0;
                }
            }
        }

        Assert.True(compared > 1000 && tooLow > 100 && refused > tooLow, $"{compared} {tooLow} {refused}");
    }

    [Fact]
    public void Execute_AfterQuotesPastBins_LeavesQuotesOfTheNewState()
    {
        Random random = new(Seed + 1);
        int compared = 0;
        foreach ((Pool used, Pool fresh, _, List<SwapRequest> requests) in Pairs(random))
        {
            if (requests.Count == 0) continue;
            for (int round = 0; round < 30; round++)
            {
                SwapRequest request = requests[random.Next(requests.Count)];
                QuoteStatus status = used.Quote(in request, out _);
                if (status == QuoteStatus.Ok && round % 3 == 0)
                {
                    Assert.Equal(QuoteStatus.Ok, used.Execute(in request, out SwapQuote done));
                    Assert.Equal(QuoteStatus.Ok, fresh.Execute(in request, out SwapQuote known));
                    Assert.Equal(known, done);
                }

                request.AmountRaw += (ulong)random.Next(3);
                Forget(fresh);
                QuoteStatus expected = fresh.Quote(in request, out SwapQuote walk);
                Assert.Equal(expected, used.Quote(in request, out SwapQuote quote));
                Assert.Equal(walk, quote);
                if (expected == QuoteStatus.Ok) compared++;
            }
        }

        Assert.True(compared > 200, $"{compared}");
    }

    // Each pair of the vectors twice, and inputs around its bins.
    private static IEnumerable<(Pool Used, Pool Fresh, ChainClock Clock, List<SwapRequest> Requests)> Pairs(
        Random random)
    {
        MeteoraVectorRun run = DlmmVectorTests.Open();
        foreach (JsonElement element in run.Pools())
        {
            Pool fresh = run.Load(element, out _);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            List<SwapRequest> requests = [];
            foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
                AddInputs(random, fresh, direction, clock, requests);
            yield return (run.Load(element, out _), fresh, clock, requests);
        }
    }

    // Inputs on either side of each one that reaches a bin more, and some in between.
    private static void AddInputs(
        Random random, Pool pool, SwapDirection direction, in ChainClock clock, List<SwapRequest> requests)
    {
        ulong from = 1;
        for (int bins = 2; bins < DlmmPassedBins.BinsMax + 5; bins++)
        {
            SwapRequest request = new() { Direction = direction, Mode = SwapMode.ExactIn, Clock = clock };
            ulong low = from;
            ulong high = 1UL << 62;
            while (low < high)
            {
                request.AmountRaw = low + ((high - low) / 2);
                Forget(pool);
                QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
                bool isPast = status == QuoteStatus.Ok ? quote.CrossedCount >= bins : status != QuoteStatus.ZeroOutput;
                if (isPast) high = request.AmountRaw;
                else low = request.AmountRaw + 1;
            }

            for (ulong amount = low - System.Math.Min(low, 20); amount < low + 20; amount += 1 + (ulong)random.Next(3))
                requests.Add(request with { AmountRaw = amount });
            requests.Add(request with { AmountRaw = from + (ulong)random.NextInt64(1 + (long)(low - from)) });
            if (low == 1UL << 62 || pool.Quote(request with { AmountRaw = low }, out _) != QuoteStatus.Ok) break;
            from = low;
        }
    }

    // The oracle's account says nothing to quotes, but the pair was told of an account.
    private static void Forget(Pool pool) =>
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Oracle, new AccountView(pool.Address, default, 0, [])));
}
