using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Replay;

public sealed class MarketSmallReplayTests
{
    [Fact]
    public void Run_WholeCapture_RefusesOnlyTheMessageAfterTheClose()
    {
        RecordingPublisher publisher = Replay(new ReplayOptions(), out FeedStatistics statistics);

        Assert.Equal(3311, statistics.Frames);
        DecodeCounters total = statistics.Total;
        // One message of endpoint 1 stands behind the close of its connection (line 1744); nothing else is refused.
        Assert.Equal(1, total.Refused);
        Assert.Equal(1, total[DecodeCause.AfterClose]);
        FirstRefusal refusal = Assert.Single(statistics.FirstRefusals);
        Assert.Equal((DecodeCause.AfterClose, 1744L), (refusal.Cause, refusal.Position.Line));
        Assert.Equal(2090, total[MessageKind.AccountNotification]);
        Assert.Equal(233, total[MessageKind.SlotNotification]);
        Assert.Equal(489, total[MessageKind.Request]);
        Assert.Equal(489, total[MessageKind.SubscribeAck]);
        Assert.Equal(6, total[MessageKind.Snapshot]);
        Assert.Equal(0, total[MessageKind.Other]);
        Assert.Equal(total.HeldForAck, total.ReleasedByAck);
        Assert.True(total.HeldForAck > 0, "the capture has acks that come late");
        // Every message of the shapes that the fast path knows takes it, except those held for their ack.
        Assert.Equal(2089, total.FastPath);

        Dictionary<EventKind, int> kinds = Count(publisher);
        Assert.Equal(2089, kinds[EventKind.Account]);
        Assert.Equal(28 + 100 + 100 + 2 + 62 + 100, kinds[EventKind.AccountSnapshot]);
        Assert.Equal(233, kinds[EventKind.Slot]);
        Assert.Equal(3, kinds[EventKind.FeedOpen]);
        Assert.Equal(1, kinds[EventKind.FeedClose]);
        Assert.Equal(1, kinds[EventKind.EndOfFeed]);
        Assert.Equal(EventKind.EndOfFeed, publisher.Events[^1].Entry.Kind);
    }

    [Fact]
    public void Run_NullAccountsOfSnapshots_AreAbsent()
    {
        RecordingPublisher publisher = Replay(new ReplayOptions(), out _);
        int absent = 0;
        foreach (RecordedEvent recorded in publisher.Events)
        {
            bool isSnapshot = recorded.Entry.Kind == EventKind.AccountSnapshot;
            if (!isSnapshot || (recorded.Entry.Flags & EventFlags.Absent) == 0) continue;
            Assert.Empty(recorded.Payload);
            absent++;
        }

        Assert.Equal(10 + 29 + 15 + 23, absent);
    }

    [Fact]
    public void Run_ForkOfTheCapture_BothChildrenNameTheSameParent()
    {
        RecordingPublisher publisher = Replay(new ReplayOptions(), out _);
        HashSet<ulong> children = [];
        foreach (RecordedEvent recorded in publisher.Events)
        {
            if (recorded.Entry is { Kind: EventKind.Slot, ParentSlot: 282617478 }) children.Add(recorded.Entry.Slot);
        }

        Assert.Equal([282617479UL, 282617480UL], children);
    }

    [Fact]
    public void Run_StrictPathOnly_GivesTheSameEvents()
    {
        byte[] fast = HashOf(Replay(new ReplayOptions(), out _));
        Assert.Equal(fast, HashOf(Replay(new ReplayOptions(), out _, strict: true)));
    }

    internal static byte[] HashOf(RecordingPublisher publisher)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (RecordedEvent recorded in publisher.Events)
        {
            MarketEvent entry = recorded.Entry;
            hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<MarketEvent>(in entry)));
            hash.AppendData(recorded.Payload);
        }

        return hash.GetHashAndReset();
    }

    internal static RecordingPublisher Replay(
        ReplayOptions options, out FeedStatistics statistics, string? path = null, bool strict = false)
    {
        using ReplayFeed? feed = ReplayFeed.Open(path ?? TestData.MarketSmall, options, out CaptureFault? fault);
        Assert.Null(fault);
        Assert.NotNull(feed);
        feed.UseFastPath = !strict;
        RecordingPublisher publisher = new();
        Assert.Equal(FeedOutcome.Completed, feed.Run(publisher, new ReplayClock()));
        statistics = feed.GetStatistics();
        return publisher;
    }

    private static Dictionary<EventKind, int> Count(RecordingPublisher publisher)
    {
        Dictionary<EventKind, int> kinds = [];
        foreach (RecordedEvent recorded in publisher.Events)
        {
            kinds[recorded.Entry.Kind] = kinds.GetValueOrDefault(recorded.Entry.Kind) + 1;
        }

        return kinds;
    }
}
