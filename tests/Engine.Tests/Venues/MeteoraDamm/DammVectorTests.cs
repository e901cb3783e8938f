using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDamm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDamm;

public sealed class DammVectorTests
{
    internal static MeteoraVectorRun Open() => new(
        "meteora_damm_v2.json.gz", (_, address) => new DammPool(address), Roles, Variant, 14);

    [Fact]
    public void Program_EveryCase_EqualsTheRealProgram()
    {
        MeteoraVectorRun run = Open();
        run.Run();
        Assert.True(run.Cases > 400);
        Assert.True(run.Passed == run.Cases, $"{run.Passed} of {run.Cases}\n{run.Differences}");
    }

    private static Dictionary<Pubkey, AccountRole> Roles(JsonElement pool) => new()
    {
        [MeteoraVectorRun.Key(pool, "mint_a")] = AccountRole.MintA,
        [MeteoraVectorRun.Key(pool, "mint_b")] = AccountRole.MintB,
        [MeteoraVectorRun.Key(pool, "vault_a")] = AccountRole.VaultA,
        [MeteoraVectorRun.Key(pool, "vault_b")] = AccountRole.VaultB,
    };

    private static int Variant(JsonElement item) => item.GetProperty("instruction_name").GetString() switch
    {
        "swap2" => 0,
        "swap" => 1,
        string other => throw new InvalidDataException(other),
        null => throw new InvalidDataException("instruction_name"),
    };
}
