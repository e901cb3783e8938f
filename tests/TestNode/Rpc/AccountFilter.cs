using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>A filter of getProgramAccounts and programSubscribe: data size, or bytes at an offset.</summary>
internal sealed class AccountFilter
{
    private const int MaxFilters = 4;
    private const int MaxMemcmpBytes = 128; // Source: agave rpc-client-api filter.rs MAX_DATA_SIZE
    private const int TokenAccountBytes = 165;

    private int _dataSize = -1;
    private int _offset;
    private byte[]? _bytes;

    /// <summary>Filters of a configuration; at most four.</summary>
    public static IReadOnlyList<AccountFilter> ParseAll(JsonElement filters)
    {
        List<AccountFilter> parsed = [];
        if (filters.ValueKind != JsonValueKind.Array) return parsed;
        if (filters.GetArrayLength() > MaxFilters)
            throw new RpcException(RpcError.InvalidParams($"Too many filters provided; max {MaxFilters}"));
        foreach (JsonElement filter in filters.EnumerateArray()) parsed.Add(Parse(filter));
        return parsed;
    }

    public static bool MatchesAll(IReadOnlyList<AccountFilter> filters, AccountState account)
    {
        foreach (AccountFilter filter in filters)
        {
            if (!filter.Matches(account)) return false;
        }

        return true;
    }

    private static AccountFilter Parse(JsonElement filter)
    {
        if (filter.ValueKind == JsonValueKind.String && filter.ValueEquals("tokenAccountState"))
            return new AccountFilter { _dataSize = TokenAccountBytes };
        if (filter.TryGetProperty("dataSize", out JsonElement size)) return new() { _dataSize = size.GetInt32() };
        if (!filter.TryGetProperty("memcmp", out JsonElement memcmp))
            throw new RpcException(RpcError.InvalidParams("Invalid params: unknown variant of filter"));
        return new AccountFilter
        {
            _offset = memcmp.GetProperty("offset").GetInt32(),
            _bytes = Bytes(memcmp.GetProperty("bytes"), memcmp),
        };
    }

    private static byte[] Bytes(JsonElement bytes, JsonElement memcmp)
    {
        byte[] decoded = new byte[MaxMemcmpBytes];
        int length;
        if (bytes.ValueKind == JsonValueKind.Array)
        {
            decoded = new byte[bytes.GetArrayLength()];
            for (int i = 0; i < decoded.Length; i++) decoded[i] = bytes[i].GetByte();
            length = decoded.Length;
        }
        else if (memcmp.TryGetProperty("encoding", out JsonElement encoding) && encoding.ValueEquals("base64"))
        {
            decoded = bytes.GetBytesFromBase64();
            length = decoded.Length;
        }
        else if (!Base58.TryDecode(bytes.GetString(), decoded, out length))
        {
            throw new RpcException(RpcError.InvalidParams("Invalid param: invalid base58 in memcmp filter"));
        }

        return length <= MaxMemcmpBytes
            ? decoded[..length]
            : throw new RpcException(RpcError.InvalidParams("Invalid param: data too large in memcmp filter"));
    }

    private bool Matches(AccountState account)
    {
        if (_bytes is null) return account.Data.Length == _dataSize;
        return _offset <= account.Data.Length - _bytes.Length
            && account.Data.AsSpan(_offset, _bytes.Length).SequenceEqual(_bytes);
    }
}
