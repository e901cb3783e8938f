using System;

namespace LowLatency.Feeds.Capture;

/// <summary>Where in a capture a frame stands.</summary>
/// <param name="Frame">Number of the frame, from 1.</param>
/// <param name="Line">Line, from 1; 0 in binary captures.</param>
/// <param name="OffsetBytes">Offset in the uncompressed file.</param>
public readonly record struct CapturePosition(long Frame, long Line, long OffsetBytes);

/// <summary>One frame of a capture over borrowed bytes, valid until the reader reads on.</summary>
public readonly ref struct CaptureFrame
{
    /// <summary>What the frame holds.</summary>
    public CaptureFrameKind Kind { get; init; }

    /// <summary>Endpoint, from 0.</summary>
    public byte EndpointId { get; init; }

    /// <summary>Marks.</summary>
    public CaptureFrameFlags Flags { get; init; }

    /// <summary>Receive time on the recorder's monotonic clock; 0 if not recorded.</summary>
    public long ReceiveNs { get; init; }

    /// <summary>Receive time, unix nanoseconds.</summary>
    public long ReceiveUtcNs { get; init; }

    /// <summary>HTTP exchange: when it was asked, unix nanoseconds.</summary>
    public long AskedUtcNs { get; init; }

    /// <summary>Message, request, HTTP answer, or a JSON object with details of an open or close.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>HTTP exchange: the request.</summary>
    public ReadOnlySpan<byte> HttpRequest { get; init; }

    /// <summary>Where it stands.</summary>
    public CapturePosition Position { get; init; }
}
