using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Replay;

public sealed class CaptureLoopTests
{
    [Fact]
    public void Laps_AreTheWholeRecordingAgainWithSlotsPastTheLapBefore()
    {
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(TestData.MarketSmall, publisher, null);
        Assert.Null(loop.Bootstrap());
        List<RecordedEvent> recorded = [.. publisher.Events];
        publisher.Events.Clear();
        Assert.True(loop.RunLap());
        List<RecordedEvent> first = [.. publisher.Events];
        publisher.Events.Clear();
        Assert.True(loop.RunLap());
        List<RecordedEvent> second = [.. publisher.Events];

        // Every connection of the lap before closes, then all comes as it came, up to the last notification.
        int closed = first.TakeWhile(e => e.Entry.Kind == EventKind.FeedClose).Count();
        Assert.Equal(2, closed);
        Assert.True(first.Count - closed > loop.MessagesPerLap / 2);
        Assert.InRange(recorded.Count - (first.Count - closed), 0, 2);
        for (int i = closed; i < first.Count; i++)
        {
            RecordedEvent then = recorded[i - closed];
            Assert.Equal(then.Entry.Kind, first[i].Entry.Kind);
            Assert.Equal(then.Entry.Account, first[i].Entry.Account);
            Assert.Equal(then.Payload, first[i].Payload);
        }

        Assert.True(Slots(first).Min() > Slots(recorded).Max());
        Assert.True(Slots(second).Min() > Slots(first).Max());
        Assert.Equal(first.Count, second.Count);
        for (int i = 0; i < first.Count; i++)
        {
            Assert.Equal(first[i].Entry.Account, second[i].Entry.Account);
            Assert.Equal(first[i].Payload, second[i].Payload);
            Assert.True(second[i].Entry.ReceiveUtcNs > first[i].Entry.ReceiveUtcNs);
        }
    }

    [Fact]
    public void Bootstrap_OfALoopThatHasReadIt_PlaysTheSameAndReadsNoFile()
    {
        RecordingPublisher publisher = new();
        CaptureLoop read = new(TestData.MarketSmall, publisher, null);
        Assert.Null(read.Bootstrap());
        Assert.True(read.RunLap());
        RecordingPublisher other = new();
        CaptureLoop shares = new("no such file", other, null);
        Assert.Null(shares.Bootstrap(read));
        Assert.True(shares.RunLap());
        Assert.Equal((read.MessagesPerLap, read.LapNs), (shares.MessagesPerLap, shares.LapNs));
        Assert.Equal(publisher.Events.Count, other.Events.Count);
        for (int i = 0; i < other.Events.Count; i++)
        {
            Assert.Equal(publisher.Events[i].Entry.Account, other.Events[i].Entry.Account);
            Assert.Equal(publisher.Events[i].Entry.Slot, other.Events[i].Entry.Slot);
            Assert.Equal(publisher.Events[i].Payload, other.Events[i].Payload);
        }

        shares.Receive(0); // into a buffer of its own
        Assert.True(shares.TryPrepare(0) && shares.RunMessage(0));
    }

    [Fact]
    public void SlotEvents_KeepTheirDistanceToTheirParents()
    {
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(TestData.MarketSmall, publisher, null);
        Assert.Null(loop.Bootstrap());
        publisher.Events.Clear();
        loop.RunLap();
        foreach (RecordedEvent e in publisher.Events.Where(e => e.Entry.Kind == EventKind.Slot))
            Assert.InRange(e.Entry.Slot - e.Entry.ParentSlot, 1UL, 16UL);
    }

    /// <summary>
    /// No openings and no requests: in every lap the feed opens with its first frame and knows its ids.
    /// </summary>
    [Fact]
    public void FramesOnly_EveryLapOpensAndKnowsItsSubscriptions()
    {
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(TestData.WhirlpoolDay, publisher, null);
        Assert.Null(loop.Bootstrap());
        Assert.Equal(19_407, loop.MessagesPerLap);
        List<RecordedEvent> recorded = [.. publisher.Events];
        publisher.Events.Clear();
        Assert.True(loop.RunLap());
        Assert.Equal(EventKind.FeedClose, publisher.Events[0].Entry.Kind);
        Assert.Equal(recorded.Count + 1, publisher.Events.Count);
        ulong moved = publisher.Events[2].Entry.Slot - recorded[1].Entry.Slot;
        for (int i = 0; i < recorded.Count; i++)
        {
            MarketEvent then = recorded[i].Entry;
            MarketEvent now = publisher.Events[i + 1].Entry;
            Assert.Equal((then.Kind, then.Account), (now.Kind, now.Account));
            Assert.Equal(then.Slot == 0 ? 0 : then.Slot + moved, now.Slot);
        }

        Assert.Equal(0, loop.GetCounters().Refused);
    }

    /// <summary>A recording of a live run: settings and what nodes told of the chain are in every lap.</summary>
    [Fact]
    public void LiveRecording_SettingsAndFeesAreInEveryLap()
    {
        string[] lines =
        [
            "{'t':1000,'ep':0,'k':'open','url':'ws://a'}",
            "{'t':1001,'ep':0,'k':'req','m':'{^jsonrpc^:^2.0^,^id^:1,^method^:^accountSubscribe^,^params^:"
                + "[^4fuUiYxTQ6QCrdSq9ouBYcTM7bqSwYTSyLueGZLTy4T4^]}'}",
            "{'t':1002,'ep':0,'m':'{^jsonrpc^:^2.0^,^result^:7,^id^:1}'}",
            "{'t':1003,'ep':0,'k':'settings','m':'tipShareBps=4000\\n'}",
            "{'t':1005,'ep':0,'k':'http','t0':1004,'req':'{^jsonrpc^:^2.0^,^id^:1,^method^:"
                + "^getRecentPrioritizationFees^,^params^:[]}','m':'{^jsonrpc^:^2.0^,^id^:1,^result^:"
                + "[{^slot^:100,^prioritizationFee^:5}]}'}",
            "{'t':1006,'ep':0,'m':'{^jsonrpc^:^2.0^,^method^:^accountNotification^,^params^:{^result^:{^context^:"
                + "{^slot^:101},^value^:{^lamports^:1,^data^:[^AAAA^,^base64^],^owner^:"
                + "^11111111111111111111111111111111^,^executable^:false,^rentEpoch^:0,^space^:3}},"
                + "^subscription^:7}}'}",
        ];
        string text = string.Join('\n', lines).Replace('\'', '"').Replace("^", "\\\"") + "\n";
        using TemporaryFile file = new(System.Text.Encoding.UTF8.GetBytes(text), ".jsonl");
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(file.FilePath, publisher, null);
        Assert.Null(loop.Bootstrap());
        EventKind[] recorded = [.. publisher.Events.Select(e => e.Entry.Kind)];
        Assert.Equal([EventKind.FeedOpen, EventKind.Setting, EventKind.PriorityFees, EventKind.Account], recorded);
        for (int lap = 0; lap < 2; lap++)
        {
            publisher.Events.Clear();
            Assert.True(loop.RunLap());
            Assert.Equal([EventKind.FeedClose, .. recorded], publisher.Events.Select(e => e.Entry.Kind));
            ulong told = publisher.Events[4].Entry.Slot;
            Assert.True(told > 101);
            Assert.Equal(told - 1, publisher.Events[3].Entry.Slot);
            Assert.Equal(told - 1, BitConverter.ToUInt64(publisher.Events[3].Payload));
        }
    }

    [Fact]
    public void Bootstrap_MoreThanTheMemoryItMayTake_SaysHowMuchAndWhatToDo()
    {
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(TestData.MarketSmall, publisher, null) { BytesMax = 1 << 20 };
        string said = loop.Bootstrap()!.ToString();
        Assert.Contains("would be played from memory; 1,048,576 are taken. Give a shorter capture.", said);
        Assert.Empty(publisher.Events);
    }

    [Fact]
    public void Bootstrap_CaptureCutShort_SaysSoAndPlaysNothing()
    {
        byte[] whole = File.ReadAllBytes(TestData.MarketSmall);
        using TemporaryFile file = new(whole[..(whole.Length / 2)], ".jsonl.gz");
        RecordingPublisher publisher = new();
        CaptureLoop loop = new(file.FilePath, publisher, null);
        Assert.NotNull(loop.Bootstrap());
        Assert.Empty(publisher.Events);
    }

    [Fact]
    public void Bootstrap_MissingFile_SaysSo()
    {
        CaptureLoop loop = new("no-such-capture.jsonl", new RecordingPublisher(), null);
        Assert.Contains("no-such-capture.jsonl", loop.Bootstrap()!.ToString());
    }

    private static IEnumerable<ulong> Slots(IEnumerable<RecordedEvent> events) =>
        events.Where(e => e.Entry.Kind == EventKind.Account && e.Entry.Account != default(Pubkey))
            .Select(e => e.Entry.Slot);
}
