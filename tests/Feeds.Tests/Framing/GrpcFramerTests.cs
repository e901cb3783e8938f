using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.Feeds.Framing;
using Xunit;

namespace LowLatency.Feeds.Tests.Framing;

public sealed class GrpcFramerTests
{
    [Fact]
    public void TryRead_StreamSplitAtEveryTwoPlaces_GivesTheSameMessages()
    {
        byte[][] messages = [[], [1], new byte[40], [9, 8, 7]];
        byte[] stream = Stream(messages);
        for (int first = 0; first <= stream.Length; first++)
        {
            for (int second = first; second <= stream.Length; second++)
            {
                GrpcFramer framer = new(64);
                List<byte[]> read = [];
                Feed(framer, stream.AsSpan(0, first), read);
                Feed(framer, stream.AsSpan(first, second - first), read);
                Feed(framer, stream.AsSpan(second), read);
                Assert.Equal(messages, read);
                Assert.True(framer.IsAtBoundary);
            }
        }
    }

    [Fact]
    public void TryRead_LargeMessages_GrowTheBufferOnceAndAreWhole()
    {
        GrpcFramer framer = new(2 << 20);
        byte[] large = new byte[2 << 20];
        new Random(3).NextBytes(large);
        byte[] stream = Stream([[1, 2], large, [3], large, large]);
        List<byte[]> read = [];
        for (int at = 0; at < stream.Length; at += 60_001)
            Feed(framer, stream.AsSpan(at, Math.Min(60_001, stream.Length - at)), read);
        Assert.Equal([[1, 2], large, [3], large, large], read);
        Assert.Equal(1, framer.Growths);
    }

    [Theory]
    [InlineData("0000000041", FrameStatus.TooLong)] // 65 bytes, one above the limit
    [InlineData("00FFFFFFFF", FrameStatus.TooLong)]
    [InlineData("0080000000", FrameStatus.TooLong)]
    [InlineData("0100000001AA", FrameStatus.Compressed)]
    [InlineData("0200000001AA", FrameStatus.Corrupt)]
    [InlineData("00000000", FrameStatus.NeedMore)]
    [InlineData("0000000002AA", FrameStatus.NeedMore)]
    public void TryRead_BadPrefix_IsNamedAndConsumesNothing(string hex, FrameStatus status)
    {
        GrpcFramer framer = new(64);
        Write(framer, Convert.FromHexString(hex));
        Assert.Equal(status, framer.TryRead(out _));
        Assert.Equal(status, framer.TryRead(out _));
        Assert.False(framer.IsAtBoundary);
        framer.Reset();
        Assert.True(framer.IsAtBoundary);
    }

    [Fact]
    public void WritePrefix_IsReadBack()
    {
        byte[] frame = new byte[5 + 64];
        GrpcFramer.WritePrefix(frame, 64);
        GrpcFramer framer = new(64);
        Write(framer, frame);
        Assert.Equal(FrameStatus.Frame, framer.TryRead(out ReadOnlySpan<byte> message));
        Assert.Equal(64, message.Length);
    }

    private static byte[] Stream(byte[][] messages)
    {
        List<byte> stream = [];
        byte[] prefix = new byte[5];
        foreach (byte[] message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), message.Length);
            stream.AddRange(prefix);
            stream.AddRange(message);
        }

        return [.. stream];
    }

    private static void Feed(GrpcFramer framer, ReadOnlySpan<byte> bytes, List<byte[]> read)
    {
        Write(framer, bytes);
        while (framer.TryRead(out ReadOnlySpan<byte> message) == FrameStatus.Frame) read.Add(message.ToArray());
    }

    private static void Write(GrpcFramer framer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = framer.GetRoom().Span;
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            framer.Advance(count);
            bytes = bytes[count..];
        }
    }
}
