using System;
using System.Buffers;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;

namespace LowLatency.Feeds.Rpc;

/// <summary>The answer to an opening handshake.</summary>
/// <param name="End">Cause <see cref="ConnectionCause.None"/> if the connection is open.</param>
/// <param name="Redirect">Where to go instead; null if nowhere.</param>
internal readonly record struct HandshakeAnswer(ConnectionEnd End, Uri? Redirect = null);

/// <summary>
/// The opening handshake of one connection: the request's bytes, and the answer held against RFC 6455 section 4.1.
/// No extension and no subprotocol is offered, so any in the answer is refused (permessage-deflate above all: it would
/// cost more than it saves on a local link, and allocate). Owner: one connecting thread; not on the hot path.
/// </summary>
internal sealed class WebSocketHandshake
{
    /// <summary>Longest answer up to its empty line.</summary>
    public const int MaxAnswerBytes = 16 << 10;

    private const int KeyBytes = 16;

    // Source: RFC 6455 section 1.3.
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly string _key;

    /// <summary>A handshake with a fresh random key.</summary>
    public WebSocketHandshake()
        : this(RandomNumberGenerator.GetBytes(KeyBytes))
    {
    }

    /// <summary>A handshake with a stated key, for the example of the RFC.</summary>
    internal WebSocketHandshake(byte[] key) => _key = Convert.ToBase64String(key);

    /// <summary>What the server must answer to <paramref name="key"/>. Source: RFC 6455 section 4.2.2, 5.4.</summary>
    public static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));

    /// <summary>The request for <paramref name="address"/> with additional headers.</summary>
    public byte[] Request(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        StringBuilder text = new();
        text.Append("GET ").Append(address.PathAndQuery).Append(" HTTP/1.1\r\nHost: ").Append(address.IdnHost);
        if (!address.IsDefaultPort) text.Append(':').Append(address.Port);
        text.Append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ").Append(_key);
        text.Append("\r\nSec-WebSocket-Version: 13\r\n");
        foreach ((string name, string value) in headers)
        {
            if (HasLineEnd(name) || HasLineEnd(value)) throw new ArgumentException("A header has a line end in it.");
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>
    /// Reads the answer. False if more bytes are needed; else the sequence begins behind the empty line.
    /// </summary>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, Uri address, long utcNs, out HandshakeAnswer answer)
    {
        answer = default;
        SequenceReader<byte> reader = new(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8))
        {
            if (buffer.Length <= MaxAnswerBytes) return false;
            answer = Bad("the answer's head is too long");
            return true;
        }

        buffer = buffer.Slice(reader.Position);
        answer = head.Length > MaxAnswerBytes
            ? Bad("the answer's head is too long")
            : Check(Encoding.Latin1.GetString(head), address, utcNs);
        return true;
    }

    private static bool HasLineEnd(string text) => text.AsSpan().ContainsAny('\r', '\n');

    private static HandshakeAnswer Bad(string detail) =>
        new(new ConnectionEnd(ConnectionCause.BadHandshake, 0, detail));

    private HandshakeAnswer Check(string head, Uri address, long utcNs)
    {
        string[] lines = head.Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(status[1], out int code) || code is < 100 or > 599)
        {
            return Bad("the answer is not HTTP/1.1");
        }

        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 1; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) return Bad("a header of the answer has no name");
            string name = lines[i][..colon];
            string value = lines[i][(colon + 1)..].Trim();
            headers[name] = headers.TryGetValue(name, out string? first) ? $"{first}, {value}" : value;
        }

        return code == 101 ? CheckUpgrade(headers) : Refused(code, headers, address, utcNs);
    }

    private HandshakeAnswer CheckUpgrade(Dictionary<string, string> headers)
    {
        bool isUpgrade = headers.TryGetValue("Upgrade", out string? upgrade)
            && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if (!isUpgrade) return Bad("no Upgrade: websocket");
        if (!headers.TryGetValue("Connection", out string? connection) || !HasToken(connection, "upgrade"))
            return Bad("no Connection: Upgrade");
        if (!headers.TryGetValue("Sec-WebSocket-Accept", out string? accept) || accept != AcceptOf(_key))
            return Bad("wrong Sec-WebSocket-Accept");
        if (headers.ContainsKey("Sec-WebSocket-Extensions")) return Bad("an extension that was not offered");
        return headers.ContainsKey("Sec-WebSocket-Protocol")
            ? Bad("a subprotocol that was not offered")
            : new HandshakeAnswer(new ConnectionEnd(ConnectionCause.None));
    }

    private static HandshakeAnswer Refused(int code, Dictionary<string, string> headers, Uri address, long utcNs)
    {
        if (code is 301 or 302 or 303 or 307 or 308) return Redirected(code, headers, address);
        long retryAfterNs = RetryAfter.Parse(headers.GetValueOrDefault("Retry-After"), utcNs);
        ConnectionCause cause = code switch
        {
            401 or 403 => ConnectionCause.Unauthorized,
            429 => ConnectionCause.RateLimited,
            >= 500 => ConnectionCause.ServerUnavailable,
            _ => ConnectionCause.HttpRefused,
        };
        return new HandshakeAnswer(new ConnectionEnd(cause, code, $"HTTP {code}", retryAfterNs));
    }

    private static HandshakeAnswer Redirected(int code, Dictionary<string, string> headers, Uri address)
    {
        ConnectionEnd bad = new(ConnectionCause.BadRedirect, code, $"HTTP {code} without a usable Location");
        if (!headers.TryGetValue("Location", out string? location)) return new HandshakeAnswer(bad);
        if (!Uri.TryCreate(address, location, out Uri? target)) return new HandshakeAnswer(bad);
        string scheme = target.Scheme switch { "http" => "ws", "https" => "wss", _ => target.Scheme };
        bool isSecure = scheme == "wss";
        if (scheme is not ("ws" or "wss")) return new HandshakeAnswer(bad);
        if (address.Scheme == "wss" && !isSecure)
            return new HandshakeAnswer(bad with { Detail = "redirect from wss to ws" });
        int port = target.IsDefaultPort ? -1 : target.Port;
        return new HandshakeAnswer(bad, new UriBuilder(target) { Scheme = scheme, Port = port }.Uri);
    }

    private static bool HasToken(string list, string token)
    {
        foreach (string part in list.Split(','))
        {
            if (part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
