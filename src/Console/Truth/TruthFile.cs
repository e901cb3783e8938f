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

    /// <summary>Takes every line; a member of another type than the format says is the file's fault.</summary>
    /// <exception cref="InvalidDataException">A line is wrong: its place and what.</exception>
    public static void Read(string path, Action<int, JsonElement> take)
    {
        foreach ((int line, JsonElement element) in ReadLines(path))
        {
            try
            {
                take(line, element);
            }
            catch (Exception fault) when (fault is InvalidOperationException or FormatException or OverflowException
                or KeyNotFoundException or IndexOutOfRangeException)
            {
                throw new InvalidDataException($"{path}: line {line}: no truth: {fault.Message}", fault);
            }
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
