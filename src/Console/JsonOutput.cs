using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LowLatency.ConsoleHost;

/// <summary>How this program writes JSON: snake case, and text as it is (no HTML goes through here).</summary>
internal static class JsonOutput
{
    /// <summary>For a report.</summary>
    public static JsonSerializerOptions Indented { get; } = Options(isIndented: true);

    /// <summary>For one object a line.</summary>
    public static JsonSerializerOptions Compact { get; } = Options(isIndented: false);

    /// <summary>A report as text, without a line's end.</summary>
    public static string Report<T>(T value) => JsonSerializer.Serialize(value, Indented.Shape<T>());

    /// <summary>How a type is written and read; it must be one of <see cref="JsonShapes"/>.</summary>
    public static JsonTypeInfo<T> Shape<T>(this JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Options(bool isIndented) => new()
    {
        WriteIndented = isIndented,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = JsonShapes.Default,
    };
}
