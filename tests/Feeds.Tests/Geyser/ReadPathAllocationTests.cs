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
    /// Bound: the platform allocates 150 to 250 bytes for each read that has to wait, and while its window fills blocks
    /// of 16 KiB (5 MB in one section of 4,000 messages), both as the scheduler has it and not the code. So the stream
    /// is measured a section at a time and its least section counts: what is allocated for each message is in every
    /// section. Least sections take 0.1 to 5 bytes a message; a copy of each message would take 780 more.
    /// </summary>
    [TritonFact]
    public async Task Subscribe_ManyUpdates_AllocateLessThanAnObjectPerMessage()
    {
        const int Updates = 40_000;
        const int WarmUp = 10_000;
        const int Section = 2_000;
        using TritonServer server = new(Updates, "secret-token");
        MessageInbox inbox = new(5, new InboxSignal(), 1 << 26);
        YellowstoneFeed feed = new(FeedHarness.Options(server.Address), inbox, SystemClock.Instance);
        using CancellationTokenSource stop = new();
        Task run = feed.RunAsync(stop.Token);
        long start = Stopwatch.GetTimestamp();
        double least = double.MaxValue;
        long measured = 0;
        WaitFor(WarmUp);
        while (feed.Counters.Messages < Updates && Stopwatch.GetElapsedTime(start).TotalSeconds < 60)
        {
            long bytes = GC.GetTotalAllocatedBytes(precise: true);
            long messages = feed.Counters.Messages;
            long reads = feed.Counters.Reads;
            WaitFor(Math.Min(messages + Section, Updates));
            bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            messages = feed.Counters.Messages - messages;
            reads = feed.Counters.Reads - reads;
            measured += messages;
            if (messages < Section) continue; // the rest of the stream
            least = Math.Min(least, bytes / (double)messages);
            output.WriteLine(
                $"{messages} messages in {reads} reads, {bytes} bytes allocated: {bytes / (double)messages:F2} B a "
                + $"message, {bytes / (double)reads:F1} B a read");
        }

        await stop.CancelAsync();
        await run;
        Assert.True(measured > 5_000, $"only {measured} messages came");
        Assert.True(least < 64, $"{least:F2} bytes a message");

        void WaitFor(long messages)
        {
            while (feed.Counters.Messages < messages && Stopwatch.GetElapsedTime(start).TotalSeconds < 60)
                Thread.Sleep(1);
        }
    }
}
