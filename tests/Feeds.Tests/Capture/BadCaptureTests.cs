using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Capture;

public sealed class BadCaptureTests
{
    private const string GoodLine = """{"t":5,"ep":0,"m":"{\"a\":1}"}""";

    [Fact]
    public void Open_MissingFile_NamesIt()
    {
        Assert.Null(CaptureReader.Open("no-such-file.cap", new CaptureReaderOptions(), out CaptureFault? fault));
        Assert.Equal(CaptureFaultKind.FileMissing, fault!.Kind);
        Assert.Equal("no-such-file.cap: there is no such file. Check the path.", fault.ToString());
    }

    [Fact]
    public void Open_WrongFirstBytes_SaysWhatIsWrong()
    {
        byte[] good = BinaryCapture(out _);
        byte[] asText = (byte[])good.Clone();
        asText[6] = 0x0A;
        byte[] version = (byte[])good.Clone();
        version[8] = 9;
        byte[] header = (byte[])good.Clone();
        header[20] ^= 1;
        Assert.Equal(CaptureFaultKind.Empty, OpenFault([]).Kind);
        Assert.Equal(CaptureFaultKind.WrongMagic, OpenFault("PK\u0003\u0004 a zip file"u8).Kind);
        Assert.Contains("as text", OpenFault(asText).Message, StringComparison.Ordinal);
        Assert.Equal(CaptureFaultKind.UnknownVersion, OpenFault(version).Kind);
        Assert.Contains("version 9", OpenFault(version).ToString(), StringComparison.Ordinal);
        Assert.Equal(CaptureFaultKind.CorruptHeader, OpenFault(header).Kind);
        for (int length = CaptureFormat.Magic.Length; length < 40; length++)
        {
            Assert.Equal(CaptureFaultKind.CorruptHeader, OpenFault(good.AsSpan(0, length)).Kind);
        }
    }

    [Fact]
    public void TryRead_CrashInsideTheLastFrame_GivesEveryFrameBeforeItAtEveryLength()
    {
        byte[] good = BinaryCapture(out List<int> ends);
        int lastStart = ends[^2];
        for (int length = lastStart; length <= good.Length; length++)
        {
            (int frames, CaptureFault? fault) = ReadAll(good.AsSpan(0, length));
            Assert.Equal(length == good.Length ? 3 : 2, frames);
            if (length == lastStart || length == good.Length)
            {
                Assert.Null(fault);
                continue;
            }

            Assert.Equal(CaptureFaultKind.TruncatedFrame, fault!.Kind);
            Assert.Equal(lastStart, fault.OffsetBytes);
        }
    }

    [Fact]
    public void TryRead_AnyDamagedByte_GivesTheFramesBeforeItAndItsPlace()
    {
        byte[] good = BinaryCapture(out List<int> ends);
        for (int position = ends[0]; position < good.Length; position++)
        {
            byte[] damaged = (byte[])good.Clone();
            damaged[position] ^= 0x5A;
            (int frames, CaptureFault? fault) = ReadAll(damaged);
            int expected = ends.FindLastIndex(end => end <= position);
            Assert.Equal(expected, frames);
            Assert.Equal(ends[expected], fault!.OffsetBytes);
            Assert.True(
                fault.Kind is CaptureFaultKind.CorruptFrame or CaptureFaultKind.TruncatedFrame
                    or CaptureFaultKind.TooLong,
                fault.ToString());
        }
    }

    [Theory]
    [InlineData("{\"t\":5,\"ep\":0,\"m\":\"x\"")]
    [InlineData("garbage")]
    [InlineData("[1]")]
    [InlineData("{\"ep\":0,\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"ep\":0}")]
    [InlineData("{\"t\":-5,\"ep\":0,\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"ep\":256,\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"ep\":0,\"m\":7}")]
    [InlineData("{\"t\":5,\"ep\":0,\"k\":\"strange\",\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"ep\":0,\"k\":\"http\",\"m\":\"x\"}")]
    [InlineData("{\"t\":5,\"t\":5,\"ep\":0,\"m\":\"x\"}")]
    public void TryRead_BadLine_NamesLineAndOffsetAfterDeliveringTheOthers(string bad)
    {
        string text = GoodLine + "\n\n" + GoodLine + "\n" + bad + "\n" + GoodLine + "\n";
        (int frames, CaptureFault? fault) = ReadAll(Encoding.UTF8.GetBytes(text));
        Assert.Equal(2, frames);
        Assert.Equal((CaptureFaultKind.BadLine, 4L), (fault!.Kind, fault.Line));
        Assert.Equal((2 * GoodLine.Length) + 3, fault.OffsetBytes);
        Assert.Contains(", line 4 (byte ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_MutatedLines_NeverThrowAndNeverPassSilently()
    {
        byte[] line = Encoding.UTF8.GetBytes(GoodLine);
        for (int seed = 1; seed <= 1_000; seed++)
        {
            byte[] mutated = Mutate.Bytes(line, new Random(seed));
            (int frames, CaptureFault? fault) = ReadAll([.. line, (byte)'\n', .. mutated]);
            bool isBlank = mutated.AsSpan().Trim(" \t\r\n"u8).IsEmpty;
            bool hasBreak = mutated.AsSpan().Contains((byte)'\n');
            Assert.True(frames == 2 || fault is not null || isBlank || hasBreak, $"seed {seed}");
        }
    }

    [Fact]
    public void TryRead_TruncatedGzip_DeliversWholeLinesThenNamesTheCause()
    {
        StringBuilder text = new();
        for (int i = 0; i < 2_000; i++) text.Append(GoodLine).Append('\n');
        byte[] gzip = TestData.Gzip(Encoding.UTF8.GetBytes(text.ToString()));
        int last = -1;
        for (int length = 20; length < gzip.Length; length += 37)
        {
            (int frames, CaptureFault? fault) = ReadAll(gzip.AsSpan(0, length));
            Assert.Equal(CaptureFaultKind.TruncatedGzip, fault!.Kind);
            Assert.InRange(frames, Math.Max(last, 0), 2_000);
            last = frames;
        }

        Assert.Equal(2_000, ReadAll(gzip).Frames);
    }

    [Theory]
    [InlineData("\uFEFF", "")]
    [InlineData("\n\r\n  \n\n\n\n\n\n\n\n\n\n\n", "")]
    [InlineData("", "\uFEFF")]
    public void TryRead_ByteOrderMarkOrBlankLinesFirst_AreNoFault(string atStart, string between)
    {
        string text = atStart + GoodLine + "\n" + between + GoodLine + "\n";
        (int frames, CaptureFault? fault) = ReadAll(Encoding.UTF8.GetBytes(text));
        Assert.Null(fault);
        Assert.Equal(2, frames);
    }

    [Fact]
    public void TryRead_SeveralGzipMembers_AreOneCapture()
    {
        byte[] member = TestData.Gzip(Encoding.UTF8.GetBytes(GoodLine + "\n"));
        (int frames, CaptureFault? fault) = ReadAll([.. member, .. member, .. member]);
        Assert.Null(fault);
        Assert.Equal(3, frames);
        (frames, fault) = ReadAll([.. member, .. member, .. member.AsSpan(0, member.Length - 1)]);
        Assert.Equal(CaptureFaultKind.TruncatedGzip, fault!.Kind);
        Assert.InRange(frames, 2, 3);
        (frames, fault) = ReadAll([.. member, .. Encoding.UTF8.GetBytes(GoodLine + "\n")]);
        Assert.Equal(CaptureFaultKind.CorruptGzip, fault!.Kind);
        Assert.Equal(1, frames);
    }

    [Fact]
    public void TryRead_DamagedGzip_NamesTheCause()
    {
        byte[] gzip = File.ReadAllBytes(TestData.MarketSmall);
        gzip[gzip.Length / 2] ^= 0x10;
        (int frames, CaptureFault? fault) = ReadAll(gzip);
        Assert.InRange(frames, 500, 3_311); // all, if only the checksum behind them tells
        Assert.True(fault!.Kind is CaptureFaultKind.CorruptGzip or CaptureFaultKind.BadLine, fault.ToString());
    }

    [Fact]
    public void Run_CaptureWithAFault_ReplaysWhatIsBeforeItAndEndsTheFeed()
    {
        byte[] good = BinaryCapture(out _);
        using TemporaryFile file = new(good.AsSpan(0, good.Length - 1));
        using ReplayFeed? feed = ReplayFeed.Open(file.FilePath, new ReplayOptions(), out _);
        RecordingPublisher publisher = new();
        Assert.Equal(FeedOutcome.Faulted, feed!.Run(publisher, new ReplayClock()));
        Assert.Equal(CaptureFaultKind.TruncatedFrame, feed.GetStatistics().Fault!.Kind);
        Assert.Equal(EventKind.EndOfFeed, publisher.Events[^1].Entry.Kind);
        Assert.Equal(2, feed.GetStatistics().Frames);
    }

    private static CaptureFault OpenFault(ReadOnlySpan<byte> content)
    {
        using TemporaryFile file = new(content);
        Assert.Null(CaptureReader.Open(file.FilePath, new CaptureReaderOptions(), out CaptureFault? fault));
        Assert.Equal(file.FilePath, fault!.Path);
        Assert.NotEmpty(fault.Fix);
        return fault;
    }

    private static (int Frames, CaptureFault? Fault) ReadAll(ReadOnlySpan<byte> content)
    {
        using TemporaryFile file = new(content);
        using CaptureReader? reader = CaptureReader.Open(
            file.FilePath, new CaptureReaderOptions(), out CaptureFault? fault);
        if (reader is null) return (0, fault);
        int frames = 0;
        while (reader.TryRead(out _)) frames++;
        return (frames, reader.Fault);
    }

    /// <summary>Three frames; ends[i] is the offset behind frame i (0 = the header).</summary>
    private static byte[] BinaryCapture(out List<int> ends)
    {
        using MemoryStream stream = new();
        ends = [];
        CaptureHeader header = new() { CreatedUtcNs = 5, Endpoints = ["wss://a/", "b"] };
        using (CaptureWriter writer = new(stream, header))
        {
            ends.Add((int)writer.BytesWritten);
            writer.Write(new CaptureFrame { Kind = CaptureFrameKind.Open, ReceiveUtcNs = 1, Bytes = "{}"u8 });
            ends.Add((int)writer.BytesWritten);
            writer.Write(new CaptureFrame
            {
                Kind = CaptureFrameKind.Request,
                ReceiveUtcNs = 2,
                Bytes = Messages.Subscribe(1),
            });
            ends.Add((int)writer.BytesWritten);
            writer.Write(new CaptureFrame
            {
                Kind = CaptureFrameKind.Http,
                ReceiveUtcNs = 3,
                HttpRequest = "{}"u8,
                Bytes = "{\"x\":1}"u8,
            });
            ends.Add((int)writer.BytesWritten);
        }

        return stream.ToArray();
    }
}
