using System;
using LowLatency.Engine.Numerics;

namespace LowLatency.Feeds.Rpc;

/// <summary>How long to wait before trying again.</summary>
public sealed record BackoffOptions
{
    /// <summary>First wait, nanoseconds.</summary>
    public long FirstNs { get; init; } = 250_000_000;

    /// <summary>Longest wait, nanoseconds; what a server asks for may be longer.</summary>
    public long LongestNs { get; init; } = 30_000_000_000;

    /// <summary>A connection that lived this long counts as good: the next wait is the first again.</summary>
    public long HealthyAfterNs { get; init; } = 10_000_000_000;
}

/// <summary>
/// Exponential backoff: each failure doubles the wait up to the longest, and each wait is drawn from its upper half,
/// so that many clients that broke together do not come back together. One owner; same seed, same waits.
/// </summary>
public sealed class Backoff
{
    private readonly BackoffOptions _options;
    private readonly Prng _random;
    private long _nextNs;

    /// <summary>A backoff whose jitter is drawn from <paramref name="seed"/>.</summary>
    public Backoff(BackoffOptions options, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FirstNs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LongestNs, options.FirstNs);
        _options = options;
        _random = new Prng(seed);
        _nextNs = options.FirstNs;
    }

    /// <summary>The next wait in nanoseconds, at least what the server asked for.</summary>
    public long NextNs(long retryAfterNs = 0)
    {
        long half = _nextNs / 2;
        long waitNs = _nextNs - half + (long)_random.NextUInt64((ulong)half + 1);
        _nextNs = Math.Min(_nextNs * 2, _options.LongestNs);
        return Math.Max(waitNs, retryAfterNs);
    }

    /// <summary>Tells how long the connection lived; a long life starts the waits over.</summary>
    public void OnLifetime(long livedNs)
    {
        if (livedNs >= _options.HealthyAfterNs) Reset();
    }

    /// <summary>The next wait is the first again.</summary>
    public void Reset() => _nextNs = _options.FirstNs;
}
