using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Inbox;
using Xunit;
using Xunit.Abstractions;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>Tests that measure the whole process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}

[Collection(AloneInTheProcess.Name)]
public sealed class ReadPathAllocationTests(ITestOutputHelper output)
{
    /// <summary>
    /// The server is another process, so everything allocated here is the client's: platform HTTP/2, framing, inbox.
    /// Bound: the platform allocates about 160 bytes for each read that has to wait, and pooled 16 KiB blocks while its
    /// window fills; an object or a copy for each message (780 bytes on average) would be far above it.
    /// </summary>
    [TritonFact]
    public async Task Subscribe_ManyUpdates_AllocateLessThanAnObjectPerMessage()
    {
        const int Updates = 40_000;
        const int WarmUp = 10_000;
        using TritonServer server = new(Updates, "secret-token");
        MessageInbox inbox = new(5, new InboxSignal(), 1 << 26);
        YellowstoneFeed feed = new(FeedHarness.Options(server.Address), inbox, SystemClock.Instance);
        using CancellationTokenSource stop = new();
        Task run = feed.RunAsync(stop.Token);
        long start = Stopwatch.GetTimestamp();
        while (feed.Counters.Messages < WarmUp && Stopwatch.GetElapsedTime(start).TotalSeconds < 60) Thread.Sleep(1);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long messages = feed.Counters.Messages;
        long reads = feed.Counters.Reads;
        long begin = Stopwatch.GetTimestamp();
        while (feed.Counters.Messages < Updates && Stopwatch.GetElapsedTime(start).TotalSeconds < 60) Thread.Sleep(1);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        messages = feed.Counters.Messages - messages;
        reads = feed.Counters.Reads - reads;
        await stop.CancelAsync();
        await run;
        Assert.True(messages > 5_000, $"only {messages} messages came");
        double perMessage = bytes / (double)messages;
        output.WriteLine(
            $"{messages} messages in {reads} reads, {elapsed.TotalMilliseconds:F0} ms, {bytes} bytes allocated: "
            + $"{perMessage:F2} B a message, {bytes / (double)reads:F1} B a read");
        Assert.True(perMessage < 128, $"{perMessage:F2} bytes a message");
    }
}
