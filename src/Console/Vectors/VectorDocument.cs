using System;
using System.IO;
using System.Text.Json;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>One file of published vectors, plain JSON or gzip, loaded whole.</summary>
internal sealed class VectorDocument : IDisposable
{
    private readonly JsonDocument _json;

    private VectorDocument(string path, JsonDocument json)
    {
        Path = path;
        _json = json;
        Format = JsonText.OptionalString(json.RootElement, "format") ?? string.Empty;
        Dex = JsonText.OptionalString(json.RootElement, "dex") ?? string.Empty;
    }

    /// <summary>File as given by the user.</summary>
    internal string Path { get; }

    /// <summary>File name without folders.</summary>
    internal string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Top-level object.</summary>
    internal JsonElement Root => _json.RootElement;

    /// <summary>Member "format", empty if absent.</summary>
    internal string Format { get; }

    /// <summary>Member "dex", empty if absent.</summary>
    internal string Dex { get; }

    /// <summary>Loads a file.</summary>
    /// <exception cref="CommandException">It is missing, unreadable, or not a JSON object.</exception>
    internal static VectorDocument Load(string path)
    {
        JsonDocument json = LoadJson(path);
        if (json.RootElement.ValueKind == JsonValueKind.Object) return new VectorDocument(path, json);
        JsonValueKind kind = json.RootElement.ValueKind;
        json.Dispose();
        throw new CommandException($"{path}: the top level is {kind}, not an object", ExitCodes.BadData);
    }

    /// <summary>Loads any JSON, plain or gzip.</summary>
    /// <exception cref="CommandException">The file is missing, unreadable, or not JSON.</exception>
    internal static JsonDocument LoadJson(string path)
    {
        try
        {
            return UserFile.Read(path, Parse);
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path}: {Mistake(path, e)}", ExitCodes.BadData);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static string Mistake(string path, JsonException mistake)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 }) return "the file is empty";
        string text = mistake.Message;
        int place = text.IndexOf(" LineNumber:", StringComparison.Ordinal); // told before it, and counted from 1
        if (place >= 0) text = text[..place];
        long line = (mistake.LineNumber ?? 0) + 1;
        string lines = line > 1 && text.Contains("after a single JSON value", StringComparison.Ordinal)
            ? " (a JSON value a line, as in a capture: `lowlatency inspect` reads those)"
            : string.Empty;
        return $"not JSON: line {line}, byte {(mistake.BytePositionInLine ?? 0) + 1}: {text}{lines}";
    }

    private static JsonDocument Parse(FileStream file)
    {
        using Stream content = GunzipStream.OpenContent(file);
        return JsonDocument.Parse(content);
    }
}
