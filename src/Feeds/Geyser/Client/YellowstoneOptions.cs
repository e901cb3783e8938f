using System;
using System.Net.Security;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>How to reach a Yellowstone server and what to ask of it.</summary>
public sealed record YellowstoneOptions
{
    /// <summary>Address: https for TLS, http for HTTP/2 without it.</summary>
    public required Uri Address { get; init; }

    /// <summary>Token, sent as metadata <c>x-token</c>; never written anywhere.</summary>
    public string? Token { get; init; }

    /// <summary>What to subscribe to.</summary>
    public YellowstoneSubscription Subscription { get; init; } = new();

    /// <summary>
    /// Longest message, bytes; a longer one ends the connection. Accounts have up to 10 MiB, so the inbox must be
    /// large enough too: its longest record bounds this.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Wait for a connection and the answer's headers, nanoseconds.</summary>
    public long ConnectTimeoutNs { get; init; } = 10_000_000_000;

    /// <summary>Time between our pings, nanoseconds.</summary>
    public long PingIntervalNs { get; init; } = 5_000_000_000;

    /// <summary>
    /// Without any message, pongs included, or 64 KiB of a long one, for so long the connection counts as dead,
    /// nanoseconds.
    /// </summary>
    public long SilenceNs { get; init; } = 12_000_000_000;

    /// <summary>Waits between attempts.</summary>
    public BackoffOptions Backoff { get; init; } = new();

    /// <summary>Seed of the waits' jitter.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Number of the endpoint among those that agree on blockhashes, recorded with each opening; 0 = there is no other.
    /// </summary>
    public int BlockhashSource { get; init; }

    /// <summary>TLS settings for servers with a certificate of their own; null = the system's.</summary>
    internal SslClientAuthenticationOptions? Tls { get; init; }
}
