using System;
using System.Text.Json;

namespace LowLatency.Feeds.Capture;

/// <summary>The details of an open frame.</summary>
internal static class CaptureDetails
{
    /// <summary>
    /// Scheme of the synthetic market's address: every event of such an endpoint is marked synthetic.
    /// </summary>
    public const string SyntheticScheme = "synthetic:";

    /// <summary>The endpoint's address; empty if the details do not say it.</summary>
    public static string ReadAddress(ReadOnlySpan<byte> details)
    {
        try
        {
            Utf8JsonReader reader = new(details);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
            return isObject && document.RootElement.TryGetProperty("url", out JsonElement url)
                ? url.ToString()
                : string.Empty;
        }
        catch (JsonException)
        {
            return string.Empty;
        }
    }
}
