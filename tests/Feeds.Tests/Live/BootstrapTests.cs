using System;
using System.Text.Json;
using System.Threading;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Rpc;
using LowLatency.Feeds.Tests.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

/// <summary>What is asked of a node for accounts in doubt.</summary>
public sealed class BootstrapTests
{
    private const ulong Bogus = 1UL << 40;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// After all connections were down the first slot is believed as it comes. If it was none the coverage settles the
    /// doubt anew, lower: a node never reaches the slot that was told first, and with it all of the request waited.
    /// </summary>
    [Fact]
    public void OnDoubt_ToldAnewWithALowerSlot_AsksForThatOne()
    {
        ulong asked = 0;
        using ManualResetEventSlim isAskedBogus = new();
        using ManualResetEventSlim isAsked = new();
        using MiniServer server = new(peer =>
        {
            while (true)
            {
                _ = peer.ReadHead();
                using JsonDocument request = JsonDocument.Parse(peer.ReadBody());
                Volatile.Write(
                    ref asked, request.RootElement.GetProperty("params")[1].GetProperty("minContextSlot").GetUInt64());
                (asked > Bogus ? isAskedBogus : isAsked).Set();
                ulong id = request.RootElement.GetProperty("id").GetUInt64();
                string body = $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":"
                    + "{\"code\":-32016,\"message\":\"Minimum context slot has not been reached\"}}";
                peer.Write($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        using SolanaRpc node = new(
            new Uri($"http://127.0.0.1:{server.Port}/"), new SolanaRpcOptions(), SystemClock.Instance);
        using Bootstrap bootstrap = new(
            [node], new BootstrapOptions { RetryMs = 5, TickMs = 1, AuditMs = 0 }, SystemClock.Instance);
        bootstrap.OnDoubt(ProgramIds.Memo, Bogus);
        bootstrap.Start();
        Assert.True(isAskedBogus.Wait(Limit));
        bootstrap.OnDoubt(ProgramIds.Memo, 50);
        Assert.True(isAsked.Wait(Limit), $"asked with {Volatile.Read(ref asked)}");
        Assert.Equal(51UL, Volatile.Read(ref asked));
    }
}
