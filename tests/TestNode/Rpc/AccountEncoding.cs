using System;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>
/// Account data as the encodings of the RPC write it. jsonParsed comes as base64, which is what the node does for every
/// program that it has no parser for; base64+zstd is refused.
/// </summary>
internal static class AccountEncoding
{
    private const int MaxBase58Bytes = 128;

    /// <summary>An account over HTTP.</summary>
    public static byte[] Http(AccountState account, string? encoding, DataSlice? slice)
    {
        if (slice is null && IsBase64(encoding)) return account.HttpJson;
        ReadOnlySpan<byte> data = Cut(account.Data, slice);
        if (!IsBase64(encoding) && data.Length > MaxBase58Bytes) throw new RpcException(RpcError.Base58TooLong);
        return account.HttpJsonWith(Data(data, encoding));
    }

    /// <summary>An account in a notification; the node takes a slice and sends everything all the same.</summary>
    public static byte[] Pubsub(AccountState account, string? encoding)
    {
        if (IsBase64(encoding)) return account.PubsubJson;
        return account.PubsubJsonWith(account.Data.Length > MaxBase58Bytes
            ? "\"error: data too large for bs58 encoding\""
            : Data(account.Data, encoding));
    }

    public static void Check(string? encoding)
    {
        if (encoding is null or "binary" or "base58" or "base64" or "jsonParsed") return;
        throw new RpcException(RpcError.InvalidParams($"Invalid params: encoding {encoding} is not served here"));
    }

    private static bool IsBase64(string? encoding) => encoding is "base64" or "jsonParsed";

    private static string Data(ReadOnlySpan<byte> data, string? encoding) => encoding switch
    {
        "base64" or "jsonParsed" => $"[\"{Convert.ToBase64String(data)}\",\"base64\"]",
        "base58" => $"[\"{Base58.Encode(data)}\",\"base58\"]",
        _ => $"\"{Base58.Encode(data)}\"",
    };

    private static ReadOnlySpan<byte> Cut(byte[] data, DataSlice? slice)
    {
        if (slice is not { } s) return data;
        int start = Math.Min(s.Offset, data.Length);
        return data.AsSpan(start, Math.Min(s.Length, data.Length - start));
    }
}
