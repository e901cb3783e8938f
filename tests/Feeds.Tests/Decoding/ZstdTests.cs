using System;
using System.Buffers.Binary;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Feeds.Tests.Replay;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class ZstdTests
{
    private const string Plain = "\"base64\"";
    private const string Zstd = "\"base64+zstd\"";

    private readonly ZstdFrames _frames = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(165)]
    [InlineData(653)]
    [InlineData(10_136)]
    [InlineData(300_000)] // three blocks
    public void OnMessage_Compressed_GivesTheEventOfThePlainMessage(int length)
    {
        foreach (byte[] data in (byte[][])[new byte[length], Messages.Bytes(length), Sparse(length)])
        {
            foreach (bool alphabetical in (bool[])[false, true])
            {
                foreach (string executable in (string[])["false", "true"])
                {
                    foreach (bool fast in (bool[])[true, false])
                    {
                        byte[] plain = Messages.AccountNotification(
                            data, alphabetical: alphabetical, executable: executable);
                        AssertSameEvents(fast, plain, Compress(plain, data));
                    }
                }
            }
        }
    }

    [Fact]
    public void OnMessage_PlainAndCompressedInTurns_AreToldApart()
    {
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = Messages.Decoder(publisher);
        for (int i = 0; i < 400; i++)
        {
            // Accounts of one owner and size, so that all but the encoding has been seen before.
            byte[] data = Sparse(653, seed: i);
            byte[] message = Messages.AccountNotification(data, alphabetical: (i / 100 & 1) != 0);
            if ((i * 7 % 3) != 0) message = Compress(message, data);
            Assert.Equal(DecodeCause.None, decoder.OnMessage(message, Messages.Stamp));
            Assert.Equal(data, publisher.Events[i].Payload);
        }

        Assert.Equal(400, decoder.Counters.FastPath);
        Assert.True(decoder.ShapeMatches > 200, $"{decoder.ShapeMatches}");
    }

    [Fact]
    public void OnMessage_EscapedText_IsDecodedToo()
    {
        byte[] data = Messages.Bytes(653);
        byte[] plain = Messages.AccountNotification(data);
        string text = Encoding.UTF8.GetString(Compress(plain, data)).Replace("/", "\\/", StringComparison.Ordinal);
        Assert.Contains("\\/", text);
        AssertSameEvents(fast: true, plain, Messages.Utf8(text.Replace(Zstd, "\"base\\u00364+zstd\"")));
    }

    /// <summary>The whole bundled capture, as an endpoint would have sent it that was asked for base64+zstd.</summary>
    [Fact]
    public void Replay_CompressedCapture_GivesTheSameEvents()
    {
        using TemporaryFile capture = new(Compressed.Capture(TestData.MarketSmall, out int accounts), ".jsonl");
        Assert.True(accounts > 2_000, $"{accounts}");
        RecordingPublisher plain = MarketSmallReplayTests.Replay(new ReplayOptions(), out FeedStatistics before);
        RecordingPublisher zstd = MarketSmallReplayTests.Replay(
            new ReplayOptions(), out FeedStatistics after, capture.FilePath);
        Assert.Equal(MarketSmallReplayTests.HashOf(plain), MarketSmallReplayTests.HashOf(zstd));
        Assert.Equal(before.Total.FastPath, after.Total.FastPath);
        Assert.Equal(before.Total.Refused, after.Total.Refused);
        Assert.True(after.Total.Bytes < before.Total.Bytes * 2 / 3, $"{after.Total.Bytes} of {before.Total.Bytes}");
    }

    /// <summary>Frames of the reference program: <c>zstd --no-check</c> from a pipe, and with its checksum.</summary>
    [Theory]
    [InlineData(
        "28b52ffd005865010022440585533321a7585b5a51580127ce8e4e321c3cbeebf907000297623f41b118d37e868015263f3f700063")]
    [InlineData(
        "28b52ffd640400750100224405854221118b076f4f9b2759b1606d699dcbe3f05d1f0800204fa09815f8090ac298fe3318e70a3f3f"
        + "70006310c7f0b3")]
    public void Decode_FrameOfTheReferenceProgram_IsRead(string hex)
    {
        byte[] expected = new byte[260];
        for (int i = 0; i < 40; i++) (expected[4 * i], expected[(4 * i) + 1]) = ((byte)(i % 7), (byte)(i / 13));
        byte[] data = new byte[260];
        Assert.Equal(DecodeCause.None, _frames.Decode(Convert.FromHexString(hex), data));
        Assert.Equal(expected, data);
    }

    [Fact]
    public void Decode_CutOffAnywhere_IsRefused()
    {
        byte[] data = Sparse(653);
        byte[] frame = Compressed.Frame(data);
        byte[] target = new byte[653];
        for (int length = 0; length < frame.Length; length++)
            Assert.Equal(DecodeCause.BadZstd, _frames.Decode(frame.AsSpan(0, length), target));
        Assert.Equal(DecodeCause.None, _frames.Decode(frame, target));
        Assert.Equal(data, target);
    }

    [Fact]
    public void Decode_WhatIsNotOneFrame_IsRefused()
    {
        byte[] data = Sparse(653);
        byte[] frame = Compressed.Frame(data);
        byte[] skipped = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
        byte[] empty = Compressed.Frame([]);
        byte[] old = [.. frame];
        old[0] = 0x27; // format 0.7
        // Frame_Header_Descriptor with a dictionary id of one byte, which stands behind the window.
        byte[] dictionary = [.. frame[..4], (byte)(frame[4] | 1), frame[5], 9, .. frame[6..]];
        byte[] target = new byte[653];
        foreach (byte[] bad in (byte[][])[
            [.. frame, 0], [.. frame, .. frame], [.. skipped, .. frame], [.. frame, .. skipped], [.. frame, .. empty],
            skipped, old, dictionary, [], [0x28], data, new byte[64]])
        {
            Assert.Equal(DecodeCause.BadZstd, _frames.Decode(bad, target));
        }

        Assert.Equal(DecodeCause.None, _frames.Decode(frame, target)); // the context is as before
    }

    /// <summary>Sizes that a message says and a frame does not have, and the other way round.</summary>
    [Theory]
    [InlineData(1 << 20, 0)]
    [InlineData(1 << 20, 100)]
    [InlineData(1 << 20, (1 << 20) - 1)]
    [InlineData(653, 654)]
    [InlineData(653, 100_000)]
    [InlineData(0, 1)]
    public void Decode_AnotherSizeThanSaid_IsRefusedInsideItsPlace(int length, int said)
    {
        byte[] frame = Compressed.Frame(new byte[length]);
        Assert.True(frame.Length < 200, "a small frame");
        byte[] target = new byte[said + 64];
        target.AsSpan(said).Fill(0xA5);
        Assert.Equal(DecodeCause.SizeMismatch, _frames.Decode(frame, target.AsSpan(0, said)));
        Assert.Equal(-1, target.AsSpan(said).IndexOfAnyExcept((byte)0xA5));
    }

    /// <summary>A frame that says it holds 2^62 bytes, with a window of 2 GB.</summary>
    [Fact]
    public void Decode_DeclaredSizeAndWindowOfABomb_ReserveNothing()
    {
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0xC0, 0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 0b11, 0, 0, 0];
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(6), 1UL << 62);
        byte[] target = new byte[64];
        Assert.Equal(DecodeCause.SizeMismatch, _frames.Decode(Compressed.Frame(new byte[9]), target)); // the context
        long before = GC.GetAllocatedBytesForCurrentThread();
        nuint contextBytes = _frames.ContextBytes;
        Assert.NotEqual(DecodeCause.None, _frames.Decode(frame, target));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal(contextBytes, _frames.ContextBytes);
        Assert.InRange(contextBytes, 1u, 100_000u);
    }

    [Fact]
    public void Decode_DamagedFrames_StayInsideTheirPlaceAndNeverThrow()
    {
        byte[] target = new byte[653 + 128];
        byte[][] frames = new byte[48][];
        for (int i = 0; i < frames.Length; i++)
            frames[i] = Compressed.Frame(i % 3 == 0 ? Messages.Bytes(653, i) : Sparse(653, i));
        int refused = 0;
        long allocated = 0;
        for (int seed = 1; seed <= 60_000; seed++)
        {
            byte[] bad = Mutate.Bytes(frames[seed % frames.Length], new Random(seed));
            target.AsSpan().Fill(0xA5);
            long before = GC.GetAllocatedBytesForCurrentThread();
            DecodeCause cause = _frames.Decode(bad, target.AsSpan(64, 653));
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                cause is DecodeCause.None or DecodeCause.BadZstd or DecodeCause.SizeMismatch, $"seed {seed}: {cause}");
            Assert.True(target.AsSpan(0, 64).IndexOfAnyExcept((byte)0xA5) < 0, $"seed {seed}: before");
            Assert.True(target.AsSpan(64 + 653).IndexOfAnyExcept((byte)0xA5) < 0, $"seed {seed}: behind");
            refused += cause == DecodeCause.None ? 0 : 1;
        }

        Assert.Equal(0, allocated);
        Assert.InRange(refused, 20_000, 59_999); // without a checksum many a change is another account
    }

    [Theory]
    [InlineData(",\"space\":653", "", DecodeCause.UnexpectedShape)] // nothing bounds it
    [InlineData(",\"space\":653", ",\"space\":654", DecodeCause.SizeMismatch)]
    [InlineData(",\"space\":653", ",\"space\":652", DecodeCause.SizeMismatch)]
    [InlineData(",\"space\":653", ",\"space\":0", DecodeCause.SizeMismatch)]
    [InlineData(",\"space\":653", ",\"space\":10485760", DecodeCause.PayloadTooLarge)]
    [InlineData(",\"space\":653", ",\"space\":2147483647", DecodeCause.PayloadTooLarge)]
    [InlineData(",\"space\":653", ",\"space\":18446744073709551615", DecodeCause.PayloadTooLarge)]
    [InlineData("\"KLUv", "\"ALUv", DecodeCause.BadZstd)]
    [InlineData("\"KLUv", "\"*LUv", DecodeCause.BadBase64)]
    [InlineData("base64+zstd", "base64+zst", DecodeCause.WrongEncoding)]
    [InlineData("base64+zstd", "base64+zstd ", DecodeCause.WrongEncoding)]
    [InlineData("base64+zstd", "base64", DecodeCause.SizeMismatch)]
    public void OnMessage_BadMessage_IsCountedByItsCauseAndPublishesNothing(string old, string bad, DecodeCause cause)
    {
        byte[] data = Sparse(653);
        string good = Encoding.UTF8.GetString(Compress(Messages.AccountNotification(data), data));
        byte[] message = Messages.Utf8(good.Replace(old, bad, StringComparison.Ordinal));
        foreach (bool fast in (bool[])[true, false])
        {
            RecordingPublisher publisher = new();
            JsonRpcDecoder decoder = Messages.Decoder(publisher, fast);
            Assert.Equal(cause, decoder.OnMessage(message, Messages.Stamp));
            Assert.Equal((1L, 1L), (decoder.Counters.Refused, decoder.Counters[cause]));
            Assert.Empty(publisher.Events);
            Assert.Equal(DecodeCause.None, decoder.OnMessage(Messages.Utf8(good), Messages.Stamp));
            Assert.Equal(data, Assert.Single(publisher.Events).Payload);
        }
    }

    [Fact]
    public void OnSnapshot_PlainAndCompressedAccounts_ArePublished()
    {
        byte[] data = Sparse(1_544);
        string account = "{\"lamports\":5,\"data\":[\"" + Convert.ToBase64String(Compressed.Frame(data))
            + "\",\"base64+zstd\"],\"owner\":\"" + Messages.Owner
            + "\",\"executable\":false,\"rentEpoch\":0,\"space\":1544}";
        string plain = account.Replace(
            Convert.ToBase64String(Compressed.Frame(data)), Convert.ToBase64String(data), StringComparison.Ordinal)
            .Replace(Zstd, Plain, StringComparison.Ordinal);
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = new(1, publisher, new DecoderOptions());
        byte[] request = Messages.Utf8(
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"getMultipleAccounts\",\"params\":[[\"" + Messages.Account
            + "\",\"" + Messages.Owner + "\"],{\"encoding\":\"base64+zstd\"}]}");
        byte[] answer = Messages.Utf8(
            "{\"id\":4,\"result\":{\"context\":{\"slot\":77},\"value\":[" + account + "," + plain + "]}}");
        Assert.Equal(DecodeCause.None, decoder.OnSnapshot(request, answer, Messages.Stamp));
        Assert.Equal(2, publisher.Events.Count);
        Assert.All(publisher.Events, e => Assert.Equal(data, e.Payload));
    }

    /// <summary>A full ring: nothing is decoded, nothing is held.</summary>
    [Fact]
    public void OnMessage_NoRoom_IsCountedAsForPlainAccounts()
    {
        byte[] data = Sparse(653);
        byte[] message = Compress(Messages.AccountNotification(data), data);
        RecordingPublisher publisher = new() { NextStatus = ClaimStatus.Full };
        JsonRpcDecoder decoder = Messages.Decoder(publisher);
        Assert.Equal(DecodeCause.RingFull, decoder.OnMessage(message, Messages.Stamp));
        Assert.Empty(publisher.Events);
    }

    private static void AssertSameEvents(bool fast, byte[] plain, byte[] compressed)
    {
        RecordingPublisher expected = new();
        RecordingPublisher actual = new();
        JsonRpcDecoder decoder = Messages.Decoder(actual, fast);
        Assert.Equal(DecodeCause.None, Messages.Decoder(expected, fast).OnMessage(plain, Messages.Stamp));
        Assert.Equal(DecodeCause.None, decoder.OnMessage(compressed, Messages.Stamp));
        Assert.Equal(MarketSmallReplayTests.HashOf(expected), MarketSmallReplayTests.HashOf(actual));
    }

    private static byte[] Compress(byte[] message, byte[] data)
    {
        string old = $"[\"{Convert.ToBase64String(data)}\",{Plain}]";
        string text = Encoding.UTF8.GetString(message);
        Assert.Contains(old, text);
        return Messages.Utf8(text.Replace(
            old, $"[\"{Convert.ToBase64String(Compressed.Frame(data))}\",{Zstd}]", StringComparison.Ordinal));
    }

    /// <summary>As accounts are: some numbers, some keys, much that is zero.</summary>
    private static byte[] Sparse(int length, int seed = 1)
    {
        byte[] data = new byte[length];
        Random random = new(seed);
        random.NextBytes(data.AsSpan(0, length / 4));
        for (int i = length / 4; i < length; i += 16) data[i] = (byte)random.Next(4);
        return data;
    }
}
