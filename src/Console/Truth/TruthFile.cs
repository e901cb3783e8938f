using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Truth;

/// <summary>Reads a JSON-lines file, gzip or plain, with errors that name file and line.</summary>
internal static class TruthFile
{
    /// <summary>
    /// Takes every line; what is no JSON, or of another type than the format says, is the file's fault, and so is an
    /// <see cref="InvalidDataException"/> of <paramref name="take"/>.
    /// </summary>
    /// <exception cref="CommandException">The file is missing, or a line is wrong: its place and what.</exception>
    public static void Read(string path, Action<JsonElement> take) => UserFile.Read(path, file =>
    {
        using Stream stream = GunzipStream.OpenContent(file);
        using StreamReader reader = new(stream);
        int line = 1;
        try
        {
            for (; reader.ReadLine() is { } text; line++)
            {
                if (text.Length == 0) continue;
                using JsonDocument document = JsonDocument.Parse(text);
                take(document.RootElement.Clone());
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or JsonException
            or InvalidOperationException or FormatException or OverflowException or KeyNotFoundException
            or IndexOutOfRangeException)
        {
            string what = fault switch
            {
                JsonException => "not JSON: ",
                InvalidDataException or EndOfStreamException => string.Empty,
                _ => "no truth: ",
            };
            throw new InvalidDataException($"line {line}: {what}{fault.Message}", fault);
        }

        return line;
    });
}
