using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text.Json;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>Reads a JSON-lines file, gzip or plain, with errors that name file and line.</summary>
internal static class TruthFile
{
    public static IEnumerable<(int Line, JsonElement Object)> ReadLines(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", System.StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using StreamReader reader = new(stream);
        for (int line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            JsonElement element;
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                element = document.RootElement.Clone();
            }
            catch (JsonException fault)
            {
                throw new InvalidDataException($"{path}: line {line}: not JSON ({fault.Message})", fault);
            }

            yield return (line, element);
        }
    }
}
