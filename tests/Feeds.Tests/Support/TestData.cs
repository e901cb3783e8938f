using System;
using System.IO;
using System.IO.Compression;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Files of the repository that tests read.</summary>
internal static class TestData
{
    public static string Root { get; } = FindRoot();

    public static string MarketSmall => Path.Combine(Root, "data", "market-small", "capture.jsonl.gz");

    public static string WhirlpoolDay =>
        Path.Combine(Root, "data", "feeds", "whirlpool_2022-04-06_0000-1800.jsonl.gz");

    public static byte[] Gunzip(string path)
    {
        using FileStream file = File.OpenRead(path);
        using GZipStream gzip = new(file, CompressionMode.Decompress);
        using MemoryStream result = new();
        gzip.CopyTo(result);
        return result.ToArray();
    }

    public static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream result = new();
        using (GZipStream gzip = new(result, CompressionLevel.Fastest)) gzip.Write(bytes);
        return result.ToArray();
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LowLatency.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests must run inside the repository.");
    }
}
