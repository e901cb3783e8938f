using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

/// <summary>One account of a vector file.</summary>
internal sealed record VectorAccount(Pubkey Key, Pubkey Owner, ulong Lamports, byte[] Data);

/// <summary>Hands events with account bytes to a stage, one at a time, and gives the bytes' room back.</summary>
internal static class OneEvent
{
    /// <summary>The event as the stage left it.</summary>
    public static MarketEvent Publish(
        IStage stage, PayloadRing payloads, MarketEvent e, ReadOnlySpan<byte> data, long sequence = 0)
    {
        Assert.Equal(PayloadStatus.Ok, payloads.TryClaim(data.Length, out e.PayloadPosition));
        data.CopyTo(payloads.Span(e.PayloadPosition, data.Length));
        payloads.Commit(data.Length);
        e.PayloadLengthBytes = data.Length;
        stage.OnBatch(MemoryMarshal.CreateSpan(ref e, 1), sequence);
        payloads.Release(PayloadRing.EndOf(e.PayloadPosition, data.Length));
        return e;
    }
}

/// <summary>Accounts of one pool of a committed vector file: real program state for tests of the graph.</summary>
internal static class VectorAccounts
{
    public static (Pubkey Pool, List<VectorAccount> Accounts) Load(string file, int poolIndex)
    {
        using FileStream stream = File.OpenRead(Repository.Vectors(file));
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
}
