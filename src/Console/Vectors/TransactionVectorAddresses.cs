using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Section "dex_pda" of transactions.json: builds the seeds of a DEX account from its inputs, indices included, so that
/// the address does not depend on the seeds the file gives. Source of the seeds: the venues' layouts, the file.
/// </summary>
internal static class TransactionVectorAddresses
{
    private const int WhirlpoolTicksPerArray = 88;
    private const int RaydiumTicksPerArray = 60;
    private const int BinsPerArray = 70;

    /// <summary>False with a difference if an index does not agree, false without one for an unknown kind.</summary>
    internal static bool TryMake(JsonElement item, out ProgramAddressSeeds seeds, out TransactionDifference? difference)
    {
        seeds = default;
        JsonElement inputs = JsonText.Member(item, "inputs");
        string kind = JsonText.String(item, "kind");
        difference = null;
        string? label = Label(JsonText.String(item, "dex"), kind);
        if (label is null) return false;
        if (label.Length > 0) seeds.Add(Encoding.ASCII.GetBytes(label));
        switch (kind)
        {
            case "tick_array":
                difference = AddTickArray(ref seeds, item, inputs);
                return difference is null;
            case "bin_array":
                difference = AddBinArray(ref seeds, inputs);
                return difference is null;
            case "customizable_pool":
                AddLargerFirst(ref seeds, inputs);
                return true;
            case "pool" when JsonText.String(item, "dex") == "meteora_damm_v2":
                seeds.Add(JsonText.Key(inputs, "config"));
                AddLargerFirst(ref seeds, inputs);
                return true;
            case "vault" when JsonText.String(item, "dex") == "meteora_damm_v2":
                seeds.Add(JsonText.Key(inputs, "mint"));
                seeds.Add(JsonText.Key(inputs, "pool"));
                return true;
            default:
                AddInOrder(ref seeds, inputs, bigEndian: kind == "amm_config");
                return true;
        }
    }

    private static string? Label(string dex, string kind) => (dex, kind) switch
    {
        ("dlmm", "reserve") => string.Empty,
        ("dlmm", "bitmap_extension") => "bitmap",
        ("raydium_clmm", "tick_array_bitmap_extension") => "pool_tick_array_bitmap_extension",
        ("raydium_clmm" or "raydium_cpmm", "vault") => "pool_vault",
        ("raydium_cpmm", "authority") => "vault_and_lp_mint_auth_seed",
        ("raydium_amm_v4", "authority") => "amm authority",
        ("meteora_damm_v2", "customizable_pool") => "cpool",
        ("meteora_damm_v2", "vault") => "token_vault",
        ("pumpswap", "creator_vault_authority") => "creator_vault",
        (_, "event_authority") => "__event_authority",
        (_, "tick_array" or "bin_array" or "oracle" or "whirlpool" or "fee_tier" or "pool" or "observation") => kind,
        (_, "amm_config" or "pool_authority" or "global_config") => kind,
        (_, "global_volume_accumulator" or "user_volume_accumulator") => kind,
        _ => null,
    };

    private static TransactionDifference? AddTickArray(ref ProgramAddressSeeds seeds, JsonElement item,
        JsonElement inputs)
    {
        bool whirlpool = JsonText.String(item, "dex") == "whirlpool";
        int span = (whirlpool ? WhirlpoolTicksPerArray : RaydiumTicksPerArray) * (int)JsonText.Int64(inputs,
            "tick_spacing");
        int start = FloorDivide((int)JsonText.Int64(inputs, "tick"), span) * span;
        seeds.Add(JsonText.Key(inputs, whirlpool ? "whirlpool" : "pool"));
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, start);
        if (whirlpool) seeds.Add(Encoding.ASCII.GetBytes(start.ToString(CultureInfo.InvariantCulture)));
        else seeds.Add(bytes);
        return TransactionDifference.Of("start_tick_index", $"{JsonText.Int64(inputs, "start_tick_index")}",
            $"{start}");
    }

    private static TransactionDifference? AddBinArray(ref ProgramAddressSeeds seeds, JsonElement inputs)
    {
        long index = FloorDivide((int)JsonText.Int64(inputs, "bin_id"), BinsPerArray);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, index);
        seeds.Add(JsonText.Key(inputs, "lb_pair"));
        seeds.Add(bytes);
        return TransactionDifference.Of("bin_array_index", $"{JsonText.Int64(inputs, "bin_array_index")}", $"{index}");
    }

    private static void AddLargerFirst(ref ProgramAddressSeeds seeds, JsonElement inputs)
    {
        Span<byte> a = stackalloc byte[32];
        Span<byte> b = stackalloc byte[32];
        JsonText.Key(inputs, "mint_a").CopyTo(a);
        JsonText.Key(inputs, "mint_b").CopyTo(b);
        bool aFirst = a.SequenceCompareTo(b) > 0;
        seeds.Add(aFirst ? a : b);
        seeds.Add(aFirst ? b : a);
    }

    private static void AddInOrder(ref ProgramAddressSeeds seeds, JsonElement inputs, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (JsonProperty input in inputs.EnumerateObject())
        {
            if (input.Value.ValueKind == JsonValueKind.String)
            {
                seeds.Add(JsonText.ParseKey(input.Value.GetString(), input.Name));
                continue;
            }

            ushort number = input.Value.GetUInt16();
            if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
            else BinaryPrimitives.WriteUInt16LittleEndian(bytes, number);
            seeds.Add(bytes);
        }
    }

    private static int FloorDivide(int value, int divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
