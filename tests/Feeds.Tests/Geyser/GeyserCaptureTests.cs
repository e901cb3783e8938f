using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>A recorded Yellowstone stream replays from both encodings of captures.</summary>
public sealed class GeyserCaptureTests
{
    [Fact]
    public void Replay_YellowstoneBesideJsonRpc_DecodesEachByItsProtocol()
    {
        string binary = NewPath(".cap");
        string lines = NewPath(".jsonl.gz");
        try
        {
            WriteCapture(binary);
            RecordingPublisher fromBinary = Replay(binary, out FeedStatistics statistics);
            Assert.Equal(0, statistics.Total.Refused);
            Assert.Equal(295, statistics.Endpoints[1].Counters[MessageKind.SlotUpdate]);
            Assert.Equal(1, statistics.Endpoints[1].Counters[MessageKind.AccountUpdate]);
            Assert.Equal(1, statistics.Endpoints[1].Counters[MessageKind.Request]);
            Assert.Equal(1, statistics.Endpoints[0].Counters[MessageKind.SlotNotification]);
            Assert.Equal("http://127.0.0.1:10000", statistics.Endpoints[1].Address);

            CaptureImportResult? imported = CaptureImport.Run(
                binary, lines, CaptureTarget.JsonLines, new CaptureReaderOptions(), out CaptureFault? fault);
            Assert.Null(fault);
            Assert.Null(imported!.SourceFault);
            string text = Encoding.UTF8.GetString(TestData.Gunzip(lines));
            Assert.Contains("\"b\":\"", text, StringComparison.Ordinal);
            RecordingPublisher fromLines = Replay(lines, out statistics);
            Assert.Equal(0, statistics.Total.Refused);
            Assert.Equal(fromBinary.Events.Select(Describe), fromLines.Events.Select(Describe));
        }
        finally
        {
            File.Delete(binary);
            File.Delete(lines);
        }
    }

    /// <summary>A lap of a stream is the recording again, with slots behind the lap before.</summary>
    [Fact]
    public void Loop_YellowstoneBesideJsonRpc_MovesSlotsOfBoth()
    {
        string path = NewPath(".cap");
        try
        {
            WriteCapture(path);
            RecordingPublisher publisher = new();
            CaptureLoop loop = new(path, publisher, null);
            Assert.Null(loop.Bootstrap());
            List<RecordedEvent> recorded = publisher.Events.FindAll(IsOfSlot);
            int messages = ProtobufOracleTests.RealMessages().Count(IsUpdate) + 2;
            Assert.Equal(messages, loop.MessagesPerLap);
            for (int lap = 1; lap < 3; lap++)
            {
                publisher.Events.Clear();
                Assert.True(loop.RunLap());
                List<RecordedEvent> again = publisher.Events.FindAll(IsOfSlot);
                ulong moved = again[0].Entry.Slot - recorded[0].Entry.Slot;
                Assert.True(moved > recorded.Max(e => e.Entry.Slot) - recorded.Min(e => e.Entry.Slot));
                Assert.Equal(recorded.Select(e => Moved(e, moved)), again.Select(e => Moved(e, 0)));
                Assert.Contains(again, e => e.Entry.Kind == EventKind.Account);
            }
        }
        finally
        {
            File.Delete(path);
        }

        static bool IsOfSlot(RecordedEvent e) => e.Entry.Slot != 0;

        static string Moved(RecordedEvent e, ulong slots) =>
            $"{e.Entry.Kind} {e.Entry.EndpointId} {e.Entry.Slot + slots} "
            + $"{(e.Entry.ParentSlot == 0 ? 0 : e.Entry.ParentSlot + slots)} {e.Entry.WriteVersion} {e.Entry.Account} "
            + Convert.ToHexString(e.Payload);
    }

    [Theory]
    [InlineData("""{"t":1,"ep":0,"b":"AAEC"}""", null)]
    [InlineData("""{"t":1,"ep":0,"b":"AAE"}""", "a member has the wrong type")]
    [InlineData("""{"t":1,"ep":0,"b":"A*EC"}""", "a member has the wrong type")]
    [InlineData("""{"t":1,"ep":0,"b":"AAEC","m":"x"}""", "the line has a message `m` and bytes `b`")]
    [InlineData("""{"t":1,"ep":0,"b":7}""", "a member has the wrong type")]
    public void Read_LineWithBytes_IsStrict(string line, string? problem)
    {
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(line + "\n"), ".jsonl");
        using CaptureReader? reader = CaptureReader.Open(file.FilePath, new CaptureReaderOptions(), out _);
        bool isFrame = reader!.TryRead(out CaptureFrame frame);
        Assert.Equal(problem is null, isFrame);
        if (problem is null) Assert.Equal([0, 1, 2], frame.Bytes.ToArray());
        else Assert.Contains(problem, reader.Fault!.ToString(), StringComparison.Ordinal);
    }

    private static void WriteCapture(string path)
    {
        using CaptureWriter writer = CaptureWriter.Create(
            path, new CaptureHeader { CreatedUtcNs = 1, Endpoints = ["ws://a", "http://127.0.0.1:10000"] });
        long utcNs = 1_770_287_040_000_000_000;
        Write(writer, ref utcNs, CaptureFrameKind.Open, 0, "{\"url\":\"ws://a\"}"u8);
        Write(
            writer, ref utcNs, CaptureFrameKind.Open, 1,
            "{\"url\":\"http://127.0.0.1:10000\",\"protocol\":\"yellowstone\"}"u8);
        Write(writer, ref utcNs, CaptureFrameKind.Request, 1, GeyserMessages.Message(o => o.Field(6, 1UL)));
        foreach (byte[] message in ProtobufOracleTests.RealMessages())
            Write(writer, ref utcNs, CaptureFrameKind.Message, 1, message);
        Write(
            writer, ref utcNs, CaptureFrameKind.Message, 0,
            Encoding.UTF8.GetBytes(
                "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"result\":"
                + "{\"slot\":398202822,\"parent\":398202821,\"root\":5},\"subscription\":1}}"));
        Write(
            writer, ref utcNs, CaptureFrameKind.Message, 1,
            GeyserMessages.Account(new AccountUpdate { Slot = 398_202_821 }));
        Write(writer, ref utcNs, CaptureFrameKind.Close, 1, "{\"reason\":\"test\"}"u8);
    }

    private static void Write(
        CaptureWriter writer, ref long utcNs, CaptureFrameKind kind, byte endpoint, ReadOnlySpan<byte> bytes) =>
        writer.Write(new CaptureFrame
        {
            Kind = kind,
            EndpointId = endpoint,
            ReceiveUtcNs = utcNs += 1000,
            Bytes = bytes,
        });

    private static RecordingPublisher Replay(string path, out FeedStatistics statistics)
    {
        using ReplayFeed? feed = ReplayFeed.Open(path, new ReplayOptions(), out CaptureFault? fault);
        Assert.Null(fault);
        RecordingPublisher publisher = new();
        Assert.Equal(FeedOutcome.Completed, feed!.Run(publisher, new ReplayClock()));
        statistics = feed.GetStatistics();
        return publisher;
    }

    private static string Describe(RecordedEvent e) =>
        $"{e.Entry.Kind} {e.Entry.EndpointId} {e.Entry.Slot} {e.Entry.ParentSlot} {e.Entry.WriteVersion} "
        + $"{e.Entry.Account} {e.Entry.ReceiveUtcNs} {Convert.ToHexString(e.Payload)}";

    /// <summary>Anything but the ping of the stream.</summary>
    private static bool IsUpdate(byte[] message) =>
        GeyserEnvelope.TryRead(message, out GeyserEnvelope update) == EnvelopeStatus.Ok
        && update.Field != UpdateField.Ping;

    private static string NewPath(string suffix) =>
        Path.Combine(Path.GetTempPath(), "lowlatency-" + Guid.NewGuid().ToString("N") + suffix);
}
