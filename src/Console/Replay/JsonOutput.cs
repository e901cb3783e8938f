using System.Text.Json;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>How this program writes JSON.</summary>
internal static class JsonOutput
{
    /// <summary>Indented, snake case.</summary>
    public static JsonSerializerOptions Indented { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };
}
