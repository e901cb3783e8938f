using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Capture;

public sealed class CaptureRoundTripTests
{
    /// <summary>Source: market-small README, hash of the uncompressed capture.</summary>
    private const string MarketSmallSha256 = "D30E7ACE90FE04D64934F9F68F519636C32ADCD7B884AA655D5FD19FE52F7451";

    [Theory]
    [InlineData(".jsonl")]
    [InlineData(".jsonl.gz")]
    public void Import_MarketSmallToBinaryAndBack_GivesTheSameBytes(string suffix)
    {
        string binary = NewPath(".cap");
        string lines = NewPath(suffix);
        try
        {
            CaptureImportResult? there = CaptureImport.Run(
                TestData.MarketSmall,
                binary,
                CaptureTarget.Binary,
                new CaptureReaderOptions(),
                out CaptureFault? fault);
            Assert.Null(fault);
            Assert.Equal(3311, there!.Frames);
            Assert.Null(there.SourceFault);
            CaptureImportResult? back = CaptureImport.Run(
                binary, lines, CaptureTarget.JsonLines, new CaptureReaderOptions(), out fault);
            Assert.Null(fault);
            Assert.Equal(3311, back!.Frames);
            byte[] text = suffix.EndsWith(".gz", StringComparison.Ordinal)
                ? TestData.Gunzip(lines)
                : File.ReadAllBytes(lines);
            Assert.Equal(MarketSmallSha256, Convert.ToHexString(SHA256.HashData(text)));
        }
        finally
        {
            File.Delete(binary);
            File.Delete(lines);
        }
    }

    [Fact]
    public void Replay_BinaryCapture_GivesTheSameEventsAsTheJsonLines()
    {
        string binary = NewPath(".cap");
        try
        {
            CaptureImport.Run(TestData.MarketSmall, binary, CaptureTarget.Binary, new CaptureReaderOptions(), out _);
            RecordingPublisher fromLines = MarketSmallReplayTests.Replay(new ReplayOptions(), out _);
            RecordingPublisher fromBinary = MarketSmallReplayTests.Replay(
                new ReplayOptions(), out FeedStatistics statistics, binary);
            Assert.Equal(MarketSmallReplayTests.HashOf(fromLines), MarketSmallReplayTests.HashOf(fromBinary));
            Assert.Equal("wss://rpc-a.example/", statistics.Endpoints[0].Address);
            Assert.Equal(2, statistics.Endpoints[1].Opens);
        }
        finally
        {
            File.Delete(binary);
        }
    }

    [Fact]
    public void Write_AnyTextAndDetails_ComesBackFromBothFormats()
    {
        List<(CaptureFrameKind Kind, string Bytes, string Request)> frames =
        [
            (CaptureFrameKind.Open, """{"url":"wss://x/","n":{"a":[1,2]}}""", ""),
            (CaptureFrameKind.Open, "{}", ""),
            (CaptureFrameKind.Message, "quote \" backslash \\ control \u0001\b\f\n\r\t \u00e9\u20ac\U0001F600", ""),
            (CaptureFrameKind.Http, "answer \"x\"", "request \\"),
            (CaptureFrameKind.Request, "", ""),
            (CaptureFrameKind.Close, """{"code":1006,"reason":"lost"}""", ""),
        ];
        using MemoryStream binary = new();
        using MemoryStream lines = new();
        foreach (ICaptureSink sink in (ICaptureSink[])
            [new CaptureWriter(binary, new CaptureHeader { CreatedUtcNs = 5 }), new JsonLineCaptureWriter(lines)])
        {
            foreach ((CaptureFrameKind kind, string bytes, string request) in frames)
            {
                sink.Write(new CaptureFrame
                {
                    Kind = kind,
                    EndpointId = 200,
                    ReceiveUtcNs = 123,
                    AskedUtcNs = kind == CaptureFrameKind.Http ? 99 : 0,
                    Bytes = Messages.Utf8(bytes),
                    HttpRequest = Messages.Utf8(request),
                });
            }

            sink.Dispose();
        }

        foreach (MemoryStream stream in (MemoryStream[])[binary, lines])
        {
            using TemporaryFile file = new(stream.ToArray());
            using CaptureReader? reader = CaptureReader.Open(file.FilePath, new CaptureReaderOptions(), out _);
            foreach ((CaptureFrameKind kind, string bytes, string request) in frames)
            {
                Assert.True(reader!.TryRead(out CaptureFrame frame), reader.Fault?.ToString());
                Assert.Equal((kind, (byte)200, 123L), (frame.Kind, frame.EndpointId, frame.ReceiveUtcNs));
                Assert.Equal(kind == CaptureFrameKind.Http ? 99 : 0, frame.AskedUtcNs);
                Assert.Equal(Messages.Utf8(bytes), frame.Bytes.ToArray());
                Assert.Equal(Messages.Utf8(request), frame.HttpRequest.ToArray());
            }

            Assert.False(reader!.TryRead(out _));
            Assert.Null(reader.Fault);
        }
    }

    [Fact]
    public void Write_FramesAcrossReadSegments_ComeBack()
    {
        byte[] large = Messages.Bytes(700_000);
        using MemoryStream stream = new();
        using (CaptureWriter writer = new(stream, new CaptureHeader { CreatedUtcNs = 5 }))
        {
            for (int i = 0; i < 7; i++)
            {
                writer.Write(new CaptureFrame { Kind = CaptureFrameKind.Message, Bytes = large.AsSpan(i * 1000) });
            }
        }

        foreach (byte[] content in (byte[][])[stream.ToArray(), TestData.Gzip(stream.ToArray())])
        {
            using TemporaryFile file = new(content);
            using CaptureReader? reader = CaptureReader.Open(file.FilePath, new CaptureReaderOptions(), out _);
            for (int i = 0; i < 7; i++)
            {
                Assert.True(reader!.TryRead(out CaptureFrame frame));
                Assert.True(frame.Bytes.SequenceEqual(large.AsSpan(i * 1000)));
            }

            Assert.False(reader!.TryRead(out _));
            Assert.Null(reader.Fault);
        }
    }

    [Fact]
    public void Import_ExistingTarget_IsNotOverwritten()
    {
        using TemporaryFile target = new("precious"u8);
        CaptureImportResult? result = CaptureImport.Run(
            TestData.MarketSmall,
            target.FilePath,
            CaptureTarget.Binary,
            new CaptureReaderOptions(),
            out CaptureFault? fault);
        Assert.Null(result);
        Assert.Equal(CaptureFaultKind.Unwritable, fault!.Kind);
        Assert.Equal("precious", File.ReadAllText(target.FilePath));
    }

    [Fact]
    public void Inspect_MarketSmall_SumsUp()
    {
        CaptureSummary? summary = CaptureInspection.Run(TestData.MarketSmall, new ReplayOptions(), out _);
        Assert.True(summary!.IsIntact);
        Assert.Equal((282617401UL, 282617529UL), (summary.FirstSlot, summary.LastSlot));
        // Every account is asked for in the snapshots of endpoint 0 (28 + 100 + 100 + 2 keys).
        Assert.Equal(230, summary.DistinctAccounts);
        Assert.Equal(6, summary.Statistics.FramesByKind[(int)CaptureFrameKind.Http]);
        Assert.True(summary.AccountsByOwner[ProgramIds.Token] > 0);
        Assert.True(summary.AccountBytes > 1_000_000);
        Assert.Equal(8044658, summary.GoodBytes);
    }

    [Fact]
    public void Replay_SyntheticCapture_MarksEveryEvent()
    {
        using MemoryStream stream = new();
        using (CaptureWriter writer = new(stream, new CaptureHeader { CreatedUtcNs = 5, IsSynthetic = true }))
        {
            writer.Write(new CaptureFrame { Kind = CaptureFrameKind.Open, Bytes = "{}"u8 });
            writer.Write(new CaptureFrame
            {
                Kind = CaptureFrameKind.Message,
                Bytes = Messages.Notification("slot", """{"slot":76,"parent":75,"root":44}"""),
            });
        }

        using TemporaryFile file = new(stream.ToArray());
        RecordingPublisher publisher = MarketSmallReplayTests.Replay(new ReplayOptions(), out _, file.FilePath);
        Assert.Equal(3, publisher.Events.Count);
        Assert.All(publisher.Events, e => Assert.Equal(EventFlags.Synthetic, e.Entry.Flags));
    }

    private static string NewPath(string suffix) =>
        Path.Combine(Path.GetTempPath(), "lowlatency-" + Guid.NewGuid().ToString("N") + suffix);
}
