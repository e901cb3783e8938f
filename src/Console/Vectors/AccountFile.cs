using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.RaydiumAmm;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Accounts from a file in any of the forms people have them in: a vector or scenario file, the answer of
/// getMultipleAccounts
/// or getProgramAccounts, one account as JSON, or raw account data.
/// </summary>
internal sealed class AccountFile
{
    private ulong _answerSlot = 1;

    private AccountFile()
    {
    }

    /// <summary>Accounts by address; an account without one in the file has a made-up address.</summary>
    internal Dictionary<Pubkey, AccountText> Accounts { get; } = [];

    /// <summary>Clock per pool, where the file has one.</summary>
    internal Dictionary<Pubkey, ChainClock> Clocks { get; } = [];

    /// <summary>Order-book addresses per Raydium AMM v4 pool, where the file lists them.</summary>
    internal Dictionary<Pubkey, RaydiumAmmMarket> Markets { get; } = [];

    /// <summary>Clock of the whole file (its "clock" member or its Clock sysvar account), where it has one.</summary>
    internal ChainClock? CommonClock { get; private set; }

    /// <summary>
    /// The clock where the file has none: now, in the slot of a node's answer, and in an epoch after every other, so
    /// that the newest transfer fee of a mint holds: whether a scheduled one is in force is not known then, and nearly
    /// all are.
    /// </summary>
    internal ChainClock ClockNow => new(_answerSlot, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), ulong.MaxValue);

    /// <summary>The clock of the file, else of a pool, else <see cref="ClockNow"/>.</summary>
    internal ChainClock ClockOf(in Pubkey pool) =>
        CommonClock ?? (Clocks.TryGetValue(pool, out ChainClock own) ? own : ClockNow);

    /// <summary>True if the file does not say who owns the data (raw bytes).</summary>
    internal bool IsOwnerUnknown { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is missing or none of the forms.</exception>
    internal static AccountFile Load(string path)
    {
        AccountFile file = new();
        if (path.EndsWith(".bin", StringComparison.Ordinal))
        {
            file.AddRaw(path);
            return file;
        }

        try
        {
            using JsonDocument json = VectorDocument.LoadJson(path);
            file.AddJson(json.RootElement);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new CommandException($"{path}: {e.Message}", ExitCodes.BadData);
        }

        if (file.Accounts.TryGetValue(ProgramIds.ClockSysvar, out AccountText? sysvar)
            && ChainClock.TryDecode(sysvar.Data, out ChainClock decoded)) file.CommonClock = decoded;
        return file.Accounts.Count != 0
            ? file
            : throw new CommandException($"{path}: no account found in it", ExitCodes.BadData);
    }

    private void AddRaw(string path)
    {
        byte[] data = UserFile.Read(path, static file =>
        {
            byte[] all = new byte[file.Length];
            file.ReadExactly(all);
            return all;
        });
        Accounts[default] = new AccountText(default, default, 1, data);
        IsOwnerUnknown = true;
    }

    private void AddJson(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            int number = 0;
            foreach (JsonElement item in root.EnumerateArray()) AddNumbered(item, null, number++);
            return;
        }

        if (root.ValueKind != JsonValueKind.Object) throw new FormatException($"the top level is {root.ValueKind}");
        if (root.TryGetProperty("clock", out JsonElement clock) && clock.ValueKind == JsonValueKind.Object)
            CommonClock = JsonText.Clock(clock);
        if (root.TryGetProperty("accounts", out JsonElement book)
            && book.ValueKind == JsonValueKind.Object) AddBook(book);
        if (root.TryGetProperty("pools", out JsonElement pools) && pools.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement pool in pools.EnumerateArray()) AddPool(pool);
            return;
        }

        if (Accounts.Count != 0) return;
        if (root.TryGetProperty("result", out JsonElement result)) AddAnswer(result, root);
        else if (root.TryGetProperty("value", out _)) AddAnswer(root, root);
        else AddItem(root, null);
    }

    private void AddPool(JsonElement pool)
    {
        Pubkey address = JsonText.Key(pool, "pool");
        bool hasBook = pool.TryGetProperty("accounts", out JsonElement book) && book.ValueKind == JsonValueKind.Object;
        if (hasBook) AddBook(book);
        if (pool.TryGetProperty("clock", out JsonElement clock)) Clocks[address] = JsonText.Clock(clock);
        if (PoolFixture.ReadMarket(pool) is { } market) Markets[address] = market;
    }

    private void AddBook(JsonElement book)
    {
        foreach ((Pubkey key, AccountText account) in AccountBook.Read(book)) Accounts[key] = account;
    }

    private void AddAnswer(JsonElement answer, JsonElement root)
    {
        JsonElement values = answer.ValueKind == JsonValueKind.Object ? JsonText.Member(answer, "value") : answer;
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("context", out JsonElement context)
            && context.ValueKind == JsonValueKind.Object)
        {
            _answerSlot = JsonText.OptionalUInt64(context, "slot") ?? _answerSlot;
        }

        if (values.ValueKind == JsonValueKind.Object)
        {
            AddItem(values, null);
            return;
        }

        // getMultipleAccounts does not repeat the keys; a capture that keeps them has them beside the answer.
        bool hasKeys = root.TryGetProperty("keys", out JsonElement keys) && keys.ValueKind == JsonValueKind.Array;
        int index = 0;
        foreach (JsonElement value in values.EnumerateArray())
        {
            string? key = hasKeys && index < keys.GetArrayLength() ? keys[index].GetString() : null;
            if (value.ValueKind == JsonValueKind.Object) AddNumbered(value, key, index);
            index++;
        }
    }

    private void AddNumbered(JsonElement item, string? keyText, int index)
    {
        try
        {
            AddItem(item, keyText);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new FormatException($"account {index}: {e.Message}", e);
        }
    }

    private void AddItem(JsonElement item, string? keyText)
    {
        JsonElement account = item.TryGetProperty("account", out JsonElement inner) ? inner : item;
        keyText ??= JsonText.OptionalString(item, "pubkey") ?? JsonText.OptionalString(item, "address");
        Pubkey key = keyText is null ? MadeUpKey() : JsonText.ParseKey(keyText, "pubkey");
        byte[] bytes = AccountDataText.Read(JsonText.Member(account, "data"));
        ulong lamports = JsonText.OptionalUInt64(account, "lamports") ?? 1;
        Accounts[key] = new AccountText(key, JsonText.Key(account, "owner"), lamports, bytes);
    }

    private Pubkey MadeUpKey()
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Clear();
        bytes[^1] = (byte)(Accounts.Count + 1);
        bytes[^2] = (byte)((Accounts.Count + 1) >> 8);
        return Pubkey.Read(bytes);
    }
}
