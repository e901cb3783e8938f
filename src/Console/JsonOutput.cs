using System.Text.Encodings.Web;
using System.Text.Json;

namespace LowLatency.ConsoleHost;

/// <summary>How this program writes JSON: snake case, and text as it is (no HTML goes through here).</summary>
internal static class JsonOutput
{
    /// <summary>For a report.</summary>
    public static JsonSerializerOptions Indented { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For one object a line.</summary>
    public static JsonSerializerOptions Compact { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
