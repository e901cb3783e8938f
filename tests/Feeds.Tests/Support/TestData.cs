using System;
using System.IO;
using System.IO.Compression;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Files of the repository that tests read.</summary>
internal static class TestData
{
    public static string MarketSmall => Repository.MarketSmall("capture.jsonl.gz");

    public static string WhirlpoolDay =>
        Repository.PathOf("data", "feeds", "whirlpool_2022-04-06_0000-1800.jsonl.gz");

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
}
