using System;
using System.IO;
using LowLatency.ConsoleHost.Commands;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>
/// Swaps on states that the published vectors do not hold, executed by the same program binaries: each pool's
/// "mutations" says what was changed at random in a published state; a pool without them was written from nothing
/// (tests/LiteSvm/states). PumpSwap's are the official SDK's answers.
/// </summary>
public class RandomStateVectorTests
{
    [Theory]
    [InlineData("meteora_damm_v2", "480 passed, 0 failed, 0 explained")]
    [InlineData("meteora_damm_v2_ends", "32 passed, 0 failed, 0 explained")]
    [InlineData("meteora_dlmm", "552 passed, 0 failed, 0 explained")]
    [InlineData("meteora_dlmm_bins", "19 passed, 0 failed, 0 explained")]
    [InlineData("meteora_dlmm_ends", "24 passed, 0 failed, 0 explained")]
    [InlineData("meteora_dlmm_whole_fee", "14 passed, 0 failed, 0 explained")]
    [InlineData("orca_whirlpool", "480 passed, 0 failed, 0 explained")]
    [InlineData("orca_whirlpool_sum", "2 passed, 0 failed, 0 explained")]
    [InlineData("pumpswap_sdk", "213 passed, 0 failed, 0 explained")]
    [InlineData("raydium_amm_v4", "472 passed, 0 failed, 8 explained")]
    [InlineData("raydium_amm_v4_order_book", "16 passed, 0 failed, 0 explained")]
    [InlineData("raydium_clmm", "480 passed, 0 failed, 0 explained")]
    [InlineData("raydium_clmm_ends", "43 passed, 0 failed, 0 explained")]
    [InlineData("raydium_clmm_whole_fee", "8 passed, 0 failed, 0 explained")]
    [InlineData("raydium_cpmm", "480 passed, 0 failed, 0 explained")]
    [InlineData("token_swap", "481 passed, 0 failed, 0 explained")]
    [InlineData("token_swap_owner_fee", "5 passed, 0 failed, 0 explained")]
    public void Verify_RandomStates_AllAgree(string venue, string summary)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int exitCode = VerifyCommand.Run([Repository.Vectors($"Random/{venue}.json.gz")], false, 5, output, errors);
        Assert.True(exitCode == 0, $"{output}{errors}");
        Assert.Contains(summary, output.ToString(), StringComparison.Ordinal);
    }
}
