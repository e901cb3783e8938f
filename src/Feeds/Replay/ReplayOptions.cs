using System;
using System.Threading;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.Feeds.Replay;

/// <summary>How to replay.</summary>
public sealed class ReplayOptions
{
    /// <summary>Times the recorded pace; 0 = as fast as possible.</summary>
    public double Speed { get; init; }

    /// <summary>
    /// First slot of interest. Account states before it are kept, the newest of each account, and published as
    /// snapshots when the slot comes; other events before it are only counted.
    /// </summary>
    public ulong? FromSlot { get; init; }

    /// <summary>Last slot of interest; events after it are only counted.</summary>
    public ulong? ToSlot { get; init; }

    /// <summary>
    /// JSON file that maps subscription ids to accounts, for captures without requests and acks. If null, a
    /// <c>*.subscriptions.json</c> beside the capture whose stem the capture's name begins with is used.
    /// </summary>
    public string? SubscriptionsPath { get; init; }

    /// <summary>How to read the file.</summary>
    public CaptureReaderOptions Reader { get; init; } = new();

    /// <summary>Bounds of each endpoint's decoder.</summary>
    public DecoderOptions Decoder { get; init; } = new();

    /// <summary>
    /// Clock of the stamp <c>Framed</c>, for latency reports; null = not taken. It must not be the replay's clock,
    /// which stands still while a frame is processed.
    /// </summary>
    public IClock? StampClock { get; init; }

    /// <summary>Steers the replay while it runs; null = nobody does.</summary>
    public ReplayControl? Control { get; init; }

    /// <summary>Called about every <see cref="ProgressIntervalMs"/> on the replay's thread.</summary>
    public Action<FeedProgress>? OnProgress { get; init; }

    /// <summary>Milliseconds between progress calls.</summary>
    public int ProgressIntervalMs { get; init; } = 250;

    /// <summary>Ends the replay early.</summary>
    public CancellationToken Cancellation { get; init; }
}
