using System;
using System.IO;
using System.Numerics;
using System.Threading;
using LowLatency.Engine.Ring;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Rpc;

namespace LowLatency.Feeds.Live;

/// <summary>
/// Records frames in the order in which the feed decodes them, on a thread of its own: the feed copies into a bounded
/// byte ring and never waits for the disk. If the disk falls behind, the recording ends at the last frame that fitted,
/// with a close of that frame's connection as its mark (cause RecorderOverflow), because what follows a loss would
/// replay as another run; the run goes on and the frames are counted. Same if the disk fails.
/// Owners: the feed thread writes, the recorder's thread drains. Bound: the ring; nothing is allocated after the start.
/// </summary>
public sealed class CaptureRecorder : IDisposable
{
    /// <summary>Default size of the ring: half a second of a gigabit.</summary>
    public const int DefaultCapacityBytes = 64 << 20;

    private const int DrainPauseMs = 5;
    private const int MarkBytes = 256;

    private readonly Stream _file;
    private readonly byte[] _ring;
    private readonly Sequence _written = new(0);
    private readonly Sequence _drained = new(0);
    private readonly CaptureWriter _writer;
    private readonly Thread _thread;
    private readonly int _mask;
    private bool _isEnding;
    private bool _isCut;
    private string? _failure;
    private long _frames;
    private long _lostFrames;

    /// <summary>A recorder into <paramref name="file"/>, which it owns.</summary>
    /// <param name="file">Target, at its begin.</param>
    /// <param name="header">Header of the capture.</param>
    /// <param name="capacityBytes">Size of the ring, a power of two of at least 1 MiB.</param>
    public CaptureRecorder(Stream file, CaptureHeader header, int capacityBytes = DefaultCapacityBytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (capacityBytes < 1 << 20 || !BitOperations.IsPow2(capacityBytes))
            throw new ArgumentOutOfRangeException(nameof(capacityBytes), capacityBytes, "power of two >= 1 MiB");
        _file = file;
        _ring = GC.AllocateUninitializedArray<byte>(capacityBytes);
        _mask = capacityBytes - 1;
        _writer = new CaptureWriter(new RingStream(this), header);
        _thread = new Thread(Drain) { IsBackground = true, Name = "recorder" };
        _thread.Start();
    }

    /// <summary>Frames recorded.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Bytes handed to the file.</summary>
    public long FileBytes => _drained.Value;

    /// <summary>Frames that came after the recording had to end.</summary>
    public long LostFrames => Volatile.Read(ref _lostFrames);

    /// <summary>Why the disk failed; null if it did not.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>True while every frame was recorded.</summary>
    public bool IsComplete => LostFrames == 0 && Failure is null;

    /// <summary>Records a frame, or counts it as lost. Feed thread.</summary>
    public void Write(in CaptureFrame frame)
    {
        long needed = (long)CaptureFormat.FrameHeaderBytes + CaptureFormat.HttpPrefixBytes + frame.HttpRequest.Length
            + frame.Bytes.Length + _writer.BufferedBytes + MarkBytes;
        if (_isCut || Failure is not null || needed > FreeBytes)
        {
            if (!_isCut) Cut(in frame);
            _lostFrames++;
            return;
        }

        _writer.Write(in frame);
        Volatile.Write(ref _frames, _writer.Frames);
    }

    /// <summary>Hands over what is gathered, so that a crash loses little; for when the feed is idle.</summary>
    public void Flush()
    {
        if (Failure is null && FreeBytes >= _writer.BufferedBytes + MarkBytes) _writer.Flush(toDisk: false);
    }

    /// <summary>Writes the rest, and waits until it is on the disk.</summary>
    public void Dispose()
    {
        if (_isEnding) return;
        SpinWait wait = default;
        while (Failure is null && FreeBytes < _writer.BufferedBytes) wait.SpinOnce();
        if (Failure is null) _writer.Flush(toDisk: false);
        Volatile.Write(ref _isEnding, true);
        _thread.Join();
        _file.Dispose();
    }

    private long FreeBytes => _ring.Length - (_written.Value - _drained.Value);

    private void Cut(in CaptureFrame frame)
    {
        _isCut = true;
        if (Failure is not null) return;
        ConnectionEnd end = new(ConnectionCause.RecorderOverflow, 0, "the recording ends here, the run went on");
        _writer.Write(new CaptureFrame
        {
            Kind = CaptureFrameKind.Close,
            EndpointId = frame.EndpointId,
            ReceiveNs = frame.ReceiveNs,
            ReceiveUtcNs = frame.ReceiveUtcNs,
            Bytes = ConnectionDetails.Close(end),
        });
    }

    private void Drain()
    {
        try
        {
            while (true)
            {
                bool isEnding = Volatile.Read(ref _isEnding);
                long from = _drained.Value;
                long to = _written.Value;
                if (from == to)
                {
                    if (isEnding) break;
                    Thread.Sleep(DrainPauseMs);
                    continue;
                }

                int start = (int)(from & _mask);
                int length = (int)Math.Min(to - from, _ring.Length - start);
                _file.Write(_ring, start, length);
                _drained.Value = from + length;
            }

            if (_file is FileStream file) file.Flush(flushToDisk: true);
            else _file.Flush();
        }
        catch (Exception fault)
        {
            // The one catch of this thread: whatever the disk or we did, the run goes on and the report says it.
            Volatile.Write(ref _failure, fault.Message);
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        long at = _written.Value;
        int start = (int)(at & _mask);
        int first = Math.Min(bytes.Length, _ring.Length - start);
        bytes[..first].CopyTo(_ring.AsSpan(start));
        bytes[first..].CopyTo(_ring);
        _written.Value = at + bytes.Length;
    }

    /// <summary>
    /// The ring as the capture writer's stream; room was checked before each frame. The drain thread flushes the file.
    /// </summary>
    private sealed class RingStream(CaptureRecorder owner) : ForwardStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer) => owner.Append(buffer);
    }
}
