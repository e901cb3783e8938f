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
        using GZipStream stream = new(File.OpenRead(Repository.Vectors(name)), CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }
}
