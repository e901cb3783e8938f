using System;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ZstdSharp;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Account data as nodes compress it.</summary>
internal static partial class Compressed
{
    /// <summary>One frame of a stream at the library's own level: no content size, no checksum.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> data)
    {
        using MemoryStream frame = new();
        using (CompressionStream stream = new(frame, level: 0, leaveOpen: true)) stream.Write(data);
        return frame.ToArray();
    }

    /// <summary>A capture of JSON lines whose accounts are all base64+zstd, as is what was asked for.</summary>
    public static byte[] Capture(string path, out int accounts)
    {
        using FileStream file = File.OpenRead(path);
        using GZipStream gzip = new(file, CompressionMode.Decompress);
        using StreamReader reader = new(gzip);
        int count = 0;
        string text = Data().Replace(reader.ReadToEnd(), match =>
        {
            count++;
            string data = Convert.ToBase64String(Frame(Convert.FromBase64String(match.Groups[1].Value)));
            return $"[\\\"{data}\\\",\\\"base64+zstd\\\"]";
        });
        text = text.Replace(
            "\\\"encoding\\\":\\\"base64\\\"", "\\\"encoding\\\":\\\"base64+zstd\\\"", StringComparison.Ordinal);
        accounts = count;
        return Encoding.UTF8.GetBytes(text);
    }

    [GeneratedRegex("""\[\\"([A-Za-z0-9+/=]*)\\",\\"base64\\"\]""")]
    private static partial Regex Data();
}
