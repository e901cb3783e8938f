using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// A file, gunzipped if need be, through a Pipe that is filled and drained on one thread: the pipe manages the
/// buffers, there is no backpressure to wait for. Owner: one reader.
/// </summary>
internal sealed class CaptureByteSource : IDisposable
{
    private const int SegmentBytes = 1 << 18;

    /// <summary>
    /// Gzip is read in small steps: if the stream is damaged, at most one step before the damage is lost.
    /// </summary>
    private const int GzipStepBytes = 4096;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    private readonly FileStream _file;
    private readonly Stream _stream;
    private readonly bool _isGzip;

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
        if (!isFirst) _pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
        Fill();
        buffer = _pipe.Reader.TryRead(out ReadResult result) ? result.Buffer : ReadOnlySequence<byte>.Empty;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
        _pipe.Writer.Complete();
        _pipe.Reader.Complete();
    }

    private void Fill()
    {
        if (IsCompleted) return;
        int filled = 0;
        try
        {
            int length;
            do
            {
                Memory<byte> memory = _pipe.Writer.GetMemory(GzipStepBytes);
                length = _stream.Read(_isGzip ? memory.Span[..GzipStepBytes] : memory.Span);
                _pipe.Writer.Advance(length);
                filled += length;
            }
            while (length > 0 && filled < SegmentBytes - GzipStepBytes);
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
        ValueTask<FlushResult> flush = _pipe.Writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully) _ = flush.AsTask().GetAwaiter().GetResult();
        if (IsCompleted) _pipe.Writer.Complete();
    }

    private void Complete(CaptureFaultKind kind = CaptureFaultKind.None, string message = "")
    {
        IsCompleted = true;
        FaultKind = kind;
        FaultMessage = message;
    }
}
