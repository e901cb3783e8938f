using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>Compute units that the programs consumed in the VM, as a simulation tells them, fed to the table.</summary>
public sealed class ComputeUnitVectorTests
{
    private const int Seed = 5_2026;

    [Theory]
    [InlineData("raydium_amm_v4")]
    [InlineData("raydium_cpmm")]
    [InlineData("raydium_clmm")]
    [InlineData("orca_whirlpool")]
    [InlineData("meteora_dlmm")]
    [InlineData("meteora_damm_v2")]
    [InlineData("token_swap")]
    public void FixedUnits_EverySwapOfTheVectors_IsAtLeastWhatItConsumed(string file)
    {
        List<(SwapWork Work, uint Units)> swaps = Read(file);
        Assert.True(swaps.Count > 50, $"{file}: {swaps.Count} swaps");
        foreach ((SwapWork work, uint units) in swaps)
            Assert.True(work.FixedUnits() >= units, $"{file}: {work} consumed {units}, allowed {work.FixedUnits()}");
    }

    [Theory]
    [InlineData("raydium_amm_v4")]
    [InlineData("raydium_cpmm")]
    [InlineData("raydium_clmm")]
    [InlineData("orca_whirlpool")]
    [InlineData("meteora_dlmm")]
    [InlineData("meteora_damm_v2")]
    [InlineData("token_swap")]
    public void Estimate_LearnedOnHalf_CoversTheOtherHalf(string file)
    {
        List<(SwapWork Work, uint Units)> swaps = Read(file);
        int margin = new SearchSettings().ComputeUnitMarginBps;
        Random random = new(Seed);
        int covered = 0, coveredWithout = 0, count = 0;
        ulong learnedSum = 0, fixedSum = 0, consumedSum = 0;
        for (int round = 0; round < 20; round++)
        {
            (SwapWork Work, uint Units)[] order = [.. swaps];
            random.Shuffle(order);
            ComputeUnitTable table = new();
            int half = order.Length / 2;
            foreach ((SwapWork work, uint units) in order.AsSpan(0, half)) table.OnSwap(work, units);
            foreach ((SwapWork work, uint units) in order.AsSpan(half))
            {
                uint estimate = table.Estimate(work);
                if (estimate >= units) coveredWithout++;
                if (estimate + ((ulong)estimate * (ulong)margin / 10_000) >= units) covered++;
                (learnedSum, fixedSum, consumedSum) =
                    (learnedSum + estimate, fixedSum + work.FixedUnits(), consumedSum + units);
                count++;
            }
        }

        string what = $"seed {Seed}, {file}: {covered} of {count} covered with the margin that Scoring adds, "
            + $"{coveredWithout} without; units {consumedSum}, learned {learnedSum}, fixed {fixedSum}";
        Assert.True(covered * 100L >= count * 99L, what);
        Assert.True(learnedSum > consumedSum && learnedSum <= fixedSum, what);
    }

    private static List<(SwapWork Work, uint Units)> Read(string file)
    {
        List<(SwapWork, uint)> swaps = [];
        using JsonDocument json = VectorDocument.LoadJson(Repository.Vectors(file + ".json.gz"));
        Dictionary<string, PoolFixture> pools = [];
        foreach (JsonElement pool in json.RootElement.GetProperty("pools").EnumerateArray())
            pools[pool.GetProperty("id").GetString()!] = new PoolFixture(pool);
        foreach (JsonElement one in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            JsonElement result = one.GetProperty("result");
            if (one.GetProperty("kind").GetString() != "exact_in" || result.GetProperty("status").GetString() != "ok")
                continue;
            PoolFixture fixture = pools[one.GetProperty("pool").GetString()!];
            if (fixture.Build(out _) is not { } pool) continue;
            bool isAToB = one.GetProperty("input_mint").GetString() == pool.MintA.ToString();
            SwapRequest request = new()
            {
                Direction = isAToB ? SwapDirection.AToB : SwapDirection.BToA,
                Mode = SwapMode.ExactIn,
                AmountRaw = ulong.Parse(one.GetProperty("amount").GetString()!),
                Clock = fixture.Clock,
            };
            if (pool.Quote(in request, out SwapQuote quote) != QuoteStatus.Ok) continue;
            uint units = result.GetProperty("compute_units").GetUInt32() - ComputeBudget.UnitsPerBudgetInstruction;
            swaps.Add((SwapWork.Of(pool, in quote), units));
        }

        return swaps;
    }
}
