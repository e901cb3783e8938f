using System;
using System.Text;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// Addresses as they may be written down: providers put keys into the query, the path or the user part, so none of
/// these leaves the process.
/// </summary>
public static class EndpointAddress
{
    /// <summary>Path segments of this length or more are taken for keys, if they are one run of letters.</summary>
    private const int KeySegmentChars = 12;

    /// <summary>The address without user, query values, fragment and path segments that look like keys.</summary>
    public static string Redact(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri) return "***";
        StringBuilder text = new();
        text.Append(address.Scheme).Append("://").Append(address.Host);
        if (!address.IsDefaultPort) text.Append(':').Append(address.Port);
        foreach (string segment in address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries))
            text.Append('/').Append(LooksLikeKey(segment) ? "***" : segment);
        if (address.AbsolutePath.EndsWith('/')) text.Append('/');
        char separator = '?';
        foreach (string pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            text.Append(separator).Append(equals < 0 ? "***" : pair[..equals] + "=***");
            separator = '&';
        }

        return text.ToString();
    }

    /// <summary>
    /// <paramref name="text"/> with every secret part of <paramref name="address"/> replaced: for messages of others
    /// (exceptions, servers) that may repeat the address.
    /// </summary>
    public static string RedactIn(string text, Uri address)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri) return text;
        string clean = Without(text, address.UserInfo);
        foreach (string segment in address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (LooksLikeKey(segment)) clean = Without(clean, segment);
        }

        foreach (string pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string value = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            clean = Without(Without(clean, value), Uri.UnescapeDataString(value));
        }

        return clean;
    }

    private static string Without(string text, string secret) =>
        secret.Length == 0 ? text : text.Replace(secret, "***", StringComparison.Ordinal);

    private static bool LooksLikeKey(string segment)
    {
        if (segment.Length < KeySegmentChars) return false;
        foreach (char c in segment)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '%')) return false;
        }

        return true;
    }
}
