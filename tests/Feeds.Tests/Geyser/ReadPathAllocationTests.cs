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
    /// The platform allocates some 155 bytes for each read that has to wait, and blocks of 16 KiB while the thread lags
    /// by more of its window than the array pool keeps. How many messages come in a read and how far the reader lags is
    /// the machine's; so reads have a bound of their own, and the best of several sections counts. What the code
    /// allocates for a message would be in all of them: the smallest object has 24 bytes, a copy 780 on average.
    /// </summary>
    [TritonFact]
    public async Task Subscribe_ManyUpdates_AllocateNoObjectPerMessage()
    {
        const int Updates = 40_000;
        const int WarmUp = 10_000;
        const int Section = 2_500; // messages
        const int BytesARead = 192;
        const int BytesAMessage = 16;
        using TritonServer server = new(Updates, "secret-token");
        MessageInbox inbox = new(5, new InboxSignal(), 1 << 26);
        YellowstoneFeed feed = new(FeedHarness.Options(server.Address), inbox, SystemClock.Instance);
        using CancellationTokenSource stop = new();
        Task run = feed.RunAsync(stop.Token);
        long start = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        (long Bytes, long Messages, long Reads) from = default;
        while (feed.Counters.Messages < Updates && Stopwatch.GetElapsedTime(start).TotalSeconds < 60)
        {
            Thread.Sleep(1);
            (long Bytes, long Messages, long Reads) now =
                (GC.GetTotalAllocatedBytes(precise: true), feed.Counters.Messages, feed.Counters.Reads);
            long messages = now.Messages - from.Messages;
            if (now.Messages < WarmUp || messages < Section) continue;
            if (from.Messages >= WarmUp)
            {
                long bytes = now.Bytes - from.Bytes;
                long reads = now.Reads - from.Reads;
                best = Math.Min(best, (bytes - (double)(reads * BytesARead)) / messages);
                output.WriteLine($"{messages} messages in {reads} reads, {bytes} bytes allocated");
            }

            from = now;
        }

        await stop.CancelAsync();
        await run;
        Assert.True(best < BytesAMessage, $"{best:F1} bytes a message beside {BytesARead} a read");
    }
}
