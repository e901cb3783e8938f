using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Lookup tables from a file: accounts of the lookup table program in any form <see cref="AccountFile"/> reads, or the
/// "lookup_tables" list (key, addresses) of a scenario file.
/// </summary>
internal static class LookupTableFile
{
    /// <summary>All tables of the file, usable or not, in the order of the file.</summary>
    /// <param name="path">File.</param>
    /// <param name="slot">Slot whose view of the table counts: entries added in it are not usable yet.</param>
    /// <exception cref="CommandException">It is missing, none of the forms, or holds no table.</exception>
    internal static List<LookupTable> Load(string path, ulong slot = ulong.MaxValue)
    {
        List<LookupTable> tables = ReadList(path);
        if (tables.Count != 0) return tables;
        foreach (AccountText account in AccountFile.Load(path).Accounts.Values)
        {
            if (account.Owner != ProgramIds.AddressLookupTable) continue;
            LookupTable table = new(account.Key);
            _ = table.Update(account.Owner, account.Data, slot); // the table keeps its status
            tables.Add(table);
        }

        return tables.Count != 0
            ? tables
            : throw new CommandException($"{path}: no lookup table found in it", ExitCodes.BadData);
    }

    /// <summary>The tables of a file by address; none without a file.</summary>
    internal static Dictionary<Pubkey, LookupTable> ByKey(string? path)
    {
        Dictionary<Pubkey, LookupTable> tables = [];
        if (path is null) return tables;
        foreach (LookupTable table in Load(path)) tables[table.Key] = table;
        return tables;
    }

    private static List<LookupTable> ReadList(string path)
    {
        List<LookupTable> tables = [];
        if (path.EndsWith(".bin", StringComparison.Ordinal)) return tables;
        using JsonDocument json = VectorDocument.LoadJson(path);
        if (json.RootElement.ValueKind != JsonValueKind.Object) return tables;
        bool hasList = json.RootElement.TryGetProperty("lookup_tables", out JsonElement list);
        if (!hasList || list.ValueKind != JsonValueKind.Array) return tables;
        try
        {
            foreach (JsonElement item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object) continue; // a list of addresses only says where to look
                List<Pubkey> addresses = [];
                foreach (JsonElement address in JsonText.Member(item, "addresses").EnumerateArray())
                    addresses.Add(JsonText.ParseKey(address.GetString(), "addresses"));
                LookupTable table = new(JsonText.Key(item, "key"));
                if (table.Set(addresses.ToArray()) != LookupTableStatus.Ok)
                    throw new FormatException($"table {table.Key}: {table.Status}");
                tables.Add(table);
            }
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new CommandException($"{path}: {e.Message}", ExitCodes.BadData);
        }

        return tables;
    }
}
