using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text;
using LowLatency.Engine.Numerics;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Framing;

public sealed class FramerTests
{
    private static readonly byte[] Lines = Encoding.ASCII.GetBytes("one\r\n\ntwo and more\nlast");

    [Fact]
    public void JsonLineFramer_EverySplitPosition_GivesTheSameLines()
    {
        for (int first = 0; first <= Lines.Length; first++)
        {
            for (int second = first; second <= Lines.Length; second++)
            {
                ReadOnlySequence<byte> whole = Segments.Of(Lines[..first], Lines[first..second], Lines[second..]);
                Assert.Equal(["one", "", "two and more", "last"], Cut(whole, isCompleted: true));
            }
        }
    }

    [Fact]
    public void JsonLineFramer_BytesArriveOneByOne_ConsumesOnlyWholeLines()
    {
        JsonLineFramer framer = new();
        List<string> lines = [];
        int consumed = 0;
        for (int available = 0; available <= Lines.Length; available++)
        {
            ReadOnlySequence<byte> buffer = new(Lines, consumed, available - consumed);
            while (framer.TryRead(ref buffer, isCompleted: false, out ReadOnlySequence<byte> line) == FrameStatus.Frame)
            {
                lines.Add(Encoding.ASCII.GetString(line));
            }

            consumed = available - (int)buffer.Length;
        }

        Assert.Equal(["one", "", "two and more"], lines);
        Assert.Equal(Lines.Length - "last".Length, consumed);
    }

    [Fact]
    public void CaptureFramer_EverySplitPosition_GivesTheSameFrames()
    {
        byte[] bytes = TwoFrames();
        for (int split = 0; split <= bytes.Length; split++)
        {
            ReadOnlySequence<byte> buffer = Segments.Of(bytes[..split], bytes[split..]);
            Assert.Equal(
                FrameStatus.Frame, CaptureFramer.TryRead(ref buffer, out CaptureFrameHeader first, out var raw));
            Assert.Equal((CaptureFrameKind.Message, 9L), (first.Kind, first.ReceiveUtcNs));
            Assert.Equal("hello", Encoding.ASCII.GetString(raw));
            Assert.Equal(FrameStatus.Frame, CaptureFramer.TryRead(ref buffer, out CaptureFrameHeader second, out raw));
            Assert.Equal((CaptureFrameKind.Open, (byte)4), (second.Kind, second.EndpointId));
            Assert.Equal("{}", Encoding.ASCII.GetString(raw));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void CaptureFramer_EveryTruncation_AsksForMoreAndConsumesNothing()
    {
        byte[] bytes = TwoFrames();
        int firstLength = CaptureFormat.FrameHeaderBytes + 5;
        for (int length = 0; length < bytes.Length; length++)
        {
            ReadOnlySequence<byte> buffer = new(bytes, 0, length);
            if (length >= firstLength) Assert.Equal(FrameStatus.Frame, CaptureFramer.TryRead(ref buffer, out _, out _));
            long before = buffer.Length;
            Assert.Equal(FrameStatus.NeedMore, CaptureFramer.TryRead(ref buffer, out _, out _));
            Assert.Equal(before, buffer.Length);
        }
    }

    [Fact]
    public void CaptureFramer_AnyFlippedBit_IsNoticed()
    {
        byte[] bytes = TwoFrames();
        int firstLength = CaptureFormat.FrameHeaderBytes + 5;
        for (int bit = 0; bit < firstLength * 8; bit++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadOnlySequence<byte> buffer = new(damaged);
            FrameStatus status = CaptureFramer.TryRead(ref buffer, out _, out _);
            Assert.NotEqual(FrameStatus.Frame, status);
            // A longer length asks for bytes that do not come; every other damage is seen at once.
            if (bit >= 32) Assert.Equal(FrameStatus.Corrupt, status);
            Assert.Equal(bytes.Length, buffer.Length);
        }
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)] // the check value of CRC-32C
    public void Crc32C_KnownText_GivesThePublishedValue(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Crc32C_VectorsOfRfc3720_AreMet()
    {
        byte[] bytes = new byte[32];
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(bytes));
        Array.Fill(bytes, (byte)0xFF);
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(bytes));
        for (int i = 0; i < 32; i++) bytes[i] = (byte)i;
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(bytes));
        for (int i = 0; i <= 32; i++)
        {
            uint crc = Crc32C.Append(Crc32C.Append(Crc32C.Initial, bytes.AsSpan(0, i)), bytes.AsSpan(i));
            Assert.Equal(0x46DD794Eu, Crc32C.Finish(crc));
        }
    }

    private static byte[] TwoFrames()
    {
        using MemoryStream stream = new();
        int headerLength;
        using (CaptureWriter writer = new(stream, new CaptureHeader { CreatedUtcNs = 1 }))
        {
            headerLength = (int)writer.BytesWritten;
            writer.Write(new CaptureFrame { Kind = CaptureFrameKind.Message, ReceiveUtcNs = 9, Bytes = "hello"u8 });
            writer.Write(new CaptureFrame { Kind = CaptureFrameKind.Open, EndpointId = 4, Bytes = "{}"u8 });
        }

        return stream.ToArray()[headerLength..];
    }

    private static List<string> Cut(ReadOnlySequence<byte> buffer, bool isCompleted)
    {
        JsonLineFramer framer = new();
        List<string> lines = [];
        while (framer.TryRead(ref buffer, isCompleted, out ReadOnlySequence<byte> line) == FrameStatus.Frame)
        {
            lines.Add(Encoding.ASCII.GetString(line));
        }

        Assert.True(buffer.IsEmpty);
        return lines;
    }
}
