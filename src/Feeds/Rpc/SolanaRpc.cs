using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// JSON-RPC over HTTP to one node, typed: a result or an error for every documented code, paced, retried where the
/// error may pass. Any thread; calls may run side by side. Not on the hot path.
/// Source: agave b64857b5 rpc/src/rpc.rs; the limits of a request from rpc-client-api/src/request.rs.
/// </summary>
public sealed partial class SolanaRpc : IDisposable
{
    /// <summary>Keys of one getMultipleAccounts request; more are asked for in several.</summary>
    public const int MaxMultipleAccounts = 100;

    private const int LongestKeyText = 44;

    private readonly SolanaRpcOptions _options;
    private readonly RpcTransport _transport;
    private readonly RequestStock _requests = new();
    private long _lastId;

    /// <summary>A client of <paramref name="address"/> (http or https).</summary>
    public SolanaRpc(Uri address, SolanaRpcOptions options, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        if (address.Scheme is not ("http" or "https")) throw new ArgumentException("http or https.", nameof(address));
        _options = options;
        _lastId = ExchangeSource.FirstId(options.BlockhashSource);
        _transport = new RpcTransport(address, options, clock);
        Name = EndpointAddress.Redact(address);
    }

    /// <summary>The address without secrets.</summary>
    public string Name { get; }

    /// <summary>Its number among the endpoints that agree on blockhashes; 0 if it is none of them.</summary>
    public int BlockhashSource => _options.BlockhashSource;

    /// <summary>What happened to the calls.</summary>
    public RpcCounters Counters => _transport.Counters;

    /// <summary>
    /// Accounts in the order of the keys, null where there is none. Above 100 keys several requests are made, each with
    /// its own slot (see <see cref="RpcAccount.ContextSlot"/>); the result's slot is the lowest. The first error ends
    /// the call. With a slice, answers do not go to the exchange sink.
    /// </summary>
    public async Task<RpcResult<RpcAccount?[]>> GetMultipleAccountsAsync(
        ReadOnlyMemory<Pubkey> keys, Commitment commitment = Commitment.Processed, ulong? minContextSlot = null,
        CancellationToken cancellation = default, DataSlice? slice = null)
    {
        RpcAccount?[] accounts = new RpcAccount?[keys.Length];
        ulong lowest = keys.IsEmpty ? 0 : ulong.MaxValue;
        for (int from = 0; from < keys.Length; from += MaxMultipleAccounts)
        {
            ReadOnlyMemory<Pubkey> some = keys[from..Math.Min(keys.Length, from + MaxMultipleAccounts)];
            RpcResult<RpcAccount?[]> part = await CallAsync(
                "getMultipleAccounts", slice is null,
                writer =>
                {
                    WriteKeys(writer, some.Span);
                    WriteOptions(writer, commitment, minContextSlot, withEncoding: true, slice);
                },
                result => RpcAnswer.WithContext(result, (value, slot) => ReadAccounts(value, some.Span, slot)),
                cancellation).ConfigureAwait(false);
            if (!part.IsOk) return part;
            part.Value.CopyTo(accounts, from);
            lowest = Math.Min(lowest, part.ContextSlot);
        }

        return new RpcResult<RpcAccount?[]>(accounts, null, lowest);
    }

    /// <summary>
    /// Up to 100 accounts whose answer goes to the exchange sink and to nobody else: no account is made here. The
    /// result is the number of accounts in the answer; an answer with another number than asked for is malformed.
    /// </summary>
    public Task<RpcResult<int>> FetchMultipleAccountsAsync(
        ReadOnlyMemory<Pubkey> keys, Commitment commitment, ulong? minContextSlot, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Length, MaxMultipleAccounts);
        return CallAsync(
            "getMultipleAccounts", isForFeed: true,
            writer =>
            {
                WriteKeys(writer, keys.Span);
                WriteOptions(
                    writer, commitment, minContextSlot, withEncoding: true, isCompressed: _options.CompressesAccounts);
            },
            (body, id) => RpcAnswer.ReadCount(body, id, keys.Length, _transport.Address), cancellation);
    }

    /// <summary>
    /// One account; null if there is none. For an address lookup table hand owner and data to the engine's LookupTable.
    /// </summary>
    public Task<RpcResult<RpcAccount?>> GetAccountAsync(
        Pubkey key, Commitment commitment = Commitment.Processed, ulong? minContextSlot = null,
        CancellationToken cancellation = default) => CallAsync(
        "getAccountInfo", isForFeed: true,
        writer =>
        {
            writer.WriteStringValue(key.ToString());
            WriteOptions(writer, commitment, minContextSlot, withEncoding: true);
        },
        result => RpcAnswer.WithContext(result, (value, slot) => RpcAnswer.ReadAccount(value, key, slot)),
        cancellation);

    /// <summary>Accounts of a program that meet up to four filters.</summary>
    /// <param name="program">Owner program.</param>
    /// <param name="filters">All must hold.</param>
    /// <param name="slice">Part of the data that is wanted; null for all of it.</param>
    /// <param name="commitment">State to look at.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RpcResult<RpcAccount[]>> GetProgramAccountsAsync(
        Pubkey program, IReadOnlyList<AccountFilter> filters, DataSlice? slice = null,
        Commitment commitment = Commitment.Confirmed, CancellationToken cancellation = default) => CallAsync(
        "getProgramAccounts", slice is null,
        writer =>
        {
            writer.WriteStringValue(program.ToString());
            writer.WriteStartObject();
            writer.WriteString("encoding", "base64");
            writer.WriteString("commitment", CommitmentText.Of(commitment));
            writer.WriteBoolean("withContext", true);
            AccountFilter.WriteAll(writer, [.. filters]);
            WriteSlice(writer, slice);
            writer.WriteEndObject();
        },
        result => RpcAnswer.WithContext(result, ReadProgramAccounts),
        cancellation);

    /// <summary>Slot at a commitment.</summary>
    public Task<RpcResult<ulong>> GetSlotAsync(
        Commitment commitment = Commitment.Processed, CancellationToken cancellation = default) => CallAsync(
        "getSlot", isForFeed: false,
        writer => WriteOptions(writer, commitment, null, withEncoding: false), ReadNumber, cancellation);

    /// <summary>Block height at a commitment; what a blockhash's last valid height is compared with.</summary>
    public Task<RpcResult<ulong>> GetBlockHeightAsync(
        Commitment commitment = Commitment.Processed, CancellationToken cancellation = default) => CallAsync(
        "getBlockHeight", isForFeed: false,
        writer => WriteOptions(writer, commitment, null, withEncoding: false), ReadNumber, cancellation);

    /// <summary>Where the chain is.</summary>
    public Task<RpcResult<EpochInfo>> GetEpochInfoAsync(
        Commitment commitment = Commitment.Processed, CancellationToken cancellation = default) => CallAsync(
        "getEpochInfo", isForFeed: false, writer => WriteOptions(writer, commitment, null, withEncoding: false),
        static result => new RpcResult<EpochInfo>(
            new EpochInfo(
                result.GetProperty("epoch").GetUInt64(), result.GetProperty("slotIndex").GetUInt64(),
                result.GetProperty("slotsInEpoch").GetUInt64(), result.GetProperty("absoluteSlot").GetUInt64(),
                result.GetProperty("blockHeight").GetUInt64()),
            null, result.GetProperty("absoluteSlot").GetUInt64()),
        cancellation);

    /// <summary>Lamports that an account of a size must have. The rate changes with the chain's features.</summary>
    public Task<RpcResult<ulong>> GetMinimumBalanceForRentExemptionAsync(
        int dataBytes, CancellationToken cancellation = default) => CallAsync(
        "getMinimumBalanceForRentExemption", isForFeed: false, writer => writer.WriteNumberValue(dataBytes), ReadNumber,
        cancellation);

    /// <summary>True if the node is healthy; else an error, perhaps with the slots behind. Asked once.</summary>
    public Task<RpcResult<bool>> GetHealthAsync(CancellationToken cancellation = default) => CallAsync(
        "getHealth", isForFeed: false, null, static result => new RpcResult<bool>(result.GetString() == "ok", null),
        cancellation, maxAttempts: 1);

    /// <summary>Hash of the chain's genesis block, which tells networks apart.</summary>
    public Task<RpcResult<Pubkey>> GetGenesisHashAsync(CancellationToken cancellation = default) => CallAsync(
        "getGenesisHash", isForFeed: false, null,
        static result => new RpcResult<Pubkey>(RpcAnswer.ReadKey(result), null),
        cancellation);

    /// <summary>Version of the node's software.</summary>
    public Task<RpcResult<string>> GetVersionAsync(CancellationToken cancellation = default) => CallAsync(
        "getVersion", isForFeed: false, null,
        static result => new RpcResult<string>(result.GetProperty("solana-core").GetString() ?? string.Empty, null),
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static RpcResult<ulong> ReadNumber(JsonElement result) => new(result.GetUInt64(), null);

    private static void WriteKeys(Utf8JsonWriter writer, ReadOnlySpan<Pubkey> keys)
    {
        writer.WriteStartArray();
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        Span<byte> text = stackalloc byte[LongestKeyText];
        foreach (Pubkey key in keys)
        {
            key.CopyTo(bytes);
            writer.WriteStringValue(text[..Base58.Encode32(bytes, text)]);
        }

        writer.WriteEndArray();
    }

    private static void WriteOptions(
        Utf8JsonWriter writer, Commitment commitment, ulong? minContextSlot, bool withEncoding,
        DataSlice? slice = null, bool isCompressed = false)
    {
        writer.WriteStartObject();
        if (withEncoding) writer.WriteString("encoding", AccountEncodingText.Of(isCompressed));
        writer.WriteString("commitment", CommitmentText.Of(commitment));
        if (minContextSlot is { } slot) writer.WriteNumber("minContextSlot", slot);
        WriteSlice(writer, slice);
        writer.WriteEndObject();
    }

    private static void WriteSlice(Utf8JsonWriter writer, DataSlice? slice)
    {
        if (slice is not { } part) return;
        writer.WriteStartObject("dataSlice");
        writer.WriteNumber("offset", part.OffsetBytes);
        writer.WriteNumber("length", part.LengthBytes);
        writer.WriteEndObject();
    }

    private static RpcAccount?[] ReadAccounts(JsonElement value, ReadOnlySpan<Pubkey> keys, ulong slot)
    {
        if (value.GetArrayLength() != keys.Length) throw new FormatException("another number of accounts");
        RpcAccount?[] accounts = new RpcAccount?[keys.Length];
        for (int i = 0; i < accounts.Length; i++) accounts[i] = RpcAnswer.ReadAccount(value[i], keys[i], slot);
        return accounts;
    }

    private static RpcAccount[] ReadProgramAccounts(JsonElement value, ulong slot)
    {
        List<RpcAccount> accounts = [];
        foreach (JsonElement entry in value.EnumerateArray())
        {
            Pubkey key = RpcAnswer.ReadKey(entry.GetProperty("pubkey"));
            RpcAccount? account = RpcAnswer.ReadAccount(entry.GetProperty("account"), key, slot);
            accounts.Add(account ?? throw new FormatException("a program's account that is null"));
        }

        return [.. accounts];
    }

    private Task<RpcResult<T>> CallAsync<T>(
        string method, bool isForFeed, Action<Utf8JsonWriter>? writeParameters,
        Func<JsonElement, RpcResult<T>> read, CancellationToken cancellation, int? maxAttempts = null) => CallAsync(
        method, isForFeed, writeParameters,
        (body, id) => RpcAnswer.Read(body, id, _transport.Address, read), cancellation, maxAttempts);

    private async Task<RpcResult<T>> CallAsync<T>(
        string method, bool isForFeed, Action<Utf8JsonWriter>? writeParameters,
        Func<ReadOnlyMemory<byte>, ulong, RpcResult<T>> read, CancellationToken cancellation, int? maxAttempts = null)
    {
        ulong id = (ulong)Interlocked.Increment(ref _lastId);
        RequestText request = _requests.Take();
        request.Write(method, id, writeParameters);
        bool hasAccounts = method is "getAccountInfo" or "getMultipleAccounts" or "getProgramAccounts"
            or "simulateTransaction";
        int maxBytes = hasAccounts
            ? _options.MaxAnswerBytes
            : Math.Min(_options.MaxShortAnswerBytes, _options.MaxAnswerBytes);
        RpcResult<T> result = await _transport.CallAsync(
            request.Bytes, id, isForFeed, maxAttempts ?? _options.MaxAttempts, maxBytes, read, cancellation)
            .ConfigureAwait(false);
        // A call that was given up may still be reading its request; one that was answered has read it.
        if (result.Error is not { Kind: RpcErrorKind.Timeout or RpcErrorKind.Cancelled or RpcErrorKind.ConnectFailed })
            _requests.Return(request);
        return result;
    }
}
