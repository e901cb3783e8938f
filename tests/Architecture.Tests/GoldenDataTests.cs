using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace LowLatency.Architecture.Tests;

/// <summary>Golden data is never edited: data/metadata.json says what each file is, whose, and its hash.</summary>
public sealed class GoldenDataTests
{
    private const string Metadata = "data/metadata.json";

    // Ours to renew: the hash of our own decisions. The rest are words about the data.
    private static readonly HashSet<string> NotGolden =
        [Metadata, "data/README.md", "data/graphs/README.md", "data/market-small/decision-hash.txt"];

    [Fact]
    public void EveryGoldenFile_IsListedWithItsOriginAndUnchanged()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, Metadata)));
        SortedSet<string> listed = new(StringComparer.Ordinal);
        foreach (JsonElement entry in document.RootElement.EnumerateArray())
        {
            string file = entry.GetProperty("file").GetString()!;
            Assert.True(listed.Add(file), file);
            foreach (string member in (string[])["source", "licence", "date"])
                Assert.False(string.IsNullOrWhiteSpace(entry.GetProperty(member).GetString()), $"{file}: {member}");
            using FileStream stream = File.OpenRead(Path.Combine(SourceTree.Root, file));
            string hash = Convert.ToHexStringLower(SHA256.HashData(stream));
            Assert.True(hash == entry.GetProperty("sha256").GetString(), $"{file} is not the file that was listed");
        }

        SortedSet<string> there = new(StringComparer.Ordinal);
        foreach (string folder in (string[])["data", "tests/Vectors"])
        {
            foreach (string path in SourceTree.Files(folder, "*"))
            {
                string file = SourceTree.Relative(path);
                bool isWords = NotGolden.Contains(file) || file.EndsWith("LICENSE", StringComparison.Ordinal);
                if (!isWords) there.Add(file);
            }
        }

        Assert.Equal(there, listed);
    }
}
