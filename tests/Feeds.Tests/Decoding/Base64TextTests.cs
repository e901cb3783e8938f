using System;
using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class Base64TextTests
{
    [Fact]
    public void TryDecode_EveryLength_GivesTheBytesAndWritesNoFurtherThanItSays()
    {
        for (int length = 0; length <= 400; length++)
        {
            byte[] data = Messages.Bytes(length, length + 1);
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(data));
            int room = text.Length / 4 * 3;
            byte[] destination = new byte[room + 64];
            destination.AsSpan(room).Fill(0xA5);
            Assert.True(Base64Text.TryDecode(text, destination, out int decoded));
            Assert.Equal(data, destination[..decoded]);
            Assert.True(destination.AsSpan(room).IndexOfAnyExcept((byte)0xA5) < 0, $"{length}: behind its room");
            Span<byte> shorter = destination.AsSpan(0, Math.Max(0, length - 1));
            Assert.Equal(length == 0, Base64Text.TryDecode(text, shorter, out _));
        }
    }

    [Fact]
    public void TryDecode_EveryByteAtEveryPlace_IsAcceptedExactlyWhereTheFrameworkAcceptsIt()
    {
        foreach (int length in new[] { 48, 49, 50, 95, 96, 97, 130 })
        {
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(Messages.Bytes(length)));
            for (int place = 0; place < text.Length; place++)
            {
                byte before = text[place];
                for (int value = 0; value < 256; value++)
                {
                    text[place] = (byte)value;
                    AssertAsFramework(text);
                }

                text[place] = before;
            }
        }
    }

    [Fact]
    public void TryDecode_MutatedTexts_AgreesWithTheFramework()
    {
        int accepted = 0;
        for (int seed = 1; seed <= 20_000; seed++)
        {
            Random random = new(seed);
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(Messages.Bytes(random.Next(0, 300), seed)));
            if (AssertAsFramework(Mutate.Bytes(text, random))) accepted++;
        }

        Assert.InRange(accepted, 500, 19_000);
    }

    private static bool AssertAsFramework(byte[] text)
    {
        byte[] expected = new byte[(text.Length / 4 * 3) + 3];
        byte[] actual = new byte[expected.Length];
        bool isText = Base64.DecodeFromUtf8(text, expected, out _, out int expectedLength) == OperationStatus.Done
            && expectedLength == Base64Text.DecodedLength(text);
        bool isDecoded = Base64Text.TryDecode(text, actual, out int length);
        Assert.True(isText == isDecoded, Encoding.Latin1.GetString(text));
        if (isText)
        {
            Assert.True(
                actual.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, expectedLength)),
                Encoding.Latin1.GetString(text));
        }

        return isText;
    }
}
