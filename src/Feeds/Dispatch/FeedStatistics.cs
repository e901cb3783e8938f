using System.Collections.Generic;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Dispatch;

/// <summary>The first refusal for a cause: where to look.</summary>
/// <param name="Cause">Why.</param>
/// <param name="EndpointId">Endpoint.</param>
/// <param name="Position">Frame of the capture.</param>
public readonly record struct FirstRefusal(DecodeCause Cause, byte EndpointId, CapturePosition Position);

/// <summary>What one endpoint's connection delivered.</summary>
/// <param name="EndpointId">Endpoint, from 0.</param>
/// <param name="Address">Its address; empty if the capture does not say.</param>
/// <param name="Opens">Connections opened.</param>
/// <param name="Closes">Connections broken.</param>
/// <param name="Frames">Frames of the capture.</param>
/// <param name="Counters">Messages by kind and cause.</param>
public sealed record EndpointStatistics(
    byte EndpointId, string Address, long Opens, long Closes, long Frames, DecodeCounters Counters);

/// <summary>What a replay saw; a snapshot that no longer changes.</summary>
public sealed class FeedStatistics
{
    /// <summary>Size of the capture in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of it read.</summary>
    public required long FileBytesRead { get; init; }

    /// <summary>Frames (lines) replayed.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames by kind; the index is <see cref="CaptureFrameKind"/>.</summary>
    public required IReadOnlyList<long> FramesByKind { get; init; }

    /// <summary>Frames whose receive time was derived from their slot.</summary>
    public required long FramesWithDerivedTime { get; init; }

    /// <summary>Frames that were recorded with an earlier time than the frame before (the clock stood still).</summary>
    public required long ClockStepsBack { get; init; }

    /// <summary>Receive time of the first frame, unix nanoseconds.</summary>
    public required long FirstUtcNs { get; init; }

    /// <summary>Receive time of the last frame, unix nanoseconds.</summary>
    public required long LastUtcNs { get; init; }

    /// <summary>Events before the range of slots.</summary>
    public required long EventsBeforeRange { get; init; }

    /// <summary>Account states from before the range that were published at its begin.</summary>
    public required long StatesCarriedIn { get; init; }

    /// <summary>Events after the range of slots.</summary>
    public required long EventsAfterRange { get; init; }

    /// <summary>Each endpoint.</summary>
    public required IReadOnlyList<EndpointStatistics> Endpoints { get; init; }

    /// <summary>All endpoints together.</summary>
    public required DecodeCounters Total { get; init; }

    /// <summary>The first refusal of each cause.</summary>
    public required IReadOnlyList<FirstRefusal> FirstRefusals { get; init; }

    /// <summary>The capture's fault; null if it was read to its end.</summary>
    public required CaptureFault? Fault { get; init; }
}
