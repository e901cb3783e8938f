using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Inbox;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

/// <summary>A running feed and the reading side of its inbox, as the feed thread would see it.</summary>
internal sealed class FeedHarness : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public FeedHarness(YellowstoneOptions options, Func<ulong>? resumeSlot = null, int inboxBytes = 1 << 20)
    {
        Inbox = new MessageInbox(5, new InboxSignal(), inboxBytes);
        Feed = new YellowstoneFeed(options, Inbox, SystemClock.Instance, resumeSlot);
        _run = Feed.RunAsync(_stop.Token);
    }

    public MessageInbox Inbox { get; }

    public YellowstoneFeed Feed { get; }

    public List<(CaptureFrameKind Kind, byte[] Bytes)> Frames { get; } = [];

    public static YellowstoneOptions Options(Uri address) => new()
    {
        Address = address,
        Token = "secret-token",
        Backoff = new BackoffOptions { FirstNs = 20_000_000, LongestNs = 50_000_000 },
    };

    /// <summary>Drains the inbox until the condition holds.</summary>
    public async Task UntilAsync(Func<FeedHarness, bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Drain();
            if (condition(this)) return;
            string seen = $"frames {Frames.Count}, last end {Feed.LastEnd}";
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "not seen in time: " + seen);
            await Task.Delay(2);
        }
    }

    public Task UntilEndAsync(ConnectionCause cause) => UntilAsync(h => h.Feed.Counters[cause] > 0);

    public int Count(CaptureFrameKind kind) => Frames.FindAll(f => f.Kind == kind).Count;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Patience);
        _stop.Dispose();
    }

    private void Drain()
    {
        while (Inbox.TryRead(out CaptureFrame frame))
        {
            Frames.Add((frame.Kind, frame.Bytes.ToArray()));
            Inbox.Release();
        }
    }
}
