using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using LowLatency.Feeds.Framing;

namespace LowLatency.Feeds.Capture;

/// <summary>Frames of the binary format. Source: <see cref="CaptureFormat"/>.</summary>
internal sealed class BinaryCaptureReader : CaptureReader
{
    private byte[] _scratch = [];

    private BinaryCaptureReader(
        string path, CaptureByteSource source, ReadOnlySequence<byte> buffer, CaptureHeader header, long headerBytes)
        : base(path, source, buffer)
    {
        Header = header;
        GoodBytes = headerBytes;
    }

    /// <summary>Reads the header; the fault says why it could not.</summary>
    public static BinaryCaptureReader? Create(
        string path,
        CaptureByteSource source,
        ReadOnlySequence<byte> buffer,
        ReadOnlySpan<byte> head,
        out CaptureFault? fault)
    {
        fault = null;
        if (head.Length < 16)
        {
            fault = Damaged(path, "the file ends inside the header");
            return null;
        }

        (ushort version, long length) = CaptureFormat.ReadHeaderSize(head);
        if (version is < CaptureFormat.OldestVersion or > CaptureFormat.Version)
        {
            fault = new CaptureFault(
                CaptureFaultKind.UnknownVersion, path, 0, 8,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the capture has format version {version}, this program reads versions "
                    + $"{CaptureFormat.OldestVersion} to {CaptureFormat.Version}"),
                "Use the program that recorded it, or export it there to JSON lines and import it here");
            return null;
        }

        if (length > CaptureFormat.MaxHeaderBytes || length > buffer.Length)
        {
            fault = Damaged(path, "the file ends inside the header, or the header's length is wrong");
            return null;
        }

        byte[] bytes = buffer.Slice(0, length).ToArray();
        CaptureHeader? header = CaptureFormat.ReadHeader(bytes);
        if (header is not null)
        {
            return new BinaryCaptureReader(path, source, buffer.Slice(length), header, length);
        }

        fault = Damaged(path, "the header's checksum is wrong");
        return null;
    }

    /// <inheritdoc/>
    public override bool TryRead(out CaptureFrame frame)
    {
        frame = default;
        if (Fault is not null) return false;
        while (true)
        {
            ReadOnlySequence<byte> buffer = Buffer;
            FrameStatus status = CaptureFramer.TryRead(
                ref buffer, out CaptureFrameHeader header, out ReadOnlySequence<byte> payload);
            switch (status)
            {
                case FrameStatus.Frame:
                    Buffer = buffer;
                    return TryDeliver(header, payload, out frame);
                case FrameStatus.NeedMore:
                    if (Advance()) continue;
                    if (TryFailWithSource(0) || Buffer.IsEmpty) return false;
                    return Fail(
                        CaptureFaultKind.TruncatedFrame, 0, GoodBytes,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"the file ends inside frame {Frames + 1} ({Buffer.Length} bytes of it), as after a crash"),
                        "The frames before it are good; cut the file at this byte to silence this");
                default:
                    return Fail(
                        status == FrameStatus.TooLong ? CaptureFaultKind.TooLong : CaptureFaultKind.CorruptFrame,
                        0, GoodBytes,
                        string.Create(CultureInfo.InvariantCulture, $"frame {Frames + 1} is damaged")
                        + (status == FrameStatus.TooLong ? " (impossible length)" : " (checksum or kind is wrong)"),
                        "The frames before it are good; copy the file again, or cut it at this byte");
            }
        }
    }

    private static CaptureFault Damaged(string path, string message) => new(
        CaptureFaultKind.CorruptHeader, path, 0, 0, message, "Copy the file again; without its header it is not read");

    private bool TryDeliver(CaptureFrameHeader header, ReadOnlySequence<byte> payload, out CaptureFrame frame)
    {
        ReadOnlySpan<byte> bytes = payload.FirstSpan;
        if (!payload.IsSingleSegment)
        {
            if (_scratch.Length < payload.Length)
            {
                _scratch = new byte[BitOperations.RoundUpToPowerOf2((uint)payload.Length)];
            }

            payload.CopyTo(_scratch);
            bytes = _scratch.AsSpan(0, (int)payload.Length);
        }

        frame = default;
        ReadOnlySpan<byte> request = default;
        long askedUtcNs = 0;
        if (header.Kind == CaptureFrameKind.Http)
        {
            if (bytes.Length < CaptureFormat.HttpPrefixBytes) return FailHttp();
            askedUtcNs = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            bytes = bytes[CaptureFormat.HttpPrefixBytes..];
            if (length > (uint)bytes.Length) return FailHttp();
            request = bytes[..(int)length];
            bytes = bytes[(int)length..];
        }

        long offset = GoodBytes;
        Frames++;
        GoodBytes += CaptureFormat.FrameHeaderBytes + header.LengthBytes;
        frame = new CaptureFrame
        {
            Kind = header.Kind,
            EndpointId = header.EndpointId,
            Flags = header.Flags,
            ReceiveNs = header.ReceiveNs,
            ReceiveUtcNs = header.ReceiveUtcNs,
            AskedUtcNs = askedUtcNs,
            Bytes = bytes,
            HttpRequest = request,
            Position = new CapturePosition(Frames, 0, offset),
        };
        return true;
    }

    private bool FailHttp() => Fail(
        CaptureFaultKind.CorruptFrame, 0, GoodBytes, "an HTTP frame's request length is wrong",
        "The frames before it are good; cut the file at this byte");
}
