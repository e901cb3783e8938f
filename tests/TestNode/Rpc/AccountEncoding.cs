using System;
using System.IO;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;
using ZstdSharp;

namespace LowLatency.TestNode.Rpc;

/// <summary>
/// Account data as the encodings of the RPC write it. jsonParsed comes as base64, which is what the node does for every
/// program that it has no parser for.
/// </summary>
internal static class AccountEncoding
{
    private const int MaxBase58Bytes = 128;

    /// <summary>An account over HTTP.</summary>
    public static byte[] Http(AccountState account, string? encoding, DataSlice? slice)
    {
        if (slice is null && IsBase64(encoding)) return account.HttpJson;
        ReadOnlySpan<byte> data = Cut(account.Data, slice);
        if (IsBase58(encoding) && data.Length > MaxBase58Bytes) throw new RpcException(RpcError.Base58TooLong);
        return account.HttpJsonWith(Data(data, encoding));
    }

    /// <summary>An account in a notification; the node takes a slice and sends everything all the same.</summary>
    public static byte[] Pubsub(AccountState account, string? encoding)
    {
        if (IsBase64(encoding)) return account.PubsubJson;
        return account.PubsubJsonWith(IsBase58(encoding) && account.Data.Length > MaxBase58Bytes
            ? "\"error: data too large for bs58 encoding\""
            : Data(account.Data, encoding));
    }

    public static void Check(string? encoding)
    {
        if (encoding is null or "binary" or "base58" or "base64" or "base64+zstd" or "jsonParsed") return;
        throw new RpcException(RpcError.InvalidParams($"Invalid params: encoding {encoding} is not served here"));
    }

    private static bool IsBase64(string? encoding) => encoding is "base64" or "jsonParsed";

    private static bool IsBase58(string? encoding) => !IsBase64(encoding) && encoding != "base64+zstd";

    private static string Data(ReadOnlySpan<byte> data, string? encoding) => encoding switch
    {
        "base64" or "jsonParsed" => $"[\"{Convert.ToBase64String(data)}\",\"base64\"]",
        "base64+zstd" => $"[\"{Convert.ToBase64String(Compress(data))}\",\"base64+zstd\"]",
        "base58" => $"[\"{Base58.Encode(data)}\",\"base58\"]",
        _ => $"\"{Base58.Encode(data)}\"",
    };

    /// <summary>As the node does it: a stream at the library's own level, so without size and checksum.</summary>
    private static byte[] Compress(ReadOnlySpan<byte> data)
    {
        using MemoryStream frame = new();
        using (CompressionStream stream = new(frame, level: 0, leaveOpen: true)) stream.Write(data);
        return frame.ToArray();
    }

    private static ReadOnlySpan<byte> Cut(byte[] data, DataSlice? slice)
    {
        if (slice is not { } s) return data;
        int start = Math.Min(s.Offset, data.Length);
        return data.AsSpan(start, Math.Min(s.Length, data.Length - start));
    }
}
