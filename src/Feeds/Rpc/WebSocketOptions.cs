using System.Collections.Generic;
using System.Net.Security;

namespace LowLatency.Feeds.Rpc;

/// <summary>Bounds and times of a WebSocket connection.</summary>
public sealed record WebSocketOptions
{
    /// <summary>Headers of the handshake (tokens); never written down.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>
    /// Longest message, bytes. An account of 10 MiB would be 14 MB of base64; pools and tick arrays stay below 20 KB.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>Size of a read, bytes; also the pipe's segments.</summary>
    public int ReadBytes { get; init; } = 64 << 10;

    /// <summary>The socket's receive buffer, bytes; 0 leaves it to the system, which grows it itself.</summary>
    public int SocketReceiveBytes { get; init; }

    /// <summary>Nanoseconds for name, connection, TLS and handshake together.</summary>
    public long ConnectTimeoutNs { get; init; } = 10_000_000_000;

    /// <summary>Nanoseconds without any byte after which the connection is dead.</summary>
    public long ReadTimeoutNs { get; init; } = 30_000_000_000;

    /// <summary>Nanoseconds between pings: providers cut sockets on which the client is silent.</summary>
    public long PingIntervalNs { get; init; } = 10_000_000_000;

    /// <summary>Nanoseconds after a ping without any byte after which the connection is half-open.</summary>
    public long PongTimeoutNs { get; init; } = 5_000_000_000;

    /// <summary>Nanoseconds without progress after which a write fails.</summary>
    public long WriteTimeoutNs { get; init; } = 5_000_000_000;

    /// <summary>Nanoseconds to wait for the server's close frame after ours.</summary>
    public long CloseTimeoutNs { get; init; } = 1_000_000_000;

    /// <summary>Milliseconds between housekeeping while nothing comes.</summary>
    public int TickMs { get; init; } = 25;

    /// <summary>Nanoseconds that a read tries again before it sleeps; for machines with a core to spare.</summary>
    public long SpinNs { get; init; }

    /// <summary>Redirects followed.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>Judges the server's certificate instead of the system's rules (tests, pinned certificates).</summary>
    public RemoteCertificateValidationCallback? CertificateCheck { get; init; }
}
