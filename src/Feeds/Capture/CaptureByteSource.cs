using System;
using System.Buffers;
using System.IO;
using System.Runtime.CompilerServices;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// A file, gunzipped if need be, in one buffer: what was consumed is written over, and only what is larger than the
/// buffer makes it grow. Owner: one reader; what it holds of the buffer is valid until the next <see cref="Advance"/>.
/// </summary>
internal sealed class CaptureByteSource : IDisposable
{
    private const int SegmentBytes = 1 << 16;

    /// <summary>
    /// Gzip is read in small steps: if the stream is damaged, at most one step before the damage is lost.
    /// </summary>
    private const int GzipStepBytes = 4096;

    private readonly FileStream _file;
    private readonly Stream _stream;
    private readonly bool _isGzip;
    private byte[] _buffer = new byte[2 * SegmentBytes];
    private int _start; // of what was not consumed
    private int _end;

    private CaptureByteSource(FileStream file, bool isGzip)
    {
        _file = file;
        _isGzip = isGzip;
        _stream = isGzip ? Unzip(file) : file;
        FileBytes = file.Length;
    }

    /// <summary>
    /// Apart, and of a type that is always there, so that a plain file does not load the assembly of compression.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Stream Unzip(FileStream file) => new GunzipStream(file);

    /// <summary>Size of the file.</summary>
    public long FileBytes { get; }

    /// <summary>Bytes of the file read so far (compressed ones for gzip).</summary>
    public long FileBytesRead { get; private set; }

    /// <summary>Uncompressed bytes handed over so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>True when the file was read to its end or a fault.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>What ended the reading early; kind None if nothing.</summary>
    public CaptureFaultKind FaultKind { get; private set; }

    /// <summary>The fault in words.</summary>
    public string FaultMessage { get; private set; } = string.Empty;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be opened, or is none.</exception>
    public static CaptureByteSource Open(string path)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        if (!file.CanSeek)
        {
            file.Dispose();
            throw new IOException("it is a pipe, and a capture is read more than once");
        }

        Span<byte> head = stackalloc byte[2];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return new CaptureByteSource(file, GunzipStream.IsGzip(head[..length]));
    }

    /// <summary>
    /// Gives back what was not consumed and reads on; false at the end when nothing is left to look at.
    /// </summary>
    public void Advance(ref ReadOnlySequence<byte> buffer, bool isFirst)
    {
        if (!isFirst) _start = _end - (int)buffer.Length;
        Fill();
        buffer = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    private void Fill()
    {
        if (IsCompleted) return;
        MakeRoom();
        int filled = 0;
        try
        {
            int length;
            do
            {
                int step = _isGzip ? GzipStepBytes : SegmentBytes - filled;
                length = _stream.Read(_buffer.AsSpan(_end, step));
                _end += length;
                filled += length;
            }
            while (length > 0 && filled <= SegmentBytes - GzipStepBytes);
            if (length == 0) Complete();
        }
        catch (InvalidDataException)
        {
            Complete(CaptureFaultKind.CorruptGzip, "the gzip stream is damaged here or before");
        }
        catch (EndOfStreamException error)
        {
            Complete(CaptureFaultKind.TruncatedGzip, error.Message);
        }
        catch (IOException error)
        {
            Complete(CaptureFaultKind.Unreadable, error.Message);
        }

        BytesRead += filled;
        if (_file.CanSeek) FileBytesRead = _file.Position;
    }

    /// <summary>Room for a segment behind what was not consumed; that is moved to the front only if need be.</summary>
    private void MakeRoom()
    {
        if (_buffer.Length - _end >= SegmentBytes) return;
        int left = _end - _start;
        byte[] from = _buffer;
        if (left + SegmentBytes > from.Length) _buffer = new byte[2 * from.Length];
        from.AsSpan(_start, left).CopyTo(_buffer);
        (_start, _end) = (0, left);
    }

    private void Complete(CaptureFaultKind kind = CaptureFaultKind.None, string message = "")
    {
        IsCompleted = true;
        FaultKind = kind;
        FaultMessage = message;
    }
}
