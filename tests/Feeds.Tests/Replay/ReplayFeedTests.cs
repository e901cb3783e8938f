using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Replay;

public sealed class ReplayFeedTests
{
    private const ulong FromSlot = 282617440;
    private const ulong ToSlot = 282617450;

    [Fact]
    public void Run_Twice_GivesTheSameEvents() => Assert.Equal(
        MarketSmallReplayTests.HashOf(MarketSmallReplayTests.Replay(new ReplayOptions(), out _)),
        MarketSmallReplayTests.HashOf(MarketSmallReplayTests.Replay(new ReplayOptions(), out _)));

    [Fact]
    public void Run_RangeOfSlots_StartsFromTheStateOfTheWholeReplay()
    {
        RecordingPublisher whole = MarketSmallReplayTests.Replay(new ReplayOptions(), out _);
        RecordingPublisher part = MarketSmallReplayTests.Replay(
            new ReplayOptions { FromSlot = FromSlot, ToSlot = ToSlot }, out FeedStatistics statistics);

        Assert.True(statistics.EventsBeforeRange > 0 && statistics.EventsAfterRange > 0);
        Assert.True(statistics.StatesCarriedIn > 0);
        Assert.Equal(FinalStates(whole), FinalStates(part));
        foreach (RecordedEvent recorded in part.Events)
        {
            Assert.True(recorded.Entry.Slot <= ToSlot);
            if (recorded.Entry.Kind == EventKind.Slot) Assert.InRange(recorded.Entry.Slot, FromSlot, ToSlot);
        }

        Assert.Equal(EventKind.EndOfFeed, part.Events[^1].Entry.Kind);
    }

    [Fact]
    public void Run_BareMessagesWithSubscriptionFile_ArePacedBySlot()
    {
        string folder = Directory.CreateTempSubdirectory("lowlatency-").FullName;
        try
        {
            string capture = Path.Combine(folder, "day_0000-1800.jsonl");
            File.WriteAllText(
                Path.Combine(folder, "day.subscriptions.json"),
                $$"""[{"subscription":7,"pubkey":"{{Messages.Account}}","kind":"x"}]""");
            string text = Lines(
                Messages.AccountNotification([1], slot: 100),
                Messages.AccountNotification([2], slot: 103),
                Messages.AccountNotification([3], slot: 102),
                Messages.AccountNotification([4], subscription: 8, slot: 104));
            File.WriteAllText(capture, text.Replace("\"slot\":103", "\"slot\" : 103"));
            ReplayOptions options = new()
            {
                Reader = new CaptureReaderOptions { DerivedSlotTimeNs = 580_000_000, DerivedStartUtcNs = 10 },
            };
            RecordingPublisher publisher = MarketSmallReplayTests.Replay(
                options, out FeedStatistics statistics, capture);
            Assert.Equal(4, statistics.FramesWithDerivedTime);
            Assert.Equal(1, statistics.Total[DecodeCause.UnknownSubscription]);
            Assert.Equal(EventKind.FeedOpen, publisher.Events[0].Entry.Kind);
            Assert.Equal(
                [10L, 1_740_000_010L, 1_740_000_010L],
                publisher.Events.GetRange(1, 3).ConvertAll(static e => e.Entry.ReceiveUtcNs));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Open_UnreadableSubscriptionFile_NamesIt()
    {
        using TemporaryFile bad = new("{\"subscription\":1}"u8);
        ReplayOptions options = new() { SubscriptionsPath = bad.FilePath };
        Assert.Null(ReplayFeed.Open(TestData.MarketSmall, options, out CaptureFault? fault));
        Assert.Equal((CaptureFaultKind.BadSubscriptions, bad.FilePath), (fault!.Kind, fault.Path));
    }

    [Fact]
    public void Run_SlotsUpdatesWithTimestamps_KeepTheirOwnTime()
    {
        string text = Lines(
            Messages.Notification("slotsUpdates", """{"slot":6,"timestamp":1770287040770,"type":"completed"}"""),
            Messages.Notification(
                "slotsUpdates", """{"parent":6,"slot":7,"timestamp" : 1770287040809,"type":"createdBank"}"""));
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(text));
        RecordingPublisher publisher = MarketSmallReplayTests.Replay(
            new ReplayOptions(), out FeedStatistics statistics, file.FilePath);
        Assert.Equal(0, statistics.FramesWithDerivedTime);
        MarketEvent slot = publisher.Events[1].Entry;
        Assert.Equal((EventKind.Slot, 7UL, 6UL), (slot.Kind, slot.Slot, slot.ParentSlot));
        Assert.Equal(1_770_287_040_809_000_000, slot.ReceiveUtcNs);
    }

    [Fact]
    public void Run_FramesOfAnEndpointAboveTheBound_AreCountedAndTheFirstIsNamed()
    {
        string far = Frame(2).Replace("\"ep\":0", "\"ep\":32", StringComparison.Ordinal);
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(Frame(1) + far + far));
        MarketSmallReplayTests.Replay(new ReplayOptions(), out FeedStatistics statistics, file.FilePath);
        Assert.Equal((3, 2L), (statistics.Frames, statistics.Total[DecodeCause.EndpointOutOfRange]));
        Assert.Equal(2, statistics.Total.Refused);
        FirstRefusal first = Assert.Single(statistics.FirstRefusals);
        Assert.Equal((DecodeCause.EndpointOutOfRange, 32, 2L), (first.Cause, first.EndpointId, first.Position.Line));
    }

    [Fact]
    public void Run_WithSpeed_TakesTheRecordedTimeDividedByIt()
    {
        string text = Frame(1_000_000_000) + Frame(1_000_000_000) + Frame(2_000_000_000);
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(text));
        Stopwatch watch = Stopwatch.StartNew();
        MarketSmallReplayTests.Replay(new ReplayOptions { Speed = 5 }, out _, file.FilePath);
        Assert.True(watch.ElapsedMilliseconds >= 199, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Run_TimesThatGoBack_AreCountedAndTheClockStands()
    {
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(Frame(2_000) + Frame(1_000) + Frame(3_000)));
        using ReplayFeed? feed = ReplayFeed.Open(file.FilePath, new ReplayOptions(), out _);
        RecordingPublisher publisher = new();
        ReplayClock clock = new();
        feed!.Run(publisher, clock);
        Assert.Equal(1, feed.GetStatistics().ClockStepsBack);
        List<RecordedEvent> slots = publisher.Events.GetRange(1, 3);
        Assert.Equal([2_000L, 2_000L, 3_000L], slots.ConvertAll(static e => e.Entry.ReceiveNs));
        Assert.Equal([2_000L, 1_000L, 3_000L], slots.ConvertAll(static e => e.Entry.ReceiveUtcNs));
    }

    [Fact]
    public void Run_HaltedPipeline_StopsAndSaysSo()
    {
        using ReplayFeed? feed = ReplayFeed.Open(TestData.MarketSmall, new ReplayOptions(), out _);
        RecordingPublisher publisher = new() { NextStatus = ClaimStatus.Halted };
        Assert.Equal(FeedOutcome.Halted, feed!.Run(publisher, new ReplayClock()));
        Assert.Empty(publisher.Events);
        Assert.Equal(1, feed.GetStatistics().Frames);
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        long frames = 0;
        ReplayOptions options = new()
        {
            Cancellation = source.Token,
            ProgressIntervalMs = 0,
            OnProgress = progress =>
            {
                frames = progress.Frames;
                if (frames == 500) source.Cancel();
            },
        };
        using ReplayFeed? feed = ReplayFeed.Open(TestData.MarketSmall, options, out _);
        Assert.Equal(FeedOutcome.Cancelled, feed!.Run(new RecordingPublisher(), new ReplayClock()));
        Assert.Equal(500, frames);
    }

    [Fact]
    public void Run_Progress_EndsAtTheWholeFile()
    {
        FeedProgress last = default;
        MarketSmallReplayTests.Replay(new ReplayOptions { OnProgress = progress => last = progress }, out _);
        Assert.Equal(new FileInfo(TestData.MarketSmall).Length, last.FileBytes);
        Assert.Equal(last.FileBytes, last.FileBytesRead);
        Assert.Equal((3311L, 282617529UL), (last.Frames, last.Slot));
    }

    private static string Frame(long utcNs) =>
        "{\"t\":" + utcNs.ToString(System.Globalization.CultureInfo.InvariantCulture)
        + ",\"ep\":0,\"m\":\""
        + Encoding.UTF8.GetString(Messages.Notification("slot", """{"slot":5,"parent":4,"root":1}"""))
            .Replace("\"", "\\\"", StringComparison.Ordinal)
        + "\"}"
        + "\n";

    private static string Lines(params byte[][] messages)
    {
        StringBuilder text = new();
        foreach (byte[] message in messages) text.Append(Encoding.UTF8.GetString(message)).Append('\n');
        return text.ToString();
    }

    /// <summary>Last state of each account an endpoint delivered, up to the end of the range.</summary>
    private static SortedDictionary<string, string> FinalStates(RecordingPublisher publisher)
    {
        SortedDictionary<string, string> states = new(StringComparer.Ordinal);
        foreach (RecordedEvent recorded in publisher.Events)
        {
            MarketEvent entry = recorded.Entry;
            if (entry.Kind is not (EventKind.Account or EventKind.AccountSnapshot) || entry.Slot > ToSlot) continue;
            string key = $"{entry.EndpointId} {entry.Account}";
            string state = $"{entry.Slot:D12} {entry.Lamports} {Convert.ToHexString(recorded.Payload)}";
            bool isNewer = !states.TryGetValue(key, out string? known)
                || string.CompareOrdinal(known[..12], state[..12]) <= 0;
            if (isNewer) states[key] = state;
        }

        return states;
    }
}
