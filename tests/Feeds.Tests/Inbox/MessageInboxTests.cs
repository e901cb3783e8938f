using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using Xunit;

namespace LowLatency.Feeds.Tests.Inbox;

public sealed class MessageInboxTests
{
    private const int SmallBytes = 1 << 15;

    private readonly InboxSignal _signal = new();

    [Fact]
    public void TryRead_EveryKind_GivesBackWhatWasWritten()
    {
        MessageInbox inbox = new(7, _signal, SmallBytes);
        Assert.True(inbox.TryWrite(CaptureFrameKind.Open, 1, 2, "{}"u8));
        Assert.True(inbox.TryWriteExchange(3, 4, 5, "ask"u8, "answer"u8));
        Assert.True(inbox.TryRead(out CaptureFrame frame));
        Assert.Equal((CaptureFrameKind.Open, (byte)7, 1L, 2L), (frame.Kind, frame.EndpointId, frame.ReceiveNs,
            frame.ReceiveUtcNs));
        Assert.Equal("{}", Encoding.ASCII.GetString(frame.Bytes));
        inbox.Release();
        Assert.True(inbox.TryRead(out frame));
        Assert.Equal((CaptureFrameKind.Http, 3L, 4L, 5L), (frame.Kind, frame.ReceiveNs, frame.ReceiveUtcNs,
            frame.AskedUtcNs));
        Assert.Equal("ask", Encoding.ASCII.GetString(frame.HttpRequest));
        Assert.Equal("answer", Encoding.ASCII.GetString(frame.Bytes));
        inbox.Release();
        Assert.False(inbox.TryRead(out _));
        Assert.True(inbox.IsEmpty);
    }

    [Fact]
    public void TryWrite_SeededSizesAndReads_BehavesLikeAQueueWithABound()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            MessageInbox inbox = new(0, _signal, SmallBytes);
            Queue<byte[]> model = new();
            long stamp = 0;
            for (int i = 0; i < 4_000; i++)
            {
                if (random.Next(2) == 0)
                {
                    byte[] bytes = new byte[random.Next(random.Next(10) == 0 ? inbox.MaxRecordBytes + 1 : 900)];
                    random.NextBytes(bytes);
                    if (inbox.TryWrite(CaptureFrameKind.Message, ++stamp, 0, bytes)) model.Enqueue(bytes);
                    else Reopen(inbox, model, ref stamp);
                }
                else if (inbox.TryRead(out CaptureFrame frame))
                {
                    Assert.True(model.TryDequeue(out byte[]? expected), $"seed {seed}: a record too many");
                    Assert.True(frame.Bytes.SequenceEqual(expected), $"seed {seed}: record {i} differs");
                    inbox.Release();
                }
                else
                {
                    Assert.True(model.Count == 0, $"seed {seed}: a record is missing");
                }
            }
        }
    }

    [Fact]
    public void TryWrite_Full_DropsCountsAndLagsUntilTheNextOpen()
    {
        MessageInbox inbox = new(0, _signal, SmallBytes);
        byte[] bytes = new byte[1_000];
        int taken = 0;
        while (inbox.TryWrite(CaptureFrameKind.Message, 0, 0, bytes)) taken++;
        Assert.True(taken > 20);
        Assert.True(inbox.IsLagging);
        Assert.Equal(1, inbox.DroppedFrames);
        Assert.True(inbox.TryRead(out _));
        inbox.Release();
        Assert.False(inbox.TryWrite(CaptureFrameKind.Message, 0, 0, "x"u8)); // there is room, but a loss came before
        Assert.Equal(2, inbox.DroppedFrames);
        Assert.True(inbox.TryWrite(CaptureFrameKind.Close, 0, 0, new byte[MessageInbox.MaxControlBytes]));
        Assert.False(inbox.HasRoomToOpen);
        for (int i = 1; i < taken; i++) Next(inbox, CaptureFrameKind.Message);
        Next(inbox, CaptureFrameKind.Close);
        Assert.True(inbox.IsLagging);
        Assert.True(inbox.HasRoomToOpen);
        Assert.True(inbox.TryWrite(CaptureFrameKind.Open, 0, 0, "{}"u8));
        Assert.False(inbox.IsLagging);
        Assert.True(inbox.TryWrite(CaptureFrameKind.Message, 0, 0, bytes));
    }

    [Fact]
    public void TryWrite_CloseWhenFull_FitsAtEveryFillLevel()
    {
        for (int size = 0; size < 2_200; size += 7)
        {
            MessageInbox inbox = new(0, _signal, SmallBytes);
            while (inbox.TryWrite(CaptureFrameKind.Message, 0, 0, new byte[size])) { }
            Assert.True(
                inbox.TryWrite(CaptureFrameKind.Close, 0, 0, new byte[MessageInbox.MaxControlBytes]), $"size {size}");
        }
    }

    [Fact]
    public void TryWrite_LargestRecord_FitsIntoAnEmptyInboxWhereverTheLapIs()
    {
        MessageInbox inbox = new(0, _signal, SmallBytes);
        byte[] largest = new byte[inbox.MaxRecordBytes];
        for (int i = 0; i < SmallBytes / 8; i++)
        {
            Assert.True(inbox.TryWrite(CaptureFrameKind.Message, 0, 0, largest));
            Next(inbox, CaptureFrameKind.Message);
            Assert.True(inbox.TryWrite(CaptureFrameKind.Message, 0, 0, []));
            Next(inbox, CaptureFrameKind.Message);
        }
    }

    [Fact]
    public void TryWriteExchange_NoRoom_LosesNothingAndDoesNotLag()
    {
        MessageInbox inbox = new(0, _signal, SmallBytes);
        byte[] answer = new byte[5_000];
        int taken = 0;
        while (inbox.TryWriteExchange(0, 0, 0, "q"u8, answer)) taken++;
        Assert.False(inbox.IsLagging);
        for (int i = 0; i < 2; i++) Next(inbox, CaptureFrameKind.Http);
        Assert.True(inbox.TryWriteExchange(0, 0, 0, "q"u8, answer));
        Assert.Equal((0L, taken + 1L), (inbox.DroppedFrames, inbox.Frames));
    }

    [Fact]
    public void Reader_OnItsOwnThread_SeesEveryRecordInOrder()
    {
        const int Records = 200_000;
        MessageInbox inbox = new(0, _signal, 1 << 16);
        MessageInbox[] inboxes = [inbox];
        long seen = 0;
        bool inOrder = true;
        Thread reader = new(() =>
        {
            while (seen < Records)
            {
                while (inbox.TryRead(out CaptureFrame frame))
                {
                    inOrder &= frame.ReceiveNs == seen && frame.Bytes.Length == seen % 700
                        && (frame.Bytes.IsEmpty || frame.Bytes[^1] == (byte)seen);
                    seen++;
                    inbox.Release();
                }

                if (seen < Records) _signal.Park(inboxes, 10_000);
            }
        });
        reader.Start();
        byte[] bytes = new byte[700];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Records; i++)
        {
            int length = i % 700;
            if (length > 0) bytes[length - 1] = (byte)i;
            while (inbox.UsedBytes > inbox.CapacityBytes / 2) Thread.Yield();
            Assert.True(inbox.TryWrite(CaptureFrameKind.Message, i, 0, bytes.AsSpan(0, length)));
            if (i % 50_000 == 0) Thread.Sleep(2); // lets the reader fall asleep
        }

        Assert.True(reader.Join(20_000), $"{seen} of {Records} after {Stopwatch.GetElapsedTime(start)}");
        Assert.True(inOrder);
        Assert.True(_signal.WakeUps > 0);
    }

    [Fact]
    public void Park_WakeFromAnotherThread_ReturnsLongBeforeTheLimit()
    {
        MessageInbox inbox = new(0, _signal, SmallBytes);
        Thread waker = new(() =>
        {
            while (_signal.WakeUps == 0)
            {
                _signal.Wake();
                Thread.Sleep(1);
            }
        });
        long start = Stopwatch.GetTimestamp();
        waker.Start();
        _signal.Park([inbox], 120_000);
        waker.Join();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60));
    }

    private static void Reopen(MessageInbox inbox, Queue<byte[]> model, ref long stamp)
    {
        byte[] details = "{}"u8.ToArray();
        Assert.True(inbox.TryWrite(CaptureFrameKind.Close, ++stamp, 0, details));
        model.Enqueue(details);
        while (!inbox.HasRoomToOpen)
        {
            Assert.True(inbox.TryRead(out CaptureFrame frame));
            Assert.True(frame.Bytes.SequenceEqual(model.Dequeue()));
            inbox.Release();
        }

        Assert.True(inbox.TryWrite(CaptureFrameKind.Open, ++stamp, 0, details));
        model.Enqueue(details);
    }

    private static void Next(MessageInbox inbox, CaptureFrameKind kind)
    {
        Assert.True(inbox.TryRead(out CaptureFrame frame));
        Assert.Equal(kind, frame.Kind);
        inbox.Release();
    }
}
