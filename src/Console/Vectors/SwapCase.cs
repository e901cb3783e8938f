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
        Direction = JsonText.OptionalString(json, "direction");
        AccountCount = JsonText.OptionalUInt64(json, "account_count");
        InputMint = JsonText.Key(json, "input_mint");
        OutputMint = json.TryGetProperty("output_mint", out _) ? JsonText.Key(json, "output_mint") : null;
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

    /// <summary>Direction in the program's own terms; null if the file has none.</summary>
    internal string? Direction { get; }

    /// <summary>Accounts of the instruction, where the file counts them.</summary>
    internal ulong? AccountCount { get; }

    internal Pubkey InputMint { get; }

    /// <summary>Mint that comes out; null if the file does not say.</summary>
    internal Pubkey? OutputMint { get; }

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

    /// <summary>What the executed swap debited and credited; null if it failed.</summary>
    internal ulong? ExecutedIn { get; private set; }

    internal ulong? ExecutedOut { get; private set; }

    /// <summary>
    /// True if the expected amounts come from "plain_ceil_result": the binary that ran rounded otherwise, so its post
    /// state
    /// does not apply.
    /// </summary>
    internal bool IsReRounded { get; private set; }

    private void ReadResult(JsonElement json)
    {
        JsonElement result = JsonText.Member(json, "result");
        string status = JsonText.String(result, "status");
        if (status is not ("ok" or "error"))
            throw new FormatException($"member 'status': '{status}' is not ok or error");
        if (status == "ok")
        {
            ExecutedIn = JsonText.UInt64(result, "amount_in");
            ExecutedOut = JsonText.UInt64(result, "amount_out");
        }

        if (json.TryGetProperty("plain_ceil_result", out JsonElement plain) && plain.ValueKind == JsonValueKind.Object)
        {
            IsReRounded = true;
            AmountIn = JsonText.UInt64(plain, "amount_in");
            AmountOut = JsonText.UInt64(plain, "amount_out");
            return;
        }

        if (ExecutedIn is { } input && ExecutedOut is { } output)
        {
            AmountIn = input;
            AmountOut = output;
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
