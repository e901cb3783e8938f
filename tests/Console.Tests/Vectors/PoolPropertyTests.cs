using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>
/// Properties of every pool of the committed vector files, whatever its venue: quotes are pure and monotone, a swap
/// back at once never profits, and at a constant fee two swaps never beat one by more than rounding.
/// </summary>
public class PoolPropertyTests
{
    private const int AmountsPerPool = 24;

    // Each of the two swaps of a split rounds its fees and its output on its own.
    private const ulong SplitRoundingRaw = 4;

    [Theory]
    [InlineData("raydium_amm_v4.json.gz")]
    [InlineData("raydium_cpmm.json.gz")]
    [InlineData("raydium_clmm.json.gz")]
    [InlineData("orca_whirlpool.json.gz")]
    [InlineData("meteora_dlmm.json.gz")]
    [InlineData("meteora_damm_v2.json.gz")]
    [InlineData("pumpswap_sdk_only.json.gz")]
    [InlineData("token_swap.json.gz")]
    public void Quotes_ArePureMonotoneAndNeverProfitOnTheWayBack(string file)
    {
        int quoted = 0;
        foreach ((string id, Func<Pool> build, ChainClock clock) in Pools(file))
        {
            Random random = new(17);
            foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
            {
                quoted += CheckMonotone(id, build(), direction, in clock, random);
                CheckWayBack(id, build, direction, in clock, random);
            }
        }

        Assert.True(quoted > 100, $"{file}: only {quoted} amounts could be quoted");
    }

    // Not PumpSwap: its fee tier falls with the market cap, so a first buy can really make the second one cheaper.
    [Theory]
    [InlineData("raydium_amm_v4.json.gz")]
    [InlineData("raydium_cpmm.json.gz")]
    public void Split_OnConstantProduct_NeverBeatsOneSwapByMoreThanRounding(string file)
    {
        int compared = 0;
        foreach ((string id, Func<Pool> build, ChainClock clock) in Pools(file))
        {
            Random random = new(23);
            for (int i = 0; i < AmountsPerPool; i++)
            {
                SwapDirection direction = (SwapDirection)(i & 1);
                ulong whole = RandomAmount(random);
                ulong part = 1 + (ulong)(random.NextDouble() * (whole - 1));
                if (part >= whole || !TryOut(build(), direction, whole, in clock, out ulong once)) continue;
                Pool pool = build();
                if (!TryExecute(pool, direction, part, in clock, out ulong first)) continue;
                if (!TryExecute(pool, direction, whole - part, in clock, out ulong second)) continue;
                compared++;
                Assert.True(
                    first + second <= once + SplitRoundingRaw,
                    $"{id} {direction} {part} + {whole - part}: {first} + {second} against {once}");
            }
        }

        Assert.True(compared > 20, $"{file}: only {compared} splits compared");
    }

    private static int CheckMonotone(string id, Pool pool, SwapDirection direction, in ChainClock clock, Random random)
    {
        List<ulong> amounts = [];
        for (int i = 0; i < AmountsPerPool; i++) amounts.Add(RandomAmount(random));
        amounts.Sort();
        ulong before = 0;
        int quoted = 0;
        foreach (ulong amount in amounts)
        {
            if (!TryOut(pool, direction, amount, in clock, out ulong output)) continue;
            Assert.True(TryOut(pool, direction, amount, in clock, out ulong again) && again == output, $"{id}: impure");
            Assert.True(output >= before, $"{id} {direction} {amount}: {output} below {before} of a smaller input");
            before = output;
            quoted++;
        }

        return quoted;
    }

    private static void CheckWayBack(
        string id, Func<Pool> build, SwapDirection direction, in ChainClock clock, Random random)
    {
        SwapDirection back = direction == SwapDirection.AToB ? SwapDirection.BToA : SwapDirection.AToB;
        for (int i = 0; i < AmountsPerPool / 3; i++)
        {
            ulong amount = RandomAmount(random);
            Pool pool = build();
            if (!TryExecute(pool, direction, amount, in clock, out ulong output) || output == 0) continue;
            if (!TryOut(pool, back, output, in clock, out ulong returned)) continue;
            Assert.True(returned <= amount, $"{id} {direction} {amount}: {output} came back as {returned}");
        }
    }

    private static bool TryOut(Pool pool, SwapDirection direction, ulong amount, in ChainClock clock, out ulong output)
    {
        SwapRequest request = new() { Direction = direction, AmountRaw = amount, Clock = clock };
        QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
        output = quote.AmountOutRaw;
        return status == QuoteStatus.Ok;
    }

    private static bool TryExecute(
        Pool pool, SwapDirection direction, ulong amount, in ChainClock clock, out ulong output)
    {
        SwapRequest request = new() { Direction = direction, AmountRaw = amount, Clock = clock };
        QuoteStatus status = pool.Execute(in request, out SwapQuote quote);
        output = quote.AmountOutRaw;
        return status == QuoteStatus.Ok;
    }

    /// <summary>From 2^4 to 2^44, evenly over the exponent.</summary>
    private static ulong RandomAmount(Random random) => (ulong)Math.Pow(2, 4 + (40 * random.NextDouble()));

    private static IEnumerable<(string Id, Func<Pool> Build, ChainClock Clock)> Pools(string file)
    {
        using VectorDocument document = VectorDocument.Load(Repository.Vectors(file));
        JsonElement root = document.Root;
        foreach (JsonElement json in root.GetProperty("pools").EnumerateArray())
        {
            string id = json.GetProperty("id").GetString()!;
            if (file.StartsWith("pumpswap", StringComparison.Ordinal))
            {
                yield return (id, () => PumpSwapAccounts.BuildPool(root, json), new ChainClock(1, 1_790_000_000, 925));
                continue;
            }

            PoolFixture fixture = new(json);
            if (fixture.Build(out _) is null) continue;
            yield return (id, () => fixture.Build(out _)!, fixture.Clock);
        }
    }
}
