using System;
using System.IO;
using System.IO.Compression;
using System.Text.Json;

namespace LowLatency.Engine.Tests.Solana;

/// <summary>The committed copy of transactions.json (made with web3.js and kit), found above the test binary.</summary>
internal static class TransactionVectors
{
    private static readonly Lazy<JsonDocument> Document = new(() => Load("transactions.json.gz"));

    public static JsonElement Section(string name) => Document.Value.RootElement.GetProperty(name);

    /// <summary>Another committed vector file.</summary>
    public static JsonDocument Load(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "Vectors", name);
            if (!File.Exists(path)) continue;
            using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
            return JsonDocument.Parse(stream);
        }

        throw new FileNotFoundException($"tests/Vectors/{name} is not above the test binary");
    }
}
