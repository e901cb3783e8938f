using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;
using Xunit;

namespace LowLatency.Feeds.Tests.Capture;

/// <summary>Changed settings in a capture: each comes back as it was, and nothing wrong is half taken.</summary>
public sealed class SettingTextTests
{
    private static readonly Pubkey Mint = Pubkey.Parse("So11111111111111111111111111111111111111112");

    private static List<SettingChange> All =>
    [
        new(SettingId.MinimumProfitLamports, 7),
        new(SettingId.MinimumExpectedValueLamports, 5),
        new(SettingId.MinimumExpectedValueLamports, 0, IsNone: true),
        new(SettingId.StalenessPenaltyBps, 10_000),
        new(SettingId.MaxStateAgeSlots, uint.MaxValue),
        new(SettingId.MaxNotionalLamports, ulong.MaxValue),
        new(SettingId.MaxInputRaw, 0, IsNone: false, Mint),
        new(SettingId.MaxInputRaw, 0, IsNone: true, Mint),
        new(SettingId.TipShareBps, 0),
        new(SettingId.TipFloorLamports, 1),
        new(SettingId.TipCapLamports, 2),
    ];

    [Fact]
    public void Write_EverySetting_ReadsBack()
    {
        List<SettingChange> read = [];
        Assert.True(SettingText.TryRead(SettingText.Write(All), read));
        Assert.Equal(All, read);
        foreach (SettingId id in Enum.GetValues<SettingId>())
        {
            if (id != SettingId.None) Assert.Equal(id, SettingText.IdOf(SettingText.KeyOf(id)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("tipShareBps")]
    [InlineData("=5")]
    [InlineData("tipShareBps=")]
    [InlineData("tipShareBps=10001")]
    [InlineData("tipShareBps=-1")]
    [InlineData("tipShareBps=1x")]
    [InlineData("tipShareBps=none")]
    [InlineData("minimumProfitLamports=9223372036854775808")]
    [InlineData("maxNotionalLamports=0")]
    [InlineData("maxHops=3")]
    [InlineData("maxInputRaw=3")]
    [InlineData("maxInputRaw.x=3")]
    [InlineData("tipShareBps.So11111111111111111111111111111111111111112=3")]
    [InlineData("tipCapLamports=5\ntipShareBps=99999")]
    public void Read_AnythingElse_TakesNothing(string text)
    {
        List<SettingChange> read = [new(SettingId.TipShareBps, 1)];
        Assert.False(SettingText.TryRead(Encoding.UTF8.GetBytes(text), read));
        Assert.Empty(read);
    }

    [Theory]
    [InlineData(".llcap")]
    [InlineData(".jsonl")]
    public void Capture_FrameOfSettings_IsWrittenAndReadInBothEncodings(string extension)
    {
        string path = Path.Combine(Path.GetTempPath(), $"lowlatency-{Guid.NewGuid():N}{extension}");
        try
        {
            using (ICaptureSink sink = extension == ".jsonl"
                ? JsonLineCaptureWriter.Create(path)
                : CaptureWriter.Create(path, new CaptureHeader { CreatedUtcNs = 1 }))
            {
                sink.Write(new CaptureFrame
                {
                    Kind = CaptureFrameKind.Settings,
                    EndpointId = 3,
                    ReceiveUtcNs = 9,
                    Bytes = SettingText.Write(All),
                });
                sink.Flush(toDisk: false);
            }

            using CaptureReader? reader = CaptureReader.Open(path, new CaptureReaderOptions(), out CaptureFault? fault);
            Assert.Null(fault);
            Assert.True(reader!.TryRead(out CaptureFrame frame));
            Assert.Equal((CaptureFrameKind.Settings, (byte)3, 9L), (frame.Kind, frame.EndpointId, frame.ReceiveUtcNs));
            List<SettingChange> read = [];
            Assert.True(SettingText.TryRead(frame.Bytes, read));
            Assert.Equal(All, read);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Capture_OfVersionOne_IsStillRead()
    {
        byte[] header = CaptureFormat.WriteHeader(new CaptureHeader { CreatedUtcNs = 1 });
        header[8] = 1;
        uint crc = LowLatency.Engine.Numerics.Crc32C.Compute(header.AsSpan(0, header.Length - 4));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(header.Length - 4), crc);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, header);
            using CaptureReader? reader = CaptureReader.Open(path, new CaptureReaderOptions(), out CaptureFault? fault);
            Assert.Null(fault);
            Assert.False(reader!.TryRead(out _));
            Assert.Null(reader.Fault);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
