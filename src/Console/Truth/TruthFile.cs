using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>Reads a JSON-lines file, gzip or plain, with errors that name file and line.</summary>
internal static class TruthFile
{
    public static IEnumerable<(int Line, JsonElement Object)> ReadLines(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = GunzipStream.OpenContent(file);
        using StreamReader reader = new(stream);
        for (int line = 1; ReadLine(reader, path, line) is { } text; line++)
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

    private static string? ReadLine(StreamReader reader, string path, int line)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path}: line {line}: cannot be unpacked: {fault.Message}", fault);
        }
    }
}
