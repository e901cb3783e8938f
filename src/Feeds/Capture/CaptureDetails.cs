using System;
using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Capture;

/// <summary>The details of an open frame.</summary>
internal static class CaptureDetails
{
    /// <summary>
    /// Scheme of the synthetic market's address: every event of such an endpoint is marked synthetic.
    /// </summary>
    public const string SyntheticScheme = "synthetic:";

    /// <summary>Value of the member <c>protocol</c> of a Yellowstone connection.</summary>
    public const string Yellowstone = "yellowstone";

    /// <summary>The endpoint's address; empty if the details do not say it.</summary>
    public static string ReadAddress(ReadOnlySpan<byte> details) => ReadMember(details, "url");

    /// <summary>
    /// What the endpoint speaks: the member <c>protocol</c> is <see cref="Yellowstone"/>, or JSON-RPC.
    /// </summary>
    public static FeedProtocol ReadProtocol(ReadOnlySpan<byte> details) =>
        ReadMember(details, "protocol") == Yellowstone ? FeedProtocol.Yellowstone : FeedProtocol.JsonRpc;

    /// <summary>
    /// The endpoint's number among those that agree on blockhashes; 0 if the details name none.
    /// </summary>
    public static int ReadBlockhashSource(ReadOnlySpan<byte> details) =>
        int.TryParse(ReadMember(details, "blockhashSource"), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
        && n <= BlockhashVoices.SourceMax ? n : 0;

    /// <summary>
    /// Details of an opening; <paramref name="fromSlot"/> 0 = nothing is replayed, <paramref name="blockhashSource"/>
    /// 0 = no other endpoint is there to agree on blockhashes.
    /// </summary>
    public static byte[] WriteOpen(
        string address, FeedProtocol protocol, ulong fromSlot = 0, int blockhashSource = 0)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("url", address);
            if (protocol == FeedProtocol.Yellowstone) json.WriteString("protocol", Yellowstone);
            if (fromSlot != 0) json.WriteNumber("fromSlot", fromSlot);
            if (blockhashSource != 0) json.WriteNumber("blockhashSource", blockhashSource);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Details of a close: a code of the protocol and the reason, cut to what an inbox takes.</summary>
    public static byte[] WriteClose(int code, string reason)
    {
        const int MaxReasonChars = 120; // at most six bytes each when escaped
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("code", code);
            json.WriteString("reason", reason.Length <= MaxReasonChars ? reason : reason[..MaxReasonChars]);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string ReadMember(ReadOnlySpan<byte> details, string name)
    {
        if (details.IsEmpty) return string.Empty;
        Span<byte> wanted = stackalloc byte[name.Length];
        Ascii.FromUtf16(name, wanted, out _);
        return TryReadPlain(details, wanted, out string value) ? value : ReadAny(details, name);
    }

    /// <summary>
    /// An object of plain strings and numbers, as we write it, without the assembly of JSON and its megabyte; false if
    /// it is anything else.
    /// </summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> details, ReadOnlySpan<byte> name, out string value)
    {
        value = string.Empty;
        JsonCursor cursor = new(details);
        bool isFirst = true;
        if (!cursor.TryEnterObject()) return false;
        while (cursor.NextMember(ref isFirst, out JsonText member))
        {
            if (member.IsEscaped) return false;
            bool isWanted = member.Is(name);
            if (cursor.Peek() != (byte)'"')
            {
                if (isWanted || !cursor.TryReadUInt64(out _)) return false;
                continue;
            }

            if (!cursor.TryReadString(out JsonText text) || text.IsEscaped || !Utf8.IsValid(text.Raw)) return false;
            if (isWanted) value = Encoding.UTF8.GetString(text.Raw);
        }

        return !cursor.Failed && cursor.IsAtEnd();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string ReadAny(ReadOnlySpan<byte> details, string name)
    {
        try
        {
            Utf8JsonReader reader = new(details);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
            return isObject && document.RootElement.TryGetProperty(name, out JsonElement value)
                ? value.ToString()
                : string.Empty;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // not JSON, not UTF-8
        {
            return string.Empty;
        }
    }
}
