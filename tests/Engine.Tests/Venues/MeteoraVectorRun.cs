using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// Runs a Meteora vector file (format lowlatency-oracle/1, see the vectors' README) through the pool classes: quote,
/// post-state, error code and instruction of every case. Development can point LOWLATENCY_VECTORS at a fuller folder.
/// </summary>
internal sealed class MeteoraVectorRun
{
    // Cases whose instruction names other arrays than a client would choose: the program's view is pinned to them.
    private static readonly string[] _pinnedNotes =
        ["only the first bin array given", "bin arrays in reverse order", "first bin array missing", "no bin arrays"];

    private readonly JsonElement _root;
    private readonly Func<JsonElement, Pubkey, Pool> _create;
    private readonly Func<JsonElement, Dictionary<Pubkey, AccountRole>> _roles;
    private readonly Func<JsonElement, int> _variant;
    private readonly int _fixedAccounts;

    internal MeteoraVectorRun(
        string file,
        Func<JsonElement, Pubkey, Pool> create,
        Func<JsonElement, Dictionary<Pubkey, AccountRole>> roles,
        Func<JsonElement, int> variant,
        int fixedAccounts)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Folder(), file));
        using GZipStream zip = new(stream, CompressionMode.Decompress);
        _root = JsonDocument.Parse(zip).RootElement;
        _create = create;
        _roles = roles;
        _variant = variant;
        _fixedAccounts = fixedAccounts;
    }

    internal int Cases { get; private set; }

    internal int Passed { get; private set; }

    internal StringBuilder Differences { get; } = new();

    internal static string Folder()
    {
        string? over = Environment.GetEnvironmentVariable("LOWLATENCY_VECTORS");
        return string.IsNullOrEmpty(over) ? Repository.PathOf("tests", "Vectors") : over;
    }

    /// <summary>A pool whose own account was changed before it was applied once more.</summary>
    internal Pool LoadAltered(JsonElement element, Action<byte[]> change, out ChainClock clock)
    {
        Pool pool = Load(element, out Dictionary<Pubkey, byte[]> data);
        byte[] bytes = data[pool.Address];
        change(bytes);
        AccountView view = View(element, pool.Address, bytes);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, in view));
        clock = Clock(element);
        return pool;
    }

    internal IEnumerable<JsonElement> Pools() => _root.GetProperty("pools").EnumerateArray();

    internal Dictionary<Pubkey, AccountRole> Roles(JsonElement pool)
    {
        Dictionary<Pubkey, AccountRole> roles = _roles(pool);
        roles[Key(pool, "pool")] = AccountRole.Pool;
        return roles;
    }

    internal static AccountView View(JsonElement pool, Pubkey key, ReadOnlySpan<byte> data)
    {
        JsonElement account = pool.GetProperty("accounts").GetProperty(key.ToString());
        return new AccountView(
            key, Pubkey.Parse(account.GetProperty("owner").GetString()), Number(account, "lamports"), data);
    }

    internal static ChainClock Clock(JsonElement element)
    {
        JsonElement clock = element.GetProperty("clock");
        return new ChainClock(Number(clock, "slot"), (long)Number(clock, "unix_timestamp"), Number(clock, "epoch"));
    }

    internal void Run()
    {
        Dictionary<string, JsonElement> pools = new(StringComparer.Ordinal);
        foreach (JsonElement pool in _root.GetProperty("pools").EnumerateArray())
            pools.Add(pool.GetProperty("id").GetString()!, pool);
        foreach (JsonElement item in _root.GetProperty("cases").EnumerateArray())
        {
            Cases++;
            string? difference = Compare(pools[item.GetProperty("pool").GetString()!], item);
            if (difference is null) Passed++;
            else Differences.Append(item.GetProperty("id").GetString()).Append(": ").AppendLine(difference);
        }
    }

    internal Pool Load(JsonElement pool, out Dictionary<Pubkey, byte[]> data)
    {
        Pubkey address = Key(pool, "pool");
        Pool target = _create(pool, address);
        Dictionary<Pubkey, AccountRole> roles = _roles(pool);
        JsonElement accounts = pool.GetProperty("accounts");
        data = [];
        foreach (JsonProperty account in accounts.EnumerateObject())
            data.Add(Pubkey.Parse(account.Name), Bytes(account.Value));
        // The pool account first: the others are checked against it.
        ApplyOne(target, AccountRole.Pool, address, pool, data);
        foreach ((Pubkey key, byte[] _) in data)
            if (key != address && roles.TryGetValue(key, out AccountRole role))
                ApplyOne(target, role, key, pool, data);
        target.MarkArraysComplete();
        return target;
    }

    private static void ApplyOne(
        Pool pool, AccountRole role, Pubkey key, JsonElement poolElement, Dictionary<Pubkey, byte[]> data)
    {
        AccountView view = View(poolElement, key, data[key]);
        DecodeStatus status = pool.Apply(role, in view);
        if (status != DecodeStatus.Ok) throw new InvalidDataException($"{role} {key}: {status}");
    }

    private string? Compare(JsonElement poolElement, JsonElement item)
    {
        Pool pool = Load(poolElement, out Dictionary<Pubkey, byte[]> data);
        JsonElement instruction = item.GetProperty("instructions")[0];
        string note = item.TryGetProperty("note", out JsonElement noteElement) ? noteElement.GetString() ?? "" : "";
        if (Array.IndexOf(_pinnedNotes, note) >= 0) Pin(pool, item, instruction);

        SwapRequest request = Request(pool, poolElement, item);
        QuoteStatus quoteStatus = pool.Quote(in request, out SwapQuote quoted);
        QuoteStatus status = pool.Execute(in request, out SwapQuote quote);
        bool isSame = quoted.AmountOutRaw == quote.AmountOutRaw && quoted.AmountInRaw == quote.AmountInRaw;
        if (status != quoteStatus || !isSame)
            return $"quote {quoteStatus} and execute {status} differ";
        string? difference = Result(poolElement, item, pool, data, status, in quote);
        return difference ?? Instruction(Load(poolElement, out _), item, instruction, in request, note);
    }

    private string? Result(
        JsonElement poolElement,
        JsonElement item,
        Pool pool,
        Dictionary<Pubkey, byte[]> data,
        QuoteStatus status,
        in SwapQuote quote)
    {
        JsonElement result = item.GetProperty("result");
        if (result.GetProperty("status").GetString() == "ok")
        {
            if (status != QuoteStatus.Ok) return $"expected ok, got {status} {quote.ProgramErrorCode}";
            ulong amountIn = Number(result, "amount_in");
            ulong amountOut = Number(result, "amount_out");
            if (quote.AmountInRaw != amountIn || quote.AmountOutRaw != amountOut)
                return $"expected {amountIn} -> {amountOut}, got {quote.AmountInRaw} -> {quote.AmountOutRaw}";
            return PostState(poolElement, item, pool, data);
        }

        JsonElement error = result.GetProperty("error");
        uint code = error.TryGetProperty("code", out JsonElement c) ? c.GetUInt32() : 0;
        // Token program: the user's balance is below the input; a quote does not know balances.
        bool isBalance = code == 1 && status == QuoteStatus.Ok
            && quote.AmountInRaw > Number(item, "user_input_balance");
        if (isBalance) return null;
        return status != QuoteStatus.Ok && quote.ProgramErrorCode == code
            ? null
            : $"expected {error}, got {status} {quote.ProgramErrorCode} {quote.AmountInRaw} -> {quote.AmountOutRaw}";
    }

    private string? PostState(JsonElement poolElement, JsonElement item, Pool pool, Dictionary<Pubkey, byte[]> data)
    {
        Dictionary<Pubkey, AccountRole> roles = Roles(poolElement);
        JsonElement post = item.GetProperty("post");
        foreach ((Pubkey key, AccountRole role) in roles)
        {
            if (!data.TryGetValue(key, out byte[]? before)) continue;
            byte[] expected = (byte[])before.Clone();
            if (post.TryGetProperty(key.ToString(), out JsonElement writes))
                foreach (JsonElement write in writes.EnumerateArray())
                    Convert.FromHexString(write[1].GetString()!).CopyTo(expected, write[0].GetInt32());
            byte[] actual = (byte[])before.Clone();
            bool isWritten = pool.TryWriteState(in key, actual);
            for (int i = 0; i < actual.Length; i++)
            {
                if (!pool.IsModelled(role, i)) continue;
                if (!isWritten) return $"{role} has modelled bytes but is not written";
                if (actual[i] != expected[i])
                    return $"{role} byte {i}: expected {expected[i]:x2}, got {actual[i]:x2} (was {before[i]:x2})";
            }
        }

        return null;
    }

    private string? Instruction(
        Pool pool, JsonElement item, JsonElement instruction, in SwapRequest request, string note)
    {
        if (Array.IndexOf(_pinnedNotes, note) >= 0) Pin(pool, item, instruction);
        SwapInstructionRequest write = default;
        write.Direction = request.Direction;
        write.Mode = request.Mode;
        write.AmountRaw = request.AmountRaw;
        write.ThresholdRaw = request.ThresholdRaw;
        write.Clock = request.Clock;
        write.User = Pubkey.Parse(_root.GetProperty("user").GetString());
        write.UserInput = Key(item, "user_input_account");
        write.UserOutput = Key(item, "user_output_account");
        write.MaxPriceImpactBps = request.MaxPriceImpactBps;
        write.Variant = _variant(item);
        if (HasReferral(item)) write.Referral = Key(item, "referral_account");
        InstructionBuffer buffer = new();
        QuoteStatus status = pool.WriteSwap(in write, buffer);
        if (status != QuoteStatus.Ok) return $"instruction: {status}";
        string data = Convert.ToHexStringLower(buffer.Data);
        if (data != instruction.GetProperty("data").GetString())
            return $"data {data}, expected {instruction.GetProperty("data").GetString()}";
        JsonElement accounts = instruction.GetProperty("accounts");
        if (accounts.GetArrayLength() != buffer.Accounts.Length)
            return $"{buffer.Accounts.Length} accounts, expected {accounts.GetArrayLength()}";
        for (int i = 0; i < buffer.Accounts.Length; i++)
        {
            string flags = accounts[i][1].GetString()!;
            AccountFlags expected = (flags.Contains('s') ? AccountFlags.Signer : 0)
                | (flags.Contains('w') ? AccountFlags.Writable : 0);
            if (buffer.Accounts[i].Key.ToString() != accounts[i][0].GetString() || buffer.Accounts[i].Flags != expected)
                return $"account {i}: {buffer.Accounts[i].Key} {buffer.Accounts[i].Flags}, expected {accounts[i]}";
        }

        return null;
    }

    private void Pin(Pool pool, JsonElement item, JsonElement instruction)
    {
        bool isSecond = item.GetProperty("instruction_name").GetString()!.EndsWith('2');
        JsonElement accounts = instruction.GetProperty("accounts");
        // The second account is the bitmap extension (or the program's own id for none).
        List<Pubkey> arrays = [Pubkey.Parse(accounts[1][0].GetString())];
        for (int i = isSecond ? _fixedAccounts : _fixedAccounts - 1; i < accounts.GetArrayLength(); i++)
            arrays.Add(Pubkey.Parse(accounts[i][0].GetString()));
        arrays.Remove(Key(_root, "program_id"));
        pool.PinArrays(arrays.ToArray());
    }

    private static SwapRequest Request(Pool pool, JsonElement poolElement, JsonElement item)
    {
        SwapRequest request = default;
        request.Direction = Key(item, "input_mint") == pool.MintA ? SwapDirection.AToB : SwapDirection.BToA;
        request.Mode = item.GetProperty("kind").GetString() switch
        {
            "exact_in" => SwapMode.ExactIn,
            "exact_out" => SwapMode.ExactOut,
            "partial_fill" => SwapMode.PartialFill,
            string other => throw new InvalidDataException(other),
            null => throw new InvalidDataException("kind"),
        };
        request.AmountRaw = Number(item, "amount");
        request.ThresholdRaw = Number(item, "other_amount_threshold");
        if (item.TryGetProperty("max_price_impact_bps", out JsonElement bps))
        {
            request.HasPriceImpactLimit = true;
            request.MaxPriceImpactBps = bps.GetUInt16();
        }

        request.HasReferral = HasReferral(item);
        request.Clock = Clock(item.TryGetProperty("clock", out _) ? item : poolElement);
        return request;
    }

    private static bool HasReferral(JsonElement item) =>
        item.TryGetProperty("referral_account", out JsonElement referral) && referral.ValueKind == JsonValueKind.String;

    internal static Pubkey Key(JsonElement element, string name) => Pubkey.Parse(element.GetProperty(name).GetString());

    private static ulong Number(JsonElement element, string name)
    {
        JsonElement value = element.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number
            ? value.GetUInt64()
            : ulong.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Bytes(JsonElement account)
    {
        if (account.TryGetProperty("data", out JsonElement text)) return text.GetBytesFromBase64();
        JsonElement sparse = account.GetProperty("data_sparse");
        byte[] data = new byte[sparse.GetProperty("length").GetInt32()];
        foreach (JsonElement run in sparse.GetProperty("runs").EnumerateArray())
            Convert.FromHexString(run[1].GetString()!).CopyTo(data, run[0].GetInt32());
        return data;
    }
}
