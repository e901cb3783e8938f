using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Reads members of vector files. Integers that may exceed 2^53 are decimal strings, smaller ones may be numbers.
/// Every failure names the member.
/// </summary>
internal static class JsonText
{
    internal static JsonElement Member(JsonElement parent, string name)
    {
        if (parent.ValueKind == JsonValueKind.Object
            && parent.TryGetProperty(name, out JsonElement value)) return value;
        throw new FormatException($"member '{name}' is missing");
    }

    internal static string String(JsonElement parent, string name) =>
        OptionalString(parent, name) ?? throw new FormatException($"member '{name}' is missing or not text");

    internal static string? OptionalString(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    internal static Pubkey Key(JsonElement parent, string name) => ParseKey(String(parent, name), name);

    internal static Pubkey ParseKey(string? text, string name) =>
        Pubkey.TryParse(text, out Pubkey key) ? key
            : throw new FormatException($"member '{name}': '{text}' is not an address");

    internal static ulong UInt64(JsonElement parent, string name) =>
        OptionalUInt64(parent, name) ?? throw new FormatException($"member '{name}' is missing");

    internal static ulong? OptionalUInt64(JsonElement parent, string name)
    {
        if (!TryRaw(parent, name, out string text)) return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new FormatException($"member '{name}': '{text}' is not an unsigned 64-bit integer");
    }

    internal static UInt128? OptionalUInt128(JsonElement parent, string name)
    {
        if (!TryRaw(parent, name, out string text)) return null;
        return System.UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 value)
            ? value
            : throw new FormatException($"member '{name}': '{text}' is not an unsigned 128-bit integer");
    }

    internal static long Int64(JsonElement parent, string name)
    {
        if (!TryRaw(parent, name, out string text)) throw new FormatException($"member '{name}' is missing");
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new FormatException($"member '{name}': '{text}' is not a 64-bit integer");
    }

    internal static ChainClock Clock(JsonElement parent) => new(
        UInt64(parent, "slot"), Int64(parent, "unix_timestamp"), UInt64(parent, "epoch"));

    internal static byte[] Hex(string text, string name)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new FormatException($"member '{name}' is not hexadecimal");
        }
    }

    /// <summary>An instruction as "program_id", "accounts" [[address, flags]...] and "data" in hexadecimal.</summary>
    internal static InstructionText Instruction(JsonElement element)
    {
        List<AccountMeta> metas = [];
        foreach (JsonElement account in Member(element, "accounts").EnumerateArray())
        {
            string flags = account[1].GetString() ?? string.Empty;
            AccountFlags privileges = AccountFlags.None;
            if (flags.Contains('w', StringComparison.Ordinal)) privileges |= AccountFlags.Writable;
            if (flags.Contains('s', StringComparison.Ordinal)) privileges |= AccountFlags.Signer;
            metas.Add(new AccountMeta(ParseKey(account[0].GetString(), "accounts"), privileges));
        }

        return new InstructionText(Key(element, "program_id"), [.. metas], Hex(String(element, "data"), "data"));
    }

    private static bool TryRaw(JsonElement parent, string name, out string text)
    {
        text = string.Empty;
        if (parent.ValueKind != JsonValueKind.Object
            || !parent.TryGetProperty(name, out JsonElement value)) return false;
        if (value.ValueKind == JsonValueKind.Null) return false;
        text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return true;
    }
}

/// <summary>An instruction read from a file.</summary>
/// <param name="ProgramId">Program that executed it.</param>
/// <param name="Accounts">Accounts in order.</param>
/// <param name="Data">Instruction data.</param>
internal sealed record InstructionText(Pubkey ProgramId, AccountMeta[] Accounts, byte[] Data);
