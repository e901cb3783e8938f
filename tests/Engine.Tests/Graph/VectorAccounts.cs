using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Tests.Graph;

/// <summary>One account of a vector file.</summary>
internal sealed record VectorAccount(Pubkey Key, Pubkey Owner, ulong Lamports, byte[] Data);

/// <summary>Accounts of one pool of a committed vector file: real program state for tests of the graph.</summary>
internal static class VectorAccounts
{
    public static (Pubkey Pool, List<VectorAccount> Accounts) Load(string file, int poolIndex)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Folder(), file));
        using GZipStream gzip = new(stream, CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(gzip);
        JsonElement pool = document.RootElement.GetProperty("pools")[poolIndex];
        List<VectorAccount> accounts = [];
        foreach (JsonProperty p in pool.GetProperty("accounts").EnumerateObject())
        {
            accounts.Add(new VectorAccount(
                Pubkey.Parse(p.Name), Pubkey.Parse(p.Value.GetProperty("owner").GetString()),
                ulong.Parse(p.Value.GetProperty("lamports").GetString()!), Data(p.Value)));
        }

        return (Pubkey.Parse(pool.GetProperty("pool").GetString()), accounts);
    }

    private static byte[] Data(JsonElement account)
    {
        if (account.TryGetProperty("data", out JsonElement data)) return data.GetBytesFromBase64();
        JsonElement sparse = account.GetProperty("data_sparse");
        byte[] bytes = new byte[sparse.GetProperty("length").GetInt32()];
        foreach (JsonElement run in sparse.GetProperty("runs").EnumerateArray())
            Convert.FromHexString(run[1].GetString()!).CopyTo(bytes, run[0].GetInt32());
        return bytes;
    }

    private static string Folder()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string folder = Path.Combine(d.FullName, "tests", "Vectors");
            if (Directory.Exists(folder)) return folder;
        }

        throw new DirectoryNotFoundException("tests/Vectors is not above the test's folder");
    }
}
