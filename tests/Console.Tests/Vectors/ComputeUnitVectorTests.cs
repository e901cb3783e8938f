using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>Compute units that the programs consumed in the VM, as a simulation tells them, fed to the table.</summary>
public sealed class ComputeUnitVectorTests
{
    [Theory]
    [InlineData("raydium_cpmm")]
    [InlineData("raydium_clmm")]
    [InlineData("orca_whirlpool")]
    [InlineData("meteora_dlmm")]
    [InlineData("meteora_damm_v2")]
    public void Estimate_AfterTheVectors_CoversNineOfTenSwaps(string file)
    {
        List<(VenueId Venue, int Crossed, uint Units)> swaps = Read(file);
        Assert.True(swaps.Count > 50, $"{file}: {swaps.Count} swaps");
        ComputeUnitTable table = new();
        ulong learnedSum = 0, consumedSum = 0;
        foreach ((VenueId venue, int crossed, uint units) in swaps) table.OnSwap(venue, crossed, units);
        int covered = 0;
        foreach ((VenueId venue, int crossed, uint units) in swaps)
        {
            uint estimate = table.Estimate(venue, crossed);
            if (estimate + (estimate / 10) >= units) covered++; // with the margin that Scoring adds
            consumedSum += units;
            learnedSum += estimate;
        }

        // One cell holds SPL Token and Token-2022 swaps alike, and a peak is forgotten over some 64 swaps.
        Assert.True(covered * 10 >= swaps.Count * 9, $"{file}: {covered} of {swaps.Count} covered");
        Assert.True(learnedSum >= consumedSum, $"{file}: {consumedSum} consumed, {learnedSum} learned");
    }

    private static List<(VenueId Venue, int Crossed, uint Units)> Read(string file)
    {
        List<(VenueId, int, uint)> swaps = [];
        using JsonDocument json = VectorDocument.LoadJson(VectorPath(file));
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
            swaps.Add((pool.Venue, quote.CrossedCount, units));
        }

        return swaps;
    }

    private static string VectorPath(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LowLatency.sln")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "tests", "Vectors", $"{name}.json.gz");
    }
}
