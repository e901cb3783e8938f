using System;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Account data as JSON: a bare base64 text, or the pair of text and encoding that nodes answer with. What is in no
/// encoding read here is refused by its name, never taken for base64.
/// Source: agave b64857b5 account-decoder-client-types UiAccountData, UiAccountEncoding.
/// </summary>
internal static class AccountDataText
{
    /// <summary>The bytes.</summary>
    /// <exception cref="FormatException">Another encoding, or a text that is not of the one it names.</exception>
    internal static byte[] Read(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Object) throw Unread("jsonParsed");
        if (data.ValueKind != JsonValueKind.Array) return Convert.FromBase64String(data.GetString() ?? string.Empty);
        string text = data.GetArrayLength() == 2 ? data[0].GetString() ?? string.Empty
            : throw new FormatException("member 'data' is not a pair of text and encoding");
        string? encoding = data[1].GetString();
        return encoding switch
        {
            "base64" => Convert.FromBase64String(text),
            "base58" => FromBase58(text),
            _ => throw Unread(encoding),
        };
    }

    private static byte[] FromBase58(string text)
    {
        byte[] bytes = new byte[text.Length]; // each letter holds less than a byte
        return Base58.TryDecode(text, bytes, out int length)
            ? bytes[..length]
            : throw new FormatException("member 'data' is not Base58");
    }

    private static FormatException Unread(string? encoding) =>
        new($"member 'data' is in the encoding '{encoding}', which is not read; ask the node for base64");
}
