using System;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>Error codes of PumpSwap, of which the SDK's results only say that there is one.</summary>
public class PumpSwapRefusalTests
{
    [Fact]
    public void Sale_ThatTheRealReserveCannotPay_FailsWithTheProgramsCode()
    {
        using VectorDocument document = VectorDocument.Load(
            Repository.Vectors("Random/pumpswap_sdk.json.gz"));
        int refused = 0;
        foreach (JsonElement swap in document.Root.GetProperty("cases").EnumerateArray())
        {
            JsonElement result = swap.GetProperty("result");
            if (!result.TryGetProperty("error", out JsonElement error)) continue;
            if (!error.GetString()!.StartsWith("Insufficient real", StringComparison.Ordinal)) continue;
            SwapRequest request = new() { Direction = SwapDirection.AToB, AmountRaw = JsonText.UInt64(swap, "amount") };
            QuoteStatus status = Build(document.Root, swap).Quote(in request, out SwapQuote quote);
            Assert.Equal(QuoteStatus.InsufficientLiquidity, status);
            Assert.Equal(6063U, quote.ProgramErrorCode);
            refused++;
        }

        Assert.True(refused > 2, "the file has no sale of a pool with virtual reserves");
    }

    private static Pool Build(JsonElement root, JsonElement swap)
    {
        string? id = swap.GetProperty("pool").GetString();
        foreach (JsonElement pool in root.GetProperty("pools").EnumerateArray())
        {
            if (pool.GetProperty("id").GetString() == id) return PumpSwapAccounts.BuildPool(root, pool);
        }

        throw new InvalidDataException($"no pool {id}");
    }
}
