using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDlmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDlmm;

public sealed class DlmmVectorTests
{
    internal static MeteoraVectorRun Open() => new(
        "meteora_dlmm.json.gz", (_, address) => new DlmmPool(address, 8), Roles, Variant, 16);

    [Fact]
    public void Program_EveryCase_EqualsTheRealProgram()
    {
        MeteoraVectorRun run = Open();
        run.Run();
        Assert.True(run.Cases > 500);
        Assert.True(run.Passed == run.Cases, $"{run.Passed} of {run.Cases}\n{run.Differences}");
    }

    private static Dictionary<Pubkey, AccountRole> Roles(JsonElement pool)
    {
        Dictionary<Pubkey, AccountRole> roles = new()
        {
            [MeteoraVectorRun.Key(pool, "mint_x")] = AccountRole.MintA,
            [MeteoraVectorRun.Key(pool, "mint_y")] = AccountRole.MintB,
            [MeteoraVectorRun.Key(pool, "reserve_x")] = AccountRole.VaultA,
            [MeteoraVectorRun.Key(pool, "reserve_y")] = AccountRole.VaultB,
            [MeteoraVectorRun.Key(pool, "oracle")] = AccountRole.Oracle,
        };
        JsonElement extension = pool.GetProperty("bitmap_extension");
        if (extension.ValueKind == JsonValueKind.String)
            roles.Add(Pubkey.Parse(extension.GetString()), AccountRole.BitmapExtension);
        foreach (JsonProperty array in pool.GetProperty("bin_arrays").EnumerateObject())
            roles.Add(Pubkey.Parse(array.Value.GetString()), AccountRole.BinArray);
        return roles;
    }

    private static int Variant(JsonElement item) => item.GetProperty("instruction_name").GetString() switch
    {
        "swap2" or "swap_exact_out2" => 0,
        "swap" or "swap_exact_out" => 1,
        "swap_with_price_impact2" => 2,
        "swap_with_price_impact" => 3,
        string other => throw new InvalidDataException(other),
        null => throw new InvalidDataException("instruction_name"),
    };
}
