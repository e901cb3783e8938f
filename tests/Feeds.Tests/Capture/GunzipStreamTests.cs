using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using LowLatency.Engine.Numerics;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Capture;

/// <summary>Gzip files as other tools put them together, and damaged ones.</summary>
public sealed class GunzipStreamTests
{
    private static readonly byte[] Content = MakeContent(200_000);

    [Fact]
    public void Crc32_OfTheCheckText_IsThePublishedValue()
    {
        byte[] text = Encoding.ASCII.GetBytes("123456789");
        for (int cut = 0; cut <= text.Length; cut++)
            Assert.Equal(0xCBF43926u, Crc32.Append(Crc32.Append(0, text.AsSpan(0, cut)), text.AsSpan(cut)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(8_192)]
    [InlineData(65_280)]
    public void Read_ManyMembers_GivesTheContentOfAll(int memberBytes)
    {
        int length = memberBytes < 100 ? 2_000 : Content.Length;
        List<byte> file = [];
        for (int start = 0; start < length; start += memberBytes)
            file.AddRange(TestData.Gzip(Content.AsSpan(start, Math.Min(memberBytes, length - start))));
        file.AddRange(TestData.Gzip([])); // bgzip ends a file with an empty member
        Assert.Equal(Content[..length], Unpack([.. file]));
        file.AddRange(new byte[512]); // tapes fill up with zeros
        Assert.Equal(Content[..length], Unpack([.. file]));
    }

    [Fact]
    public void Read_EveryPlaceOfAMemberInTheWindow_FindsItsEnd()
    {
        byte[] second = TestData.Gzip(Content.AsSpan(0, 50));
        for (int length = 8_100; length < 8_300; length++)
        {
            // Stored, not packed: the member's end moves by a byte each time, over the end of a piece.
            byte[] first = Gzip(Content.AsSpan(0, length), CompressionLevel.NoCompression);
            byte[] unpacked = Unpack([.. first, .. second]);
            Assert.Equal(length + 50, unpacked.Length);
        }
    }

    [Fact]
    public void Read_HeaderWithEveryMember_IsSkipped()
    {
        byte[] plain = TestData.Gzip(Content);
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, (byte)'a', 0, (byte)'b', 0, 9, 9];
        Assert.Equal(Content, Unpack([.. header, .. plain.AsSpan(10)]));
        for (int length = 2; length < header.Length; length++)
            Assert.Throws<EndOfStreamException>(() => Unpack(header.AsSpan(0, length).ToArray()));
    }

    [Fact]
    public void Read_AnyCut_SaysThatTheFileEndsEarly()
    {
        byte[] first = TestData.Gzip(Content.AsSpan(0, 3_000));
        byte[] file = [.. first, .. TestData.Gzip(Content.AsSpan(3_000, 3_000))];
        for (int length = 2; length < file.Length; length++)
        {
            if (length == first.Length) continue; // a whole file
            Assert.Throws<EndOfStreamException>(() => Unpack(file.AsSpan(0, length).ToArray()));
        }
    }

    [Fact]
    public void Read_WrongChecksumOrBytesBehind_SaysThatItIsDamaged()
    {
        byte[] good = TestData.Gzip(Content);
        for (int i = 8; i >= 5; i--)
        {
            byte[] damaged = (byte[])good.Clone();
            damaged[^i] ^= 1;
            Assert.Throws<InvalidDataException>(() => Unpack(damaged));
            Assert.Throws<InvalidDataException>(() => Unpack([.. damaged, .. good]));
        }

        Assert.Throws<InvalidDataException>(() => Unpack([.. good, .. "{\"t\":1}"u8]));
    }

    private static byte[] Unpack(byte[] file)
    {
        using GunzipStream stream = new(new MemoryStream(file));
        using MemoryStream content = new();
        stream.CopyTo(content, 777);
        return content.ToArray();
    }

    private static byte[] Gzip(ReadOnlySpan<byte> content, CompressionLevel level)
    {
        using MemoryStream result = new();
        using (GZipStream gzip = new(result, level)) gzip.Write(content);
        return result.ToArray();
    }

    private static byte[] MakeContent(int length)
    {
        byte[] content = new byte[length];
        new Random(5).NextBytes(content);
        for (int i = 0; i < length; i++) content[i] &= 0x3F; // packs a little
        return content;
    }
}
