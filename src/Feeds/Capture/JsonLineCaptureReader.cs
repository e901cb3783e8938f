using System;
using System.Buffers;
using System.Globalization;
using System.Numerics;
using LowLatency.Feeds.Framing;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Frames of a JSONL capture. A line is either a frame
/// (<c>{"t":ns,"ep":n,"m":"message"}</c>; with <c>k</c> = open, close, req or http) or a bare JSON-RPC message without
/// receive time, for which one is derived from its slot (slotsUpdates carry their own time).
/// Source: shared capture market-small (shape of lines).
/// </summary>
internal sealed class JsonLineCaptureReader : CaptureReader
{
    private const int InitialScratchBytes = 1 << 16;

    private readonly DerivedTime _derivedTime;
    private readonly CaptureLine _line = new();
    private JsonLineFramer _framer;
    private byte[] _scratch = new byte[InitialScratchBytes];
    private long _lines;
    private long _offset;

    /// <summary>A reader of lines.</summary>
    public JsonLineCaptureReader(
        string path, CaptureByteSource source, ReadOnlySequence<byte> buffer, CaptureReaderOptions options)
        : base(path, source, buffer) => _derivedTime = new DerivedTime(options);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>True if the first that is no blank begins an object.</summary>
    public static bool IsText(in ReadOnlySequence<byte> file)
    {
        foreach (ReadOnlyMemory<byte> segment in file)
        {
            ReadOnlySpan<byte> text = segment.Span;
            if (text.StartsWith(ByteOrderMark)) text = text[ByteOrderMark.Length..];
            text = text.TrimStart(" \t\r\n"u8);
            if (text.Length > 0) return text[0] == (byte)'{';
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool TryRead(out CaptureFrame frame)
    {
        frame = default;
        if (Fault is not null) return false;
        while (true)
        {
            ReadOnlySequence<byte> buffer = Buffer;
            // The rest behind the last end mark is a line only if the file is known to be complete.
            bool isLast = Source.IsCompleted && Source.FaultKind == CaptureFaultKind.None;
            FrameStatus status = _framer.TryRead(ref buffer, isLast, out ReadOnlySequence<byte> line);
            if (status == FrameStatus.Frame)
            {
                long start = _offset;
                _offset += Buffer.Length - buffer.Length;
                Buffer = buffer;
                _lines++;
                ReadOnlySpan<byte> text = Flatten(line);
                // Editors begin a file with one; files put together have it inside.
                if (text.StartsWith(ByteOrderMark)) text = text[ByteOrderMark.Length..];
                if (text.Trim(" \t"u8).IsEmpty)
                {
                    GoodBytes = _offset;
                    continue;
                }

                return TryDeliver(text, start, out frame);
            }

            if (status == FrameStatus.TooLong)
            {
                return Fail(
                    CaptureFaultKind.TooLong, _lines + 1, _offset,
                    string.Create(
                        CultureInfo.InvariantCulture, $"a line is longer than {JsonLineFramer.MaxLineBytes} bytes"),
                    "Check that the file has one JSON object a line");
            }

            if (Advance()) continue;
            _ = TryFailWithSource(_lines + 1);
            return false;
        }
    }

    private bool TryDeliver(ReadOnlySpan<byte> text, long start, out CaptureFrame frame)
    {
        frame = default;
        CaptureLineStatus status = _line.Parse(text);
        if (status == CaptureLineStatus.Bad)
        {
            return Fail(
                CaptureFaultKind.BadLine, _lines, start, _line.Problem,
                Frames == 0
                    ? "Give a capture: JSON lines, a frame or a JSON-RPC message each"
                    : "The lines before it are good; mend or remove the line");
        }

        Frames++;
        GoodBytes = _offset;
        CapturePosition position = new(Frames, _lines, start);
        if (status == CaptureLineStatus.Frame)
        {
            frame = new CaptureFrame
            {
                Kind = _line.Kind,
                EndpointId = _line.EndpointId,
                ReceiveUtcNs = _line.ReceiveUtcNs,
                AskedUtcNs = _line.AskedUtcNs,
                Bytes = _line.Message,
                HttpRequest = _line.HttpRequest,
                Position = position,
            };
            return true;
        }

        frame = new CaptureFrame
        {
            Kind = CaptureFrameKind.Message,
            Flags = _derivedTime.Next(text, out long receiveUtcNs)
                ? CaptureFrameFlags.None
                : CaptureFrameFlags.DerivedTime,
            ReceiveUtcNs = receiveUtcNs,
            Bytes = text,
            Position = position,
        };
        return true;
    }

    private ReadOnlySpan<byte> Flatten(ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment) return line.FirstSpan;
        if (_scratch.Length < line.Length)
        {
            _scratch = new byte[BitOperations.RoundUpToPowerOf2((uint)line.Length)];
        }

        line.CopyTo(_scratch);
        return _scratch.AsSpan(0, (int)line.Length);
    }
}
