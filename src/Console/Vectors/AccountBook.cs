using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>An account read from a file.</summary>
/// <param name="Key">Address.</param>
/// <param name="Owner">Owner program.</param>
/// <param name="Lamports">Balance in lamports.</param>
/// <param name="Data">Account data.</param>
internal sealed record AccountText(Pubkey Key, Pubkey Owner, ulong Lamports, byte[] Data)
{
    /// <summary>The account as the engine sees it.</summary>
    internal AccountView View => new(Key, Owner, Lamports, Data);
}

/// <summary>Accounts by address, from an object of the form address -> {owner, lamports, data | data_sparse}.</summary>
internal static class AccountBook
{
    // Solana's own limit of an account, 10 MiB; keeps a wrong length from taking all memory.
    private const int MaxAccountBytes = 10 * 1024 * 1024;

    /// <summary>Reads the accounts object.</summary>
    internal static Dictionary<Pubkey, AccountText> Read(JsonElement accounts)
    {
        Dictionary<Pubkey, AccountText> book = [];
        foreach (JsonProperty property in accounts.EnumerateObject())
        {
            Pubkey key = JsonText.ParseKey(property.Name, "accounts");
            book[key] = ReadAccount(in key, property.Value);
        }

        return book;
    }

    private static AccountText ReadAccount(in Pubkey key, JsonElement account)
    {
        try
        {
            byte[] data = account.TryGetProperty("data_sparse", out JsonElement sparse)
                ? ReadSparse(sparse)
                : AccountDataText.Read(JsonText.Member(account, "data"));
            return new AccountText(key, JsonText.Key(account, "owner"), JsonText.UInt64(account, "lamports"), data);
        }
        catch (FormatException e)
        {
            throw new FormatException($"account {key}: {e.Message}", e);
        }
    }

    private static byte[] ReadSparse(JsonElement sparse)
    {
        ulong length = JsonText.UInt64(sparse, "length");
        if (length > MaxAccountBytes) throw new FormatException(
            $"member 'length': {length} bytes is more than an account can hold");
        byte[] data = new byte[length];
        ApplyRuns(data, JsonText.Member(sparse, "runs"));
        return data;
    }

    /// <summary>Writes [[offset, hex], ...] over <paramref name="data"/>.</summary>
    internal static void ApplyRuns(byte[] data, JsonElement runs)
    {
        foreach (JsonElement run in runs.EnumerateArray())
        {
            int offset = run[0].GetInt32();
            byte[] bytes = JsonText.Hex(run[1].GetString() ?? string.Empty, "runs");
            if (offset < 0 || bytes.Length > data.Length - offset)
                throw new FormatException(
                    $"a run at offset {offset} of {bytes.Length} bytes leaves the account's {data.Length} bytes");
            bytes.CopyTo(data, offset);
        }
    }
}
