using System;
using System.Buffers.Binary;
using System.IO;
using System.Numerics;
using LowLatency.Engine.Numerics;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Writes the binary format. A frame is written whole or, after a crash, recognisably cut. One thread owns it; after
/// the longest frame was seen it allocates nothing. It writes to the file in steps of <see cref="BufferBytes"/>, so
/// call <see cref="Flush"/> at intervals to bound what a crash can lose.
/// Source: <see cref="CaptureFormat"/>.
/// </summary>
public sealed class CaptureWriter : ICaptureSink
{
    /// <summary>Bytes gathered before they go to the file.</summary>
    public const int BufferBytes = 1 << 18;

    private readonly Stream _stream;
    private byte[] _buffer = new byte[BufferBytes];
    private int _length;

    /// <summary>A writer that begins with the header; it owns <paramref name="stream"/>.</summary>
    public CaptureWriter(Stream stream, CaptureHeader header)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        byte[] bytes = CaptureFormat.WriteHeader(header);
        _stream.Write(bytes);
        BytesWritten = bytes.Length;
    }

    /// <inheritdoc/>
    public long Frames { get; private set; }

    /// <summary>Bytes of the file so far, those not flushed included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Bytes that the next flush hands to the stream.</summary>
    public int BufferedBytes => _length;

    /// <summary>Creates a file and writes the header; fails if the file exists.</summary>
    /// <exception cref="IOException">The file exists or cannot be created.</exception>
    public static CaptureWriter Create(string path, CaptureHeader header) =>
        new(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), header);

    /// <inheritdoc/>
    public void Write(in CaptureFrame frame)
    {
        bool isHttp = frame.Kind == CaptureFrameKind.Http;
        long length = frame.Bytes.Length;
        if (isHttp) length += CaptureFormat.HttpPrefixBytes + frame.HttpRequest.Length;
        if (length > CaptureFormat.MaxFrameBytes || !CaptureFormat.IsKnownKind(frame.Kind))
        {
            throw new ArgumentException("The frame is too long or has no kind.");
        }

        int total = CaptureFormat.FrameHeaderBytes + (int)length;
        Span<byte> target = Reserve(total);
        CaptureFrameHeader header = new(
            (uint)length, frame.Kind, frame.EndpointId, frame.Flags, frame.ReceiveNs, frame.ReceiveUtcNs, Crc: 0);
        CaptureFormat.WriteFrameHeader(target, header);
        Span<byte> raw = target[CaptureFormat.FrameHeaderBytes..];
        if (isHttp)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw, frame.AskedUtcNs);
            BinaryPrimitives.WriteInt32LittleEndian(raw[8..], frame.HttpRequest.Length);
            raw = raw[CaptureFormat.HttpPrefixBytes..];
            frame.HttpRequest.CopyTo(raw);
            raw = raw[frame.HttpRequest.Length..];
        }

        frame.Bytes.CopyTo(raw);
        uint crc = Crc32C.Append(Crc32C.Initial, target[..CaptureFormat.FrameCrcOffset]);
        crc = Crc32C.Append(crc, target[CaptureFormat.FrameHeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[CaptureFormat.FrameCrcOffset..], Crc32C.Finish(crc));
        Frames++;
        BytesWritten += total;
    }

    /// <inheritdoc/>
    public void Flush(bool toDisk)
    {
        _stream.Write(_buffer, 0, _length);
        _length = 0;
        if (_stream is FileStream file) file.Flush(toDisk);
        else _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush(toDisk: false);
        _stream.Dispose();
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            _stream.Write(_buffer, 0, _length);
            _length = 0;
            if (_buffer.Length < bytes) _buffer = new byte[BitOperations.RoundUpToPowerOf2((uint)bytes)];
        }

        Span<byte> span = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return span;
    }
}
