using System;
using System.Threading;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Replay;

/// <summary>How far a replay has come.</summary>
/// <param name="FileBytesRead">Bytes of the file read.</param>
/// <param name="FileBytes">Size of the file.</param>
/// <param name="Frames">Frames (lines) replayed.</param>
/// <param name="Events">Events published.</param>
/// <param name="Slot">Highest slot of a frame so far; 0 if none.</param>
/// <param name="CaptureUtcNs">Receive time of the last frame, unix nanoseconds.</param>
/// <param name="IsEnd">True in the last report: a small file is read whole long before.</param>
public readonly record struct ReplayProgress(
    long FileBytesRead, long FileBytes, long Frames, long Events, ulong Slot, long CaptureUtcNs, bool IsEnd = false);

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
    public Action<ReplayProgress>? OnProgress { get; init; }

    /// <summary>Milliseconds between progress calls.</summary>
    public int ProgressIntervalMs { get; init; } = 250;

    /// <summary>Ends the replay early.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>How a replay ended.</summary>
public enum ReplayOutcome : byte
{
    /// <summary>At the end of the capture.</summary>
    Completed = 0,

    /// <summary>At a fault of the capture; everything before it was replayed.</summary>
    Faulted = 1,

    /// <summary>The pipeline halted.</summary>
    Halted = 2,

    /// <summary>Cancelled.</summary>
    Cancelled = 3,
}
