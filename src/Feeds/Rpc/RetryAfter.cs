using System;
using System.Globalization;

namespace LowLatency.Feeds.Rpc;

/// <summary>The Retry-After header: seconds or a date. Source: RFC 9110 section 10.2.3.</summary>
internal static class RetryAfter
{
    /// <summary>Longer waits are cut: a broken server must not silence an endpoint for ever.</summary>
    public const long LongestNs = 300_000_000_000;

    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Nanoseconds to wait; 0 if the header is missing, unreadable or past.</summary>
    public static long Parse(string? value, long utcNs)
    {
        if (value is null) return 0;
        value = value.Trim();
        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
            return Math.Min(seconds, LongestNs / NanosecondsPerSecond) * NanosecondsPerSecond;
        bool isDate = DateTimeOffset.TryParse(
            value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date);
        if (!isDate) return 0;
        long waitMs = date.ToUnixTimeMilliseconds() - (utcNs / NanosecondsPerMillisecond);
        return Math.Clamp(waitMs, 0, LongestNs / NanosecondsPerMillisecond) * NanosecondsPerMillisecond;
    }
}
