using System;
using System.Buffers;
using System.IO;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Frames of a capture file in recorded order, from JSONL or the project's binary format, gzipped or not (told apart by
/// the file's first bytes, not by its name). Bad input never throws: reading ends, everything before the fault was
/// delivered, and <see cref="Fault"/> says where, what and how to mend it. One thread owns a reader.
/// </summary>
public abstract class CaptureReader : IDisposable
{
    private protected CaptureReader(string path, CaptureByteSource source, ReadOnlySequence<byte> buffer)
    {
        FilePath = path;
        Source = source;
        Buffer = buffer;
    }

    /// <summary>File.</summary>
    public string FilePath { get; }

    /// <summary>Header of a binary capture; null for JSONL.</summary>
    public CaptureHeader? Header { get; private protected set; }

    /// <summary>Frames delivered.</summary>
    public long Frames { get; private protected set; }

    /// <summary>
    /// Offset behind the last frame delivered, in the uncompressed file: where a damaged one may be cut.
    /// </summary>
    public long GoodBytes { get; private protected set; }

    /// <summary>What ended the reading early; null if nothing (yet).</summary>
    public CaptureFault? Fault { get; private protected set; }

    /// <summary>Size of the file in bytes.</summary>
    public long FileBytes => Source.FileBytes;

    /// <summary>Bytes of the file read so far.</summary>
    public long FileBytesRead => Source.FileBytesRead;

    private protected CaptureByteSource Source { get; }

    private protected ReadOnlySequence<byte> Buffer { get; set; }

    /// <summary>Opens a capture; the fault says why it could not.</summary>
    public static CaptureReader? Open(string path, CaptureReaderOptions options, out CaptureFault? fault)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? "it is a folder, not a capture" : "there is no such file";
            // What the shells call the standard input is not read: a capture is read more than once.
            string fix = path == "-" ? "Write what comes to a file and give that" : "Check the path";
            fault = new CaptureFault(CaptureFaultKind.FileMissing, path, 0, 0, what, fix);
            return null;
        }

        CaptureByteSource source;
        try
        {
            source = CaptureByteSource.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = new CaptureFault(
                CaptureFaultKind.Unreadable, path, 0, 0, error.Message.TrimEnd('.'),
                "Check the file's permissions and the disk");
            return null;
        }

        CaptureReader? reader = Recognise(path, source, options, out fault);
        if (reader is null) source.Dispose();
        return reader;
    }

    /// <summary>Reads the next frame; false at the end, or at a fault.</summary>
    public abstract bool TryRead(out CaptureFrame frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads on; false when nothing more comes.</summary>
    private protected bool Advance()
    {
        if (Source.IsCompleted) return false;
        ReadOnlySequence<byte> buffer = Buffer;
        Source.Advance(ref buffer, isFirst: false);
        Buffer = buffer;
        return true;
    }

    /// <summary>Ends the reading with the source's own fault; false if it has none.</summary>
    private protected bool TryFailWithSource(long line)
    {
        if (Source.FaultKind == CaptureFaultKind.None) return false;
        string fix = Source.FaultKind == CaptureFaultKind.Unreadable ? "Check the disk" : "Copy the file again";
        Fail(Source.FaultKind, line, GoodBytes, Source.FaultMessage, fix);
        return true;
    }

    private protected bool Fail(CaptureFaultKind kind, long line, long offset, string message, string fix)
    {
        Fault = new CaptureFault(kind, FilePath, line, offset, message, fix);
        return false;
    }

    private static CaptureReader? Recognise(
        string path, CaptureByteSource source, CaptureReaderOptions options, out CaptureFault? fault)
    {
        ReadOnlySequence<byte> buffer = ReadOnlySequence<byte>.Empty;
        source.Advance(ref buffer, isFirst: true);
        while (!source.IsCompleted && buffer.Length < CaptureFormat.MaxHeaderBytes)
        {
            source.Advance(ref buffer, isFirst: false);
        }

        fault = null;
        Span<byte> head = stackalloc byte[16];
        int length = (int)Math.Min(head.Length, buffer.Length);
        buffer.Slice(0, length).CopyTo(head);
        if (JsonLineCaptureReader.IsText(buffer)) return new JsonLineCaptureReader(path, source, buffer, options);
        if (head[..length].StartsWith(CaptureFormat.Magic))
        {
            return BinaryCaptureReader.Create(path, source, buffer, head[..length], out fault);
        }

        if (source.FaultKind != CaptureFaultKind.None)
        {
            fault = new CaptureFault(source.FaultKind, path, 0, 0, source.FaultMessage, "Copy the file again");
        }
        else if (buffer.IsEmpty)
        {
            fault = new CaptureFault(
                CaptureFaultKind.Empty, path, 0, 0, "the file is empty", "Record or copy the capture again");
        }
        else
        {
            bool isText = length > 1 && head[0] == CaptureFormat.Magic[0];
            fault = new CaptureFault(
                CaptureFaultKind.WrongMagic, path, 0, 0,
                isText ? "the magic of a capture is damaged, as by a transfer as text" : "this is no capture",
                isText
                    ? "Copy the file again in binary mode"
                    : "Give a capture of `record`, or JSON lines (a frame or JSON-RPC message each), gzipped or not");
        }

        return null;
    }
}
