using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Live;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

public sealed class FeedTurnsTests
{
    private const int Writers = 3;
    private const int RecordsEach = 20_000;

    [Fact]
    public void Take_FromManyThreads_TakesEveryRecordOnceAndOneAtATime()
    {
        InboxSignal signal = new();
        MessageInbox[] inboxes = new MessageInbox[Writers];
        for (int i = 0; i < Writers; i++) inboxes[i] = new MessageInbox((byte)i, signal, 1 << 22);
        long[] seen = new long[Writers];
        int inside = 0;
        int most = 0;
        FeedTurns turns = new(
            () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                foreach (MessageInbox inbox in inboxes)
                {
                    if (!inbox.TryRead(out CaptureFrame frame)) continue;
                    Assert.Equal(seen[inbox.ConnectionId]++, frame.ReceiveNs); // in order, none left out
                    inbox.Release();
                    break;
                }

                Interlocked.Decrement(ref inside);
                return true;
            },
            inboxes);
        signal.OnWake = turns.Take;
        List<Thread> threads = [];
        foreach (MessageInbox inbox in inboxes)
        {
            Thread thread = new(() =>
            {
                byte[] bytes = new byte[64];
                for (int i = 0; i < RecordsEach; i++)
                {
                    // No other thread looks again: what is written is taken by a writer, or never.
                    _ = inbox.TryWrite(i == 0 ? CaptureFrameKind.Open : CaptureFrameKind.Message, i, i, bytes);
                }
            });
            threads.Add(thread);
            thread.Start();
        }

        foreach (Thread thread in threads) thread.Join();
        turns.Failure?.Throw();
        Assert.Equal(1, most);
        Assert.All(seen, count => Assert.Equal(RecordsEach, count));
    }

    [Fact]
    public void Take_AStageThrows_EndsTheWorkAndKeepsTheCause()
    {
        InboxSignal signal = new();
        MessageInbox inbox = new(0, signal, 1 << 16);
        FeedTurns turns = new(() => throw new InvalidOperationException("broken"), [inbox]);
        signal.OnWake = turns.Take;
        Assert.True(inbox.TryWrite(CaptureFrameKind.Open, 1, 1, []));
        Assert.True(inbox.TryWrite(CaptureFrameKind.Message, 2, 2, [1]));
        Assert.Equal("broken", turns.Failure!.SourceException.Message);
        Assert.False(turns.IsHalted);
    }
}
