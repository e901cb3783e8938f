using System;
using System.Buffers;
using System.Buffers.Text;
using System.IO;
using System.IO.Compression;
using System.Text.Unicode;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Writes frames as JSON lines of the shared shape, for other tools. A frame whose time was derived is written as the
/// bare message that it was. Not for the hot path. Source: shared capture market-small (shape of lines).
/// </summary>
public sealed class JsonLineCaptureWriter : ICaptureSink
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. "\"\\"u8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
            27, 28, 29, 30, 31]);

    private readonly Stream _stream;

    /// <summary>A writer that owns <paramref name="stream"/>.</summary>
    public JsonLineCaptureWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = new BufferedStream(stream, CaptureWriter.BufferBytes);
    }

    /// <inheritdoc/>
    public long Frames { get; private set; }

    /// <summary>Creates a file, gzipped if its name ends with .gz; fails if the file exists.</summary>
    /// <exception cref="IOException">The file exists or cannot be created.</exception>
    public static JsonLineCaptureWriter Create(string path)
    {
        FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        bool isGzip = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        return new JsonLineCaptureWriter(isGzip ? new GZipStream(file, CompressionLevel.Optimal) : file);
    }

    /// <inheritdoc/>
    public void Write(in CaptureFrame frame)
    {
        Frames++;
        if ((frame.Flags & CaptureFrameFlags.DerivedTime) != 0)
        {
            _stream.Write(frame.Bytes);
            _stream.WriteByte((byte)'\n');
            return;
        }

        _stream.Write("{\"t\":"u8);
        WriteNumber(frame.ReceiveUtcNs);
        _stream.Write(",\"ep\":"u8);
        WriteNumber(frame.EndpointId);
        switch (frame.Kind)
        {
            case CaptureFrameKind.Open or CaptureFrameKind.Close:
                _stream.Write(frame.Kind == CaptureFrameKind.Open ? ",\"k\":\"open\""u8 : ",\"k\":\"close\""u8);
                WriteDetails(frame.Bytes);
                break;
            case CaptureFrameKind.Request:
                _stream.Write(",\"k\":\"req\""u8);
                WriteMessage(frame.Bytes);
                break;
            case CaptureFrameKind.Settings:
                _stream.Write(",\"k\":\"settings\""u8);
                WriteMessage(frame.Bytes);
                break;
            case CaptureFrameKind.Http:
                _stream.Write(",\"k\":\"http\",\"t0\":"u8);
                WriteNumber(frame.AskedUtcNs);
                WriteText(",\"req\":\""u8, frame.HttpRequest);
                WriteText(",\"m\":\""u8, frame.Bytes);
                break;
            default:
                WriteMessage(frame.Bytes);
                break;
        }

        _stream.Write("}\n"u8);
    }

    /// <inheritdoc/>
    public void Flush(bool toDisk) => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void WriteNumber(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        _ = Utf8Formatter.TryFormat(value, digits, out int length);
        _stream.Write(digits[..length]);
    }

    /// <summary>The members of the details' object, without its braces.</summary>
    private void WriteDetails(ReadOnlySpan<byte> details)
    {
        details = details.Trim(" \t\r\n"u8);
        if (details.Length <= 2) return;
        _stream.WriteByte((byte)',');
        _stream.Write(details[1..^1]);
    }

    /// <summary>Text as <c>m</c>; bytes that are no UTF-8 (protobuf) as <c>b</c>, in base64.</summary>
    private void WriteMessage(ReadOnlySpan<byte> message)
    {
        if (Utf8.IsValid(message))
        {
            WriteText(",\"m\":\""u8, message);
            return;
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(message.Length));
        _ = Base64.EncodeToUtf8(message, text, out _, out int length);
        _stream.Write(",\"b\":\""u8);
        _stream.Write(text.AsSpan(0, length));
        _stream.WriteByte((byte)'"');
        ArrayPool<byte>.Shared.Return(text);
    }

    private void WriteText(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> text)
    {
        _stream.Write(prefix);
        while (!text.IsEmpty)
        {
            int run = text.IndexOfAny(Escaped);
            if (run < 0) run = text.Length;
            _stream.Write(text[..run]);
            text = text[run..];
            if (text.IsEmpty) break;
            WriteEscape(text[0]);
            text = text[1..];
        }

        _stream.WriteByte((byte)'"');
    }

    private void WriteEscape(byte value)
    {
        // Source: RFC 8259 section 7.
        byte letter = value switch
        {
            8 => (byte)'b',
            9 => (byte)'t',
            10 => (byte)'n',
            12 => (byte)'f',
            13 => (byte)'r',
            (byte)'"' or (byte)'\\' => value,
            _ => 0,
        };
        if (letter != 0)
        {
            _stream.Write([(byte)'\\', letter]);
            return;
        }

        ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
        _stream.Write("\\u00"u8);
        _stream.Write([hex[value >> 4], hex[value & 15]]);
    }
}
