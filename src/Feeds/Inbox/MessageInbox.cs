using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Threading;
using LowLatency.Engine.Ring;
using LowLatency.Feeds.Capture;

namespace LowLatency.Feeds.Inbox;

/// <summary>
/// What one connection saw, on its way to the feed thread: a byte ring of records, each a capture frame (kind, receive
/// times, raw bytes), in the order in which the connection pushed them. The feed thread records and decodes the same
/// bytes, so that a replay of the recording decides the same.
/// Owners: one writing thread (the connection's), one reading thread (the feed). The writer never waits: a record that
/// does not fit is dropped and counted, and the inbox is lagging until the next open; what follows a loss is refused,
/// because the connection's state is no longer whole. Room for one close is always kept, so that the loss is known.
/// Bound: the stated capacity; nothing is allocated after construction.
/// </summary>
public sealed class MessageInbox
{
    /// <summary>Longest details of an open or close; longer ones are refused.</summary>
    public const int MaxControlBytes = 1024;

    /// <summary>Default capacity: some 3,000 notifications of 1.3 KB, 150 ms at 20,000 a second.</summary>
    public const int DefaultCapacityBytes = 4 << 20;

    /// <summary>Bytes of a record before its raw bytes.</summary>
    internal const int HeaderBytes = 40;

    private const int AlignmentBytes = 8;
    private const int SkipToLapStart = -1;
    private const int ReservedBytes = HeaderBytes + MaxControlBytes;

    private readonly byte[] _buffer;
    private readonly int _mask;
    private readonly InboxSignal _signal;
    private readonly Sequence _written = new(0);
    private readonly Sequence _released = new(0);
    private long _releasedCache;
    private long _claimStart;
    private int _claimBytes;
    private long _writtenCache;
    private long _readEnd;
    private bool _isLagging;
    private long _frames;
    private long _bytes;
    private long _droppedFrames;

    /// <summary>An inbox of <paramref name="capacityBytes"/>, a power of two of at least 16 KiB.</summary>
    /// <param name="connectionId">The connection's byte in captures and events.</param>
    /// <param name="signal">Where the feed thread sleeps; shared by all its inboxes.</param>
    /// <param name="capacityBytes">Size, bytes. See <see cref="MaxRecordBytes"/>.</param>
    public MessageInbox(byte connectionId, InboxSignal signal, int capacityBytes = DefaultCapacityBytes)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (capacityBytes < 16 * ReservedBytes || !BitOperations.IsPow2(capacityBytes))
            throw new ArgumentOutOfRangeException(nameof(capacityBytes), capacityBytes, "power of two >= 32 KiB");
        ConnectionId = connectionId;
        _signal = signal;
        _buffer = GC.AllocateUninitializedArray<byte>(capacityBytes, pinned: true);
        _buffer.AsSpan().Fill(byte.MaxValue); // PERF: every page is there before the first message needs it
        _mask = capacityBytes - 1;
    }

    /// <summary>The connection's byte in captures and events.</summary>
    public byte ConnectionId { get; }

    /// <summary>Size, bytes.</summary>
    public int CapacityBytes => _buffer.Length;

    /// <summary>
    /// Longest raw bytes of a record (an exchange: request and answer together), a little under half of the capacity:
    /// into an empty inbox it fits wherever the lap is, with a skipped rest of its own length and the reserve.
    /// </summary>
    public int MaxRecordBytes => (_buffer.Length / 2) - ReservedBytes - HeaderBytes - AlignmentBytes;

    /// <summary>True if nothing is left to read. Any thread.</summary>
    public bool IsEmpty => _written.Value == _released.Value;

    /// <summary>Bytes between the oldest unread record and the newest. Any thread.</summary>
    public long UsedBytes => _written.Value - _released.Value;

    /// <summary>
    /// True once a record was dropped, until the next open: the connection must close and begin again. Any thread.
    /// </summary>
    public bool IsLagging => Volatile.Read(ref _isLagging);

    /// <summary>True if at least half of the room is free: a connection that lagged opens again only then.</summary>
    public bool HasRoomToOpen => UsedBytes <= _buffer.Length / 2;

    /// <summary>Records taken in. One writer, read late by others, like all counters here.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Raw bytes of those records.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Records dropped because there was no room, or behind such a loss.</summary>
    public long DroppedFrames => Volatile.Read(ref _droppedFrames);

    /// <summary>
    /// Pushes a record. False if it was dropped: the inbox is then lagging. A close of up to
    /// <see cref="MaxControlBytes"/> always fits once after an open. Writer thread.
    /// </summary>
    public bool TryWrite(CaptureFrameKind kind, long receiveNs, long receiveUtcNs, ReadOnlySpan<byte> bytes)
    {
        if (!TryClaim(kind, bytes.Length, out Span<byte> room)) return false;
        bytes.CopyTo(room);
        Commit(kind, receiveNs, receiveUtcNs);
        return true;
    }

    /// <summary>
    /// Claims room for a record's raw bytes, to be filled and committed, or abandoned by doing nothing. False if there
    /// is none: the record counts as dropped and the inbox is lagging. Writer thread.
    /// </summary>
    public bool TryClaim(CaptureFrameKind kind, int lengthBytes, out Span<byte> room)
    {
        Debug.Assert(kind != CaptureFrameKind.Http, "exchanges have their own method");
        bool isControl = kind is CaptureFrameKind.Open or CaptureFrameKind.Close;
        bool isRefused = isControl ? lengthBytes > MaxControlBytes : _isLagging;
        if (isRefused || !TryReserve(lengthBytes, kind == CaptureFrameKind.Close ? 0 : ReservedBytes))
        {
            Drop();
            room = default;
            return false;
        }

        room = _buffer.AsSpan((int)(_claimStart & _mask) + HeaderBytes, lengthBytes);
        return true;
    }

    /// <summary>Publishes the claimed record and wakes the feed thread. Writer thread.</summary>
    public void Commit(CaptureFrameKind kind, long receiveNs, long receiveUtcNs)
    {
        if (kind == CaptureFrameKind.Open) Volatile.Write(ref _isLagging, false);
        Publish(kind, receiveNs, receiveUtcNs, 0, 0);
    }

    /// <summary>
    /// Pushes an HTTP exchange. False if there is no room now: nothing is lost by it, the caller waits and tries again
    /// (an exchange above <see cref="MaxRecordBytes"/> never fits). Writer thread.
    /// </summary>
    public bool TryWriteExchange(
        long receiveNs, long receiveUtcNs, long askedUtcNs, ReadOnlySpan<byte> request, ReadOnlySpan<byte> response)
    {
        long length = (long)request.Length + response.Length;
        if (length > MaxRecordBytes || !TryReserve((int)length, ReservedBytes)) return false;
        Span<byte> room = _buffer.AsSpan((int)(_claimStart & _mask) + HeaderBytes, (int)length);
        request.CopyTo(room);
        response.CopyTo(room[request.Length..]);
        Publish(CaptureFrameKind.Http, receiveNs, receiveUtcNs, askedUtcNs, request.Length);
        return true;
    }

    /// <summary>Receive time of the oldest record; false if there is none. Feed thread.</summary>
    public bool TryPeekTime(out long receiveNs)
    {
        if (!TryRead(out CaptureFrame frame))
        {
            receiveNs = 0;
            return false;
        }

        receiveNs = frame.ReceiveNs;
        return true;
    }

    /// <summary>
    /// The oldest record; its bytes are valid until <see cref="Release"/>. Reading again without releasing gives the
    /// same one. Feed thread.
    /// </summary>
    public bool TryRead(out CaptureFrame frame)
    {
        long start = _released.Value;
        if (start == _writtenCache)
        {
            _writtenCache = _written.Value;
            if (start == _writtenCache)
            {
                frame = default;
                return false;
            }
        }

        int index = (int)(start & _mask);
        int total = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(index));
        if (total == SkipToLapStart)
        {
            start += _buffer.Length - index;
            index = 0;
            total = BinaryPrimitives.ReadInt32LittleEndian(_buffer);
        }

        ReadOnlySpan<byte> record = _buffer.AsSpan(index, total);
        int lengthBytes = BinaryPrimitives.ReadInt32LittleEndian(record[36..]);
        int requestBytes = BinaryPrimitives.ReadInt32LittleEndian(record[32..]);
        ReadOnlySpan<byte> raw = record.Slice(HeaderBytes, lengthBytes);
        _readEnd = start + total;
        frame = new CaptureFrame
        {
            Kind = (CaptureFrameKind)record[4],
            EndpointId = ConnectionId,
            ReceiveNs = BinaryPrimitives.ReadInt64LittleEndian(record[8..]),
            ReceiveUtcNs = BinaryPrimitives.ReadInt64LittleEndian(record[16..]),
            AskedUtcNs = BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
            HttpRequest = raw[..requestBytes],
            Bytes = raw[requestBytes..],
        };
        return true;
    }

    /// <summary>Gives the room of the record that was read back to the writer. Feed thread.</summary>
    public void Release()
    {
        Debug.Assert(_readEnd > _released.Value, "a record was read before it is released");
        _released.Value = _readEnd;
    }

    private bool TryReserve(int lengthBytes, int keptBytes)
    {
        if (lengthBytes > MaxRecordBytes) return false;
        int total = Align(HeaderBytes + lengthBytes);
        long start = _written.Value;
        long toLapEnd = _buffer.Length - (start & _mask);
        long claimStart = toLapEnd < total ? start + toLapEnd : start;
        // A close may have to skip the rest of the lap too, at most its own length.
        long limit = _buffer.Length - (2L * keptBytes);
        if (claimStart + total - _releasedCache > limit)
        {
            _releasedCache = _released.Value;
            if (claimStart + total - _releasedCache > limit) return false;
        }

        _claimStart = claimStart;
        _claimBytes = lengthBytes;
        return true;
    }

    private void Publish(
        CaptureFrameKind kind, long receiveNs, long receiveUtcNs, long askedUtcNs, int requestBytes)
    {
        long start = _written.Value;
        int index = (int)(_claimStart & _mask);
        if (_claimStart != start)
            BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan((int)(start & _mask)), SkipToLapStart);
        int total = Align(HeaderBytes + _claimBytes);
        Span<byte> header = _buffer.AsSpan(index, HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, total);
        header[4] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], receiveNs);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], receiveUtcNs);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], askedUtcNs);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], requestBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[36..], _claimBytes);
        _frames++;
        _bytes += _claimBytes;
        _written.Value = _claimStart + total;
        _signal.Wake();
    }

    /// <summary>A slice of the feed's work while the writer spins; see <see cref="InboxSignal.OnSpin"/>.</summary>
    internal void Spin() => _signal.OnSpin?.Invoke();

    private void Drop()
    {
        _droppedFrames++;
        Volatile.Write(ref _isLagging, true);
    }

    private static int Align(int lengthBytes) => (lengthBytes + AlignmentBytes - 1) & -AlignmentBytes;
}
