using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LowLatency.Feeds.Framing;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Framing;

public sealed class WebSocketFramerTests
{
    private const int MaxBytes = 100_000;

    private static readonly byte[] Conversation =
    [
        .. ServerFrame(0x81, "one"), .. ServerFrame(0x89, "ping"), .. ServerFrame(0x01, "frag"),
        .. ServerFrame(0x8A, ""), .. ServerFrame(0x00, "men"), .. ServerFrame(0x89, "between"),
        .. ServerFrame(0x80, "ted"), .. ServerFrame(0x82, new string('b', 126)),
        .. ServerFrame(0x81, new string('c', 300)), .. ServerFrame(0x88, "\u0003\u00e8bye"),
    ];

    private static readonly string[] Expected =
    [
        "Text! one", "Ping! ping", "Text frag", "Pong! ", "Continuation men", "Ping! between", "Continuation! ted",
        "Binary! " + new string('b', 126), "Text! " + new string('c', 300), "Close! \u0003\u00e8bye",
    ];

    [Fact]
    public void TryRead_EverySplitPosition_GivesTheSameFrames()
    {
        for (int first = 0; first <= Conversation.Length; first++)
        {
            int second = first + ((Conversation.Length - first) / 2);
            ReadOnlySequence<byte> buffer =
                Segments.Of(Conversation[..first], Conversation[first..second], Conversation[second..]);
            WebSocketFramer framer = new(MaxBytes);
            Assert.Equal(Expected, ReadAll(framer, ref buffer));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void TryRead_ByteByByte_ConsumesOnlyWholeFrames()
    {
        WebSocketFramer framer = new(MaxBytes);
        List<string> frames = [];
        int consumed = 0;
        for (int available = 0; available <= Conversation.Length; available++)
        {
            ReadOnlySequence<byte> buffer = new(Conversation, consumed, available - consumed);
            frames.AddRange(ReadAll(framer, ref buffer));
            consumed = available - (int)buffer.Length;
        }

        Assert.Equal(Expected, frames);
        Assert.Equal(Conversation.Length, consumed);
    }

    [Fact]
    public void TryRead_EveryTruncation_AsksForMore()
    {
        byte[] frame = ServerFrame(0x81, new string('x', 70_000));
        foreach (int length in Enumerable.Range(0, 400).Concat([65_535, 69_999, frame.Length - 1]))
        {
            WebSocketFramer framer = new(MaxBytes);
            ReadOnlySequence<byte> buffer = new(frame, 0, length);
            Assert.Equal(FrameStatus.NeedMore, framer.TryRead(ref buffer, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(WebSocketFault.ReservedBit, new byte[] { 0xC1, 0x00 })] // RSV1: compression that was not offered
    [InlineData(WebSocketFault.ReservedBit, new byte[] { 0xA1, 0x00 })]
    [InlineData(WebSocketFault.ReservedBit, new byte[] { 0x91, 0x00 })]
    [InlineData(WebSocketFault.UnknownOpcode, new byte[] { 0x83, 0x00 })]
    [InlineData(WebSocketFault.UnknownOpcode, new byte[] { 0x8B, 0x00 })]
    [InlineData(WebSocketFault.MaskedByServer, new byte[] { 0x81, 0x80, 1, 2, 3, 4 })]
    [InlineData(WebSocketFault.LongControlFrame, new byte[] { 0x89, 126, 0, 126 })]
    [InlineData(WebSocketFault.LongControlFrame, new byte[] { 0x88, 127 })]
    [InlineData(WebSocketFault.FragmentedControlFrame, new byte[] { 0x09, 0x00 })]
    [InlineData(WebSocketFault.UnexpectedContinuation, new byte[] { 0x80, 0x00 })]
    [InlineData(WebSocketFault.InterleavedMessage, new byte[] { 0x01, 0x00, 0x81, 0x00 })]
    [InlineData(WebSocketFault.InterleavedMessage, new byte[] { 0x01, 0x00, 0x02, 0x00 })]
    [InlineData(WebSocketFault.BadLength, new byte[] { 0x81, 126, 0, 125 })]
    [InlineData(WebSocketFault.BadLength, new byte[] { 0x81, 127, 0, 0, 0, 0, 0, 0, 255, 255 })]
    [InlineData(WebSocketFault.BadLength, new byte[] { 0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(WebSocketFault.MessageTooLong, new byte[] { 0x81, 127, 0x7F, 255, 255, 255, 255, 255, 255, 255 })]
    [InlineData(WebSocketFault.MessageTooLong, new byte[] { 0x81, 127, 0, 0, 0, 0, 0, 1, 0x86, 0xA1 })]
    public void TryRead_AgainstTheProtocol_FaultsAndStaysFaulted(WebSocketFault fault, byte[] bytes)
    {
        for (int split = 0; split <= bytes.Length; split++)
        {
            WebSocketFramer framer = new(MaxBytes);
            ReadOnlySequence<byte> buffer = Segments.Of(bytes[..split], bytes[split..]);
            FrameStatus status;
            do
            {
                status = framer.TryRead(ref buffer, out _);
            }
            while (status == FrameStatus.Frame);
            FrameStatus expected =
                fault == WebSocketFault.MessageTooLong ? FrameStatus.TooLong : FrameStatus.Corrupt;
            Assert.Equal((expected, fault), (status, framer.Fault));
            ReadOnlySequence<byte> good = new(ServerFrame(0x81, "good"));
            Assert.Equal(expected, framer.TryRead(ref good, out _));
        }
    }

    [Fact]
    public void TryRead_FragmentsThatAddUpToTooMuch_AreRefusedAtTheFragmentThatDoes()
    {
        WebSocketFramer framer = new(10);
        ReadOnlySequence<byte> buffer = new(
            [.. ServerFrame(0x01, "12345"), .. ServerFrame(0x89, "123456789"), .. ServerFrame(0x00, "67890"),
             .. ServerFrame(0x80, "x")]);
        for (int i = 0; i < 3; i++) Assert.Equal(FrameStatus.Frame, framer.TryRead(ref buffer, out _));
        Assert.Equal(FrameStatus.TooLong, framer.TryRead(ref buffer, out _));
        buffer = new ReadOnlySequence<byte>([.. ServerFrame(0x01, "12345"), .. ServerFrame(0x80, "67890")]);
        framer = new WebSocketFramer(10);
        Assert.Equal(2, ReadAll(framer, ref buffer).Count); // exactly the limit is allowed
    }

    [Fact]
    public void TryRead_SeededMutations_NeverThrowAndNeverReadBeyondTheBytes()
    {
        for (int seed = 0; seed < 30_000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = (byte[])Conversation.Clone();
            int changes = random.Next(1, 4);
            for (int i = 0; i < changes; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            int split = random.Next(bytes.Length + 1);
            WebSocketFramer framer = new(1 << 12);
            WebSocketFramer whole = new(1 << 12);
            ReadOnlySequence<byte> parted = Segments.Of(bytes[..split], bytes[split..]);
            ReadOnlySequence<byte> single = new(bytes);
            Assert.True(
                ReadAll(framer, ref parted).SequenceEqual(ReadAll(whole, ref single)), $"seed {seed}: a split matters");
            Assert.True(framer.Fault == whole.Fault && parted.Length == single.Length, $"seed {seed}");
        }
    }

    [Fact]
    public void ApplyMask_AnyLength_IsTheBytewiseXorAndItsOwnInverse()
    {
        Random random = new(1);
        for (int length = 0; length < 300; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            byte[] key = new byte[4];
            random.NextBytes(key);
            byte[] masked = (byte[])bytes.Clone();
            WebSocketFrameWriter.ApplyMask(masked, BitConverter.ToUInt32(key));
            Assert.Equal(bytes.Select((b, i) => (byte)(b ^ key[i % 4])), masked);
            WebSocketFrameWriter.ApplyMask(masked, BitConverter.ToUInt32(key));
            Assert.Equal(bytes, masked);
        }
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(125, 131)]
    [InlineData(126, 134)]
    [InlineData(65_535, 65_543)]
    [InlineData(65_536, 65_550)]
    public void Write_EveryLengthForm_IsAMaskedFinalFrame(int payloadBytes, int frameBytes)
    {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        Assert.Equal(frameBytes, WebSocketFrameWriter.FrameBytes(payloadBytes));
        byte[] frame = new byte[frameBytes];
        Assert.Equal(frameBytes, WebSocketFrameWriter.Write(frame, WebSocketOpcode.Text, payload, 0xDEADBEEF));
        Assert.Equal(0x81, frame[0]);
        Assert.Equal(0x80, frame[1] & 0x80);
        frame[1] &= 0x7F; // a server's frame is the same without the mask
        int header = frameBytes - payloadBytes;
        WebSocketFrameWriter.ApplyMask(frame.AsSpan(header), 0xDEADBEEF);
        ReadOnlySequence<byte> unmasked = new([.. frame[..(header - 4)], .. frame[header..]]);
        Assert.Equal(FrameStatus.Frame, new WebSocketFramer(MaxBytes).TryRead(ref unmasked, out WebSocketFrame read));
        Assert.Equal(payload, read.Payload.ToArray());
    }

    [Theory]
    [InlineData(new byte[0], WebSocketFault.None, 1005)]
    [InlineData(new byte[] { 3 }, WebSocketFault.BadClose, 1005)]
    [InlineData(new byte[] { 3, 0xE8 }, WebSocketFault.None, 1000)]
    [InlineData(new byte[] { 3, 0xED }, WebSocketFault.BadClose, 1005)] // never on the wire
    [InlineData(new byte[] { 3, 0xEE }, WebSocketFault.BadClose, 1006)]
    [InlineData(new byte[] { 0, 1 }, WebSocketFault.BadClose, 1)]
    [InlineData(new byte[] { 0x0F, 0xA0, (byte)'x' }, WebSocketFault.None, 4000)]
    [InlineData(new byte[] { 0x0F, 0xA0, 0xFF }, WebSocketFault.InvalidUtf8, 4000)]
    public void ReadClose_AnyPayload_GivesCodeOrFault(byte[] payload, WebSocketFault fault, int code)
    {
        Assert.Equal(fault, WebSocketClose.Read(payload, out ushort read, out _));
        Assert.Equal(code, read);
    }

    internal static byte[] ServerFrame(byte first, string latin1)
    {
        byte[] payload = Encoding.Latin1.GetBytes(latin1);
        byte[] header = payload.Length switch
        {
            < 126 => [first, (byte)payload.Length],
            <= ushort.MaxValue => [first, 126, 0, 0],
            _ => [first, 127, 0, 0, 0, 0, 0, 0, 0, 0],
        };
        if (header.Length == 4) BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        if (header.Length == 10) BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), (ulong)payload.Length);
        return [.. header, .. payload];
    }

    private static List<string> ReadAll(WebSocketFramer framer, ref ReadOnlySequence<byte> buffer)
    {
        List<string> frames = [];
        while (framer.TryRead(ref buffer, out WebSocketFrame frame) == FrameStatus.Frame)
        {
            string text = Encoding.Latin1.GetString(frame.Payload);
            frames.Add($"{frame.Opcode}{(frame.IsFinal ? "!" : "")} {text}");
        }

        return frames;
    }
}
