using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>Servers that mean harm: nothing grows, nothing hangs, each ends with its cause.</summary>
public sealed class HostileServerTests
{
    /// <summary>A call's answer has a few hundred bytes; of an endless one no more is read than the limit.</summary>
    [Fact]
    public async Task Call_EndlessAnswer_IsRefusedAtTheLimit()
    {
        long sent = 0;
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            byte[] chunk = new byte[1 << 16];
            while (true)
            {
                await call.SendRawAsync(chunk);
                Interlocked.Add(ref sent, chunk.Length);
            }
        });
        using YellowstoneClient client = new(FeedHarness.Options(server.Address));
        long start = Stopwatch.GetTimestamp();
        YellowstoneReply<string> reply = await client.GetVersionAsync(CancellationToken.None);
        Assert.Equal(ConnectionCause.MessageTooLong, reply.End.Cause);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(9), "the call waited for its own limit");
        Assert.True(Interlocked.Read(ref sent) < 64 << 20, $"{sent} bytes were sent"); // a window is 8 MiB
    }

    /// <summary>A byte now and then is no message: the silence is noticed inside one, and it connects anew.</summary>
    [Fact]
    public async Task Run_MessageThatDrips_CountsAsSilence()
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendRawAsync(GeyserCall.Frame([1], length: 100_000));
            while (!call.Context.RequestAborted.IsCancellationRequested)
            {
                await call.SendRawAsync(new byte[1]);
                await Task.Delay(20);
            }
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address) with { SilenceNs = 500_000_000 });
        await harness.UntilAsync(h => h.Feed.Counters[ConnectionCause.PingTimeout] >= 2);
        Assert.Empty(harness.Frames);
    }

    /// <summary>A reset is a failure of the stream whatever its code, and each is tried again.</summary>
    [Fact]
    public async Task Run_ResetWithEachCode_IsCountedAndTriedAgain()
    {
        int last = 0;
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.ReadSubscribeAsync();
            if (call.Number % 2 == 0) await call.SendRawAsync(GeyserCall.Frame([1], length: 50)); // inside a message
            int code = (call.Number - 1) % 14;
            Interlocked.Exchange(ref last, call.Number);
            call.Reset(code);
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(_ => Volatile.Read(ref last) > 28);
        ConnectionCounters counters = harness.Feed.Counters;
        Assert.Equal(0, counters[ConnectionCause.InternalError]);
        Assert.Equal(0, counters[ConnectionCause.Stopped]);
        Assert.Empty(server.Failures);
    }
}
