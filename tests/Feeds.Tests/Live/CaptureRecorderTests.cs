using System;
using System.IO;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Live;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

public sealed class CaptureRecorderTests
{
    [Fact]
    public void Write_DiskThatStandsStill_CutsTheRecordingVisiblyAndNeverWaits()
    {
        using TemporaryFile file = new([]);
        using ManualResetEventSlim gate = new();
        byte[] message = new byte[100_000];
        Array.Fill(message, (byte)'x');
        CaptureRecorder recorder = new(
            new GatedStream(File.Create(file.FilePath), gate), new CaptureHeader { CreatedUtcNs = 1 }, 1 << 20);
        for (int i = 0; i < 100; i++) recorder.Write(Message(message, i));
        Assert.InRange(recorder.LostFrames, 1, 99);
        Assert.False(recorder.IsComplete);
        long kept = recorder.Frames;
        gate.Set();
        recorder.Write(Message(message, 100)); // there is room again, but the recording is over
        recorder.Dispose();
        Assert.Null(recorder.Failure);
        Assert.Equal(101 - kept, recorder.LostFrames);
        using CaptureReader? reader = CaptureReader.Open(
            file.FilePath, new CaptureReaderOptions(), out CaptureFault? fault);
        Assert.Null(fault);
        for (long i = 0; i < kept; i++)
        {
            Assert.True(reader!.TryRead(out CaptureFrame frame));
            Assert.Equal((CaptureFrameKind.Message, 1000 + i), (frame.Kind, frame.ReceiveNs));
        }

        Assert.True(reader!.TryRead(out CaptureFrame mark));
        Assert.Equal(CaptureFrameKind.Close, mark.Kind);
        Assert.Contains("RecorderOverflow", Encoding.UTF8.GetString(mark.Bytes));
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Fault);
    }

    [Fact]
    public void Write_DiskThatFails_SaysSoAndCounts()
    {
        CaptureRecorder recorder = new(new FailingStream(), new CaptureHeader { CreatedUtcNs = 1 }, 1 << 20);
        SpinWait.SpinUntil(() => recorder.Failure is not null, 5000);
        recorder.Write(Message([1, 2, 3], 0));
        recorder.Dispose();
        Assert.Equal("no space left", recorder.Failure);
        Assert.Equal((0L, 1L), (recorder.Frames, recorder.LostFrames));
    }

    private static CaptureFrame Message(byte[] bytes, int number) => new()
    {
        Kind = CaptureFrameKind.Message,
        ReceiveNs = 1000 + number,
        ReceiveUtcNs = 5000 + number,
        Bytes = bytes,
    };

    private sealed class GatedStream(Stream inner, ManualResetEventSlim gate) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            gate.Wait();
            inner.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no space left");
    }
}
