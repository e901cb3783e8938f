using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>Servers that mean harm: nothing grows, nothing hangs, each ends with its cause.</summary>
public sealed class HostileServerTests
{
    /// <summary>
    /// A call's answer has a few hundred bytes; one that does not end is refused at the limit, not at its end.
    /// </summary>
    [Fact]
    public async Task Call_EndlessAnswer_IsRefusedAtTheLimit()
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            await call.SendRawAsync(new byte[1 << 20]); // within the client's window: nothing holds it up
            await call.HoldAsync();
        });
        using YellowstoneClient client = new(FeedHarness.Options(server.Address));
        long start = Stopwatch.GetTimestamp();
        YellowstoneReply<string> reply = await client.GetVersionAsync(CancellationToken.None);
        Assert.Equal(ConnectionCause.MessageTooLong, reply.End.Cause);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(9), "the call waited for its own limit");
    }

    /// <summary>Updates that the server never reads are not lost: the next stream asks for the newest.</summary>
    [Fact]
    public async Task Update_ServerReadsNothing_ConnectsAnewWithTheNewest()
    {
        TaskCompletionSource<byte[]> second = new();
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            if (call.Number == 1) await call.SendAsync(GeyserMessages.Account(new AccountUpdate()));
            else second.TrySetResult((await call.ReadSubscribeAsync())!);
            await call.HoldAsync();
        });
        await using FeedHarness harness = new(FeedHarness.Options(server.Address));
        await harness.UntilAsync(h => h.Feed.IsOpen);
        YellowstoneSubscription newest = new();
        while (harness.Feed.Counters[ConnectionCause.SocketError] == 0)
        {
            Pubkey[] accounts = new Pubkey[1000]; // more than windows hold
            newest = new() { Accounts = [new GeyserAccountFilter { Name = "watch", Accounts = accounts }] };
            harness.Feed.Update(newest);
            await Task.Delay(1);
        }

        Assert.Equal("the server reads no requests", harness.Feed.LastEnd.Detail);
        Assert.Equal(newest.ToRequest(), await second.Task.WaitAsync(TimeSpan.FromSeconds(60)));
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
