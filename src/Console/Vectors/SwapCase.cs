using System;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>One swap of a vector file.</summary>
internal sealed class SwapCase
{
    /// <summary>Reads a case; <paramref name="poolClock"/> holds where the case has no clock of its own.</summary>
    internal SwapCase(JsonElement json, ChainClock poolClock)
    {
        Json = json;
        Id = JsonText.String(json, "id");
        InstructionName = JsonText.OptionalString(json, "instruction_name") ?? string.Empty;
        Mode = ReadMode(JsonText.String(json, "kind"));
        InputMint = JsonText.Key(json, "input_mint");
        UserInput = JsonText.Key(json, "user_input_account");
        UserOutput = JsonText.Key(json, "user_output_account");
        UserBalance = JsonText.OptionalUInt64(json, "user_input_balance") ?? ulong.MaxValue;
        Amount = JsonText.UInt64(json, "amount");
        Threshold = JsonText.UInt64(json, "other_amount_threshold");
        SqrtPriceLimitX64 = JsonText.OptionalUInt128(json, "sqrt_price_limit")
            ?? JsonText.OptionalUInt128(json, "sqrt_price_limit_x64") ?? 0;
        MaxPriceImpactBps = (ushort?)JsonText.OptionalUInt64(json, "max_price_impact_bps");
        string? referral = JsonText.OptionalString(json, "referral_account");
        Referral = referral is null ? default : JsonText.ParseKey(referral, "referral_account");
        Clock = json.TryGetProperty("clock", out JsonElement clock) ? JsonText.Clock(clock) : poolClock;
        ReadResult(json);
    }

    internal JsonElement Json { get; }

    internal string Id { get; }

    /// <summary>Name of the instruction in the program's own terms; empty if the file has none.</summary>
    internal string InstructionName { get; }

    internal SwapMode Mode { get; }

    internal Pubkey InputMint { get; }

    internal Pubkey UserInput { get; }

    internal Pubkey UserOutput { get; }

    internal ulong UserBalance { get; }

    internal ulong Amount { get; }

    internal ulong Threshold { get; }

    internal UInt128 SqrtPriceLimitX64 { get; }

    /// <summary>Limit on price impact, for the instruction that carries one.</summary>
    internal ushort? MaxPriceImpactBps { get; }

    /// <summary>Referral token account the instruction names; zero for none.</summary>
    internal Pubkey Referral { get; }

    internal ChainClock Clock { get; }

    /// <summary>Expected error; null if the swap is expected to succeed.</summary>
    internal VectorError? Error { get; private set; }

    /// <summary>Expected debit of the user.</summary>
    internal ulong AmountIn { get; private set; }

    /// <summary>Expected credit of the user.</summary>
    internal ulong AmountOut { get; private set; }

    /// <summary>
    /// True if the expected amounts come from "plain_ceil_result": the binary that ran rounded otherwise, so its post
    /// state
    /// does not apply.
    /// </summary>
    internal bool IsReRounded { get; private set; }

    private void ReadResult(JsonElement json)
    {
        if (json.TryGetProperty("plain_ceil_result", out JsonElement plain) && plain.ValueKind == JsonValueKind.Object)
        {
            IsReRounded = true;
            AmountIn = JsonText.UInt64(plain, "amount_in");
            AmountOut = JsonText.UInt64(plain, "amount_out");
            return;
        }

        JsonElement result = JsonText.Member(json, "result");
        if (JsonText.String(result, "status") == "ok")
        {
            AmountIn = JsonText.UInt64(result, "amount_in");
            AmountOut = JsonText.UInt64(result, "amount_out");
            return;
        }

        JsonElement error = JsonText.Member(result, "error");
        Error = new VectorError(
            JsonText.String(error, "kind"),
            (uint?)JsonText.OptionalUInt64(error, "code"),
            JsonText.OptionalString(error, "name") ?? string.Empty);
    }

    private static SwapMode ReadMode(string kind) => kind switch
    {
        "exact_in" => SwapMode.ExactIn,
        "exact_out" => SwapMode.ExactOut,
        "partial_fill" => SwapMode.PartialFill,
        _ => throw new FormatException($"member 'kind': '{kind}' is not exact_in, exact_out or partial_fill"),
    };
}
