using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// The file beside a capture without requests that says which account each subscription id is:
/// a JSON array of objects with <c>subscription</c> and <c>pubkey</c>; other members are ignored.
/// </summary>
internal static class SubscriptionFile
{
    private const string Suffix = ".subscriptions.json";

    /// <summary>The file that belongs to a capture by its name; null if there is none.</summary>
    public static string? FindBeside(string capturePath)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(capturePath));
        if (folder is null || !Directory.Exists(folder)) return null;
        string name = Path.GetFileName(capturePath);
        string? best = null;
        foreach (string path in Directory.GetFiles(folder, "*" + Suffix))
        {
            string stem = Path.GetFileName(path)[..^Suffix.Length];
            bool isLonger = best is null || path.Length > best.Length;
            if (name.StartsWith(stem, StringComparison.Ordinal) && isLonger) best = path;
        }

        return best;
    }

    /// <summary>
    /// What the given file says, or the one beside the capture; nothing if there is none, null if it is wrong.
    /// </summary>
    public static List<(ulong Subscription, Pubkey Account)>? ReadFor(
        string capturePath, string? path, out CaptureFault? fault)
    {
        fault = null;
        path ??= FindBeside(capturePath);
        return path is null ? [] : Read(path, out fault);
    }

    /// <summary>
    /// Copies the file that belongs to a capture beside its copy under another name, unless one that says the same is
    /// there; the path written, null if none was. Never overwrites.
    /// </summary>
    public static string? CopyBeside(string capturePath, string copyPath)
    {
        if (FindBeside(capturePath) is not { } from) return null;
        byte[] text = File.ReadAllBytes(from);
        if (FindBeside(copyPath) is { } there && text.AsSpan().SequenceEqual(File.ReadAllBytes(there))) return null;
        string stem = copyPath.EndsWith(".gz", StringComparison.Ordinal) ? copyPath[..^".gz".Length] : copyPath;
        string path = Path.ChangeExtension(stem, null) + Suffix;
        using FileStream file = new(path, FileMode.CreateNew);
        file.Write(text);
        return path;
    }

    /// <summary>Reads the file; the fault says why it could not.</summary>
    public static List<(ulong Subscription, Pubkey Account)>? Read(string path, out CaptureFault? fault)
    {
        fault = null;
        List<(ulong, Pubkey)> result = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonElement element in document.RootElement.EnumerateArray())
            {
                ulong subscription = element.GetProperty("subscription").GetUInt64();
                result.Add((subscription, Pubkey.Parse(element.GetProperty("pubkey").GetString())));
            }

            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            fault = new CaptureFault(
                CaptureFaultKind.BadSubscriptions, path, 0, 0, error.Message.TrimEnd('.'),
                "Give a JSON array of {\"subscription\":N,\"pubkey\":\"...\"}");
            return null;
        }
    }
}
