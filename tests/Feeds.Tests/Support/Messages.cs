using System;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Messages as nodes write them.</summary>
internal static class Messages
{
    public const string Owner = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    public const string Account = "SysvarC1ock11111111111111111111111111111111";

    public static readonly FrameStamp Stamp = new(1_000_000_007, 1_007, 9);

    public static Pubkey AccountKey { get; } = Pubkey.Parse(Account);

    public static Pubkey OwnerKey { get; } = Pubkey.Parse(Owner);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Subscribe(ulong id, string account = Account) => Utf8(
        $$"""{"id":{{id}},"method":"accountSubscribe","params":["{{account}}",{"encoding":"base64"}]}""");

    public static byte[] Ack(ulong id, ulong subscription) =>
        Utf8($$"""{"jsonrpc":"2.0","result":{{subscription}},"id":{{id}}}""");

    public static byte[] AccountNotification(
        ReadOnlySpan<byte> data,
        ulong subscription = 7,
        ulong slot = 282617401,
        ulong lamports = 2039280,
        string rentEpoch = "18446744073709551615",
        string executable = "false",
        bool alphabetical = false)
    {
        string text = Convert.ToBase64String(data);
        string space = data.Length.ToString(CultureInfo.InvariantCulture);
        string tail = "\"rentEpoch\":" + rentEpoch + ",\"space\":" + space + "}";
        string middle = "\"data\":[\"" + text + "\",\"base64\"]";
        string value = alphabetical
            ? "{" + $$"""{{middle}},"executable":{{executable}},"lamports":{{lamports}},"owner":"{{Owner}}",{{tail}}"""
            : $$"""{"lamports":{{lamports}},{{middle}},"owner":"{{Owner}}","executable":{{executable}},{{tail}}""";
        return Notification("account", $$"""{"context":{"slot":{{slot}}},"value":{{value}}}""", subscription);
    }

    public static byte[] Notification(string kind, string result, ulong subscription = 7) => Utf8(
        "{\"jsonrpc\":\"2.0\",\"method\":\"" + kind + "Notification\",\"params\":{\"result\":" + result
        + ",\"subscription\":" + subscription.ToString(CultureInfo.InvariantCulture) + "}}");

    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A decoder that knows subscription 7 = <see cref="Account"/>.</summary>
    public static JsonRpcDecoder Decoder(RecordingPublisher publisher, bool fast = true, DecoderOptions? options = null)
    {
        JsonRpcDecoder decoder = new(3, publisher, options ?? new DecoderOptions()) { UseFastPath = fast };
        decoder.TryMapSubscription(7, AccountKey);
        return decoder;
    }
}
