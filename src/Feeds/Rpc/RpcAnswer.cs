using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Reads JSON-RPC answers. Anything that is not of the stated shape is a malformed answer, never an exception for the
/// caller. Source: agave b64857b5 rpc-client-types/src/{response,config}.rs, rpc-client-api/src/custom_error.rs.
/// </summary>
internal static class RpcAnswer
{
    private const int MessageCharsMax = 300;

    /// <summary>Reads an answer's result with <paramref name="read"/>, or its error.</summary>
    public static RpcResult<T> Read<T>(
        ReadOnlyMemory<byte> body, ulong id, Uri address, Func<JsonElement, RpcResult<T>> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Malformed<T>("no JSON object");
            bool hasId = root.TryGetProperty("id", out JsonElement answered);
            bool isOurs = hasId && answered.ValueKind == JsonValueKind.Number && answered.GetUInt64() == id;
            if (root.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object)
            {
                // A server that could not read the request answers with the id null.
                bool hasNoId = !hasId || answered.ValueKind == JsonValueKind.Null;
                return isOurs || hasNoId
                    ? new RpcResult<T>(default!, ReadError(error, address))
                    : Malformed<T>("an answer to another request");
            }

            if (!isOurs) return Malformed<T>("an answer to another request");
            return root.TryGetProperty("result", out JsonElement result)
                ? read(result)
                : Malformed<T>("neither result nor error");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException
            or KeyNotFoundException or OverflowException or IndexOutOfRangeException)
        {
            return Malformed<T>(EndpointAddress.RedactIn(e.Message, address));
        }
    }

    /// <summary>
    /// The number of elements of an answer's <c>value</c>, as many as asked for, and its slot; nothing is made of the
    /// elements and nothing allocated. What is not a plain good answer goes to <see cref="Read"/>, which says what it
    /// is.
    /// </summary>
    public static RpcResult<int> ReadCount(ReadOnlyMemory<byte> body, ulong id, int asked, Uri address)
    {
        RpcResult<int> read = AnswerSkim.TryRead(body.Span, id, out int count, out ulong slot)
            ? new RpcResult<int>(count, null, slot)
            : Read(
                body, id, address, static result => WithContext(result, static (value, _) => value.GetArrayLength()));
        return read.IsOk && read.Value != asked ? Malformed<int>("another number of accounts than asked for") : read;
    }

    /// <summary>A result with <c>context</c> and <c>value</c>.</summary>
    public static RpcResult<T> WithContext<T>(JsonElement result, Func<JsonElement, ulong, T> read)
    {
        ulong slot = result.GetProperty("context").GetProperty("slot").GetUInt64();
        return new RpcResult<T>(read(result.GetProperty("value"), slot), null, slot);
    }

    /// <summary>An account with base64 data; null for null.</summary>
    public static RpcAccount? ReadAccount(JsonElement account, in Pubkey key, ulong slot)
    {
        if (account.ValueKind == JsonValueKind.Null) return null;
        JsonElement data = account.GetProperty("data");
        if (data.ValueKind != JsonValueKind.Array || data[1].GetString() != "base64")
            throw new FormatException("account data that is not base64");
        byte[] bytes = data[0].GetBytesFromBase64();
        ulong space = account.TryGetProperty("space", out JsonElement size) ? size.GetUInt64() : (ulong)bytes.Length;
        return new RpcAccount(
            key, account.GetProperty("lamports").GetUInt64(), ReadKey(account.GetProperty("owner")), bytes,
            account.GetProperty("executable").GetBoolean(), space, slot);
    }

    /// <summary>A key or hash in Base58.</summary>
    public static Pubkey ReadKey(JsonElement text) =>
        Pubkey.TryParse(text.GetString(), out Pubkey key) ? key : throw new FormatException("not a Base58 key");

    /// <summary>The result of a simulation.</summary>
    public static SimulationResult ReadSimulation(
        JsonElement value, IReadOnlyList<Pubkey> accounts, ulong slot)
    {
        List<string> logs = [];
        if (value.TryGetProperty("logs", out JsonElement lines) && lines.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement line in lines.EnumerateArray()) logs.Add(line.GetString() ?? string.Empty);
        }

        List<RpcAccount?> states = [];
        if (value.TryGetProperty("accounts", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            if (list.GetArrayLength() != accounts.Count) throw new FormatException("another number of accounts");
            for (int i = 0; i < accounts.Count; i++) states.Add(ReadAccount(list[i], accounts[i], slot));
        }

        return new SimulationResult
        {
            Error = ReadTransactionError(value),
            Logs = logs,
            UnitsConsumed = ReadOptional(value, "unitsConsumed"),
            LoadedAccountsDataBytes = ReadOptional(value, "loadedAccountsDataSize"),
            FeeLamports = ReadOptional(value, "fee"),
            Accounts = states,
            Programs = ReadProgramUnits(logs),
        };
    }

    /// <summary>The member err as JSON; null if it is null or missing.</summary>
    public static string? ReadTransactionError(JsonElement value) =>
        value.TryGetProperty("err", out JsonElement err) && err.ValueKind != JsonValueKind.Null
            ? err.GetRawText()
            : null;

    /// <summary>A number; null if it is null or missing.</summary>
    public static ulong? ReadOptional(JsonElement value, string name) =>
        value.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number
            ? number.GetUInt64()
            : null;

    /// <summary>
    /// The runtime's own lines: <c>Program X invoke [depth]</c> and <c>Program X consumed N of M compute units</c>.
    /// Source: agave b64857b5 program-runtime/src/stable_log.rs.
    /// </summary>
    internal static List<ProgramUnits> ReadProgramUnits(List<string> logs)
    {
        List<ProgramUnits> units = [];
        int depth = 0;
        foreach (string line in logs)
        {
            string[] words = line.Split(' ');
            if (words.Length < 3 || words[0] != "Program" || !Pubkey.TryParse(words[1], out Pubkey program)) continue;
            if (words[2] == "invoke") depth++;
            else if (words[2] == "success" || words[2].StartsWith("failed", StringComparison.Ordinal)) depth--;
            bool isUnits = words.Length >= 6 && words[2] == "consumed" && words[4] == "of"
                && uint.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (!isUnits) continue;
            units.Add(new ProgramUnits(program, depth, uint.Parse(words[3], CultureInfo.InvariantCulture)));
        }

        return units;
    }

    public static RpcResult<T> Malformed<T>(string message) =>
        new(default!, new RpcError { Kind = RpcErrorKind.MalformedAnswer, Message = message });

    private static RpcError ReadError(JsonElement error, Uri address)
    {
        int code = error.GetProperty("code").GetInt32();
        string message = error.TryGetProperty("message", out JsonElement text) ? text.ToString() : string.Empty;
        if (message.Length > MessageCharsMax) message = message[..MessageCharsMax];
        RpcErrorKind kind = RpcError.KindOf(code);
        bool hasData = error.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Object;
        bool hasSimulation = hasData && kind == RpcErrorKind.PreflightFailure;
        return new RpcError
        {
            Kind = kind,
            Code = code,
            Message = EndpointAddress.RedactIn(message, address),
            SlotsBehind = hasData ? ReadOptional(data, "numSlotsBehind") : null,
            ContextSlot = hasData ? ReadOptional(data, "contextSlot") : null,
            Simulation = hasSimulation ? ReadSimulation(data, [], 0) : null,
        };
    }
}
