using System;
using System.Buffers;
using LowLatency.Engine.Numerics;
using LowLatency.Feeds.Framing;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Cuts frames of the binary capture format off a sequence of bytes and checks them. Contract: on
/// <see cref="FrameStatus.Frame"/> the sequence begins behind the frame; else it is untouched and was examined to its
/// end. Bound: <see cref="CaptureFormat.MaxFrameBytes"/>. Source: <see cref="CaptureFormat"/>.
/// </summary>
public static class CaptureFramer
{
    /// <summary>Cuts the next frame off.</summary>
    public static FrameStatus TryRead(
        ref ReadOnlySequence<byte> buffer, out CaptureFrameHeader header, out ReadOnlySequence<byte> payload)
    {
        header = default;
        payload = default;
        if (buffer.Length < CaptureFormat.FrameHeaderBytes) return FrameStatus.NeedMore;
        Span<byte> bytes = stackalloc byte[CaptureFormat.FrameHeaderBytes];
        buffer.Slice(0, CaptureFormat.FrameHeaderBytes).CopyTo(bytes);
        header = CaptureFormat.ReadFrameHeader(bytes);
        if (header.LengthBytes > CaptureFormat.MaxFrameBytes) return FrameStatus.TooLong;
        long total = CaptureFormat.FrameHeaderBytes + (long)header.LengthBytes;
        if (buffer.Length < total) return FrameStatus.NeedMore;
        payload = buffer.Slice(CaptureFormat.FrameHeaderBytes, header.LengthBytes);
        uint crc = Crc32C.Append(Crc32C.Initial, bytes[..CaptureFormat.FrameCrcOffset]);
        foreach (ReadOnlyMemory<byte> segment in payload) crc = Crc32C.Append(crc, segment.Span);
        if (Crc32C.Finish(crc) != header.Crc || !CaptureFormat.IsKnownKind(header.Kind)) return FrameStatus.Corrupt;
        buffer = buffer.Slice(total);
        return FrameStatus.Frame;
    }
}
